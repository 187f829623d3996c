"""D rows: the process is killed at every point, and the power is cut."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

import harness
from harness import Failed, Skip, command, row

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
    stat = pathlib.Path(f"/proc/{process.pid}/stat")
    while stat.read_text().rsplit(")", 1)[1].split()[0] not in "TtZ":
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
