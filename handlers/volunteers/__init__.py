"""What people ask about shifts and those who take them."""
