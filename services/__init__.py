"""One process group for each service; services never import each other."""
