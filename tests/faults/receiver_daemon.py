"""More G rows: whatever becomes of gpsd, the agent lives, takes next to no processor time meanwhile,
and is back soon after it."""

import json
import signal
import socket
import time

from gpsd import Daemon
from harness import row, until
from receiver_stub import DEVICE, Receiver

MOST_CPU_PERCENT = 1
MOST_BACK_S = 2


def endure(case, world, name, seconds, mend, states=(), each_second=lambda: None):
    """The fault is there: so long, and then mend() ends it and returns when gpsd is back."""
    used, began = world.cpu_s(), time.monotonic()
    for _ in range(seconds):
        each_second()
        time.sleep(1)
    percent = 100 * (world.cpu_s() - used) / (time.monotonic() - began)
    status = world.status()
    case.check(percent < MOST_CPU_PERCENT, f"{name}: {percent:.2f} % of a processor")
    state, detail = status["gps"]["state"], status["gps"]["detail"]
    case.check(not states or state in states, f"{name}: the status says {state}: {detail}")
    captured = status["captured"]
    mend()
    began = time.monotonic()

    def back():
        now = world.status()
        return now["captured"] > captured and now["gps"]["state"] == "fix"

    until(f"{name}: a fix counts again", back, 40, every=0.02)
    took = time.monotonic() - began
    case.check(took <= MOST_BACK_S, f"{name}: {took:.1f} s to come back")
    case.figure(name, cpu_percent=round(percent, 3), back_s=round(took, 2))
    case.note(f"{name}, {seconds} s: {percent:.2f} % of a processor, back in {took:.2f} s")
    case.cycles += 1


def with_daemon(case):
    world = case.world().with_office()
    world.receiver = Daemon(case, world)
    return world, world.receiver


def driving(world):
    """Until pings flow."""
    until("a fix is a ping", lambda: world.status()["reported"] > 0, 20)


def settle(world):
    world.receiver.feed.silent = True
    time.sleep(0.5)
    world.settle()


@row("G4", "gpsd is killed, TERM and KILL", slice=True)
def g4(case):
    world, gpsd = with_daemon(case)
    gpsd.start()
    world.start_agent()
    driving(world)
    for seconds in ((2,) if case.is_slice else (2, 12, 40)):
        for number in (signal.SIGTERM, signal.SIGKILL):
            gpsd.stop(number)
            endure(case, world, number.name, seconds, gpsd.start, ("no gpsd",))
    settle(world)


@row("G5", "gpsd is stopped (SIGSTOP), and goes on", slice=True)
def g5(case):
    world, gpsd = with_daemon(case)
    gpsd.start()
    world.start_agent()
    driving(world)
    for seconds, states in (((3, ()),) if case.is_slice else
                            ((3, ()), (20, ("no gpsd",)), (100, ("no gpsd",)))):
        gpsd.process.send_signal(signal.SIGSTOP)
        endure(case, world, "SIGSTOP", seconds,
               lambda: gpsd.process.send_signal(signal.SIGCONT), states)
    settle(world)


@row("G6", "gpsd is absent at the start, then without a receiver")
def g6(case):
    for seconds in (2, 30):
        world, gpsd = with_daemon(case)
        world.start_agent()
        endure(case, world, "absent", seconds, gpsd.start, ("no gpsd",))
        settle(world)
    for seconds in (2, 30):
        world, gpsd = with_daemon(case)
        gpsd.start(with_device=False)
        world.start_agent()
        endure(case, world, "no receiver", seconds, gpsd.add_device, ("no device",))
        settle(world)


@row("G7", "gpsd accepts and never speaks")
def g7(case):
    for seconds in (5, 30, 90):
        world = case.world().with_office()
        listener = socket.create_server(("127.0.0.1", 0), backlog=5)
        world.with_receiver(listener=socket.create_server(("127.0.0.1", 0)))  # for what it said
        world.receiver.port = listener.getsockname()[1]
        world.start_agent()

        def speak():
            world.receiver.close()
            world.receiver = Receiver(rate=5, listener=listener)

        endure(case, world, "mute", seconds, speak, ("no gpsd",))
        world.receiver.rate = 0
        time.sleep(0.3)
        world.settle()


@row("G8", "gpsd has its 64 clients, and refuses the 65th")
def g8(case):
    for seconds in (3, 30):
        world, gpsd = with_daemon(case)
        gpsd.start()
        clients = gpsd.fill()
        world.start_agent()

        def leave():
            for client in clients:
                client.shutdown(socket.SHUT_RDWR)
                client.close()

        endure(case, world, "65th client", seconds, leave, ("no gpsd",))
        settle(world)


def device(number):
    """libgps 3.22 loops for ever over a fifth device, and over anything nested in one."""
    return {"class": "DEVICE", "path": f"/dev/tty{number}", "driver": "u-blox", "flags": 1,
            "activated": "2026-01-01T00:00:00.000Z", "parity": "N", "stopbits": 1,
            "hexdata": "b5", "nested": {"one": [1, {"two": 2}]}}


@row("G9", "gpsd tells five devices, nested, a line of 20 kB, garbage", slice=True)
def g9(case):
    world = case.world().with_office().with_receiver()
    world.start_agent()
    world.drive(10)
    named = {"class": "DEVICES", "devices": [{"class": "DEVICE", "path": DEVICE}]}
    for number in range(4):
        named["devices"].append(device(number))
    lines = {"five devices": json.dumps(named),
             "20 kB": json.dumps({"class": "TPV", "device": DEVICE, "mode": 3, "x": "y" * 20000}),
             "garbage": bytes(range(128, 256)) * 10}
    for name, line in lines.items():
        seconds = 1 if case.is_slice else 10
        endure(case, world, name, seconds, lambda: world.receiver.emit(3, 5),
               each_second=lambda: world.receiver.say(line))
    world.settle()
