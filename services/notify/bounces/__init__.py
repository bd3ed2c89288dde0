"""E-mails that come back after the relay accepted them."""
