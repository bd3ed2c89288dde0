"""What quotes holds on people: exported, erased, and dropped in time."""
