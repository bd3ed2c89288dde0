"""Fifty thousand open invoices, a wave of steps, fifty payments a second: `make load`."""
