"""What people ask about homes: visits, and who lives together."""
