"""The rows of the fault matrix: how one is marked, what it is given, and how it is judged."""

import contextlib
import os
import pathlib
import random
import shutil
import tempfile
import time

from means import SEARCH, AskError, Failed, Skip, ask, command, until  # noqa: F401  for the rows
from means import dies_with_parent  # noqa: F401
from world import World

ROWS = []  # in the order they are told


def row(name, how, slice=False):
    """Marks a function of one argument, its Case, as the row `name`."""
    def mark(function):
        ROWS.append(Row(name, how, function, slice))
        return function
    return mark


class Row:
    def __init__(self, name, how, function, slice):
        self.name, self.how, self.function, self.in_slice = name, how, function, slice


class Case:
    """One run of a row: what it counted and what it objects to."""

    def __init__(self, row, tools, is_slice):
        self.row, self.tools, self.is_slice = row, tools, is_slice
        self.cycles = self.accepted = self.office = self.queued = self.dead = 0
        self.duplicates = self.lost = self.kill_points = self.power_cuts = 0
        self.objections, self.notes, self.figures = [], [], []
        self.canaries, self.searched_files, self.searched_bytes = 0, 0, 0
        self.meant_to_lose = False
        self.stack = contextlib.ExitStack()
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix=row.name + "-", dir=tools.scratch))
        self.directory.chmod(0o755)
        self.stack.callback(shutil.rmtree, self.directory, ignore_errors=True)
        self.started = time.monotonic()

    def check(self, holds, objection):
        if not holds:
            self.objections.append(objection)
        return holds

    def note(self, text):
        self.notes.append(text)

    def figure(self, name, **values):
        """Measured, for those who read the table by machine."""
        self.figures.append({"name": name, **values})

    def say(self, text):
        self.tools.progress(f"{self.row.name}: {text}")

    def add(self, tally):
        """Counts a world's pings in, and objects to what no row allows."""
        for name in ("accepted", "office", "queued", "dead", "duplicates", "lost"):
            setattr(self, name, getattr(self, name) + getattr(tally, name))
        for objection in tally.objections:
            self.check(False, objection)

    def hear_canaries(self, label, search):
        """What became of a world's secrets: see canaries.py."""
        self.searched_files += search.places
        self.searched_bytes += search.bytes
        self.canaries += len(search.found)
        for place, what in search.found.items():
            self.check(False, f"{label}a secret got out: {what}, in {place}")

    def needs_root(self):
        if os.geteuid() != 0:
            raise Skip("needs root")

    def needs_mounts(self):
        if not self.tools.own_mounts:
            raise Skip("needs a mount namespace of its own (CAP_SYS_ADMIN)")

    def needs(self, *programs):
        for program in programs:
            if shutil.which(program, path=SEARCH) is None:
                raise Skip(f"needs {program}")

    def world(self, **settings):
        world = World(self, **settings)
        self.stack.callback(world.close)
        return world

    @property
    def verdict(self):
        bad = self.objections or (self.lost > 0) != self.meant_to_lose
        return "failed" if bad else "passed"


class Tools:
    """What one run of all rows shares."""

    def __init__(self, build, scratch, own_mounts, progress):
        self.outrider = str(build / "outrider")
        self.writer = str(build / "tests" / "faults" / "faults_writer")
        self.skew = str(build / "tests" / "faults" / "libfaults_skew.so")
        self.poison = str(build / "tests" / "faults" / "libfaults_poison.so")
        self.scratch, self.own_mounts, self.progress = scratch, own_mounts, progress
        self.dice = random.Random(20261121)
