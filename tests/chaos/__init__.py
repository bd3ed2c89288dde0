"""Processes killed at random, relays that lie, payments told twice: then the invariants are judged from outside."""
