"""What is remembered about homes: visits, and what was found there."""
