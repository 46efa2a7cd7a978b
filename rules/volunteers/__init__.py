"""What is decided about shifts and those who take them."""
