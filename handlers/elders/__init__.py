"""What people ask about help, danger and company."""
