"""What the clock asks about shifts and those who take them."""
