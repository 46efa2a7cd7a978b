"""What the clock asks about meals."""
