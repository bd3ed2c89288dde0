"""E-mails: each handed to the relay once, whatever stops on the way."""
