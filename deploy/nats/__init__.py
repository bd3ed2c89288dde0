"""Who may do what on the bus: the users of NATS, out of the streams and consumers of `contracts.topology`."""
