"""E-mails of steps that came back."""
