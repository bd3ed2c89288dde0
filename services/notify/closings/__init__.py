"""Invoices that are owed no more: what was planned for them is withdrawn, and nothing late is begun."""
