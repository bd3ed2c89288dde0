"""The figures, by name, in the order in which they are measured."""

from tests.bench.figure import Figure
from tests.bench.figures.enrol import ENROL
from tests.bench.figures.growth import GROWTH
from tests.bench.figures.history import HISTORY
from tests.bench.figures.idle import IDLE
from tests.bench.figures.issue import ISSUE
from tests.bench.figures.receivables import RECEIVABLES
from tests.bench.figures.stop import STOP
from tests.bench.figures.wave import WAVE

ALL = (
    ENROL,
    STOP,
    WAVE,
    IDLE,
    GROWTH,
    HISTORY,
    ISSUE,
    RECEIVABLES,
)
FIGURES: dict[str, Figure] = {figure.name: figure for figure in ALL}
