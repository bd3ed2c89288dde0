"""The texts of messages, letters and calls: defaults in files, and what an organisation puts in their place."""
