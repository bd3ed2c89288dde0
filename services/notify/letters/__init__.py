"""Letters: prepared as PDF, printed, posted, or withdrawn when nothing is owed any more."""
