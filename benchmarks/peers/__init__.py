"""The bots we are compared with: each answers every text with the same text, stores nothing, decides nothing."""
