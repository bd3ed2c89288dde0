"""Each service is asked things that nobody meant to ask."""
