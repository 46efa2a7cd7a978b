"""What people ask about meals."""
