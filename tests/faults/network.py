"""N rows: the office refuses, is busy, breaks off, dawdles or is not the office at all."""

import threading
import time
from email.utils import formatdate

from harness import Failed, Skip, row, until
from office_stub import Exchange, Stub, give_token

BATCH = 100


def stub_world(case, script=None, **settings):
    world = case.world(**settings).with_receiver()
    world.office = Stub(world, script)
    return world


def busy(exchange):
    return exchange.problem(503, "Come back later")


def together(case, plays):
    """All of them at once, each with a world of its own; the first failure is the row's."""
    failures = []

    def run(play):
        try:
            play()
        except (Failed, OSError, KeyError, ValueError) as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(play,)) for play in plays]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            thread.join(0.2)
    for failure in failures:
        case.check(False, str(failure))


def cycle(world, fault, count=30, lasts=1.5):
    """The fault comes, fixes go on, the fault goes: `fault` is given True and False."""
    fault(True)
    world.drive(count)
    time.sleep(lasts)
    fault(False)
    world.drain()


@row("N1", "400 for a batch with one bad ping in 100", slice=True)
def n1(case):
    for poison in ((37,) if case.is_slice else (1, 37, 100)):
        world = stub_world(case, busy, retry={"base_s": 0.1, "cap_s": 1})
        world.start_agent()
        world.drive(BATCH)
        until("100 wait", lambda: world.queue() == BATCH, 10)
        stub = world.office

        def judge(exchange, poison=poison):
            if poison in exchange.numbers():
                return exchange.problem(400)
            return exchange.accept()
        began = time.monotonic()
        stub.script = judge
        until("the bad ping is singled out",
              lambda: world.status()["queue"]["dead"] == 1 and world.queue() == 0, 30)
        asked = stub.since(began)
        refused = [i for i, exchange in enumerate(asked) if exchange.status == 400]
        case.note(f"bad ping {poison}: {refused[-1] + 1} requests, {len(refused)} of them refused")
        case.check(refused[-1] + 1 <= 8, f"{refused[-1] + 1} requests to single out ping {poison}")
        case.cycles += 1
        world.settle()
    case.check(case.duplicates == 0, f"{case.duplicates} duplicates")


@row("N2", "400, 404, 413 and 422 for everything")
def n2(case):
    def play(status):
        def refuse(exchange):
            return exchange.problem(status)
        world = stub_world(case, refuse)
        world.start_agent()
        world.drive(120)
        time.sleep(25)  # to find out that it is not one ping
        began = time.monotonic()
        while time.monotonic() < began + 120:
            case.say(f"everything is refused, {began + 120 - time.monotonic():.0f} s more")
            time.sleep(1)
        asked = len(world.office.since(began))
        case.check(asked <= 3, f"{status}: {asked} requests in two minutes")
        case.check(world.status()["queue"]["dead"] == 0,
                   f"{status}: {world.status()['queue']['dead']} pings given up")
        case.check(bool(world.status()["reasons"]), f"{status}: the status gives no reason")
        world.office.script = Exchange.accept
        freed = time.monotonic()
        world.drain(200)
        case.note(f"{status}: {asked} requests in 120 s, drained "
                  f"{time.monotonic() - freed:.0f} s after the cure")
        case.cycles += 1
        world.settle()
    together(case, [lambda s=s: play(s) for s in (400, 404, 413, 422)])


@row("N3", "413 above 25 pings", slice=True)
def n3(case):
    def small(exchange):
        return exchange.problem(413) if len(exchange.pings) > 25 else exchange.accept()
    world = stub_world(case, busy)
    world.start_agent()
    world.drive(300, 1000)
    began = time.monotonic()
    world.office.script = small
    world.drain()
    asked = world.office.since(began)
    refused = sum(exchange.status == 413 for exchange in asked)
    case.note(f"{len(asked)} requests, {refused} of them too large")
    case.check(refused <= (len(asked) - refused) // 2,
               f"the size is not remembered: {refused} of {len(asked)} requests were too large")
    case.cycles = 1
    world.settle()


@row("N4", "401 once, 401 for ever, 403", slice=True)
def n4(case):
    def storm():
        world = case.world().with_office().with_receiver()
        world.start_agent()
        for _ in range(3):
            world.office.fault("unauthorised", **{"for": 1})
            world.drive(10)
            began = time.monotonic()
            world.drain(10)
            case.check(time.monotonic() - began < 3, "one 401 takes more than a refreshed token")
            case.cycles += 1
        world.settle()

    def for_ever():
        world = stub_world(case, lambda exchange: exchange.answer(401, "{}"))
        world.start_agent()
        world.drive(10)
        time.sleep(8)
        stub = world.office
        attempts, tokens = len(stub.requests), len(stub.tokens)
        case.check(tokens <= attempts + 1, f"{tokens} token requests for {attempts} attempts")
        case.check(attempts <= 4, f"{attempts} attempts in 8 s of 401")
        case.note(f"401 for ever: {attempts} attempts, {tokens} tokens in 8 s")
        stub.script = Exchange.accept
        world.drain(150)
        case.cycles += 1
        world.settle()

    def forbidden():
        world = stub_world(case, lambda exchange: exchange.problem(403, "Forbidden"))
        world.start_agent()
        world.drive(10)
        time.sleep(8)
        case.check(len(world.office.requests) <= 1,
                   f"403: {len(world.office.requests)} requests in 8 s")
        world.office.script = Exchange.accept
        world.drain(150)
        case.cycles += 1
        world.settle()

    together(case, [storm, for_ever, forbidden] if not case.is_slice else [storm])


