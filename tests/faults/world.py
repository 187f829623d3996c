"""The world a row plays in: a receiver, the agent and an office, and the counting of what became of
every ping."""

import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time

import canaries
from means import (PATIENCE_S, SEARCH, Failed, ask, command, dies_with_parent, free_port, until)
from receiver_stub import Receiver


class Tally:
    def __init__(self):
        self.accepted = self.office = self.queued = self.dead = self.duplicates = self.lost = 0
        self.expired = 0
        self.objections = []


class Office:
    """The stand-in office, `outrider office`, with its switches."""

    def __init__(self, world, **options):
        self.world = world
        self.port = options.pop("port", None) or free_port()
        self.host = options.pop("host", "127.0.0.1")
        self.scheme = "http"
        self.socket = str(world.directory / "office.sock")
        self.options = options
        self.start()

    def start(self):
        words = [self.world.outrider, "office", "--listen", f"{self.host}:{self.port}", "--database",
                 str(self.world.directory / "office.db"), "--control", self.socket,
                 "--requests-per-second", "0", "--accept-past", "1000000000", "--accept-future",
                 "1000000000"]
        for name, path in self.world.secrets.files.items():
            words += [f"--{name.replace('_', '-')}-file", str(path)]
        for name, value in self.options.items():
            words += ["--" + name.replace("_", "-"), str(value)]
        self.process = self.world.start("office", words)
        until("the office answers", self.summary)

    def fault(self, mode, **more):
        """Sets the switches; the number of requests the former ones hit."""
        hits = self.hits()
        ask(self.socket, "PUT", "/office/v1/faults", {"mode": mode, **more})
        return hits

    def hits(self):
        return json.loads(ask(self.socket, "GET", "/office/v1/faults"))["hits"]

    def summary(self):
        return json.loads(ask(self.socket, "GET", "/office/v1/summary"))

    def pings(self):
        """As they arrived: the ping, and how often it came again."""
        lines = ask(self.socket, "GET", "/office/v1/pings", seconds=60).splitlines()
        return [(p["ping"], p["repeats"]) for p in map(json.loads, lines)]

    def refused(self):
        return set()

    def altered(self):
        return self.summary()["altered"]

    def close(self):
        pass


