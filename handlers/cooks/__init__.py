"""What people ask about the kitchen and those who cook."""
