"""D rows: the process is killed, the power is cut, the disk is full, fails, lies or is damaged."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import time

import harness
from harness import Failed, Skip, command, row, until

# --- what the writer's words are worth ---------------------------------------------------------------


def acknowledged(text):
    """From the writer's output: the newest it says is accepted, those it says are off."""
    accepted, off = 0, set()
    for words in (line.split() for line in text.split("\n")[:-1]):
        if words[0] == "a":
            accepted = max(accepted, int(words[1]))
        elif words[0] == "d":
            off |= set(range(int(words[1]), int(words[2]) + 1))
    return accepted, off


def opened(case, path):
    """The file as the program finds it when it starts again."""
    done = command(case.tools.writer, "verify", path, check=False)
    if done.returncode != 0:
        raise Failed(f"the file cannot be opened again: {done.stderr.strip()}")
    found = json.loads(done.stdout)
    found["delivered"] = {n for first, last in found["delivered"] for n in range(first, last + 1)}
    found["queued"] = set(found["queued"])
    if found["discrepancies"] or found["altered"]:
        case.check(False, f"{len(found['altered'])} altered, {done.stderr.strip()[:200]}")
    return found


def hold_against(case, found, accepted, off):
    """How many of 1 to `accepted` are gone."""
    lost = set(range(1, accepted + 1)) - found["queued"] - found["delivered"]
    case.check(found["accepted"] >= accepted or lost,
               f"the ledger knows {found['accepted']} of {accepted}")
    case.duplicates += len(off & found["queued"])
    case.lost += len(lost)
    return len(lost)


def count(case, found, accepted):
    case.accepted += max(accepted, found["accepted"])
    case.office += len(found["delivered"])
    case.queued += len(found["queued"])


# --- D1 ----------------------------------------------------------------------------------------------

CHANGING = ("pwrite64", "fdatasync", "fsync", "ftruncate", "unlink", "rename", "link", "renameat2",
            "openat")


def killed(case, folder, words, syscall, number, acks):
    """Runs the words until the `number`th such system call; false when there are fewer."""
    files = [folder / name for name in ("q.db", "q.db-wal", "q.db-journal")] + [folder]
    paths = [word for path in files for word in ("-P", path)] if syscall == "openat" else []
    strace = ["strace", "-f", "-o", "/dev/null", "-e", f"trace={syscall}", "-e",
              f"inject={syscall}:signal=KILL:when={number}", *paths, "setpriv", "--pdeathsig",
              "KILL", *words]
    with open(acks, "wb") as out:
        done = subprocess.run([str(w) for w in strace], stdout=out, stderr=subprocess.PIPE,
                              stdin=subprocess.DEVNULL, preexec_fn=harness.dies_with_parent())
    if done.returncode in (-9, 137):
        return True
    if done.returncode != 0:
        raise Failed(f"{syscall} {number}: {done.stderr.decode()[-300:]}")
    return False


def every_point(case, name, prepare, words, expect):
    """`expect(found, acks)` judges each time what the next start finds."""
    before, began = case.kill_points, time.monotonic()
    for syscall in CHANGING:
        number = 1
        step = 5 if case.is_slice else 1
        while True:
            folder = case.directory / "kill"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            prepare(folder / "q.db")
            acks = case.directory / "acks"
            if not killed(case, folder, words(folder / "q.db"), syscall, number, acks):
                break
            case.kill_points += 1
            case.cycles += 1
            case.say(f"{name}: killed at {syscall} {number}, {case.kill_points} points")
            expect(folder / "q.db", acks.read_text())
            number += step
    case.note(f"{name} {case.kill_points - before}")
    return time.monotonic() - began


def copies(source):
    def prepare(path):
        for file in source.parent.iterdir():
            if file.name.startswith(source.name):
                shutil.copy(file, path.parent / (path.name + file.name[len(source.name):]))
    return prepare


def survives(case, base=0):
    """Judges by what was acknowledged; `base` were in the file before."""
    def expect(path, text):
        accepted, off = acknowledged(text)
        accepted = max(accepted, base)
        found = opened(case, path)
        hold_against(case, found, accepted, off)
        count(case, found, accepted)
    return expect


