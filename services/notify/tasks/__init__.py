"""Tasks: planned calls, completed with an outcome or withdrawn when nothing is owed any more."""
