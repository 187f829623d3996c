"""W rows: a technician's taps, with the agent killed at every edge of the workflow and an office that
misbehaves. The effect at the office is exactly once, and the device shows what the office has."""

import datetime
import json
import pathlib
import shutil
import sqlite3

from harness import AskError, Failed, Skip, ask, row, until

ME, MATE = 301, 302
FIRST = 1000  # appointment and job have the same number
MOVING = ("dispatch", "resume")

EDGES = {  # and what the office does before, for it to be possible
    "dispatch": (),
    "cancel": ("dispatch",),
    "arrive": ("dispatch",),
    "pause": ("dispatch", "arrive"),
    "resume": ("dispatch", "arrive", "pause"),
    "done": ("dispatch", "arrive"),
    "close": ("dispatch", "arrive"),
    "complete": ("dispatch", "arrive"),
}
# Who is how far on it afterwards, at the office: status and whether paused.
UNTOUCHED = ("Scheduled", False)
AFTER = {
    "dispatch": {ME: ("Dispatched", False), MATE: UNTOUCHED},
    "cancel": {ME: ("Scheduled", False), MATE: UNTOUCHED},
    "arrive": {ME: ("Working", False), MATE: UNTOUCHED},
    "pause": {ME: ("Scheduled", True), MATE: UNTOUCHED},
    "resume": {ME: ("Dispatched", True), MATE: UNTOUCHED},
    "done": {ME: ("Done", False), MATE: UNTOUCHED},
    "close": {ME: ("Done", False), MATE: ("Done", False)},
    "complete": {ME: ("Done", False)},
}
# How the office takes it back, and what it has then: told again, the tap must not undo that.
TAKEN_BACK = {
    "dispatch": (("cancel",), UNTOUCHED),
    "cancel": (("dispatch",), ("Dispatched", False)),
    "arrive": (("pause", "resume"), ("Dispatched", True)),
    "pause": (("resume", "arrive"), ("Working", False)),
    "resume": (("cancel",), ("Scheduled", True)),
}
CLEARING = {"Dispatched": "cancel", "Working": "done"}  # the way for the next appointment


def seed(path, count):
    """A day of so many appointments, each of a job of its own."""
    text = '[house]\nnotifications = "text"\nlimit = false\n'
    for technician in (ME, MATE):
        text += (f'[[technicians]]\nid = {technician}\nname = "T{technician}"\nchecked_in = true\n')
    text += ('[[customers]]\nid = 501\nname = "C"\n'
             '[[locations]]\nid = 601\ncustomer = 501\nstreet = "S"\n')
    for number in range(FIRST, FIRST + count):
        text += (f'[[jobs]]\nid = {number}\nlocation = 601\n'
                 f'[[appointments]]\nid = {number}\njob = {number}\nstart = "+5m"\nend = "+65m"\n'
                 f'technicians = [{ME}, {MATE}]\n')
    path.write_text(text)
    return path


