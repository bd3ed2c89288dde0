"""The shop as a process: `python -m tests.chassis.serving`; the settings come from the environment."""

from chassis.main import serve
from chassis.settings import ServiceSettings, load
from tests.chassis.shop import SERVICE

if __name__ == "__main__":
    serve(SERVICE, load(ServiceSettings))
