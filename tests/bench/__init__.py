"""What the product does beside the least that could be done: `make bench`."""