class Town:
    """One office and one device, and what they say of the technician's day."""

    def __init__(self, case, appointments):
        self.case = case
        self.world = case.world(
            technician={"id": ME},
            privacy={"track": "always"},
            dispatch={"back_end": "office", "check_in": "office", "poll_s": 1},
            retry={"base_s": 0.1, "cap_s": 1},
            http={"timeout_s": 1, "connect_timeout_s": 1})
        plan = seed(self.world.directory / "day.toml", appointments)
        self.world.with_office(seed=plan, check_in="lasting")
        self.office = self.world.office
        self.appointments = iter(range(FIRST, FIRST + appointments))
        self.appointment = None
        self.moves = 0
        self.taps = {}  # sequence: (verb, appointment)
        self.world.start_agent()

    # --- what is done ----------------------------------------------------------------------------

    def move(self, verb, technician=ME):
        """By the office itself."""
        self.moves += 1
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")
        ask(self.office.socket, "POST", "/office/v1/actions", {
            "id": f"office-{self.moves}", "verb": verb, "technician": technician,
            "appointment": self.appointment, "happened": now.replace("+00:00", "Z")})

    def prepare(self, moves):
        """The next appointment, and the technician so far on it, as the device knows."""
        self.appointment = next(self.appointments, None)
        if self.appointment is None:
            raise Failed("the day has not appointments enough")
        for verb in moves:
            self.move(verb)
        until("the device has heard of it", self.agree, every=0.05)

    def clear(self):
        """The technician is free for the next appointment."""
        status = self.board()[self.appointment][ME][0]
        if status in CLEARING:
            self.move(CLEARING[status])

    def tap(self, verb):
        """Its sequence once the device has taken it; nothing when it is against the rule."""
        before = self.books()["accepted"]
        try:
            ask(self.world.agent_socket, "POST", f"/v1/appointments/{self.appointment}/{verb}")
        except AskError as refusal:
            if ": 409 " not in str(refusal):
                raise
            return None
        self.taps[before + 1] = (verb, self.appointment)
        return before + 1

    def flush(self):
        """What a configuration is thought to be the cause of rests for a minute at least."""
        ask(self.world.agent_socket, "POST", "/v1/queue/flush")

    def kill(self):
        self.world.agent.kill()
        self.world.agent.wait()

    def start(self):
        """Secrets are looked for at the end: this is done too often."""
        self.world.start_agent(wait=False)
        self.world.wait_for_agent()

    # --- what they say ---------------------------------------------------------------------------

    def day(self):
        return json.loads(ask(self.world.agent_socket, "GET", "/v1/day"))

    def books(self):
        return json.loads(ask(self.world.agent_socket, "GET", "/v1/audit"))["actions"]

    def lines(self, target):
        socket = self.office.socket if target.startswith("/office") else self.world.agent_socket
        return [json.loads(line) for line in ask(socket, "GET", target).splitlines()]

    def cards(self):
        return {card["sequence"] for card in self.lines("/v1/cards")}

    def carried_out(self, sequence):
        """The office's entries of this tap that it acted upon; what it refused it keeps, too."""
        return [entry for entry in self.lines("/office/v1/actions")
                if entry["carried_out"] and entry["id"].endswith(f"-a{sequence}")]

    def board(self):
        board = json.loads(ask(self.office.socket, "GET", "/office/v1/board"))
        return {a["id"]: {one["technician"]: (one["status"], one["paused"]) for one in a["crew"]}
                for a in board["appointments"]}

    def agree(self):
        """Whether the device's day is the office's, appointment by appointment."""
        day, board = self.day(), self.board()
        shown = {a["id"]: a for a in day["appointments"]}
        if day["trouble"] or day["waiting"] or shown.keys() != board.keys():
            return False
        return all(
            board[number] == {one["technician"]: (one["status"], one["paused"])
                              for one in a["crew"]}
            and board[number][ME] == (a["status"], a["paused"])
            and board[number][ME] == (a["office_status"], a["office_paused"])
            for number, a in shown.items())

    def queued_on_disk(self, sequence):
        """Read from a copy, the agent being dead."""
        copy = self.world.directory / "peek"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.world.state, copy)
        database = sqlite3.connect(copy / "outrider.db")
        try:
            found = database.execute("SELECT count(*) FROM actions WHERE sequence = ?", (sequence,))
            return found.fetchone()[0] == 1
        finally:
            database.close()

    def account(self):
        """Into the row's columns: of taps, here."""
        books = self.books()
        carried = [len(self.carried_out(sequence)) for sequence in self.taps]
        places = sum(books[name] for name in ("delivered", "settled", "queued", "dead"))
        self.case.check(places == books["accepted"] == len(self.taps),
                        f"{len(self.taps)} taps, the books have {books}")
        self.case.accepted += len(self.taps)
        self.case.office += sum(n > 0 for n in carried)
        self.case.queued += books["queued"]
        self.case.dead += books["dead"]
        self.case.duplicates += sum(n - 1 for n in carried if n > 1)
        self.world.settle()
        return books


