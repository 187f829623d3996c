"""S rows: where a secret must not be. Every other row is searched for its own, too: see canaries."""

import base64
import os
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

import canaries
from harness import SEARCH, Skip, command, dies_with_parent, row, until
from link import NAME, Certificates
from network import busy
from office_stub import Exchange, Stub, give_token

# --- S1: can it fail? --------------------------------------------------------------------------------


@row("S1", "secrets hidden in every way: all are found", slice=True)
def s1(case):
    folder = case.directory / "hidden"
    folder.mkdir()
    secrets = canaries.Secrets(folder)
    secrets.proxy_credentials()
    key = folder / "key"
    command("openssl", "genrsa", "-out", key, "2048")
    secrets.private_key(key)
    untouched = canaries.Search(secrets.words)
    untouched.folder(folder, secrets.given)
    case.check(not untouched.found, f"found where there is none: {untouched.found}")
    for text, what in secrets.words.items():
        for form, coded in canaries.encodings(text).items():
            hidden = folder / "outrider.db.damaged" / "page"
            hidden.parent.mkdir(exist_ok=True)
            hidden.write_bytes(os.urandom(5000) + coded + os.urandom(5000))
            search = canaries.Search(secrets.words)
            search.folder(folder, secrets.given)
            case.check(len(search.found) == 1, f"{what}, {form}: not found")
            hidden.write_bytes(coded[:-1] + bytes([coded[-1] ^ 1]))
            search = canaries.Search({text: what})
            search.folder(folder, secrets.given)
            case.check(not search.found, f"{what}, {form}: found when it is another")
            case.cycles += 1
    for whole in (secrets.client_secret, secrets.app_key, secrets.token):
        for before in (b"", b"a", b"ab"):  # as a part of something that was encoded whole
            search = canaries.Search(secrets.words)
            search.look("whole", base64.b64encode(before + whole.encode() + b"more"))
            search.look("URL", f"?secret={whole}".encode())
            case.check(len(search.found) == 2, f"{whole[:4]} is not found in a whole text")
            case.cycles += 1
    for place, words, environment in (
            ("cmdline", ["sleep", "60", secrets.app_key], {}),
            ("environ", ["sleep", "60"], {"KEY": secrets.app_key})):
        process = subprocess.Popen(["sh", "-c", '"$1" "$2"; :', "sh", *words], env=environment or None,
                                   preexec_fn=dies_with_parent())
        search = canaries.Search(secrets.words)
        until("it runs", lambda: os.readlink(f"/proc/{process.pid}/exe") != sys.executable, 5)
        search.process(process.pid)
        process.kill()
        process.wait()
        case.check(any(place in found for found in search.found), f"not found in its {place}")
        case.cycles += 1
    leaks(case)


def leaks(case):
    """A program that tells its secret where the agent has its log: the row would fail of it."""
    world = case.world()
    process = world.start("leak", ["cat", world.secrets.files["client_secret"]])
    process.wait()
    found = world.watch.everything().found
    case.check("leak.log" in found, "a log with a secret in it passes")
    (world.directory / "leak.log").unlink()
    world.watch.search.found.clear()


# --- S2: the memory ----------------------------------------------------------------------------------

UNLIMITED = ["sh", "-c", 'cd "$1" && ulimit -c unlimited && shift && exec "$@"', "sh"]
READS = ("import sys\nfor name in ('mem', 'environ'):\n    try:\n"
         "        open(f'/proc/{sys.argv[1]}/{name}', 'rb')\n        print(name)\n"
         "    except PermissionError:\n        pass\n")
NOBODY = 65534


def cores(folder):
    return [file for file in folder.iterdir() if file.name.startswith("core")]


@row("S2", "the agent crashes where cores are kept; others look into it", slice=True)
def s2(case):
    place = case.directory / "cores"
    place.mkdir()
    if resource.getrlimit(resource.RLIMIT_CORE)[1] != resource.RLIM_INFINITY and os.geteuid() != 0:
        raise Skip("the limit of cores cannot be lifted")
    command(*UNLIMITED, place, "sh", "-c", "kill -ABRT $$", check=False)
    kept = cores(place)
    for core in kept:
        core.unlink()
    for number in (signal.SIGABRT, signal.SIGSEGV, signal.SIGQUIT):
        world = case.world().with_office().with_receiver()
        world.start_agent(wrap=[*UNLIMITED, place])
        world.drive(10)
        world.drain()
        _, code = world.stop_agent(number)
        case.check(code == -number, f"signal {number}: ended with {code}")
        case.cycles += 1
        found = cores(place)
        case.check(not found, f"signal {number}: {len(found)} cores are left")
        for core in found:
            world.watch.refresh().file(core, f"the core of signal {number}")
            core.unlink()
        world.start_agent()
        world.settle()
    case.note("no core" if kept else "this machine leaves cores elsewhere: only the limit counts")
    looked_into(case)


