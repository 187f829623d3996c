"""The morning of a technician, played beside the drive: what is tapped is tapped with the commands a
person would type, and in the end every tap and every message to a customer is held against the script."""

import datetime
import json
import subprocess

ANA, DEE = 301, 304  # of the built-in sample day
COOLER, FURNACE, ICE, THERMOSTAT = 801, 802, 805, 806
DEPARTURES = [COOLER, THERMOSTAT]  # of which a customer is to hear
CARDS = 3  # what was tapped at the furnace while the office gave it to somebody else
STALE_S = 600  # an older dispatch is no news


class Morning:
    def __init__(self, demo):
        self.demo = demo
        self.moves = 0  # of the office
        self.tapped = []  # (verb, appointment, when), as far as the device took them
        self.refused = 0
        self.steps = [self.online(), self.offline(), self.back()]
        self.waits_for = None

    # --- the script: each `yield` waits until its condition holds --------------------------------

    def online(self):
        yield lambda: len(self.day()["appointments"]) == 3
        self.show("day")
        self.tap("dispatch", COOLER, refused="not checked in")
        self.office("check_in", ANA)
        yield lambda: self.day()["technician"]["checked_in"]
        for verb, status in (("dispatch", "Dispatched"), ("arrive", "Working"), ("done", "Done")):
            self.tap(verb, COOLER)
            yield lambda status=status: self.board(COOLER).get(ANA) == status

    def offline(self):
        yield lambda: self.day()["trouble"]
        self.tap("dispatch", FURNACE)
        self.office("unassign", ANA, FURNACE)
        self.office("assign", DEE, FURNACE)
        self.office("unassign", DEE, THERMOSTAT)
        self.office("assign", ANA, THERMOSTAT)
        yield None
        self.tap("arrive", FURNACE)
        self.tap("dispatch", ICE, refused="one appointment at a time")
        yield None
        self.tap("done", FURNACE)
        self.tap("dispatch", ICE)
        yield None
        self.tap("arrive", ICE)
        yield None
        self.show("day")

    def back(self):
        yield lambda: self.day()["waiting"] == 0 and not self.day()["trouble"]
        self.show("cards")
        self.tap("done", ICE, "--job")
        yield lambda: self.status(THERMOSTAT) and self.board(ICE).get(ANA) == "Done"
        self.tap("dispatch", THERMOSTAT)
        yield lambda: self.board(THERMOSTAT).get(ANA) == "Dispatched"
        self.show("waiting")

    # --- playing it ------------------------------------------------------------------------------

    def go_on(self, phase):
        """One step of the phase if its time has come; true when nothing is left of it."""
        if self.waits_for is not None and not self.waits_for():
            return False
        try:
            self.waits_for = next(self.steps[phase])
        except StopIteration:
            self.waits_for = None
            return True
        return False

    def show(self, *words):
        done = subprocess.run([self.demo.outrider, *words, "--socket", self.demo.agent_socket],
                              capture_output=True, text=True, check=False)
        lines = (done.stdout + done.stderr).rstrip().splitlines()
        print(f"      $ outrider {' '.join(words)}")
        print("\n".join("      " + line for line in lines) + "\n", flush=True)
        return done

    def tap(self, verb, appointment, *more, refused=None):
        when = datetime.datetime.now(datetime.timezone.utc)
        done = self.show(verb, str(appointment), *more)
        if refused is None and done.returncode == 0:
            self.tapped.append((verb, appointment, when))
            return
        if refused and done.returncode == 1 and refused in done.stderr.lower():
            self.refused += 1
            return
        raise subprocess.CalledProcessError(done.returncode, f"outrider {verb} {appointment}")

    def office(self, verb, technician, appointment=None):
        self.moves += 1
        what = f"{verb.replace('_', ' ')} {technician}"
        print(f"      The office: {what}{f', appointment {appointment}' if appointment else ''}")
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")
        self.demo.ask_office("POST", "/office/v1/actions", {
            "id": f"demo-{self.moves}", "verb": verb, "technician": technician,
            "appointment": appointment, "happened": now.replace("+00:00", "Z")})

    # --- what they say ---------------------------------------------------------------------------

    def day(self):
        return self.demo.ask_agent("/v1/day")

    def status(self, appointment):
        """The technician's own, as the device shows it."""
        for each in self.day()["appointments"]:
            if each["id"] == appointment:
                return each["status"]
        return None

    def board(self, appointment):
        """Who is how far on it, by the office."""
        board = json.loads(self.demo.ask_office("GET", "/office/v1/board"))
        for each in board["appointments"]:
            if each["id"] == appointment:
                return {one["technician"]: one["status"] for one in each["crew"]}
        return {}

    def texts(self):
        lines = self.demo.ask_office("GET", "/office/v1/notifications").splitlines()
        return [json.loads(line) for line in lines]

    def false(self, text):
        """Whether the script says otherwise."""
        sent, happened = (datetime.datetime.fromisoformat(text[name].replace("Z", "+00:00"))
                          for name in ("at", "happened"))
        there = any(verb == "arrive" and appointment == text["appointment"] and when < sent
                    for verb, appointment, when in self.tapped)
        late = (sent - happened).total_seconds() > STALE_S
        theirs = text["technician"] in self.board(text["appointment"])
        return there or late or not theirs

    def figures(self, audit):
        books, texts = audit["actions"], self.texts()
        print("The messages to customers, as the office has them:\n")
        for text in texts:
            print(f"  {text['at']}  {text['text']}")
        return {
            "taps": books["accepted"], "applied": books["delivered"] + books["settled"],
            "cards": books["dead"], "refused": self.refused, "waiting": books["queued"],
            "texts": len(texts), "false_texts": sum(map(self.false, texts)),
            "as_scripted": (books["accepted"] == len(self.tapped)
                            and [text["appointment"] for text in texts] == DEPARTURES),
        }


def good(figures):
    return (figures["taps"] == figures["applied"] + figures["cards"] and figures["waiting"] == 0
            and figures["cards"] == CARDS and figures["refused"] >= 1
            and figures["false_texts"] == 0 and figures["as_scripted"])
