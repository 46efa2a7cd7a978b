"""What a browser sees: health, metrics, the webhook's door."""