def looked_into(case):
    """By another process of the same user, which has no right but its name."""
    if os.geteuid() != 0 or not shutil.which("setpriv", path=SEARCH):
        case.note("the look into its memory needs root")
        return
    world = case.world().with_office().with_receiver()
    for path in (world.directory, *world.secrets.given):
        os.chown(path, NOBODY, NOBODY)
    as_nobody = ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"]
    # An interpreter of the machine's own: nobody may not read one in somebody's home.
    python = next((p for p in ("/usr/bin/python3",) if os.path.exists(p)), sys.executable)
    other = world.start("other", [*as_nobody, "sleep", "60"])
    time.sleep(0.2)
    readable = command(*as_nobody, python, "-c", READS, other.pid).stdout.split()
    case.check(readable == ["mem", "environ"], f"the row proves nothing: {readable}")
    world.start_agent(wrap=as_nobody)
    world.drive(10)
    readable = command(*as_nobody, python, "-c", READS, world.agent.pid).stdout.split()
    case.check(not readable, f"others of its user may read its {' and '.join(readable)}")
    case.cycles += 1
    world.settle()


# --- S3: the words of others -------------------------------------------------------------------------


class Proxy:
    """To one office only. It says what it was told when it refuses."""

    def __init__(self, port):
        self.target, self.refuses, self.heard = port, None, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(peer,), daemon=True).start()

    def serve(self, peer):
        head = b""
        with peer:
            peer.settimeout(60)
            while b"\r\n\r\n" not in head:
                got = peer.recv(4096)
                if not got:
                    return
                head += got
            lines = head.decode("latin-1").split("\r\n")
            said = next((l for l in lines if l.lower().startswith("proxy-authorization")), "")
            self.heard.append(said)
            if self.refuses:
                clear = base64.b64decode(said.rsplit(" ", 1)[-1]).decode()
                body = f"{said} is {clear}"
                peer.sendall(f"HTTP/1.1 {self.refuses} {said}\r\nProxy-Authenticate: Basic realm={clear}\r\n"
                             f"Content-Length: {len(body)}\r\n\r\n{body}".encode())
                return
            with socket.create_connection(("127.0.0.1", self.target)) as office:
                peer.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                back = threading.Thread(target=self.copy, args=(office, peer), daemon=True)
                back.start()
                self.copy(peer, office)
                back.join(10)

    @staticmethod
    def copy(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.listener.close()


def what_we_said(exchange):
    """All that a careless server has in its error page."""
    said = [f"{name}: {value}" for name, value in exchange.headers.items() if name in SECRET_FIELDS]
    return " | ".join([*said, exchange.body.decode("latin-1"), exchange.path])


SECRET_FIELDS = ("authorization", "st-app-key", "proxy-authorization")


REPEATS = {
    "a problem's title": lambda e: e.problem(400, what_we_said(e)),
    "a page": lambda e: e.answer(403, f"<html>{what_we_said(e)}</html>", "text/html"),
    "a server's error": lambda e: e.answer(500, what_we_said(e), "text/plain"),
    "a 401": lambda e: e.problem(401, what_we_said(e)),
    "a redirect": lambda e: e.answer(302, "", None,
                                     Location="/login/" + e.headers.get("authorization", "")[7:]
                                     + "/" + e.headers.get("st-app-key", "")),
    "a kind of content": lambda e: e.answer(200, "{}", "text/" + e.headers.get(
        "authorization", "none")),
    "no JSON of the contract": lambda e: e.answer(200, '{"you": "' + what_we_said(e) + '"}'),
    "half an answer": lambda e: e.raw(b"HTTP/1.1 200 " + what_we_said(e).encode()),
    "no HTTP": lambda e: e.raw(what_we_said(e).encode() + b"\r\n\r\n"),
}


def fails_one(exchange):
    """One ping's own failure, in words that go with the dead letter."""
    results = [f'{{"externalId": "{p["externalId"]}", "status": "Success", "message": ""}}'
               for p in exchange.pings[1:]]
    words = f'{exchange.headers["authorization"]} {exchange.headers["st-app-key"]}'
    results.append(f'{{"externalId": "{exchange.pings[0]["externalId"]}", "status": "Fail", '
                   f'"message": "{words}"}}')
    exchange.stub.keep(exchange.pings[1:])
    return exchange.answer(200, "[" + ",".join(results) + "]")


@row("S3", "offices and proxies that repeat our secrets", slice=True)
def s3(case):
    certificates = Certificates(case)
    context = certificates.server("office")
    context.load_verify_locations(certificates.authority)
    context.verify_mode = ssl.CERT_REQUIRED
    certificates.server("device", "van-7")
    world = case.world(log={"level": "debug"}).with_receiver()
    stub = world.office = Stub(world, tls=context)
    stub.host = NAME  # whoever goes through a proxy need not find it
    proxy = Proxy(stub.port)
    case.stack.callback(proxy.close)
    device = certificates.folder / "device"
    world.secrets.private_key(device.with_suffix(".key"))
    world.settings["servicetitan"] = {
        "ca_file": str(certificates.authority),
        "client_certificate_file": str(device.with_suffix(".pem")),
        "client_key_file": str(device.with_suffix(".key"))}
    world.settings["http"] = {"proxy": f"http://127.0.0.1:{proxy.port}",
                              "proxy_credentials_file": str(world.secrets.proxy_credentials())}
    world.start_agent()
    world.drive(10)
    world.drain()
    case.check(proxy.heard and all(proxy.heard), "the proxy hears no credentials: the row proves nothing")
    for name, script in REPEATS.items():
        for target in ("script", "token_script"):
            world.stop_agent()  # to ask for a token anew, and without a pause
            setattr(stub, target, script)
            world.start_agent()
            world.drive(5)
            until(f"{name}: an error is told", lambda: world.status()["last_error"], 10)
            world.show_everything()
            world.stop_agent()
            stub.script, stub.token_script = Exchange.accept, give_token
            world.start_agent()
            world.drain()
            case.cycles += 1
            case.say(name)
    stub.script = busy
    world.drive(10)
    stub.script = fails_one
    until("a dead letter", lambda: world.status()["queue"]["dead"] > 0, 10)
    stub.script = Exchange.accept
    for status in (407, 403, 502):
        world.stop_agent()
        proxy.refuses = status
        world.start_agent()
        world.drive(5)
        until("an error is told", lambda: world.status()["last_error"], 10)
        world.show_everything()
        case.cycles += 1
    proxy.refuses = None
    world.stop_agent()
    world.start_agent()
    world.settle(ambiguous=2 * len(REPEATS))


# --- S4: a careless admin ----------------------------------------------------------------------------


@row("S4", "secrets where the names of their files belong", slice=True)
def s4(case):
    def servicetitan(**more):
        return lambda world: world.settings.setdefault("servicetitan", {}).update(
            {name: value(world.secrets) for name, value in more.items()})

    def proxy(world):
        world.settings["http"] = {"proxy": f"http://fleet:{world.secrets.part('proxy password')}"
                                           "@proxy:3128"}
    mistakes = {
        "the secret for its file": servicetitan(client_secret_file=lambda s: s.client_secret),
        "the key for its file": servicetitan(app_key_file=lambda s: s.app_key),
        "a setting that is none": servicetitan(client_secret=lambda s: s.client_secret),
        "a list": servicetitan(app_key_file=lambda s: [s.app_key]),
        "a proxy's address": proxy,
    }
    for name, make in mistakes.items():
        world = case.world()
        world.label = name + ": "
        world.office = Stub(world)
        make(world)
        world.start_agent(wait=False)
        case.check(world.agent.wait(10) == 78, f"{name}: the agent takes it")
        world.secrets.at_home(world.directory / "outrider.toml")
        for verb in ("check", "show"):
            done = command(world.outrider, "config", verb, "--config",
                           world.directory / "outrider.toml", check=False)
            world.watch.words(f"config {verb}", done.stdout + done.stderr)
        case.check("outrider.toml:" in world.log(), f"{name}: the mistake's place is not told")
        case.cycles += 1
