"""A real history of receivables through the running stack, judged from outside."""
