"""What is remembered about shifts and those who take them."""
