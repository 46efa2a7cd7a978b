"""Numbers of a benchmark, and the table they are shown in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median


def middle(values: Sequence[float]) -> float:
    """The median."""
    return float(median(values))


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least such a share of all do not exceed; 0.99 for the slowest hundredth."""
    if not values:
        raise ValueError("no values were measured")
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * round(share * 10_000) // 10_000) - 1)]


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the quotients of each round: both halves of a quotient stood under the same load."""
    return middle([one / other for one, other in zip(ours, theirs, strict=True)])


def shown(value: float) -> str:
    """Three figures that matter."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


@dataclass(frozen=True, slots=True)
class Claim:
    """What is promised, what was measured, and whether that keeps it."""

    what: str
    aim: str
    measured: str
    kept: bool


@dataclass(frozen=True, slots=True)
class Section:
    """One benchmark's findings."""

    title: str
    how: str
    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    claims: list[Claim] = field(default_factory=list)


def at_least(what: str, measured: float, aim: float, unit: str = " ×") -> Claim:
    """A claim that more is better for."""
    return Claim(what, f"≥ {aim:g}{unit}", f"{shown(measured)}{unit}", measured >= aim)


def at_most(what: str, measured: float, aim: float, unit: str = " ×") -> Claim:
    """A claim that less is better for."""
    return Claim(what, f"≤ {aim:g}{unit}", f"{shown(measured)}{unit}", measured <= aim)
