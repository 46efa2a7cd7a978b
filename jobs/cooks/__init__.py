"""What the clock asks about the kitchen and those who cook."""
