"""Invoices that are owed no more: what was planned is withdrawn until they are owed again, nothing late is begun."""