class World:
    """A receiver, the agent and an office, and the means to hold their words against each other."""

    def __init__(self, case, directory=None, **settings):
        self.case, self.tools = case, case.tools
        self.outrider, self.writer = self.tools.outrider, self.tools.writer
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="w", dir=case.directory))
        self.directory.chmod(0o755)
        self.state = directory or self.directory / "state"
        self.processes = []
        self.agent = self.office = self.receiver = None
        self.agent_socket = str(self.directory / "agent.sock")
        self.settings = {
            "sample": {"bound_m": 1, "wait_s": 0, "interval_s": 1, "followed_interval_s": 1,
                       "heartbeat_interval_s": 1},
            "filter": {"past_s": 1000000000, "future_s": 1000000000},
            "sync": {"interval_s": 0, "auto_sync_threshold": 1},
            "retry": {"base_s": 0.2, "cap_s": 1},
        }
        for table, values in settings.items():
            self.settings.setdefault(table, {}).update(values)
        self.label = ""  # told before what is objected to
        self.reported = 0  # the most the agent ever said it had accepted: a witness beside its books
        self.starts = []
        self.secrets = canaries.Secrets(self.directory)
        self.watch = canaries.Watch(self)

    # --- the parts -------------------------------------------------------------------------------

    def start(self, name, words, wrap=(), environment=None, **more):
        with open(self.directory / f"{name}.log", "ab") as log:
            more.setdefault("stdout", log)
            process = subprocess.Popen(
                [str(w) for w in (*wrap, *words)], stdin=subprocess.DEVNULL, stderr=log,
                env={**os.environ, "PATH": SEARCH, **(environment or {})},
                preexec_fn=dies_with_parent(), **more)
        self.processes.append(process)
        return process

    def log(self, name="agent"):
        path = self.directory / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def with_office(self, **options):
        self.office = Office(self, **options)
        return self

    def with_receiver(self, rate=0, listener=None):
        self.receiver = Receiver(rate, listener)
        return self

    def write_configuration(self):
        base = {
            "unit": {"id": "van-7", "name": "Van 7"},
            "servicetitan": {
                "api_url": f"{self.office.scheme}://{self.office.host}:{self.office.port}",
                "auth_url": f"{self.office.scheme}://{self.office.host}:{self.office.port}",
                "tenant": "1000001", "gps_provider": "outrider", "client_id": "cid.demo",
                "client_secret_file": str(self.secrets.files["client_secret"]),
                "app_key_file": str(self.secrets.files["app_key"]), "speed_unit": "m/s"},
            "gps": {"port": self.receiver.port if self.receiver else 1},
            "state": {"directory": str(self.state)},
            "local": {"socket": self.agent_socket},
        }
        for table, values in self.settings.items():
            base.setdefault(table, {}).update(values)
        text = ""
        for table, values in base.items():
            text += f"[{table}]\n"
            text += "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())
        path = self.directory / "outrider.toml"
        path.write_text(text)
        return path

    def start_agent(self, wrap=(), environment=None, wait=True):
        path = self.write_configuration()
        began = time.monotonic()
        self.agent = self.start("agent", [self.outrider, "agent", "--config", path], wrap,
                                environment)
        if wait:
            self.wait_for_agent()
            self.starts.append(time.monotonic() - began)
            self.watch.sample()
        return self

    def wait_for_agent(self, seconds=20):
        def answers():
            if self.agent.poll() is not None:
                raise Failed(f"the agent ended with {self.agent.returncode}: "
                             + " | ".join(self.log().splitlines()[-1:]))
            return self.status()
        until("the agent answers", answers, seconds, every=0.005)

    def stop_agent(self, number=signal.SIGTERM, seconds=10):
        """How long it took, and its exit code."""
        if self.agent is None or self.agent.poll() is not None:
            return 0, self.agent.returncode if self.agent else 0
        self.watch.sample()
        began = time.monotonic()
        self.agent.send_signal(number)
        try:
            code = self.agent.wait(seconds)
        except subprocess.TimeoutExpired:
            self.agent.kill()
            self.agent.wait()
            raise Failed(f"the agent did not stop within {seconds} s") from None
        took = time.monotonic() - began
        self.watch.state()
        return took, code

    def kill_agent(self):
        if self.agent.poll() is None:
            self.watch.sample()
            self.agent.kill()
            self.agent.wait()
            self.watch.state()

    def close(self):
        if self.receiver:
            self.receiver.close()
        if self.office:
            self.office.close()
        for process in reversed(self.processes):
            if process.poll() is None:
                process.kill()
        for process in self.processes:
            process.wait()
        self.case.hear_canaries(self.label, self.watch.everything())

    # --- what they say ---------------------------------------------------------------------------

    def status(self, seconds=10):
        status = json.loads(ask(self.agent_socket, "GET", "/v1/status", seconds=seconds))
        self.reported = max(self.reported, status["reported"])
        return status

    def queue(self):
        return self.status()["queue"]["pings"]

    def rss_kib(self):
        for line in pathlib.Path(f"/proc/{self.agent.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        return 0

    def cpu_s(self):
        """To the nanosecond; `stat` counts in hundredths of a second."""
        threads = pathlib.Path(f"/proc/{self.agent.pid}/task").glob("*/schedstat")
        return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9

    # --- what happens ----------------------------------------------------------------------------

    def drive(self, count, per_s=200, seconds=PATIENCE_S):
        """So many fixes, until the agent has judged them: all but the last are pings then."""
        before = self.status()["captured"]
        self.receiver.emit(count, per_s)
        until("the fixes are recorded",
              lambda: self.status()["captured"] >= before + count - 1, seconds)

    def drain(self, seconds=PATIENCE_S):
        began = time.monotonic()
        until("the queue drains", lambda: self.queue() == 0, seconds)
        return time.monotonic() - began

    def books(self):
        """What the file holds, read from a copy of it, the agent being stopped."""
        copy = self.directory / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.state, copy, ignore=shutil.ignore_patterns("filler"))
        database = sqlite3.connect(copy / "outrider.db")
        try:
            def column(sql):
                return [r[0] for r in database.execute(sql)]
            ledger = dict(database.execute("SELECT account, count FROM ledger"))
            return {
                "check": column("PRAGMA quick_check")[0],
                "accepted": ledger.get("accepted:pings", 0), "ledger": ledger,
                "queued": set(column("SELECT sequence FROM pings")),
                "dead": set(column("SELECT sequence FROM dead WHERE lane = 'pings'")),
            }
        finally:
            database.close()
            shutil.rmtree(copy, ignore_errors=True)

    def settle(self, drain=True, patience=PATIENCE_S, audit=True, ambiguous=0, destroyed=0):
        """Ends the world and counts. `ambiguous`: attempts the agent could not know the fate of: each
        may have left a batch of duplicates. `destroyed`: so many pings may be gone with their
        pages, if the agent says so."""
        tally = Tally()
        if drain:
            try:
                self.drain(patience)
            except Failed as failure:
                tally.objections.append(str(failure))
        if audit:
            done = command(self.outrider, "audit", "--socket", self.agent_socket, check=False)
            if done.returncode != 0:
                tally.objections.append(f"outrider audit ended with {done.returncode}: "
                                        + (done.stdout + done.stderr).strip()[-200:])
        self.add_up(tally)
        self.show_everything()
        self.stop_agent()
        self.count(tally, ambiguous, destroyed)
        tally.objections = [self.label + objection for objection in tally.objections]
        self.case.add(tally)
        return tally

    def add_up(self, tally):
        """The status alone says where each one is that was ever accepted."""
        if self.agent is None or self.agent.poll() is not None:
            return
        status = self.status()
        queue = status["queue"]
        places = [queue[name] for name in ("delivered", "actions", "pings", "dead")]
        found = sum(places) + sum(status["gone"].values())
        if found != queue["accepted"]:
            tally.objections.append(f"the status has {queue['accepted']} accepted, {found} somewhere")

    def show_everything(self):
        """Whatever the command line shows a person about the agent is looked through for secrets."""
        if self.agent is None or self.agent.poll() is not None:
            return
        to_agent, to_file = ("--socket", self.agent_socket), ("--config", self.directory /
                                                              "outrider.toml")
        for words in (("status", *to_agent), ("status", "--json", *to_agent),
                      ("audit", "--json", *to_agent), ("queue", "export", *to_agent),
                      ("queue", "dead", "ls", "--json", *to_agent),
                      ("config", "check", *to_file), ("config", "show", *to_file)):
            done = command(self.outrider, *words, check=False)
            self.watch.words(" ".join(str(word) for word in words[:-2]), done.stdout + done.stderr)

    def count(self, tally, ambiguous, destroyed):
        books = self.books()
        skipped = books["ledger"].get("salvage_skipped:pings", 0)  # numbers no ping ever had
        if books["check"] != "ok":
            tally.objections.append(f"quick_check: {books['check']}")
        arrived = self.office.pings()
        numbers, times = {}, set()
        for ping, repeats in arrived:
            number = int(ping["externalId"].rsplit("-", 1)[1])
            numbers[number] = numbers.get(number, 0) + 1 + repeats
            self.compare(ping, tally)
            times.add(ping["eventTime"])
        if len(times) < len(numbers):
            tally.objections.append(f"{len(numbers) - len(times)} fixes came under two names")
        tally.accepted = max(books["accepted"], self.reported) - skipped
        tally.office = len(numbers)
        tally.queued, tally.dead = len(books["queued"]), len(books["dead"])
        tally.expired = books["ledger"].get("expired:pings", 0)
        tally.duplicates = sum(n - 1 for n in numbers.values())
        everywhere = set(numbers) | books["queued"] | books["dead"]
        highest = tally.accepted + skipped
        missing = len(set(range(1, highest + 1)) - everywhere) - skipped - tally.expired
        told = any(word in self.log() for word in ("salvage", "quarantine", "damaged"))
        if 0 < missing <= destroyed and told:
            self.case.note(f"{missing} destroyed with their page")
        else:
            tally.lost = missing
        invented = set(numbers) - set(range(1, books["accepted"] + 1))
        if invented:
            tally.objections.append(f"the office holds {len(invented)} pings never accepted")
        allowed = ambiguous * self.settings["sync"].get("max_batch_size", 100)
        if tally.duplicates > allowed:
            tally.objections.append(f"{tally.duplicates} duplicates, {allowed} are explained")
        if self.office.altered():
            tally.objections.append(f"{self.office.altered()} resends were not byte-identical")
        return tally

    def compare(self, ping, tally):
        """Field by field with what the receiver said."""
        if self.receiver is None or len(tally.objections) > 5:
            return
        fix = self.receiver.said.get(ping["eventTime"])
        if fix is None:
            tally.objections.append(f"the office holds a ping of {ping['eventTime']}, "
                                    "when the receiver said nothing")
            return
        for name, value in zip(("latitude", "longitude", "speed"), fix):
            if abs(ping[name] - value) > (0.006 if name == "speed" else 1.1e-7):
                tally.objections.append(f"{name} of {ping['externalId']} is {ping[name]}, "
                                        f"not {value}")
