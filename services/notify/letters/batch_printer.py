"""The process that prints the batch of a day: `python -m services.notify.letters.batch_printer`."""

from chassis.printing_child import MEMORY, serve_printing
from services.notify.letters.printing import letters

CPU_SECONDS = 240.0

if __name__ == "__main__":
    serve_printing(letters, cpu_seconds=CPU_SECONDS, memory=2 * MEMORY)
