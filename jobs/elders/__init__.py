"""What the clock asks about help, danger and company."""
