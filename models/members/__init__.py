"""What is remembered about who lives in the village."""
