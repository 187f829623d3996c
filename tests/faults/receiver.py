"""G rows: the receiver's daemon is gone, talks nonsense or says nothing."""

import json
import socket
import time

from harness import ask, row, until
from receiver_stub import DEVICE, Receiver


@row("G1", "gpsd hangs up, restarts, is not there at all", slice=True)
def g1(case):
    world = case.world().with_office().with_receiver()
    port = world.receiver.port
    world.start_agent()
    world.drive(10)
    for _ in range(1 if case.is_slice else 3):
        world.receiver.hang_up()
        back(case, world, "after hanging up")
    for gone in ((1,) if case.is_slice else (1, 8, 20, 35)):
        said = world.receiver.said
        given, first = world.receiver.given, world.receiver.first
        world.receiver.close()
        time.sleep(gone)
        state = world.status()["gps"]
        case.check(state["state"] != "fix" and "gpsd" in state["detail"],
                   f"gone for {gone} s: the status says {state['state']}: {state['detail']}")
        world.receiver = Receiver(listener=socket.create_server(("127.0.0.1", port)))
        world.receiver.said, world.receiver.given, world.receiver.first = said, given, first
        back(case, world, f"after {gone} s without gpsd")
    world.settle()


def back(case, world, what):
    began = time.monotonic()
    until(f"{what}: the agent comes back", world.receiver.watched, 40, every=0.005)
    took = time.monotonic() - began
    case.check(took <= 2, f"{what}: {took:.1f} s to come back")
    world.drive(10)
    world.drain()
    case.cycles += 1


def nonsense(receiver):
    """Lines that must not become pings. The good fix they are made of stays unsaid."""
    now = receiver.first.timestamp() + receiver.given

    def tpv(**changes):
        fix = {"class": "TPV", "device": DEVICE, "mode": 3,
               "time": time.strftime("%Y-%m-%dT%H:%M:%S.500Z", time.gmtime(now)),
               "lat": 37.5, "lon": -122.0, "speed": 20.0, "eph": 4.0}
        fix.update(changes)
        return json.dumps(fix)

    def at(text):
        return tpv(time=text)

    return {
        "noise": b"\x00\xff\xfe\x80\x01" * 50, "half a line": '{"class":"TPV","mode":3,"lat":37.5,',
        "a line of 1 MB": b"x" * (1 << 20),
        "1 MB of JSON": '{"class":"TPV","a":"%s"}' % ("y" * (1 << 20)),
        "brackets": "[" * 30000, "NaN": tpv().replace("37.5", "NaN"),
        "Infinity": tpv().replace("37.5", "Infinity"), "1e999": tpv().replace("37.5", "1e999"),
        "latitude 91": tpv(lat=91.0), "longitude -181": tpv(lon=-181.0), "0 0": tpv(lat=0.0, lon=0.0),
        "no time": tpv(time=None), "time 0": at("1970-01-01T00:00:00.000Z"),
        "1980": at("1980-01-06T00:00:01.000Z"), "2038": at("2038-01-19T03:14:08.000Z"),
        "a week number rolled over": at(time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(
            now - 1024 * 7 * 86400))),
        "2137": at("2137-01-01T00:00:00.000Z"), "year 99999": at("99999-01-01T00:00:00.000Z"),
        "mode 0": tpv(mode=0), "mode 1": tpv(mode=1),
        "mode 1e14": tpv().replace('"mode": 3', '"mode": 1e14'),
        "an error of 5 km": tpv(eph=5000.0), "text for a number": tpv(lat="37.5"),
        "another class": '{"class":"NONSENSE","lat":37.5}',
        "an error": '{"class":"ERROR","message":"?"}',
        "no member": "{}", "null": "null", "empty": "",
        "20 devices": json.dumps({"class": "DEVICES", "devices": [
            {"class": "DEVICE", "path": f"/dev/tty{i}"} for i in range(20)] + [
                {"class": "DEVICE", "path": DEVICE}]}),
    }


@row("G2", "gpsd talks nonsense", slice=True)
def g2(case):
    world = case.world(filter={"past_s": 86400, "future_s": 86400}).with_office().with_receiver()
    world.start_agent()
    world.drive(10)
    for _ in range(1 if case.is_slice else 3):
        for name, line in nonsense(world.receiver).items():
            before = world.status()["reported"]
            world.receiver.say(line)
            last = world.receiver.given
            time.sleep(0.02)
            until(f"{name}: the agent listens on", world.receiver.watched, 10)
            case.check(world.status()["reported"] == before, f"{name} became a ping")
            world.receiver.emit(4, 100)
            until(f"{name}: good fixes count again",
                  lambda: world.status()["reported"] >= last + 4, 10)
            case.cycles += 1
    again = world.receiver.report()
    for _ in range(3):
        world.receiver.say(again)  # and the same again, and older ones
    until("the first of them counts", lambda: world.status()["reported"] == world.receiver.given, 5)
    reasons = json.loads(ask(world.agent_socket, "GET", "/v1/audit"))
    case.note(f"{sum(reasons['not_reported'].values())} fixes not reported, for "
              f"{len(reasons['not_reported'])} reasons")
    case.check(len(reasons["not_reported"]) >= 6, "too few reasons are told apart")
    world.settle()


@row("G3", "gpsd is silent, the connection open")
def g3(case):
    world = case.world().with_office().with_receiver()
    world.start_agent()
    for _ in range(1 if case.is_slice else 3):
        world.drive(10)
        words, connections = world.receiver.words, world.receiver.connections
        began = time.monotonic()
        until("the agent asks what is the matter", lambda: world.receiver.words > words
              or world.receiver.connections > connections, 15)
        took = time.monotonic() - began
        case.check(took <= 11, f"{took:.0f} s of silence before the agent asks")
        case.check(world.status()["gps"]["state"] != "fix", "the status still tells a fix")
        case.cycles += 1
    world.drive(10)
    world.settle()
