#!/usr/bin/env python3
"""A minute of Outrider, with nothing but this machine: a recorded drive goes through a real gpsd into
the agent, and its pings to the stand-in office; meanwhile a technician has a morning. The cable is
pulled and put back, and the books are compared with what the office holds. Leaves no process behind,
whatever happens."""

import argparse
import ctypes
import http.client
import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import morning  # noqa: E402

RECORDING = pathlib.Path(__file__).resolve().parent.parent / "data" / "drive_mountain_view.nmea"
DRIVE_FROM = 703  # seconds into the recording: the light has just turned green
PHASES = (("driving, the office is reached", 20), ("the cable is pulled", 20),
          ("the cable is back", 14))


def dies_with_parent(user=None):
    """Runs in the child: another user if asked, and SIGKILL when we die, however we die."""
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def prepare():
        if user is not None:
            os.setgroups([])
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
        libc.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG; a change of user would undo it
        if os.getppid() != parent:
            os._exit(1)

    return prepare


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=10)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(10)
        self.sock.connect(self.path)


def ask(path, method, target, body=None):
    """The answer's text over a unix socket; raises on anything but 2xx."""
    connection = UnixConnection(path)
    try:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        connection.request(method, target, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        if not 200 <= answer.status < 300:
            raise RuntimeError(f"{method} {target}: {answer.status} {text}")
        return text
    finally:
        connection.close()


class Demo:
    def __init__(self, build, keep):
        self.outrider = str(build / "outrider")
        self.feeder = str(build / "tests" / "tools" / "feeder")
        self.keep = keep
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="outrider-demo-"))
        self.directory.chmod(0o755)
        self.processes = []
        self.agent_socket = str(self.directory / "agent.sock")
        self.office_socket = str(self.directory / "office.sock")
        self.morning = morning.Morning(self)

    def start(self, name, arguments, user=None, **more):
        with open(self.directory / f"{name}.log", "ab") as log:
            more.setdefault("stdout", log)
            process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stderr=log,
                                       preexec_fn=dies_with_parent(user), **more)
        self.processes.append((name, process))
        return process

    def stop(self):
        for _, process in reversed(self.processes):
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + 6
        for _, process in reversed(self.processes):
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def check_alive(self):
        for name, process in self.processes:
            if process.poll() is not None:
                text = (self.directory / f"{name}.log").read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{name} ended with {process.returncode}:\n{text}")

    def until(self, what, seconds, condition):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.check_alive()
            try:
                result = condition()
            except (OSError, RuntimeError, ValueError, http.client.HTTPException):
                result = None
            if result:
                return result
            time.sleep(0.1)
        raise RuntimeError(f"{what}: not within {seconds} s; see {self.directory}")

    def start_office(self):
        self.port = free_port()
        self.start("office", [self.outrider, "office", "--listen", f"127.0.0.1:{self.port}",
                              "--database", str(self.directory / "office.db"),
                              "--control", self.office_socket, "--seed", "sample"])
        self.until("the office", 10, lambda: self.ask_office("GET", "/office/v1/summary"))

    def start_receiver(self):
        feeder = self.start("feeder", [self.feeder, "--rebase", "--rate", "1", "--from",
                                       str(DRIVE_FROM), str(RECORDING)],
                            stdout=subprocess.PIPE, text=True)
        feed_port = feeder.stdout.readline().split()[-1]
        self.gpsd_port = free_port()
        # Started as root, gpsd changes to another user by itself and so forgets to die with us.
        user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        sockets = self.directory / "gpsd"
        sockets.mkdir()
        if user:
            os.chown(sockets, user.pw_uid, user.pw_gid)
        self.start("gpsd", [shutil.which("gpsd", path="/usr/sbin:/usr/local/sbin:/usr/bin"), "-N",
                            "-n", "-S", str(self.gpsd_port), "-F", str(sockets / "control"),
                            f"tcp://127.0.0.1:{feed_port}"], user)

    def start_agent(self):
        for name, text in (("client-secret", "cs1.demo"), ("app-key", "ak1.demo")):
            path = self.directory / name
            path.touch(mode=0o600)
            path.write_text(text + "\n")
        config = self.directory / "outrider.toml"
        config.write_text(f"""\
[unit]
id = "van-7"
name = "Van 7"
[servicetitan]
api_url = "http://127.0.0.1:{self.port}"
auth_url = "http://127.0.0.1:{self.port}"
tenant = "1000001"
gps_provider = "outrider"
client_id = "cid.demo"
client_secret_file = "{self.directory}/client-secret"
app_key_file = "{self.directory}/app-key"
[technician]
id = {morning.ANA}
[dispatch]
back_end = "office"
check_in = "office"
poll_s = 1
[privacy]
track = "always"
[gps]
port = {self.gpsd_port}
[sample]
bound_m = 3
interval_s = 3
followed_interval_s = 3
[sync]
interval_s = 4
auto_sync_threshold = 3
[retry]
base_s = 1
cap_s = 4
[state]
directory = "{self.directory}/state"
[local]
socket = "{self.agent_socket}"
""")
        self.agent = self.start("agent", [self.outrider, "agent", "--config", str(config)])
        self.until("the agent", 10, self.status)
        self.until("the first fix", 30, lambda: self.status()["gps"]["state"] == "fix")

    def ask_agent(self, target):
        return json.loads(ask(self.agent_socket, "GET", target))

    def ask_office(self, method, target, body=None):
        return ask(self.office_socket, method, target, body)

    def status(self):
        return self.ask_agent("/v1/status")

    def fault(self, mode):
        self.ask_office("PUT", "/office/v1/faults", {"mode": mode})

    def pings_at_office(self):
        text = self.ask_office("GET", "/office/v1/pings")
        return [json.loads(line) for line in text.splitlines()]

    def office_summary(self):
        return json.loads(self.ask_office("GET", "/office/v1/summary"))

    def show(self, label):
        status = self.status()
        gps, queue, office = status["gps"], status["queue"], status["office"]
        place = (f"{gps['latitude']:.5f} {gps['longitude']:.5f}"
                 if gps.get("latitude") is not None else "no position yet")
        speed = gps.get("speed_mps")
        age = office.get("acknowledged_age_s")
        print(f"  {label:<31} {place:<21} {(speed or 0) * 3.6:5.0f} km/h  "
              f"{status['reported']:3d} pings  {queue['pings']:3d} waiting  "
              f"office heard {'nothing yet' if age is None else f'{age:.0f} s ago'}", flush=True)

    def run(self):
        started = time.monotonic()
        self.start_office()
        self.start_receiver()
        self.start_agent()
        print(f"A van in Mountain View, a real gpsd, the agent and the stand-in office.\n"
              f"Everything is in {self.directory}\n")
        for phase, (label, seconds) in enumerate(PHASES):
            self.fault("refuse" if "pulled" in label else "none")
            end, played = time.monotonic() + seconds, False
            while time.monotonic() < end:
                self.check_alive()
                self.show(label)
                played = played or self.morning.go_on(phase)
                time.sleep(1)
            self.until("the morning", 15, lambda: played or self.morning.go_on(phase))
        self.until("the queue to drain", 30, lambda: self.status()["queue"]["pings"] == 0)
        self.show("drained")
        return self.account(started)

    def account(self, started):
        """Stops the agent, starts it once more for the books, and holds them against the office's."""
        if not self.keep:
            self.agent.terminate()
            self.agent.wait(6)
            self.processes = [p for p in self.processes if p[1] is not self.agent]
            self.stop_gpsd()
            self.start("agent", [self.outrider, "agent", "--config",
                                 str(self.directory / "outrider.toml")])
            self.until("the agent", 10, self.status)
            self.until("the queue to drain", 30, lambda: self.status()["queue"]["pings"] == 0)
        audit = self.ask_agent("/v1/audit")
        office = self.office_summary()
        sequences = [int(p["ping"]["externalId"].rsplit("-", 1)[1])
                     for p in self.pings_at_office()]
        books = audit["pings"]
        accepted = books["accepted"]
        at_office = set(sequences)
        lost = accepted - len(at_office) - books["queued"] - books["dead"] - books["expired"]
        print("\nThe books, as `outrider audit` has them:\n", flush=True)
        balanced = subprocess.run([self.outrider, "audit", "--socket", self.agent_socket]).returncode
        svg = self.directory / "track.svg"
        subprocess.run([self.outrider, "export", "--socket", self.agent_socket, "--format", "svg",
                        "--from", "1h", "--late", "10s", "--output", str(svg)], check=True)
        print()
        taps = self.morning.figures(audit)
        figures = {
            "captured": audit["captured"], "reported": accepted, "delivered": books["delivered"],
            "office": len(sequences), "queued": books["queued"], "dead": books["dead"],
            "duplicates": office["duplicates"], "lost": lost,
            "invented": len(at_office - set(range(1, accepted + 1))),
            "balanced": balanced == 0, "svg": str(svg), **taps,
            "seconds": round(time.monotonic() - started, 1),
        }
        print(f"\nThe office holds {figures['office']} pings: {lost} lost, "
              f"{figures['duplicates']} sent twice, {figures['invented']} it should not have.\n"
              f"Of {taps['taps']} taps {taps['applied']} were applied and {taps['cards']} became "
              f"cards; {taps['refused']} were refused at once; {taps['false_texts']} of "
              f"{taps['texts']} messages were false.\n"
              f"A picture of the drive: {svg}\n")
        return figures

    def stop_gpsd(self):
        for name, process in self.processes:
            if name == "gpsd":
                process.terminate()
                process.wait(5)
        self.processes = [p for p in self.processes if p[0] != "gpsd"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def good(figures):
    return (figures["lost"] == 0 and figures["duplicates"] == 0 and figures["queued"] == 0
            and figures["invented"] == 0 and figures["captured"] > 0 and figures["balanced"]
            and figures["office"] == figures["delivered"] and morning.good(figures))


def main():
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--keep", action="store_true", help="stay up afterwards")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the figures too")
    options = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    demo = Demo(options.build.resolve(), options.keep)
    try:
        figures = demo.run()
        if options.json:
            options.json.write_text(json.dumps(figures, indent=2) + "\n")
        print("All accounted for." if good(figures) else "THE BOOKS DO NOT MATCH.")
        if options.keep:
            print(f"Still running; look with\n  {demo.outrider} status --watch --socket "
                  f"{demo.agent_socket}\nand end with Ctrl-C.")
            while True:
                demo.check_alive()
                time.sleep(1)
        return 0 if good(figures) else 1
    except KeyboardInterrupt:
        return 130
    except (RuntimeError, subprocess.CalledProcessError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    finally:
        demo.stop()


if __name__ == "__main__":
    sys.exit(main())
