"""Who used the processor: our servers, their databases, whoever else is on this machine (Linux; elsewhere zeros)."""

import os
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICK = os.sysconf("SC_CLK_TCK")
DATABASES = ("postgres", "redis-server")


@dataclass(frozen=True)
class Process:
    """One line of the process table."""

    name: str
    parent: int
    seconds: float


def processes() -> dict[int, Process]:
    """The process table."""
    found = {}
    for folder in PROC.glob("[0-9]*"):
        try:
            text = (folder / "stat").read_text()
        except OSError:
            continue
        # The name stands in parentheses and may contain anything, parentheses too.
        name, _, rest = text.partition("(")[2].rpartition(")")
        fields = rest.split()
        # With the children that it has already buried.
        used = sum(int(value) for value in fields[11:15]) / TICK
        found[int(folder.name)] = Process(name, int(fields[1]), used)
    return found


def offspring(table: dict[int, Process], root: int) -> list[Process]:
    """Everything that `root` started and that still runs."""
    children: dict[int, list[int]] = {}
    for pid, process in table.items():
        children.setdefault(process.parent, []).append(pid)
    found, waiting = [], list(children.get(root, ()))
    while waiting:
        pid = waiting.pop()
        found.append(table[pid])
        waiting += children.get(pid, ())
    return found


def used_by_ours() -> tuple[float, float]:
    """Processor seconds so far of what we started: applications, databases."""
    ours = offspring(processes(), os.getpid())
    databases = sum(process.seconds for process in ours if process.name in DATABASES)
    return sum(process.seconds for process in ours) - databases, databases


def used_by_all() -> float:
    """Processor seconds that this machine has worked so far."""
    try:
        first = (PROC / "stat").read_text().splitlines()[0].split()[1:]
    except OSError:
        return 0.0
    user, nice, system, _idle, _waiting, *interrupts = (int(value) for value in first[:8])
    return (user + nice + system + sum(interrupts)) / TICK


@dataclass
class Watch:
    """How busy others kept this machine since the watch began."""

    all_before: float
    ours_before: float

    @classmethod
    def begin(cls) -> "Watch":
        """Now."""
        return cls(used_by_all(), _ours())

    def others(self, seconds: float) -> float:
        """Their share of all cores, from 0 to 1."""
        used = used_by_all() - self.all_before - (_ours() - self.ours_before)
        return max(used, 0.0) / seconds / (os.cpu_count() or 1)


def _ours() -> float:
    mine = os.times()
    return mine.user + mine.system + mine.children_user + mine.children_system + sum(used_by_ours())
