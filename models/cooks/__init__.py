"""What is remembered about the kitchen and those who cook."""
