"""The servers of the local stack, each as one process with its data in one directory.

with running(PostgresServer(directory, free_port(), databases=["billing"])) as postgres:
    connect(postgres.url("billing"))
"""

from deploy.local.launch import Launched, running
from deploy.local.servers.mailbox import MailboxServer
from deploy.local.servers.nats import NatsServer
from deploy.local.servers.postgres import PostgresServer
from deploy.local.servers.temporal import TemporalServer

__all__ = [
    "Launched",
    "MailboxServer",
    "NatsServer",
    "PostgresServer",
    "TemporalServer",
    "running",
]
