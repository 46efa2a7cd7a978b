"""What the clock asks: scheduler.py, outbox.py and one file per capability with timed duties."""
