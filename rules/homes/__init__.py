"""What is decided about homes: who lives together, who is visited when."""
