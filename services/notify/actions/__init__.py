"""What became of a key, whatever was asked under it: a message, a letter or a task."""
