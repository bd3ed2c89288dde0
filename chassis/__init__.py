"""Mechanics without business words: every service stands on them."""
