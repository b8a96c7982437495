"""Turns into the table that the docs quote: ratios first, absolute figures only normalised."""

import statistics
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.rounds import Turn

BEGIN, END = "<!-- printed by make bench -->\n\n", "\n\n<!-- until here -->"


@dataclass
class Row:
    """`ours : theirs`, a ratio a round; `least` or `most` is what we promise."""

    what: str
    ratios: list[float]
    least: float | None = None
    most: float | None = None

    @property
    def median(self) -> float:
        """The figure that counts."""
        return statistics.median(self.ratios)

    @property
    def is_kept(self) -> bool:
        """Whether the promise holds in this run."""
        return (self.least is None or self.median >= self.least) and (
            self.most is None or self.median <= self.most
        )

    def line(self) -> str:
        """Its line of the table."""
        bounds = (("≥", self.least), ("≤", self.most))
        promise = next((f"{sign} {bound:g}" for sign, bound in bounds if bound is not None), "–")
        verdict = "yes" if self.is_kept else "**no**"
        span = f"{short(min(self.ratios))} – {short(max(self.ratios))}"
        cells = [self.what, f"{short(self.median)} ×", span, promise, "–" if promise == "–" else verdict]
        return f"| {' | '.join(cells)} |"


@dataclass
class Measured:
    """What one benchmark found: ratios, and the turns behind them by variant."""

    rows: list[Row]
    turns: dict[str, list[Turn]] = field(default_factory=dict)


def ratios(ours: list[Turn], theirs: list[Turn]) -> list[float]:
    """Rates as they were, round by round: the loop's own noise would only add to theirs."""
    return [mine.rate / other.rate for mine, other in zip(ours, theirs, strict=True)]


def processor_ratios(ours: list[Turn], theirs: list[Turn]) -> list[float]:
    """Their processor time a piece over ours: hardly moved by what else runs on the machine."""
    return [other.cpu_ms / mine.cpu_ms for mine, other in zip(ours, theirs, strict=True) if mine.cpu_ms]


def compared(what: str, ours: list[Turn], theirs: list[Turn], least: float | None = None) -> list[Row]:
    """The promise about rates, and beside it the same in processor time."""
    return [
        Row(what, ratios(ours, theirs), least),
        Row(f"{what}, in processor time", processor_ratios(ours, theirs)),
    ]


def short(value: float) -> str:
    """Three significant digits, no exponents."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}"


def ratio_table(found: list[Measured]) -> str:
    """The promises."""
    head = "| ours : theirs | median | min – max | to reach | reached |\n|---|---|---|---|---|\n"
    return head + "\n".join(row.line() for measured in found for row in measured.rows)


def turn_table(found: list[Measured]) -> str:
    """What is behind them: medians over the rounds."""
    head = (
        "| variant | a second, norm | p50 ms | p99 ms | processor ms, app + database |\n"
        "|---|---|---|---|---|\n"
    )
    lines = []
    for measured in found:
        for name, turns in measured.turns.items():
            norm, p50, p99, app, database = (
                short(statistics.median(getattr(turn, field) for turn in turns))
                for field in ("norm", "p50_ms", "p99_ms", "app_ms", "database_ms")
            )
            lines.append(f"| {name} | {norm} | {p50} | {p99} | {app} + {database} |")
    return head + "\n".join(lines)


def put_into(document: Path, told: str) -> None:
    """Replace what an earlier run printed there. Raises ValueError when the document has no place for it."""
    text = document.read_text("utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{document} lacks the two comments that enclose the tables")
    document.write_text(before + begin + told + end + after, "utf-8")
