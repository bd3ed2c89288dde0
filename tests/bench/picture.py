"""The results as a picture: a bar for each ratio, a whisker for its spread, a mark for its goal, its time. Pure."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from tests.bench.measure import Entry, Of

WIDTH, NAMES, ROW, HEAD = 860, 210, 40, 46
BARS = 380
"""Width of the longest bar; what is left beside it is for the numbers."""
MET, MISSED, INK, PALE = "#2f7d4f", "#b3372f", "#1d2433", "#8a93a5"


def picture(entries: Sequence[Entry]) -> str:
    """An SVG document. Each row has its own scale: what counts is on which side of its goal a bar ends."""
    height = HEAD + ROW * len(entries) + 12
    rows = "\n".join(_row(entry, HEAD + ROW * number) for number, entry in enumerate(entries))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
        f' font-family="sans-serif" font-size="13" fill="{INK}">\n'
        "<title>Ours beside the floor</title>\n"
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n'
        '<text x="16" y="27" font-size="16">Ours beside the floor: ratio, its spread over the rounds,'
        " and the goal</text>\n"
        f"{rows}\n</svg>\n"
    )


def _row(entry: Entry, top: int) -> str:
    value, low, high = _shown(entry)
    scale = BARS / (max(high, entry.goal.bound, 1e-9) * 1.1)
    middle, colour = top + ROW // 2, MET if entry.is_met else MISSED
    goal = NAMES + entry.goal.bound * scale
    return "\n".join(
        (
            f'<text x="16" y="{middle + 2}">{escape(entry.name)}</text>',
            f'<text x="16" y="{middle + 15}" font-size="10" fill="{PALE}">{entry.at:%Y-%m-%d %H:%M}</text>',
            f'<rect x="{NAMES}" y="{middle - 9}" width="{max(value * scale, 1):.1f}" height="18" fill="{colour}"/>',
            f'<line x1="{NAMES + low * scale:.1f}" x2="{NAMES + high * scale:.1f}" y1="{middle}" y2="{middle}"'
            f' stroke="{INK}" stroke-width="2"/>',
            f'<line x1="{goal:.1f}" x2="{goal:.1f}" y1="{middle - 14}" y2="{middle + 14}" stroke="{INK}"'
            ' stroke-dasharray="3 2"/>',
            f'<text x="{NAMES + BARS + 12}" y="{middle + 5}">{value:.3g}'
            f'<tspan fill="{PALE}"> ({escape(entry.goal.text)})</tspan></text>',
        )
    )


def _shown(entry: Entry) -> tuple[float, float, float]:
    """What the goal bounds: the median, the smallest, the largest."""
    if entry.goal.of is Of.RATIO:
        return entry.ratio, *entry.spread
    ours = sorted(each.ours for each in entry.rounds)
    return entry.ours_is, ours[0], ours[-1]
