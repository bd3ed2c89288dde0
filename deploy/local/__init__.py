"""The whole product on one machine, from packages alone."""
