"""P rows: the agent is stopped, hangs, meets a record it cannot read, or is flooded with questions."""

import os
import signal
import socket
import sqlite3
import time

from harness import row, until
from network import Exchange, stub_world


@row("P1", "SIGTERM and SIGHUP while a request is under way", slice=True)
def p1(case):
    world = stub_world(case)
    stub = world.office

    def late(exchange):
        time.sleep(1)
        return exchange.accept()

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        stub.script = Exchange.accept
        world.start_agent()
        stub.script = late
        asked = len(stub.requests)
        world.receiver.emit(20)
        until("a request is under way", lambda: len(stub.requests) > asked)
        took, code = world.stop_agent(number)
        case.check(took <= 5, f"signal {number}: {took:.1f} s to stop")
        case.check(code == 0, f"signal {number}: ended with {code}")
        case.cycles += 1
    stub.script = Exchange.accept
    world.start_agent()
    world.settle(ambiguous=0)

    world = stub_world(case, lambda exchange: time.sleep(60))
    world.start_agent()
    world.drive(20)
    until("a request is under way", lambda: world.office.requests)
    took, code = world.stop_agent()
    case.check(took <= 5, f"nobody answers: {took:.1f} s to stop")
    case.note(f"{took:.1f} s to stop while nobody answers")
    case.cycles += 1
    world.office.script = Exchange.accept
    world.start_agent()
    world.settle(ambiguous=0)


class Manager:
    """What systemd hears: when the last sign of life came."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        self.socket.setblocking(False)
        self.signs, self.ready, self.last = 0, False, time.monotonic()

    def hear(self):
        try:
            while True:
                words = self.socket.recv(4096).decode()
                self.ready |= "READY=1" in words
                if "WATCHDOG=1" in words:
                    self.signs += 1
                    self.last = time.monotonic()
        except BlockingIOError:
            return self.signs


@row("P2", "the event loop hangs (SIGSTOP), a watchdog of 2 s", slice=True)
def p2(case):
    path = str(case.directory / "notify")
    manager = Manager(path)
    case.stack.callback(manager.socket.close)
    world = case.world().with_office().with_receiver(rate=20)
    environment = {"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "2000000"}
    world.start_agent(environment=environment)
    for _ in range(1 if case.is_slice else 3):
        signs = manager.hear()
        until("signs of life come", lambda: manager.hear() >= signs + 3, 5)
        world.agent.send_signal(signal.SIGSTOP)
        manager.hear()
        hung = time.monotonic()
        while manager.hear() is not None and time.monotonic() - manager.last < 2:
            time.sleep(0.01)
        case.check(time.monotonic() - hung <= 2.1, "signs of life come from a hung agent")
        world.kill_agent()  # as the manager does, and starts it again
        world.start_agent(environment=environment)
        case.cycles += 1
    case.check(manager.ready, "READY=1 never came")
    case.note("the part of systemd is played")
    world.agent.send_signal(signal.SIGSTOP)  # and a hang that ends by itself
    time.sleep(1)
    world.agent.send_signal(signal.SIGCONT)
    world.receiver.rate = 0
    time.sleep(0.3)
    world.settle(ambiguous=case.cycles)


BODIES = (b"", b"\x00", b"\xff" * 40, bytes(range(256)) * 40, b"\x01" + b"\xee" * 31, b"y" * 1000000)


@row("P3", "records in the queue that cannot be read", slice=True)
def p3(case):
    world = case.world().with_office().with_receiver()
    world.start_agent()
    world.office.fault("error500")
    world.drive(60)
    world.stop_agent()
    database = sqlite3.connect(world.state / "outrider.db")
    for number, body in enumerate(BODIES):
        database.execute("UPDATE pings SET body = ? WHERE sequence = ?", (body, 10 + number))
        case.cycles += 1
    database.commit()
    database.close()
    world.office.fault("none")
    for _ in range(3):
        world.start_agent()
        time.sleep(0.2)
        case.check(world.agent.poll() is None, "the agent died of them")
        world.kill_agent()
    world.start_agent()
    world.drain(30)
    case.check(world.status()["queue"]["dead"] == len(BODIES),
               f"{world.status()['queue']['dead']} dead letters for {len(BODIES)} of them")
    world.settle(ambiguous=3)


@row("P3-crash", "the program dies of one record, start after start", slice=True)
def p3_crash(case):
    world = case.world().with_office().with_receiver()
    world.start_agent()
    world.office.fault("error500")
    world.drive(60)
    world.stop_agent()
    world.office.fault("none")
    poison = 5
    environment = {"LD_PRELOAD": case.tools.poison, "POISON": str(poison),
                   "GUARD_FILE": str(world.state / "outrider.db.handling")}
    for _ in range(3):
        world.start_agent(environment=environment, wait=False)
        until("it dies", lambda: world.agent.poll() is not None, 20)
        case.check(not world.books()["dead"], "a record is set aside too soon")
        case.cycles += 1
    world.start_agent()
    world.drain(30)
    case.check(world.status()["queue"]["dead"] == 1,
               f"{world.status()['queue']['dead']} dead letters for one such record")
    case.check(f"pings {poison} made the program crash" in world.log(), "the log does not name it")
    world.settle(ambiguous=0)


def half_open(path, count):
    peers = []
    for _ in range(count):
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        peer.settimeout(0.2)
        try:
            peer.connect(path)
            peer.send(b"GET /v1/status HT")
        except OSError:
            pass
        peers.append(peer)
    return peers


@row("P4", "the control socket is flooded", slice=True)
def p4(case):
    world = case.world().with_office().with_receiver(rate=50)
    world.start_agent()
    until("pings flow", lambda: world.status()["reported"] > 5)
    memory = world.rss_kib()
    floods = {
        "300 half-open connections": lambda: half_open(world.agent_socket, 300),
        "10,000 connections": lambda: [p for _ in range(10 if case.is_slice else 100)
                                       for p in (close(half_open(world.agent_socket, 100)) or [])],
        "noise": lambda: close(noise(world.agent_socket)),
    }
    for name, flood in floods.items():
        given, began = world.receiver.given, time.monotonic()
        peers = flood() or []
        time.sleep(0.5)
        seconds = time.monotonic() - began
        case.check(world.receiver.given - given >= seconds * 25, f"{name}: the receiver was held up")
        given = world.receiver.given
        close(peers)
        began = time.monotonic()
        status = until(f"{name}: the agent answers again", world.status, 10)
        case.check(time.monotonic() - began <= 2,
                   f"{name}: no answer for {time.monotonic() - began:.1f} s")
        case.check(status["captured"] >= given - 5, f"{name}: recording lags")
        case.cycles += 1
    more = world.rss_kib() - memory
    case.check(more <= 8192, f"{more} KiB more memory than before")
    if os.geteuid() == 0:  # the agent shows nobody else
        case.check(len(os.listdir(f"/proc/{world.agent.pid}/fd")) < 80, "descriptors are left open")
    world.receiver.rate = 0
    time.sleep(0.3)
    world.settle()


def noise(path):
    peers = half_open(path, 20)
    for peer in peers:
        try:
            peer.send(b"\x00\xff" * 60000)
        except OSError:
            pass
    return peers


def close(peers):
    for peer in peers:
        peer.close()
