"""What people ask: turn.py and one file per capability."""