@row("N5", "408, 429, 503 with Retry-After of all kinds", slice=True)
def n5(case):
    world = stub_world(case, retry={"base_s": 0.2, "cap_s": 1})
    world.start_agent()
    stub = world.office
    waits = [(429, "2", 2), (408, "1", 1), (503, lambda: formatdate(time.time() + 4, usegmt=True), 3),
             (429, "-5", 0), (429, "soon", 0), (503, "Thu, 01 Jan 1970 00:00:00 GMT", 0),
             (429, "1.5", 0)]
    for status, value, least in waits[:3] if case.is_slice else waits:
        refusals = []

        def once(exchange):
            if refusals:
                return exchange.accept()
            refusals.append(exchange)
            return exchange.problem(status, "Busy",
                                    Retry_After=value() if callable(value) else value)
        stub.script = once
        world.drive(5)
        world.drain(20)
        following = [r for r in stub.requests if r.at > refusals[0].at]
        gap = following[0].at - refusals[0].at
        case.check(least - 0.05 <= gap <= least + 2.3,
                   f"{status} Retry-After {value if isinstance(value, str) else 'a date'}: the next "
                   f"attempt came after {gap:.1f} s")
        case.cycles += 1
    stub.script = lambda exchange: exchange.problem(429, "Busy", Retry_After="1000000000")
    world.drive(5)
    time.sleep(0.5)
    wait = until("a wait is announced", lambda: world.status()["office"]["next_attempt_in_s"])
    case.check(1 < wait <= 3600, f"Retry-After 1000000000 is waited for {wait:.0f} s")
    case.note(f"a Retry-After of 31 years is {wait:.0f} s")
    stub.script = Exchange.accept
    world.stop_agent()
    world.start_agent()
    world.settle()


@row("N6", "500, 502, 503, 504 for a while", slice=True)
def n6(case):
    world = stub_world(case)
    world.start_agent()
    for status in (500, 502, 503, 504)[:2 if case.is_slice else 4]:
        began, cpu = time.monotonic(), world.cpu_s()
        world.office.script = lambda exchange: exchange.problem(status, "An error occurred.")
        world.drive(30, 100)
        cpu_driven = world.cpu_s()
        time.sleep(4)
        idle = (world.cpu_s() - cpu_driven) / 4
        asked = len(world.office.since(began))
        case.check(asked <= 30, f"{status}: {asked} requests in 4 s")
        case.check(idle < 0.02, f"{status}: {idle:.1%} of a core while it waits")
        world.office.script = Exchange.accept
        case.check(world.drain() <= 3, f"{status}: slow to resume")
        case.cycles += 1
    world.settle(ambiguous=0)


SLOW = {
    "a header of drops": lambda e: e.trickle(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                             b"Content-Length: 2\r\n\r\n[]" + b" " * 900, 0.1),
    "a body of drops": lambda e: (e.raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                        b"Content-Length: 4000\r\n\r\n"),
                                  e.trickle(b" " * 4000, 0.1))[1],
    "silence": lambda e: time.sleep(5),
}


def flood(exchange, start, piece, most=512):
    try:
        exchange.raw(start)
        for _ in range(most):
            exchange.raw(piece)
    except OSError:
        pass
    return False


ENDLESS = {
    "an endless body": lambda e: flood(e, b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                          b"Transfer-Encoding: chunked\r\n\r\n",
                                       b"10000\r\n" + b" " * 65536 + b"\r\n"),
    "an endless header": lambda e: flood(e, b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"y" * 4000
                                         + b"\r\n", 8192),
    "a flood of 1xx": lambda e: flood(e, b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100, 8192),
    "noise": lambda e: (e.raw(b"\x00\xff\x16\x03noise\r\n\r\n"), False)[1],
}


