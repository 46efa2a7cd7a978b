"""What is remembered about help, danger and company."""
