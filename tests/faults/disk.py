"""D rows, continued: the disk is full, fails, is damaged, or another program's."""

import os
import pathlib
import sqlite3
import subprocess
import time

from harness import Failed, Skip, command, row, until

# --- D4, D6, D7: the disk refuses --------------------------------------------------------------------

WRITES = "pwrite64,fdatasync,ftruncate"


class Refusal:
    """From now on until stop() the kernel refuses these calls of the process."""

    def __init__(self, world, calls, error, when="", also=""):
        world.case.needs("strace")
        self.record = world.directory / "calls"
        self.process = world.start(
            "strace", ["strace", "-f", "-o", self.record, "-p", world.agent.pid, "-e",
                       f"trace={calls}{also}", "-e", f"inject={calls}:error={error}{when}"])
        until("strace is attached", lambda: self.attached(world), 10, every=0.005)

    def attached(self, world):
        if self.process.poll() is not None:
            raise Skip("strace may not attach: " + world.log("strace").strip()[-100:])
        status = pathlib.Path(f"/proc/{world.agent.pid}/status").read_text()
        return f"TracerPid:\t{self.process.pid}" in status

    def stop(self):
        self.process.terminate()
        self.process.wait()


def disk_refuses(case, error, calls, told):
    world = case.world().with_office().with_receiver(rate=20)
    world.start_agent()
    until("pings flow", lambda: world.status()["delivered"] > 10)
    for _ in range(1 if case.is_slice else 3):
        refusal = Refusal(world, calls, error)
        time.sleep(2)
        status = world.status()
        case.check(not told or status["health"] == "down" or status["last_error"] is not None,
                   f"{error}: the status does not tell")
        refusal.stop()
        resumes(case, world, error)
    for number in range(1, 4 if case.is_slice else 13):  # and once only, at the n-th call
        refusal = Refusal(world, calls, error, f":when={number}")
        time.sleep(0.3)
        refusal.stop()
        resumes(case, world, f"{error} at call {number}")
    world.receiver.rate = 0
    world.settle()


def resumes(case, world, what):
    """What the receiver has said so far is recorded and delivered."""
    case.cycles += 1
    case.say(what)
    given = world.receiver.given
    until(f"{what}: recording resumes", lambda: world.status()["reported"] >= given, 15)
    until(f"{what}: delivery resumes", lambda: world.status()["delivered"] >= given, 15)


@row("D4", "no space for a write, once and lasting", slice=True)
def d4(case):
    disk_refuses(case, "ENOSPC", "pwrite64,ftruncate", True)


@row("D6", "I/O errors of write, sync and read", slice=True)
def d6(case):
    disk_refuses(case, "EIO", "pwrite64,fdatasync", True)
    opens_anew(case)
    if not case.is_slice:
        disk_refuses(case, "EIO", "fdatasync", True)
        disk_refuses(case, "EIO", "pread64", False)


def opens_anew(case):
    """A sync that failed is not to be tried again: the kernel has forgotten what it was about. So
    nothing but zeros, over what may not have arrived, is written before the file is open anew."""
    world = case.world().with_office().with_receiver(rate=20)
    world.start_agent()
    until("pings flow", lambda: world.status()["delivered"] > 10)
    refusal = Refusal(world, "fdatasync", "EIO", ":when=1", ",openat,pwrite64")
    time.sleep(3)
    refusal.stop()
    lines = refusal.record.read_text().splitlines()
    failed = [i for i, line in enumerate(lines) if "EIO" in line]
    after = lines[failed[0] + 1:] if failed else []
    opened = next((i for i, line in enumerate(after) if 'outrider.db"' in line), len(after) + 1)
    zeros = '"' + "\\0" * 32
    written = next((i for i, line in enumerate(after) if "pwrite64" in line and zeros not in line),
                   len(after))
    case.check(failed and opened < written,
               "after a failed fdatasync the same open file is written to again")
    case.cycles += 1
    resumes(case, world, "a failed sync")
    world.receiver.rate = 0
    world.settle()


@row("D7", "the file system turns read-only", slice=True)
def d7(case):
    disk_refuses(case, "EROFS", WRITES, True)


# --- D5 ----------------------------------------------------------------------------------------------


def fill(place):
    """Until there is no byte left."""
    with open(place / "filler", "ab", buffering=0) as filler:
        for size in (65536, 4096, 1):
            try:
                while True:
                    filler.write(b"x" * size)
            except OSError:
                continue
    left = os.statvfs(place).f_bavail
    if left:
        raise Failed(f"{left} blocks are left")


@row("D5", "disk full with a queue to drain", slice=True)
def d5(case):
    case.needs_root()
    case.needs_mounts()
    state = case.directory / "small"
    state.mkdir()
    command("mount", "-t", "tmpfs", "-o", "size=24m", "small", state)
    case.stack.callback(command, "umount", "-l", state, check=False)
    world = case.world(directory=state).with_office().with_receiver()
    world.start_agent()
    world.office.fault("error500")
    size = 2000 if case.is_slice else 10000
    world.drive(size, 3000)
    fill(state)
    world.receiver.emit(50, 100)
    time.sleep(0.3)
    world.office.fault("none")
    took = world.drain(90)
    case.note(f"{size:,} drained in {took:.0f} s at no byte free")
    case.cycles += 1
    case.check(os.statvfs(state).f_bavail < 512, "the drain freed space: the row proves nothing")
    for _ in range(2):  # full again while nothing waits; then there is room again
        world.receiver.emit(50, 100)
        fill(state)
        world.receiver.emit(50, 100)
        (state / "filler").unlink()
        world.receiver.emit(10, 100)
        case.cycles += 1
    until("recording resumes by itself",
          lambda: world.status()["captured"] >= world.receiver.given - 1, 30)
    world.settle()


