"""Canaries: the secrets a world is given are random words that stand nowhere else, and after each row
they are looked for in whatever the program left, said and showed."""

import base64
import mmap
import os
import pathlib
import secrets
import stat
import string
import time

TOKEN = "at1.demo."  # how every token of the stand-in office begins, and of our own
SHARED = ("/tmp", "/var/tmp", "/dev/shm", "/run")  # where anybody may put something


def word(length=16):
    letters = string.ascii_letters + string.digits
    return "".join(secrets.choice(letters) for _ in range(length))


def encodings(text):
    """Whatever a part of a longer text or of a key becomes: base64 depends on what stands before it."""
    data = text if isinstance(text, bytes) else text.encode()
    digits = data.hex()
    forms = {"as it is": data, "hexadecimal": digits.encode(),
             "HEXADECIMAL": digits.upper().encode(),
             "percent": "".join(f"%{b:02x}" for b in data).encode(),
             "PERCENT": "".join(f"%{b:02X}" for b in data).encode(),
             "UTF-16": b"\0".join(data[i:i + 1] for i in range(len(data)))}
    for before in range(3):
        coded = base64.b64encode(bytes(before) + data)
        # The first and the last group hold bits of the neighbours.
        begin, end = (before * 8 + 5) // 6, (before + len(data)) * 8 // 6
        forms[f"base64, {before} bytes on"] = coded[begin:end]
        forms[f"base64 for URLs, {before} bytes on"] = (
            coded[begin:end].replace(b"+", b"-").replace(b"/", b"_"))
    return forms


class Secrets:
    """What the admin of one world gave to the agent, and what the office will give to it."""

    def __init__(self, folder):
        self.folder = folder
        self.words = {}  # word: what it is a part of
        self.given = set()  # the files where they are at home
        self.client_secret = f"cs1.{self.part('client secret')}+{self.part('client secret')}/="
        self.app_key = f"ak1.{self.part('app key')}.{self.part('app key')}"
        self.token = TOKEN + self.part("token")
        self.words[TOKEN] = "token"
        self.files = {"client_secret": self.keep("client-secret", self.client_secret),
                      "app_key": self.keep("app-key", self.app_key)}

    def part(self, what):
        made = word()
        self.words[made] = what
        return made

    def keep(self, name, text):
        """In a file that only its owner may read, as the agent wants it."""
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text + "\n")
        self.at_home(path)
        return path

    def at_home(self, path):
        self.given.add(path.resolve())

    def proxy_credentials(self):
        return self.keep("proxy-credentials", f"fleet:{self.part('proxy password')}")

    def private_key(self, path):
        """Of a PEM file: what its lines stand for is as good as words."""
        lines = [line for line in path.read_text().splitlines() if "-" not in line]
        for line in lines[1:-1]:
            self.words[base64.b64decode(line)] = "private key"
        path.chmod(0o600)
        self.at_home(path)


class Search:
    """Looks for the words of some secrets, and counts where it has looked."""

    def __init__(self, words):
        self.words, self.needles = dict(words), {}
        for text, what in words.items():
            for form, needle in encodings(text).items():
                self.needles.setdefault(needle, f"{what}, {form}")
        self.places = self.bytes = 0
        self.found = {}  # place: what of it

    def look(self, place, data):
        self.places += 1
        self.bytes += len(data)
        for needle, what in self.needles.items():
            if data.find(needle) >= 0:
                self.found.setdefault(str(place), what)

    def take(self, other):
        """What another search has seen counts here."""
        self.places += other.places
        self.bytes += other.bytes
        self.found.update(other.found)

    def file(self, path, label=None):
        try:
            with open(path, "rb") as file:
                if os.fstat(file.fileno()).st_size == 0:
                    return
                with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                    self.look(label or path, data)
        except (OSError, ValueError):
            return  # gone, or cut short, in the meantime

    def folder(self, folder, leave_out=()):
        for place, _, names in os.walk(folder):
            for name in names:
                path = pathlib.Path(place, name)
                try:
                    regular = stat.S_ISREG(os.lstat(path).st_mode)
                except OSError:
                    continue
                if regular and path.resolve() not in leave_out:
                    self.file(path, path.relative_to(folder))

    def shared(self, since):
        """What was written since then where anybody may read it."""
        for place in SHARED:
            try:
                entries = list(os.scandir(place))
            except OSError:
                continue
            for entry in entries:
                try:
                    status = entry.stat(follow_symlinks=False)
                except OSError:
                    continue
                readable = status.st_mode & 0o004 and stat.S_ISREG(status.st_mode)
                if readable and max(status.st_mtime, status.st_ctime) >= since:
                    self.file(entry.path)

    def process(self, pid, label="agent"):
        """What `ps` shows of it, and its environment."""
        for name in ("cmdline", "environ"):
            try:
                data = pathlib.Path(f"/proc/{pid}/{name}").read_bytes()
            except OSError:
                continue  # it has ended, or hides it from us
            if data:
                self.look(f"{name} of the {label}", data)


def processes(program, containing):
    """The ids of those that run this program with this word on their command line."""
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        try:
            words = pathlib.Path(entry.path, "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0] == os.fsencode(program) and os.fsencode(containing) in words:
            yield int(entry.name)


class Watch:
    """Over one world, from its beginning to its end."""

    def __init__(self, world):
        self.world, self.began = world, time.time()
        self.search = Search({})
        self.known = set()

    def refresh(self):
        """A row may have added secrets."""
        words = self.world.secrets.words
        if self.known != set(words):
            before, self.search = self.search, Search(words)
            self.search.take(before)
            self.known = set(words)
        return self.search

    def sample(self):
        """While it runs."""
        configuration = str(self.world.directory / "outrider.toml")
        for pid in processes(self.world.outrider, configuration):
            self.refresh().process(pid)

    def state(self):
        """Now: later the log will be in the database, and other pages over what was there."""
        self.refresh().folder(self.world.state, self.world.secrets.given)

    def words(self, name, text):
        self.refresh().look(name, text.encode())

    def everything(self):
        search = self.refresh()
        search.folder(self.world.directory, self.world.secrets.given)
        if not self.world.state.is_relative_to(self.world.directory):
            self.state()
        own = Search({one: what for one, what in search.words.items() if one != TOKEN})
        own.shared(self.began)  # where others' offices may have written, too
        search.take(own)
        return search
