"""An office of our own, for what the stand-in cannot do: each request goes to a script, which may
answer, break off, dawdle or lie. It remembers every ping it took and when each request came."""

import json
import socket
import ssl
import struct
import threading
import time

from means import free_port


class Exchange:
    """One request, and the means to deal with it."""

    def __init__(self, stub, connection, method, path, headers, body):
        self.stub, self.connection = stub, connection
        self.method, self.path, self.headers, self.body = method, path, headers, body
        self.at = time.monotonic()
        try:
            self.pings = json.loads(body) if method == "POST" and "gps-pings" in path else []
        except ValueError:
            self.pings = []
        self.status = None

    def numbers(self):
        return [int(p["externalId"].rsplit("-", 1)[1]) for p in self.pings]

    def answer(self, status, body="", content_type="application/json", **headers):
        self.status = status
        data = body.encode()
        text = f"HTTP/1.1 {status} Answer\r\nContent-Length: {len(data)}\r\n"
        if content_type:
            text += f"Content-Type: {content_type}\r\n"
        text += "".join(f"{k.replace('_', '-')}: {v}\r\n" for k, v in headers.items())
        self.connection.sendall(text.encode() + b"\r\n" + data)
        return True

    def problem(self, status, title="One or more validation errors occurred.", **headers):
        return self.answer(status, json.dumps({"title": title, "status": status}),
                           "application/problem+json", **headers)

    def results(self):
        return json.dumps([{"externalId": p["externalId"], "status": "Success", "message": ""}
                           for p in self.pings])

    def take(self):
        self.stub.keep(self.pings)

    def accept(self):
        self.take()
        return self.answer(200, self.results())

    def raw(self, data):
        self.connection.sendall(data)

    def trickle(self, data, every):
        """Byte by byte, until the peer has had enough."""
        try:
            for i in range(len(data)):
                self.connection.sendall(data[i:i + 1])
                time.sleep(every)
        except OSError:
            pass
        return False

    def reset(self):
        plain = self.connection
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False


class Stub:
    def __init__(self, world, script=None, listener=None, tls=None, host="127.0.0.1", token=None):
        self.world, self.host = world, host
        self.script = script or Exchange.accept
        self.token_script = token or give_token
        self.before_body = None
        self.tls = tls
        self.scheme = "https" if tls else "http"
        self.listener = listener or socket.create_server(("127.0.0.1", free_port()), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self.kept = {}  # external id: the ping, how often it came
        self.changed = 0
        self.requests = []  # of pings: the exchanges
        self.tokens = []  # the times of token requests
        self.other = []  # paths of whatever else was asked for
        self.connections = self.handshakes = self.application_bytes = 0
        self.open_connections = set()
        self.open = True
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while self.open:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        connection.settimeout(120)
        self.open_connections.add(connection)
        try:
            if self.tls:
                self.open_connections.discard(connection)  # wrapped it is another's
                connection = self.tls.wrap_socket(connection, server_side=True,
                                                  suppress_ragged_eofs=True)
                self.handshakes += 1
                self.open_connections.add(connection)
            rest = b""
            while self.open:
                request, rest = self.read(connection, rest)
                if request is None or not self.deal_with(request):
                    break
        except (OSError, ValueError, ssl.SSLError):
            pass
        finally:
            self.open_connections.discard(connection)
            try:
                connection.close()
            except OSError:
                pass

    def read(self, connection, rest):
        def more():
            got = connection.recv(65536)
            self.application_bytes += len(got)
            return got
        while b"\r\n\r\n" not in rest:
            got = more()
            if not got:
                return None, b""
            rest += got
        head, rest = rest.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        method, path, _ = lines[0].split(" ", 2)
        headers = {k.lower(): v.strip() for k, v in (l.split(":", 1) for l in lines[1:])}
        length = int(headers.get("content-length", "0"))
        if self.before_body and "gps-pings" in path and not self.before_body(connection, length):
            return None, b""
        while len(rest) < length:
            got = more()
            if not got:
                return None, b""
            rest += got
        return Exchange(self, connection, method, path, headers, rest[:length]), rest[length:]

    def deal_with(self, exchange):
        if exchange.path == "/connect/token":
            self.tokens.append(exchange.at)
            return self.token_script(exchange)
        if "gps-pings" not in exchange.path:
            self.other.append(exchange.path)
            return exchange.problem(404, "Not Found")
        with self.lock:
            self.requests.append(exchange)
        return self.script(exchange)

    def keep(self, pings):
        with self.lock:
            for ping in pings:
                name = ping["externalId"]
                before, times = self.kept.get(name, (ping, 0))
                self.changed += before != ping
                self.kept[name] = (before, times + 1)

    def pings(self):
        with self.lock:
            return [(ping, times - 1) for ping, times in self.kept.values()]

    def altered(self):
        return self.changed

    def since(self, moment):
        with self.lock:
            return [r for r in self.requests if r.at >= moment]

    def close(self):
        self.open = False
        for one in (self.listener, *list(self.open_connections)):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()


def give_token(exchange):
    token = exchange.stub.world.secrets.token
    return exchange.answer(200, json.dumps({"access_token": token, "token_type": "Bearer",
                                            "expires_in": 900}))
