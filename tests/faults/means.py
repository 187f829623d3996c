"""Running things, waiting for them and asking them."""

import ctypes
import http.client
import json
import os
import signal
import socket
import subprocess
import time

PATIENCE_S = 60


class Skip(Exception):
    """The machine lacks what the row needs."""


class Failed(Exception):
    """The row cannot go on."""


SEARCH = "/usr/sbin:/usr/bin:/sbin:/bin:" + os.environ.get("PATH", "")


def command(*words, check=True, **more):
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True,
                          env={**os.environ, "PATH": SEARCH}, preexec_fn=dies_with_parent(),
                          **more)
    if check and done.returncode != 0:
        raise Failed(f"{' '.join(str(w) for w in words)}: {done.stderr.strip() or done.returncode}")
    return done


def dies_with_parent():
    """Runs in the child: SIGKILL when we die, however we die."""
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def prepare():
        libc.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def until(what, condition, seconds=PATIENCE_S, every=0.02):
    deadline = time.monotonic() + seconds
    last = None
    while time.monotonic() < deadline:
        try:
            result = condition()
            if result:
                return result
        except (OSError, ValueError, KeyError, http.client.HTTPException, AskError) as error:
            last = error
        time.sleep(every)
    raise Failed(f"not within {seconds} s: {what}" + (f" ({last})" if last else ""))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class AskError(Exception):
    pass


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, seconds):
        super().__init__("localhost", timeout=seconds)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def ask(path, method, target, body=None, seconds=10):
    """The answer's text over a unix socket; raises on anything but 2xx."""
    connection = UnixConnection(path, seconds)
    try:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        connection.request(method, target, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        if not 200 <= answer.status < 300:
            raise AskError(f"{method} {target}: {answer.status} {text}")
        return text
    finally:
        connection.close()
