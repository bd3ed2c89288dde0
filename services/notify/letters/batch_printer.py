"""The process that prints the batch of a day: `python -m services.notify.letters.batch_printer`."""

from services.notify.letters.printing import MEMORY, answer
from services.notify.rendering.child import serve

CPU_SECONDS = 240.0

if __name__ == "__main__":
    serve(answer, cpu_seconds=CPU_SECONDS, memory=2 * MEMORY)
