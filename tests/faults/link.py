"""Two machines in one: the truck and the office, each a network namespace, with a cable in between.
Both live as long as a process of ours and have no name, so nothing of them can be left behind."""

import ctypes
import os
import socket
import ssl
import subprocess
import threading

import harness
from clock import Skew
from harness import Failed, Skip, command, until

TRUCK, OFFICE = "10.251.0.2", "10.251.0.1"
OFFICE6 = "fd00:251::1"
NAME = "office.test"


class Link:
    def __init__(self, case):
        case.needs_root()
        case.needs_mounts()
        case.needs("ip", "nsenter", "nft")
        self.case = case
        self.holders = []
        case.stack.callback(self.close)
        self.truck_pid, self.office_pid = self.namespace(), self.namespace()
        made = command("ip", "link", "add", "cable", "netns", self.truck_pid, "type", "veth",
                       "peer", "name", "cable", "netns", self.office_pid, check=False)
        if made.returncode != 0:
            raise Skip(f"no cable between network namespaces: {made.stderr.strip()}")
        for side, four, six in ((self.truck, TRUCK, "fd00:251::2"), (self.office, OFFICE, OFFICE6)):
            side("ip", "link", "set", "lo", "up")
            side("ip", "address", "add", four + "/24", "dev", "cable")
            side("ip", "address", "add", six + "/64", "dev", "cable", "nodad")
            side("ip", "link", "set", "cable", "up")
        self.resolv, self.hosts = case.directory / "resolv.conf", case.directory / "hosts"
        self.resolv.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
        self.name_points_to(OFFICE)

    def namespace(self):
        holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"],
                                  preexec_fn=harness.dies_with_parent(), stderr=subprocess.PIPE)
        self.holders.append(holder)
        here = os.readlink("/proc/self/ns/net")
        until("a network namespace", lambda: holder.poll() is not None or
              os.readlink(f"/proc/{holder.pid}/ns/net") != here, 5)
        if holder.poll() is not None:
            raise Skip(f"no network namespaces: {holder.stderr.read().decode().strip()}")
        return holder.pid

    def close(self):
        for holder in self.holders:
            holder.kill()
            holder.wait()
            holder.stderr.close()

    def truck(self, *words, check=True):
        return command("nsenter", "--net", "-t", self.truck_pid, "--", *words, check=check)

    def office(self, *words, check=True):
        return command("nsenter", "--net", "-t", self.office_pid, "--", *words, check=check)

    def listener(self, pid, address, port=0):
        """A socket that belongs to the other namespace: only a thread goes there."""
        made = []

        def make():
            with open(f"/proc/{pid}/ns/net") as namespace:
                if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), 0x40000000) != 0:
                    return
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            made.append(socket.create_server((address, port), family=family, backlog=64))

        thread = threading.Thread(target=make)
        thread.start()
        thread.join()
        if not made:
            raise Skip("a thread may not enter a network namespace")
        return made[0]

    def name_points_to(self, *addresses):
        self.hosts.write_text("127.0.0.1 localhost\n" + "".join(f"{a} {NAME}\n" for a in addresses))

    def wrap(self):
        """How the agent gets into the truck, with its own idea of names."""
        return ["nsenter", "--net", "-t", self.truck_pid, "--", "unshare", "--mount",
                "--propagation", "private", "sh", "-c",
                'mount --bind "$1" /etc/resolv.conf && mount --bind "$2" /etc/hosts && shift 2 && '
                'exec "$@"', "sh", self.resolv, self.hosts]

    def rule(self, *rules, side=None):
        """In the truck, or on the other side, for what it sends."""
        side = side or self.truck
        side("nft", "add table inet faults")
        side("nft", "add chain inet faults out { type filter hook output priority 0; }")
        for rule in rules:
            done = side("nft", "add rule inet faults out " + rule, check=False)
            if done.returncode != 0:
                raise Skip(f"nft does not know: {rule}")

    def no_rules(self):
        for side in (self.truck, self.office):
            side("nft", "flush", "ruleset")

    def packets_as_on_a_wire(self):
        """Otherwise TCP hands over many at once, to be cut by the card, and a rule sees one of 64 KiB."""
        for side in (self.truck, self.office):
            done = side("ip", "link", "set", "cable", "gso_max_segs", 1, check=False)
            if done.returncode != 0:
                raise Skip(f"packets are not cut before the rules: {done.stderr.strip()}")

    def received_bytes(self):
        out = self.office("cat", "/sys/class/net/cable/statistics/rx_bytes", check=False).stdout
        if out.strip().isdigit():
            return int(out)
        text = self.office("ip", "-s", "link", "show", "cable").stdout.split("RX:")[1]
        return int(text.split("\n")[1].split()[0])


class Certificates:
    """An authority, and what it signs."""

    def __init__(self, case):
        case.needs("openssl")
        self.folder, self.case = case.directory / "tls", case
        self.folder.mkdir()
        self.authority = self.folder / "authority.pem"
        self.make_authority("authority")

    def openssl(self, *words, skew=0):
        environment = dict(os.environ)
        if skew:
            clock = Skew(self.case.tools, self.folder)
            clock.set(skew)
            environment.update(clock.environment)
        done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True,
                              env=environment)
        if done.returncode != 0:
            raise Failed(f"openssl: {done.stderr.strip()[-200:]}")

    def make_authority(self, name):
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", 30, "-subj",
                     f"/CN=Faults {name}", "-keyout", self.folder / f"{name}.key", "-out",
                     self.folder / f"{name}.pem")

    def server(self, name, host=NAME, skew=0, digest="-sha256", authority="authority"):
        """A context for ssl; `skew` shifts the 30 days in which it is valid."""
        key, request, pem = (self.folder / f"{name}.{e}" for e in ("key", "csr", "pem"))
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName=DNS:{host}\n")
        self.openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={host}", "-keyout", key,
                     "-out", request)
        if authority is None:
            self.openssl("x509", "-req", "-in", request, "-signkey", key, "-days", 30, "-extfile",
                         extensions, "-out", pem, digest)
        else:
            self.openssl("x509", "-req", "-in", request, "-CA", self.folder / f"{authority}.pem",
                         "-CAkey", self.folder / f"{authority}.key", "-CAcreateserial", "-days", 30,
                         "-extfile", extensions, "-out", pem, digest, skew=skew)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.load_cert_chain(pem, key)
        return context
