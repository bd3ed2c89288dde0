"""Data on people: each service says what it holds on a customer, and this exports it, erases it and lets it lapse."""
