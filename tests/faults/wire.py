"""N rows, continued: what is between the truck and the office. Names, routes, cables, certificates."""

import ssl
import time

from clock import Skew
from harness import Failed, row, until
from link import NAME, OFFICE, OFFICE6, Certificates, Link
from network import Exchange, busy
from office_stub import Stub
from receiver_stub import Receiver

# --- N10 ---------------------------------------------------------------------------------------------


def old_protocol(certificates):
    context = certificates.server("old", "localhost")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


DAY = 86400
BAD = {  # name: the server's context, and a word that the reason has to have
    "expired": (lambda c: c.server("expired", "localhost", skew=-60 * DAY), "expired"),
    "not yet valid": (lambda c: c.server("future", "localhost", skew=60 * DAY), "clock"),
    "for another host": (lambda c: c.server("other", "portal.example"), "localhost"),
    "self-signed": (lambda c: c.server("self", "localhost", authority=None), "self"),
    "of an unknown authority": (lambda c: (c.make_authority("stranger"), c.server(
        "strange", "localhost", authority="stranger"))[1], "issuer"),
    "signed with SHA-1": (lambda c: c.server("weak", "localhost", digest="-sha1"), "weak"),
    "TLS 1.1 only": (old_protocol, "version"),
}


@row("N10", "certificates and protocols not to be trusted", slice=True)
def n10(case):
    certificates = Certificates(case)
    world = case.world(servicetitan={"ca_file": str(certificates.authority)}).with_receiver()
    good = certificates.server("good", "localhost")
    stub = world.office = Stub(world, tls=good)
    stub.host = "localhost"
    world.start_agent()
    world.drive(10)
    world.drain(15)
    details = {}
    for name, (make, word) in BAD.items():
        world.stop_agent()
        stub.tls = make(certificates)
        stub.application_bytes = 0
        world.start_agent()
        world.drive(10)
        until(f"{name}: an error is told", lambda: world.status()["last_error"], 10)
        details[name] = world.status()["last_error"]["detail"]
        case.check(stub.application_bytes == 0,
                   f"{name}: {stub.application_bytes} bytes were sent to it")
        case.check(word in details[name].lower(), f"{name}: the reason does not say '{word}': "
                                                  f"{details[name]}")
        case.check(world.queue() == 10, f"{name}: pings are gone")
        stub.tls = good
        world.stop_agent()  # it waits a minute or more where somebody has to mend something
        world.start_agent()
        world.drain(20)
        case.cycles += 1
    case.check(len(set(details.values())) >= len(details) - 1, "the reasons are not told apart")
    world.settle()


# --- C2 ----------------------------------------------------------------------------------------------