@row("D1", "kill -9 at every call that changes the file", slice=True)
def d1(case):
    case.needs("strace", "setpriv")
    writer = case.tools.writer
    nothing = lambda path: None  # noqa: E731
    every_point(case, "enqueue", nothing, lambda p: [writer, "enqueue", p, "full", 12],
                survives(case))
    full = case.directory / "full.db"
    command(writer, "enqueue", full, "full", 40)
    every_point(case, "answer", copies(full), lambda p: [writer, "answer", p, "full", 8],
                survives(case, 40))
    every_point(case, "checkpoint", copies(full), lambda p: [writer, "drive", p, "full", 12, 16384],
                survives(case, 40))
    old = case.directory / "old.db"
    command(writer, "age", old, "full", 60)
    every_point(case, "migration", copies(old), lambda p: [writer, "verify", p],
                lambda path, _: survives(case, 60)(path, ""))
    salvage_points(case)
    lives_of_the_agent(case)


def salvage_points(case):
    """A page in the middle of the file is zeros; the salvage is killed, and the next one goes on."""
    damaged = case.directory / "damaged.db"
    command(case.tools.writer, "enqueue", damaged, "full", 200)
    data = bytearray(damaged.read_bytes())
    middle = len(data) // 2048 * 1024
    data[middle:middle + 1024] = bytes(1024)
    damaged.write_bytes(data)
    reference = case.directory / "reference"
    reference.mkdir()
    copies(damaged)(reference / "q.db")
    if command(case.tools.writer, "verify", reference / "q.db", check=False).returncode != 0:
        case.check(False, "salvage: a damaged file is refused, nothing of it is salvaged")
        return
    saved = opened(case, reference / "q.db")["queued"]
    case.check(len(saved) >= 180, f"one page of zeros leaves {len(saved)} of 200")

    def expect(path, _):
        found = opened(case, path)
        case.accepted += len(saved)
        case.queued += len(found["queued"])
        case.lost += len(saved - found["queued"])

    every_point(case, "salvage", copies(damaged), lambda p: [case.tools.writer, "verify", p], expect)


def lives_of_the_agent(case):
    """The program itself, killed while it records and delivers."""
    world = case.world(sync={"max_batch_size": 5}).with_office().with_receiver(rate=100)
    lives = 6 if case.is_slice else 30
    ambiguous = 0
    for life in range(lives):
        syscall = ("pwrite64", "fdatasync")[life % 2]
        when = case.tools.dice.randrange(8, 120) // (1 if life % 2 == 0 else 3)
        strace = ["strace", "-f", "-o", "/dev/null", "-e", f"trace={syscall}", "-e",
                  f"inject={syscall}:signal=KILL:when={when}", "setpriv", "--pdeathsig", "KILL"]
        world.start_agent(wrap=strace, wait=False)
        try:
            world.agent.wait(20)
        except subprocess.TimeoutExpired:
            raise Failed(f"the agent lives on after {syscall} {when}") from None
        ambiguous += 1
        case.kill_points += 1
        case.cycles += 1
        case.say(f"the agent: life {life + 1} of {lives}")
    world.receiver.rate = 0
    world.start_agent()
    case.check(world.starts[-1] <= 1, f"the restart took {world.starts[-1]:.1f} s")
    case.note(f"the agent {lives}, restart {world.starts[-1] * 1000:.0f} ms")
    world.settle(ambiguous=ambiguous)


# --- D2 ----------------------------------------------------------------------------------------------


class LoopDisk:
    """A file system of its own in a file."""

    def __init__(self, case, kind):
        self.case, self.kind = case, kind
        case.needs_root()
        case.needs_mounts()
        case.needs("mkfs." + kind, "xfs_io", "losetup")
        self.image = case.directory / f"{kind}.img"
        self.place = case.directory / kind
        self.mounted = False
        self.place.mkdir()
        with open(self.image, "wb") as file:
            file.truncate(320 << 20 if kind == "xfs" else 128 << 20)
        options = ["-q", "-f"] if kind == "xfs" else ["-q", "-F"]
        command(f"mkfs.{kind}", *options, self.image)
        case.stack.callback(self.unmount, check=False)

    def mount(self):
        done = command("mount", "-o", "loop", self.image, self.place, check=False)
        if done.returncode != 0:
            raise Skip(f"cannot mount {self.kind}: {done.stderr.strip()}")
        self.mounted = True

    def unmount(self, check=True):
        if not self.mounted:  # os.path.ismount does not know a file system that was shut down
            return
        for _ in range(50):
            if command("umount", self.place, check=False).returncode == 0:
                self.mounted = False
                return
            time.sleep(0.02)
        if check:
            raise Failed(f"{self.place} cannot be unmounted")
        command("umount", "-l", self.place, check=False)

    def cut(self):
        """What is not on the disk by now never will be."""
        command("xfs_io", "-x", "-c", "shutdown", self.place)


