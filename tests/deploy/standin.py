"""python -m tests.deploy.standin PORT NAME [stubborn] [parent]: a small process to be supervised.

It answers 200 to everything; GET /crash makes it end with code 7 and last words. `stubborn` ignores
SIGTERM; `parent` starts a process of its own, in another session, that ignores SIGTERM too.
"""

import http.server
import os
import signal
import subprocess
import sys

SLEEPER = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/crash":
            os.write(1, b"the roof fell in\n")
            os._exit(7)
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        return


def main() -> None:
    port, name, *habits = sys.argv[1:]
    os.write(1, f"{name} begins\n".encode())
    if "stubborn" in habits:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if "parent" in habits:
        subprocess.Popen([sys.executable, "-c", SLEEPER, name], start_new_session=True)
    http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()


if __name__ == "__main__":
    main()
