"""How messages come and go."""
