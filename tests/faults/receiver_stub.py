"""A gpsd of our own: it says what it is told to say, and remembers every fix it gave."""

import datetime
import json
import socket
import threading
import time

DEVICE = "/dev/ttyTEST0"
BANNER = '{"class":"VERSION","release":"3.22","rev":"3.22","proto_major":3,"proto_minor":14}'
DEVICES = ('{"class":"DEVICES","devices":[{"class":"DEVICE","path":"%s","driver":"NMEA0183",'
           '"activated":"2026-01-01T00:00:00.000Z"}]}' % DEVICE)
LEG = 20000  # fixes in one direction


class Receiver:
    """Fixes are a second of its own time apart, whatever the pace: `rate` of them a second of ours,
    or only those of emit()."""

    def __init__(self, rate=0, listener=None):
        self.listener = listener or socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.rate = rate
        self.said = {}  # time as the office writes it: latitude, longitude, speed
        self.first = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        self.first -= datetime.timedelta(hours=6)
        self.given = 0
        self.clients, self.lock = [], threading.Lock()
        self.connections = self.words = 0
        self.open = True
        threading.Thread(target=self.accept, daemon=True).start()
        threading.Thread(target=self.tick, daemon=True).start()

    def back(self, hours):
        """Before the first fix: it is so much older."""
        self.first -= datetime.timedelta(hours=hours)

    def accept(self):
        while self.open:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            client.settimeout(30)
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        try:
            client.sendall((BANNER + "\r\n").encode())
            rest = b""
            while self.open:
                try:
                    got = client.recv(4096)
                except socket.timeout:
                    continue
                if not got:
                    break
                rest += got
                while b";" in rest:
                    word, rest = rest.split(b";", 1)
                    self.words += 1
                    if b"WATCH" in word:
                        client.sendall((DEVICES + '\r\n{"class":"WATCH","enable":true,"json":true}'
                                        "\r\n").encode())
                        with self.lock:
                            if client not in self.clients:
                                self.clients.append(client)
                    elif b"DEVICES" in word:
                        client.sendall((DEVICES + "\r\n").encode())
        except OSError:
            pass
        finally:
            self.forget(client)

    def forget(self, client):
        with self.lock:
            if client in self.clients:
                self.clients.remove(client)
        try:
            client.shutdown(socket.SHUT_RDWR)  # close alone waits for the thread that reads from it
        except OSError:
            pass
        client.close()

    def watched(self):
        with self.lock:
            return bool(self.clients)

    def say(self, line):
        """To all who watch; false when nobody does."""
        with self.lock:
            clients = list(self.clients)
        data = (line if isinstance(line, bytes) else line.encode()) + b"\r\n"
        heard = False
        for client in clients:
            try:
                client.sendall(data)
                heard = True
            except OSError:
                self.forget(client)
        return heard

    def report(self, **changes):
        """The next fix as gpsd writes it, remembered."""
        i = self.given
        self.given += 1
        at = self.first + datetime.timedelta(seconds=i)
        leg, along = divmod(i, LEG)
        latitude = round(37.0 + 0.0002 * (along if leg % 2 == 0 else LEG - along), 7)
        longitude = round(-122.0 + 0.00001 * (i % 7), 7)
        speed = round(20 + (i % 10) * 0.11, 2)
        self.said[at.strftime("%Y-%m-%dT%H:%M:%SZ")] = (latitude, longitude, speed)
        self.said[at.strftime("%Y-%m-%dT%H:%M:%S.000Z")] = (latitude, longitude, speed)
        fix = {"class": "TPV", "device": DEVICE, "mode": 3,
               "time": at.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "lat": latitude, "lon": longitude,
               "speed": speed, "track": 0.0 if leg % 2 == 0 else 180.0, "eph": 4.0}
        fix.update(changes)
        return json.dumps(fix)

    def emit(self, count, per_s=200):
        deadline = time.monotonic() + 20
        while not self.watched() and time.monotonic() < deadline:
            time.sleep(0.005)
        began = time.monotonic()
        for i in range(count):
            self.say(self.report())
            ahead = began + (i + 1) / per_s - time.monotonic()
            if ahead > 0.002:
                time.sleep(ahead)

    def tick(self):
        while self.open:
            if self.rate and self.watched():
                self.say(self.report())
                time.sleep(1 / self.rate)
            else:
                time.sleep(0.01)

    def hang_up(self):
        """On all clients; it goes on listening."""
        with self.lock:
            clients = list(self.clients)
        for client in clients:
            self.forget(client)

    def close(self):
        self.open = False
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        self.hang_up()
