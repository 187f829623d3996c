"""C rows: the device's clock is wrong, or jumps."""

import glob
import time

from harness import Failed, Skip, row, until

JUMPS = ("+1h", "-1h", "+10y", "-10y", "+0")


@row("C1", "the wall clock jumps; a start in 1970", slice=True)
def c1(case):
    library = next(iter(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")), None)
    if library is None:
        raise Skip("needs faketime")
    world = case.world(filter={"past_s": 86400, "future_s": 86400}).with_office().with_receiver(rate=20)
    file = world.directory / "faketime"
    environment = {"LD_PRELOAD": library, "FAKETIME_TIMESTAMP_FILE": str(file),
                   "FAKETIME_NO_CACHE": "1", "DONT_FAKE_MONOTONIC": "1"}
    file.write_text("+0\n")
    world.start_agent(environment=environment)
    for jump in JUMPS:
        file.write_text(jump + "\n")
        told(case, world, f"a jump by {jump}", jump)
    for start in ("@1970-01-01 00:00:10", "+10y"):
        world.stop_agent()
        file.write_text(start + "\n")
        world.start_agent(environment=environment)
        told(case, world, f"a start at {start}", start)
    file.write_text("+0\n")
    world.receiver.rate = 0
    time.sleep(0.5)
    world.settle()


def told(case, world, what, jump):
    """Fixes go on being recorded and delivered; else the status has to say that it is the clock."""
    before = world.receiver.given
    case.cycles += 1
    try:
        until(f"{what}: the fixes count", lambda: world.status()["delivered"] >= before + 10, 4)
    except Failed as failure:
        status = world.status()
        case.check(False, f"{failure}: {status['delivered']} delivered, {status['queue']['pings']} "
                          f"wait; {'; '.join(status['reasons']) or 'no reason told'}")
