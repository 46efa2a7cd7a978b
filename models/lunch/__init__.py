"""What is remembered about meals."""