# --- D8 ----------------------------------------------------------------------------------------------


def overwrite(path, at, data):
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(data)


def middle(path):
    return path.stat().st_size // 2048 * 1024


NOISE = bytes((i * 197 + 31) % 256 for i in range(4096))
DAMAGES = {  # name: what is done to file and log, and how many pings may be gone with it
    "a page of zeros": (lambda db, wal: overwrite(db, middle(db), bytes(1024)), 40),
    "a page of noise": (lambda db, wal: overwrite(db, middle(db), NOISE[:1024]), 40),
    "the header zeroed": (lambda db, wal: overwrite(db, 0, bytes(100)), 40),
    "the first page of noise": (lambda db, wal: overwrite(db, 0, NOISE[:1024]), 40),
    "the last fifth cut off": (lambda db, wal: os.truncate(db, db.stat().st_size // 5120 * 4096),
                               100),
    "noise in the log": (lambda db, wal: overwrite(wal, wal.stat().st_size // 2, NOISE), 300),
    "noise after the log": (lambda db, wal: overwrite(wal, wal.stat().st_size, NOISE), 0),
    "a shared-memory file of noise": (lambda db, wal: pathlib.Path(str(db) + "-shm")
                                      .write_bytes(NOISE), 0),
}


@row("D8", "the file is damaged: page, header, end, log", slice=True)
def d8(case):
    chosen = list(DAMAGES.items())
    for name, (damage, most) in chosen[:1] + chosen[5:6] if case.is_slice else chosen:
        world = case.world().with_office().with_receiver()
        world.label = name + ": "
        world.start_agent()
        world.office.fault("error500")
        world.drive(300, 1000)
        if "log" in name:
            world.kill_agent()
        else:
            world.stop_agent()
        db, wal = world.state / "outrider.db", world.state / "outrider.db-wal"
        damage(db, wal)
        world.office.fault("none")
        case.cycles += 1
        try:
            world.start_agent()
            case.check(world.starts[-1] <= 2, f"{name}: the start took {world.starts[-1]:.1f} s")
            world.drive(5)
            world.drain()
            tally = world.settle(destroyed=most)
            case.check(not tally.lost, f"{name}: {tally.lost} pings are gone, {most} may be, or "
                                       "nothing says so")
        except Failed as failure:
            case.check(False, f"{name}: {failure}")


# --- D9, D10, D12 ------------------------------------------------------------------------------------


def digest(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name.endswith(".db")}


@row("D9", "a file of a newer version", slice=True)
def d9(case):
    world = case.world().with_office().with_receiver()
    world.start_agent()
    world.drive(20)
    world.drain()
    world.stop_agent()
    database = sqlite3.connect(world.state / "outrider.db")
    version = database.execute("PRAGMA user_version").fetchone()[0]
    database.execute(f"PRAGMA user_version = {version + 1}")
    database.close()
    before = digest(world.state)
    for _ in range(3):
        world.start_agent(wait=False)
        try:
            code = world.agent.wait(5)
        except subprocess.TimeoutExpired:
            raise Failed("the agent runs on a newer file") from None
        case.check(code not in (0, -6, -11), f"it ended with {code}")
        case.cycles += 1
    case.check(digest(world.state) == before, "the file was changed")
    case.check("newer" in world.log(), "the message does not say why")
    case.note(f"exit code {code}")
    database = sqlite3.connect(world.state / "outrider.db")
    database.execute(f"PRAGMA user_version = {version}")
    database.close()
    world.start_agent()
    world.settle()


@row("D10", "two agents on one file", slice=True)
def d10(case):
    world = case.world().with_office().with_receiver(rate=50)
    world.start_agent()
    first, socket = world.agent, world.agent_socket
    for _ in range(3):
        world.agent_socket = str(world.directory / "second.sock")
        began = time.monotonic()
        world.start_agent(wait=False)
        try:
            code = world.agent.wait(5)
        except subprocess.TimeoutExpired:
            raise Failed("a second agent runs on the same file") from None
        took = time.monotonic() - began
        world.agent, world.agent_socket = first, socket
        case.check(took <= 1, f"the second took {took:.1f} s to end")
        case.check(code not in (0, -6, -11), f"the second ended with {code}")
        case.check(str(first.pid) in world.log(), "the holder's pid is not told")
        case.check(world.status()["health"] != "down", "the first one suffers")
        case.cycles += 1
    case.note(f"exit code {code}")
    world.receiver.rate = 0
    world.settle()


@row("D12", "30 days in the queue: 259,200 pings")
def d12(case):
    size = 259200
    # 75 MB: the gate's own limit would stretch that beyond the hour.
    world = case.world(limits={"bytes_per_hour": 1_000_000_000}).with_office().with_receiver()
    world.receiver.back(hours=80)
    world.start_agent()
    world.office.fault("error500")
    world.drive(50)
    empty = world.rss_kib()
    began = time.monotonic()
    while world.receiver.given < size:
        world.receiver.emit(2000, 100000)
        waiting = world.receiver.given - 200
        until("the fixes are recorded", lambda: world.status()["captured"] >= waiting, 60)
        case.say(f"{world.receiver.given:,} fixes")
    case.note(f"recorded at {size / (time.monotonic() - began):.0f} a second")
    more = world.rss_kib() - empty
    case.check(more <= 8192, f"{more} KiB more memory than with an empty queue")
    world.stop_agent()
    world.start_agent()
    case.check(world.starts[-1] <= 1, f"the start took {world.starts[-1]:.1f} s")
    case.note(f"{more} KiB more memory, start {world.starts[-1]:.2f} s")
    world.office.fault("none")
    took = world.drain(600)
    case.note(f"drained in {took:.0f} s")
    case.cycles = 1
    world.settle()
