"""What is decided about who lives in the village."""
