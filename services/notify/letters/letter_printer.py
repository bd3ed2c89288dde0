"""The process that prints one letter at a time: `python -m services.notify.letters.letter_printer`."""

from services.notify.letters.printing import MEMORY, answer
from services.notify.rendering.child import serve

CPU_SECONDS = 5.0

if __name__ == "__main__":
    serve(answer, cpu_seconds=CPU_SECONDS, memory=MEMORY)
