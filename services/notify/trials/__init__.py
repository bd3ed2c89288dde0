"""A text sent to its author as a test: it is no message, so that nothing ever counts it as a reminder."""