def stopped(process):
    """Until it is: what it has said by then it said before the cut."""
    process.send_signal(signal.SIGSTOP)
    while pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "TtZ":
        time.sleep(0.0005)


def power_cut(case, disk, file, durability, acks):
    """One life of the writer and its end. Its output is on another disk."""
    disk.mount()
    with open(acks, "wb") as out:
        process = subprocess.Popen(
            [case.tools.writer, "drive", disk.place / file, durability, "1000000000"], stdout=out,
            stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
            preexec_fn=harness.dies_with_parent())
    try:
        deadline = time.monotonic() + 10
        while os.path.getsize(acks) == 0:
            if process.poll() is not None or time.monotonic() > deadline:
                raise Failed(f"the writer does not write: {process.stderr.read()}")
            time.sleep(0.001)
        time.sleep(case.tools.dice.random() * 0.08)
        stopped(process)
        text = acks.read_text()
        disk.cut()
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
    disk.unmount()
    return text


def power_cuts(case, kind, durability, cuts):
    disk = LoopDisk(case, kind)
    acks = case.directory / "acks"
    file, known, off_before, losing = 0, 0, set(), 0
    for cut in range(cuts):
        if cut % 20 == 0:  # a new file now and then, to cut its making too
            file, known, off_before = file + 1, 0, set()
            disk.mount()
            for old in disk.place.glob("q*"):
                old.unlink()
            disk.unmount()
        text = power_cut(case, disk, f"q{file}.db", durability, acks)
        accepted, off = acknowledged(text)
        accepted = max(accepted, known)
        disk.mount()
        found = opened(case, disk.place / f"q{file}.db")
        disk.unmount()
        case.cycles += 1
        case.power_cuts += 1
        gone = hold_against(case, found, accepted, off | off_before)
        losing += gone > 0
        last_of_file = cut % 20 == 19 or cut == cuts - 1
        if last_of_file:
            count(case, found, accepted)
        # What is lost once is not to be lost again; and what was not said may be there.
        known = found["accepted"] if gone else max(accepted, found["accepted"])
        off_before = found["delivered"]
        case.say(f"{kind}, {durability}: cut {cut + 1} of {cuts}, {case.lost} lost")
        if gone and durability == "normal":
            if not last_of_file:
                count(case, found, accepted)
            file, known, off_before = file + 1, 0, set()
    return losing


@row("D2-ext4", "power cut on ext4 (file system shut down)", slice=True)
def d2_ext4(case):
    power_cuts(case, "ext4", "full", 20 if case.is_slice else 300)
    case.check(case.duplicates == 0, f"{case.duplicates} came back into the queue")


@row("D2-xfs", "power cut on xfs", slice=True)
def d2_xfs(case):
    power_cuts(case, "xfs", "full", 20 if case.is_slice else 300)
    case.check(case.duplicates == 0, f"{case.duplicates} came back into the queue")


@row("D2-mutant", "the same with synchronous=NORMAL has to lose", slice=True)
def d2_mutant(case):
    case.meant_to_lose = True
    losing = power_cuts(case, "ext4", "normal", 12 if case.is_slice else 40)
    case.duplicates = 0
    case.note(f"{losing} of {case.cycles} cuts lost accepted pings")


# --- D4, D6, D7: the disk refuses --------------------------------------------------------------------

WRITES = "pwrite64,fdatasync,ftruncate"


class Refusal:
    """From now on until stop() the kernel refuses these calls of the process."""

    def __init__(self, world, calls, error, when=""):
        world.case.needs("strace")
        self.process = world.start(
            "strace", ["strace", "-f", "-o", "/dev/null", "-p", world.agent.pid, "-e",
                       f"trace={calls}", "-e", f"inject={calls}:error={error}{when}"])
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
    if not case.is_slice:
        disk_refuses(case, "EIO", "fdatasync", True)
        disk_refuses(case, "EIO", "pread64", False)


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
            told = any(word in world.log() for word in ("salvage", "quarantine", "damaged"))
            case.check(told or not most or tally.accepted <= tally.office,
                       f"{name}: pings are gone and nothing says so")
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
    world = case.world().with_office().with_receiver()
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
