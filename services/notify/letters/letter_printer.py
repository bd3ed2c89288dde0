"""The process that prints one letter at a time: `python -m services.notify.letters.letter_printer`."""

from chassis.printing_child import serve_printing
from services.notify.letters.printing import letters

CPU_SECONDS = 5.0

if __name__ == "__main__":
    serve_printing(letters, cpu_seconds=CPU_SECONDS)