# --- W1 ----------------------------------------------------------------------------------------------


class Edge:
    """One verb of the workflow, and every way to die at it."""

    def __init__(self, case, verb):
        self.case, self.verb = case, verb
        self.moves = EDGES[verb]
        self.town = Town(case, 10 if case.is_slice else 40)
        self.in_window = 0  # kills when the office had it and its answer was not stored
        self.kills = 0

    def play(self):
        for kill in (self.before_sending, self.without_answer("stall"), self.without_answer("mute")):
            self.town.prepare(self.moves)
            self.comes_back(kill())
        if self.verb in TAKEN_BACK:
            self.town.prepare(self.moves)
            self.taken_back()
        # At each of the first writes; of a commit that holds the whole day, at some of the rest.
        number, step = 1, 6 if self.case.is_slice else 1
        while self.before_storing(number):
            number += step if number < 12 else 6
        self.case.check(self.in_window > 1, f"{self.verb}: no kill while the answer was not stored")
        self.town.account()

    def before_sending(self):
        self.town.office.fault("refuse")
        sequence = self.tap()
        self.town.kill()
        self.town.office.fault("none")
        self.case.check(not self.town.carried_out(sequence), f"{self.verb}: sent through a wall")
        return sequence

    def without_answer(self, mode):
        def kill():
            self.town.office.fault(mode, on="officeActions")
            sequence = self.tap()
            until("it is sent", self.town.office.hits, 10, every=0.005)
            self.town.kill()
            self.town.office.fault("none")
            acted = len(self.town.carried_out(sequence)) == 1
            self.case.check(acted == (mode == "mute"), f"{self.verb}: {mode} acts wrongly")
            return sequence
        return kill

    def taken_back(self):
        """The office takes back what it has carried out, and the device does not know of either."""
        sequence = self.without_answer("mute")()
        moves, left = TAKEN_BACK[self.verb]
        for verb in moves:
            self.town.move(verb)
        self.comes_back(sequence, {ME: left, MATE: UNTOUCHED})

    def before_storing(self, number):
        """Dies of the `number`th write to the log once the door is open; false when it lives on."""
        town = self.town
        town.prepare(self.moves)
        town.office.fault("refuse")
        sequence = self.tap()
        strace = killer(town.world, number)
        town.office.fault("none")
        agent = town.world.agent
        until("it is told, or dies of it",
              lambda: agent.poll() is not None or town.day()["waiting"] == 0, 20, every=0.005)
        died = agent.poll() is not None
        strace.terminate()
        strace.wait()
        if not died:
            until(f"{self.verb}: both have it", town.agree, 10, every=0.05)
            self.judge(sequence)
            return False
        self.comes_back(sequence)
        return True

    def tap(self):
        sequence = self.town.tap(self.verb)
        if sequence is None:
            raise Failed(f"{self.verb} is refused in its own starting state")
        return sequence

    def comes_back(self, sequence, left=None):
        """Counts the kill, and what the next start makes of it."""
        town = self.town
        self.kills += 1
        self.case.kill_points += 1
        self.case.cycles += 1
        self.case.say(f"{self.verb}: {self.kills} kills")
        self.in_window += bool(town.carried_out(sequence)) and town.queued_on_disk(sequence)
        town.start()
        until(f"{self.verb}: the device's day is the office's", town.agree, 15, every=0.05)
        self.judge(sequence, left)

    def judge(self, sequence, left=None):
        town, verb = self.town, self.verb
        entries = [entry for entry in town.lines("/office/v1/actions")
                   if entry["id"].endswith(f"-a{sequence}")]
        self.case.check([entry["carried_out"] for entry in entries] == [True],
                        f"{verb}: carried out {len(entries)} times, or refused")
        crew = town.board()[town.appointment]
        self.case.check(crew == (left or AFTER[verb]), f"{verb}: the office has {crew}")
        texts = [text for text in town.lines("/office/v1/notifications")
                 if text["action"].endswith(f"-a{sequence}")]
        self.case.check(len(texts) == (verb in MOVING), f"{verb}: {len(texts)} messages")
        books = town.books()
        self.case.check(books["accepted"] == len(town.taps) and books["queued"] == books["dead"] == 0,
                        f"{verb}: the books have {books}")
        town.clear()


