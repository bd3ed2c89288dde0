"""Invoices that are owed no more, or otherwise: what says so no longer is withdrawn, nothing late is begun."""