@row("N7", "answers that dawdle or never end", slice=True)
def n7(case):
    world = stub_world(case, http={"timeout_s": 3, "connect_timeout_s": 2})
    world.start_agent()
    world.drive(20)
    world.drain()
    memory = world.rss_kib()
    kinds = {**SLOW, **ENDLESS}
    for name, script in kinds.items():
        world.office.script = script
        began = time.monotonic()
        world.drive(5)
        failed = until(f"{name} is given up", lambda: world.status()["last_error"], 8)
        took = time.monotonic() - began
        case.check(took < 4.5, f"{name}: given up after {took:.1f} s, with a limit of 3 s")
        case.check(failed["fault"] in ("unreachable", "malformed"), f"{name}: {failed['fault']}")
        world.office.script = Exchange.accept
        world.drain(10)
        until("the error is over", lambda: world.status()["last_error"] is None, 5)
        case.cycles += 1
    more = world.rss_kib() - memory
    case.check(more <= 2048, f"{more} KiB more memory than before")
    world.settle(ambiguous=len(kinds))


@row("N8", "the answer is lost, or the upload is cut; no read-back", slice=True)
def n8(case):
    world = case.world().with_office().with_receiver()
    world.start_agent()
    ambiguous = 0
    for _ in range(1 if case.is_slice else 3):
        for mode in ("drop_answer", "truncate", "reset"):
            world.office.fault(mode)
            world.drive(30)
            until("it hits", lambda: world.office.hits() > 0, 10)
            ambiguous += world.office.fault("none")
            world.drain()
            case.cycles += 1
    case.note(f"{ambiguous} attempts of unknown fate")
    world.settle(ambiguous=ambiguous)

    world = stub_world(case)
    cut = []

    def in_mid_upload(connection, length):
        if len(cut) >= 5 or length < 2000:
            return True
        cut.append(length)
        Exchange.reset(Exchange(world.office, connection, "", "", {}, b""))
        return False
    world.office.before_body = in_mid_upload
    world.office.script = busy
    world.start_agent()
    world.drive(50)
    world.office.script = Exchange.accept
    world.drain()
    case.check(len(cut) > 0, "no upload was cut")
    case.cycles += 1
    tally = world.settle(ambiguous=0)
    case.note(f"{len(cut)} uploads cut, {tally.duplicates} duplicates")


@row("N8-read-back", "the same; the agent asks what the office holds", slice=True)
def n8_read_back(case):
    world = case.world(servicetitan={"read_back": "yes"}).with_office().with_receiver()
    try:
        world.start_agent()
    except Failed:
        if "read_back" in world.log():
            raise Skip("this build knows no servicetitan.read_back") from None
        raise
    for _ in range(1 if case.is_slice else 3):
        for mode in ("drop_answer", "truncate", "reset"):
            world.office.fault(mode, **{"for": 1})
            world.drive(30)
            world.drain()
            case.cycles += 1
    for _ in range(3 if case.is_slice else 10):  # and what an earlier run has left
        world.office.fault("drop_answer")
        world.drive(20)
        world.kill_agent()
        world.office.fault("none")
        world.start_agent()
        world.drain()
        case.cycles += 1
    world.settle(ambiguous=0)


def portal(exchange):
    return exchange.answer(200, "<html>Sign in to WiFi</html>", "text/html")


PORTALS = {
    "200 and HTML": portal,
    "302": lambda e: e.answer(302, "", None, Location=f"http://127.0.0.1:{e.stub.port}/portal"),
    "307": lambda e: e.answer(307, "", None, Location=f"http://127.0.0.1:{e.stub.port}/portal"),
    "511": lambda e: e.answer(511, "<html>Sign in</html>", "text/html"),
    "JSON that is not the contract's": lambda e: e.answer(200, '{"ok":true}'),
    "HTML that calls itself JSON": lambda e: e.answer(200, "<html></html>"),
    "nothing": lambda e: e.answer(200, "", None),
    "204": lambda e: e.answer(204, "", None),
}


@row("N9", "a captive portal instead of the office", slice=True)
def n9(case):
    world = stub_world(case)
    world.start_agent()
    for name, script in PORTALS.items():
        for target in ("pings",) if case.cycles else ("pings", "token"):
            if target == "token":
                world.stop_agent()
                world.office.token_script = script
                world.start_agent()
            else:
                world.office.script = script
            world.drive(20)
            time.sleep(0.5)
            status = world.status()
            case.check(status["queue"]["pings"] == 20,
                       f"{name}: {20 - status['queue']['pings']} pings count as delivered")
            case.check(status["last_error"] is not None, f"{name}: no error is told")
            if "HTML" in name and status["last_error"]:
                case.check("portal" in status["last_error"]["detail"],
                           f"{name}: {status['last_error']['detail']}")
            world.office.script = Exchange.accept
            world.office.token_script = give_token
            if world.status()["office"]["state"] == "paused":
                world.stop_agent()
                world.start_agent()
                case.note(f"{name} pauses")
            world.drain()
            case.cycles += 1
    case.check(not world.office.other, f"a redirect was followed: {world.office.other[:1]}")
    world.settle(ambiguous=0)
