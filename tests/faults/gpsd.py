"""A gpsd as Debian brings it, with a receiver that speaks NMEA to it over TCP."""

import datetime
import os
import shutil
import socket
import threading
import time

from means import SEARCH, Skip, free_port, until

FIXES_PER_S = 5
KNOTS = 38.877  # 20 m/s
WATCH = b'?WATCH={"enable":true,"json":true};\n'
MOST_CLIENTS = 64


def sentence(text):
    check = 0
    for character in text:
        check ^= ord(character)
    return f"${text}*{check:02X}\r\n"


class Feed:
    """A receiver driving north. Its time is ours, and goes on while nobody listens."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.device = f"tcp://127.0.0.1:{self.listener.getsockname()[1]}"
        self.said = {}  # time as the office writes it: latitude, longitude, speed
        self.first = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        self.silent, self.open = False, True
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while self.open:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with client:
                client.settimeout(0.5)
                self.speak(client)

    def speak(self, client):
        next_one = 0
        while self.open:
            now = datetime.datetime.now(datetime.timezone.utc)
            number = int((now - self.first).total_seconds() * FIXES_PER_S)
            if number >= next_one and not self.silent:
                next_one = number + 1
                try:
                    client.sendall(self.epoch(number).encode())
                except TimeoutError:
                    pass  # a gpsd that has stopped does not read either
                except OSError:
                    return
            time.sleep(0.02)

    def epoch(self, number):
        at = self.first + datetime.timedelta(seconds=number / FIXES_PER_S)
        minutes = 0.00216 * number
        fix = (round(37 + minutes / 60, 7), -122.0, 20.0)
        stamp = at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"
        self.said[stamp] = self.said[stamp.replace(".000Z", "Z")] = fix
        clock = at.strftime("%H%M%S.") + f"{at.microsecond // 10000:02}"
        place = f"37{minutes:08.5f},N,12200.00000,W"
        return (sentence(f"GPRMC,{clock},A,{place},{KNOTS},0.0,{at:%d%m%y},,")
                + sentence(f"GPGGA,{clock},{place},1,09,0.9,10.0,M,0.0,M,,"))

    def close(self):
        self.open = False
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()


class Daemon:
    """Stands in a world where its receiver would."""

    def __init__(self, case, world):
        if shutil.which("gpsd", path=SEARCH) is None:
            raise Skip("needs gpsd")
        self.world, self.port, self.feed = world, free_port(), Feed()
        self.said = self.feed.said
        self.sockets = world.directory / "gpsd"
        self.sockets.mkdir()
        self.sockets.chmod(0o777)  # as root it changes to another user
        self.process = None

    def start(self, with_device=True):
        """Returns when it is there."""
        words = ["gpsd", "-N", "-S", self.port, "-F", self.sockets / "control"]
        if with_device:
            words.append(self.feed.device)
        # By itself it would forget to die with us, when it changes to another user.
        nobody = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups",
                  "--pdeathsig=KILL")
        self.process = self.world.start("gpsd", words, wrap=nobody if os.geteuid() == 0 else ())
        until("gpsd is there", lambda: self.client() is not None, 10, every=0.005)

    def client(self):
        """A connection to it that it has greeted; nothing when it has no place for another."""
        client = socket.create_connection(("127.0.0.1", self.port), timeout=5)
        if client.recv(4096):
            return client
        client.close()
        return None

    def stop(self, number):
        self.process.send_signal(number)
        self.process.wait(10)

    def add_device(self):
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(5)
            control.connect(str(self.sockets / "control"))
            control.sendall(f"+{self.feed.device}\r\n".encode())
            return control.recv(100).startswith(b"OK")

    def fill(self):
        """Clients that take every place there is."""
        clients = []
        while len(clients) <= MOST_CLIENTS:
            client = self.client()
            if client is None:
                return clients
            client.sendall(WATCH)
            threading.Thread(target=read_away, args=(client,), daemon=True).start()
            clients.append(client)
        return clients

    def close(self):
        self.feed.close()


def read_away(client):
    try:
        client.settimeout(None)
        while client.recv(65536):
            pass
    except OSError:
        pass
