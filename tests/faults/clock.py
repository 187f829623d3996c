"""C rows: the device's clock is wrong, or jumps."""

import struct
import time

from harness import Failed, row, until

YEAR = 365.25 * 86400


class Skew:
    """The wall clock of the processes started in this environment."""

    def __init__(self, tools, folder):
        self.path = folder / "skew"
        self.set(0)
        self.environment = {"LD_PRELOAD": tools.skew, "SKEW_FILE": str(self.path)}

    def set(self, seconds):
        with open(self.path, "r+b" if self.path.exists() else "wb", buffering=0) as file:
            file.write(struct.pack("q", int(seconds)))


@row("C1", "the wall clock jumps; a start in 1970")
def c1(case):
    world = case.world(filter={"past_s": 86400, "future_s": 86400})
    world.with_office().with_receiver(rate=1)  # its seconds are ours: it keeps time
    skew = Skew(case.tools, world.directory)
    world.start_agent(environment=skew.environment)
    for name, seconds in {"+1 h": 3600, "-1 h": -3600, "+10 years": 10 * YEAR, "back": 0,
                          "-10 years": -10 * YEAR, "back again": 0}.items():
        skew.set(seconds)
        counts(case, world, f"a jump by {name}" if seconds else f"{name} to the right time")
    for name, seconds in {"in 1970": 10 - time.time(), "10 years ahead": 10 * YEAR}.items():
        world.stop_agent()
        skew.set(seconds)
        world.start_agent(environment=skew.environment)
        counts(case, world, f"a start {name}")
    skew.set(0)
    world.receiver.rate = 0
    time.sleep(0.5)
    world.settle()


def counts(case, world, what):
    """Fixes go on being recorded, by their own time, and delivered."""
    before = world.status()["delivered"]
    case.cycles += 1
    try:
        until(f"{what}: the fixes count", lambda: world.status()["delivered"] >= before + 3, 12)
    except Failed:
        status = world.status()
        case.check(False, f"{what}: no fix counts ({'; '.join(status['reasons']) or 'no reason told'})")
