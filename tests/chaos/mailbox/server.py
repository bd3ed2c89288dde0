"""The misbehaving mail catcher as a program of the stack."""

import sys
from collections.abc import Sequence

from deploy.local.servers import MailboxServer


class FaultyMailbox(MailboxServer):
    def command(self) -> Sequence[str]:
        return [
            *(sys.executable, "-m", "tests.chaos.mailbox", "--directory", str(self.data_dir)),
            *("--smtp-port", str(self.smtp_port), "--port", str(self.port)),
        ]
