"""A mail server that delivers to nobody: it keeps what it is given and shows it on a web page."""
