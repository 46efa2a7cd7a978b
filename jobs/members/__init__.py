"""What the clock asks about who lives in the village."""
