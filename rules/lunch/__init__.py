"""What is decided about meals."""
