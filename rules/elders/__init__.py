"""What is decided about help, danger and company."""
