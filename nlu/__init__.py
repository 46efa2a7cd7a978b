"""What people mean: Chinese and English sentences read into intents; pure, synchronous, no I/O."""
