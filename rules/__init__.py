"""What the canteen decides: checks and acts, one file per capability."""
