"""What billing keeps for a time and no longer."""
