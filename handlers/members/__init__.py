"""What people ask about who lives in the village."""
