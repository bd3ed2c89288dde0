"""What was done after the backup that the database was restored from: it is not done again."""
