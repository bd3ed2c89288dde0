"""The figures, by name, in the order in which they are measured."""

from tests.bench.figure import Figure
from tests.bench.figures.enrol import ENROL

ALL = (ENROL,)
FIGURES: dict[str, Figure] = {figure.name: figure for figure in ALL}
