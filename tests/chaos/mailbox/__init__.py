"""The mail catcher of the local stack, made to misbehave as relays do. What it accepted stays outside evidence."""
