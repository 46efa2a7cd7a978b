"""What is decided about the kitchen and those who cook."""
