"""The figures, by name, in the order in which they are measured."""

from tests.bench.figure import Figure
from tests.bench.figures.enrol import ENROL
from tests.bench.figures.stop import STOP

ALL = (
    ENROL,
    STOP,
)
FIGURES: dict[str, Figure] = {figure.name: figure for figure in ALL}