def killer(world, number):
    log = pathlib.Path(f"{world.state}/outrider.db-wal")
    strace = world.start("strace", [
        "strace", "-f", "-o", "/dev/null", "-p", world.agent.pid, "-P", log, "-e",
        "trace=pwrite64", "-e", f"inject=pwrite64:signal=KILL:when={number}"])

    def attached():
        if strace.poll() is not None:
            raise Skip("strace may not attach: " + world.log("strace").strip()[-100:])
        status = pathlib.Path(f"/proc/{world.agent.pid}/status").read_text()
        return f"TracerPid:\t{strace.pid}" in status
    until("strace is attached", attached, 10, every=0.005)
    return strace


@row("W1", "kill -9 at every edge of the workflow")
def w1(case):
    case.needs("strace")
    verbs = list(EDGES)[::3] if case.is_slice else list(EDGES)
    edges = [Edge(case, verb) for verb in verbs]
    for edge in edges:
        edge.play()
    told = ", ".join(f"{edge.verb} {edge.kills}" for edge in edges)
    case.note(f"{sum(edge.kills for edge in edges)} kills on {len(edges)} edges: {told}; "
              f"{sum(edge.in_window for edge in edges)} while the office had it and its answer "
              "was not stored")


# --- W2 ----------------------------------------------------------------------------------------------


def modes(office):
    """All the office knows, by its own words."""
    try:
        office.fault("?")
    except AskError as complaint:
        words = str(complaint).split(" one of ")[1].split('"')[0]
        found = [word.strip(' ".}') for word in words.split(",")]
        return [mode for mode in found if mode not in ("none", "")]
    raise Failed("the office takes any mode")


def under(town, mode, percent):
    """A whole visit while the office does that; how many taps the device itself refused."""
    town.prepare(())
    more = {} if mode == "refuse" else {"on": "all", "percent": percent}
    town.office.fault(mode, **more)
    refused = 0
    for verb in ("dispatch", "arrive", "done"):
        before = town.office.hits()
        refused += town.tap(verb) is None
        town.flush()
        if mode != "refuse" and percent == 100:
            until(f"{mode}: it is met", lambda: town.office.hits() > before, 10, every=0.005)
    town.office.fault("none")
    town.flush()
    until(f"{mode}: nothing waits", lambda: town.day()["waiting"] == 0, 20)
    town.clear()  # when a card has come between
    until(f"{mode}: the device's day is the office's", town.agree, 20, every=0.05)
    return refused


def judge_taps(case, town, mode, since):
    """Applied exactly once, or a card, never both and never neither."""
    cards = town.cards()
    for sequence, (verb, _) in town.taps.items():
        if sequence <= since:
            continue
        times = len(town.carried_out(sequence))
        case.check(times + (sequence in cards) == 1,
                   f"{mode}: {verb} was carried out {times} times and is "
                   f"{'a' if sequence in cards else 'no'} card")


@row("W2", "a technician's day with an office that misbehaves")
def w2(case):
    town = Town(case, 45)
    refused = 0
    for percent in (100,) if case.is_slice else (100, 50):
        for mode in modes(town.office):
            since = len(town.taps)
            case.say(f"{mode}, {percent} %")
            refused += under(town, mode, percent)
            judge_taps(case, town, mode, since)
            case.cycles += 1
    books = town.account()
    case.note(f"{len(modes(town.office))} modes; {books['delivered']} delivered, "
              f"{books['settled']} settled, {books['dead']} cards, {refused} refused at once")