@row("C2", "TLS by a wall clock that is ten years off")
def c2(case):
    certificates = Certificates(case)
    world = case.world(servicetitan={"ca_file": str(certificates.authority)})
    world.with_receiver(rate=1)  # its seconds are ours: it keeps time
    stub = world.office = Stub(world, tls=certificates.server("good", "localhost"))
    stub.host = "localhost"
    skew = Skew(case.tools, world.directory)
    for words, seconds in {"10 years behind GPS": -3652 * DAY, "10 years ahead of GPS": 3652 * DAY,
                           "8 h behind GPS": -DAY // 3}.items():
        skew.set(seconds)
        world.start_agent(environment=skew.environment)
        before = world.status()["delivered"]
        until(f"{words}: pings are delivered", lambda: world.status()["delivered"] >= before + 3, 25)
        reasons = "; ".join(world.status()["reasons"])
        case.check(words in reasons, f"'{words}' is not told: {reasons or 'no reason'}")
        case.cycles += 1
        world.stop_agent()
    skew.set(0)
    world.receiver.rate = 0
    world.start_agent()
    world.settle()


# --- with a cable ------------------------------------------------------------------------------------


class Truck:
    """A world on both ends of a cable, with TLS as in life."""

    def __init__(self, case, **settings):
        self.link = Link(case)
        certificates = Certificates(case)
        settings.setdefault("servicetitan", {})["ca_file"] = str(certificates.authority)
        self.world = case.world(**settings)
        listener = self.link.listener(self.link.office_pid, OFFICE)
        self.stub = self.world.office = Stub(self.world, listener=listener,
                                             tls=certificates.server("office"))
        self.stub.host = NAME
        self.world.receiver = Receiver(
            listener=self.link.listener(self.link.truck_pid, "127.0.0.1"))

    def start(self):
        self.world.start_agent(wrap=self.link.wrap())
        return self.world


def slow_answers(world, seconds):
    """The slowest of many answers of the agent to its screen, in seconds."""
    slowest, end = 0.0, time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        world.status()
        slowest = max(slowest, time.monotonic() - began)
        time.sleep(0.02)
    return slowest


@row("N11", "names: no such name, a server that is deaf")
def n11(case):
    truck = Truck(case)
    world, link = truck.world, truck.link
    link.resolv.write_text("nameserver 10.251.0.99\n")  # nobody's: nothing comes back
    link.truck("ip", "neighbour", "add", "10.251.0.99", "lladdr", "02:00:00:00:00:99", "dev",
               "cable", check=False)
    link.name_points_to()
    truck.start()
    for _ in range(1 if case.is_slice else 3):
        world.drive(20)
        slowest = slow_answers(world, 3)
        case.check(slowest < 0.05, f"the screen waits {slowest * 1000:.0f} ms while names hang")
        given = world.receiver.given
        world.drive(20, 50)
        case.check(world.status()["captured"] >= given + 19, "recording waits for names")
        # Later it may know the way by heart.
        case.check(world.queue() > 0 or case.cycles, "the row proves nothing")
        link.name_points_to(OFFICE)
        took = world.drain(60)
        case.check(took <= 25, f"{took:.0f} s to resume")
        case.cycles += 1
        link.name_points_to()
        for connection in list(truck.stub.open_connections):
            connection.close()
    world.drive(5)
    took, _ = world.stop_agent()
    case.check(took <= 5, f"{took:.1f} s to stop while names hang")
    link.name_points_to(OFFICE)
    truck.start()
    world.settle()


@row("N12", "IPv6 leads nowhere, IPv4 works", slice=True)
def n12(case):
    truck = Truck(case)
    world, link = truck.world, truck.link
    link.name_points_to(OFFICE6, OFFICE)
    link.rule(f"ip6 daddr {OFFICE6} drop")
    slowest = 0.0
    for _ in range(3):
        connections = truck.stub.connections
        truck.start()
        began = time.monotonic()
        world.drive(3, 1000)
        until("a connection over IPv4", lambda: truck.stub.connections > connections, 30, every=0.005)
        slowest = max(slowest, time.monotonic() - began)
        world.drain(30)
        world.stop_agent()
        case.cycles += 1
    case.check(slowest <= 0.5, f"{slowest:.1f} s until IPv4 was tried")
    case.note(f"connected after {slowest * 1000:.0f} ms")
    truck.start()
    world.settle()


@row("N13", "packets over 576 bytes vanish: ours, the office's, both", slice=False)
def n13(case):
    truck = Truck(case, http={"timeout_s": 5, "connect_timeout_s": 5})
    world, link = truck.world, truck.link
    link.packets_as_on_a_wire()
    truck.start()
    for name, sides in (("ours", (link.truck,)), ("the office's", (link.office,)),
                        ("both", (link.truck, link.office))):
        for connected in (True, False):
            if connected:
                world.drive(10)
                world.drain()
            for side in sides:
                link.rule("oifname cable ip length > 576 drop", side=side)
            truck.stub.script = busy  # so that they go together, and the answer is large as well
            began = time.monotonic()
            world.drive(40)
            truck.stub.script = Exchange.accept
            try:
                world.drain(60)
                case.note(f"{name}, {'on' if connected else 'before'} a connection: "
                          f"{time.monotonic() - began:.0f} s")
            except Failed:
                case.check(False, f"{name}: nothing gets through in a minute "
                                  f"({world.queue()} wait)")
            link.no_rules()
            world.drain(30)
            ambiguous = world.status()["office"]["attempts_of_unknown_outcome"]
            world.stop_agent()  # it has learnt, and would know the next time
            truck.start()
            case.cycles += 1
    world.settle(ambiguous=ambiguous)


@row("N14", "32 kbit/s with a second's queue; then 30 % loss")
def n14(case):
    truck = Truck(case)
    world, link = truck.world, truck.link
    truck.stub.script = busy
    truck.start()
    shaped = link.truck("tc", "qdisc", "add", "dev", "cable", "root", "tbf", "rate", "32kbit",
                        "burst", "1600", "latency", "2s", check=False)
    world.drive(300, 1000)
    if shaped.returncode == 0:
        truck.stub.script = Exchange.accept
        asked, before, began = len(truck.stub.requests), link.received_bytes(), time.monotonic()
        took = world.drain(150)
        used = (link.received_bytes() - before) / took / 4000
        case.note(f"{used:.0%} of the line in {time.monotonic() - began:.0f} s, "
                  f"{len(truck.stub.requests) - asked} requests")
        case.check(used >= 0.8, f"only {used:.0%} of the line was used")
        link.truck("tc", "qdisc", "del", "dev", "cable", "root")
        case.cycles += 1
    else:
        case.note("no tbf here: only the loss was played")
    link.rule("numgen random mod 100 < 30 drop")
    world.drive(100)
    took = world.drain(150)
    case.note(f"100 pings through 30 % loss in {took:.0f} s")
    case.cycles += 1
    link.no_rules()
    world.settle(ambiguous=0)


@row("N15", "the cable is in for 3 s, out for 7, again and again")
def n15(case):
    truck = Truck(case, retry={"base_s": 2, "cap_s": 300})  # as in life: waiting would miss windows
    world, link = truck.world, truck.link
    truck.start()
    world.drive(5)
    world.drain()
    windows = 2 if case.is_slice else 6
    for window in range(windows):
        link.truck("ip", "link", "set", "cable", "down")
        world.drive(20, 50)
        time.sleep(6.6)
        arrived = len(truck.stub.pings())
        link.truck("ip", "link", "set", "cable", "up")
        link.truck("ip", "address", "add", OFFICE6[:-1] + "2/64", "dev", "cable", "nodad", check=False)
        world.receiver.emit(30, 10)
        case.check(len(truck.stub.pings()) > arrived, f"window {window + 1}: nothing arrived in 3 s")
        case.cycles += 1
        case.say(f"window {window + 1} of {windows}")
    world.settle(ambiguous=windows)


@row("N16", "a connection kept alive is dead, and nobody says so")
def n16(case):
    truck = Truck(case)
    world, link = truck.world, truck.link
    truck.start()
    ambiguous = 0
    for _ in range(1 if case.is_slice else 3):
        world.drive(5)
        world.drain()
        ports = [peer[1] for peer in peers(truck.stub)]
        case.check(bool(ports), "no connection is kept alive: the row proves nothing")
        link.rule(*[f"tcp sport {port} drop" for port in ports])
        ambiguous += 1
        world.drive(5)
        took = world.drain(60)
        case.check(took <= 15, f"{took:.0f} s to find out")
        case.note(f"found out in {took:.1f} s")
        link.no_rules()
        case.cycles += 1
    world.settle(ambiguous=ambiguous)


def peers(stub):
    found = []
    for connection in list(stub.open_connections):
        try:
            found.append(connection.getpeername())
        except OSError:
            continue
    return found
