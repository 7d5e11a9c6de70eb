# SPDX-License-Identifier: GPL-3.0-or-later
"""Real libgammu and a bare line, each at a simulated modem; the texts that tests send through them.

Uses the probe (tests/sim/probe) for libgammu and a bare tty for what libgammu never writes. Never
needs a database or any other process of the service. Used by test_modemsim*.py.
"""
import os
import select
import subprocess
import time
import tty as ttymode

import pytest

from simlib import SimError, build_dir, child, hang_up

ERR_NONE, ERR_TIMEOUT = "NONE", "TIMEOUT"
PEER = "+77010000001"
SMSC = "+77010000500"
REPORT = 2  # GSM_SMSMessageType: SMS_Status_Report

BASIC = ("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
         "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà")
EXTENSION = "^{}\\[~]|€"

TEXTS = {
    "ascii": ("SOS 1 482 help", "gsm7"),
    "one-letter": ("1", "gsm7"),
    "extension": (EXTENSION + " end", "gsm7"),
    "at-on-eighth": ("1234567@", "gsm7"),
    "whole-160": ("x" * 159 + "@", "gsm7"),
    "kazakh": ("Көмек керек, жұмыс берушім құжатымды алып қойды", "ucs2"),
    "uzbek": ("Ёрдам беринг, ўғлим қаерда? oʻzbek", "ucs2"),
    "tajik": ("Ман ёрӣ мехоҳам, ҷойи ман — Хуҷанд", "ucs2"),
    "emoji": ("ok 👋🏽🇰🇿 end", "ucs2"),
    "whole-70": ("ж" * 70, "ucs2"),
}
LONG = {
    "gsm7": "Long text with {brackets} and euro €. " * 9,
    "cyrillic": "Меня держат на складе, паспорт забрали. " * 5,
    "emoji-on-the-cut": "ж" * 66 + "👋" + "ж" * 20,
    "escape-on-the-cut": "x" * 152 + "€" + "y" * 30,
}


class Facts(list):
    """What one order to the probe printed: (kind, fields) pairs, then how it ended."""

    error, ms = None, 0

    def of(self, kind):
        """The fields of each fact of that kind."""
        return [fields for k, fields in self if k == kind]


class Probe:
    """Real libgammu behind a pipe."""

    def __init__(self, device, env=None):
        binary = os.environ.get("SHYRAQ_GAMMU_PROBE") or build_dir() / "gammu-probe"
        self.process = subprocess.Popen(
            [str(binary), str(device)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, **(env or {})}, bufsize=0, preexec_fn=child.dies_with_parent())
        self.rest = b""

    def line(self, timeout):
        until = time.monotonic() + timeout
        while b"\n" not in self.rest:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                raise SimError("libgammu did not come back")
            got = os.read(self.process.stdout.fileno(), 65536)
            if not got:
                raise SimError(f"the probe ended: {self.process.wait()}")
            self.rest += got
        line, self.rest = self.rest.split(b"\n", 1)
        return line.decode("ascii")

    def run(self, order, timeout=20.0):
        """One order; every fact until its end."""
        self.put(order)
        return self.end(timeout)

    def put(self, order):
        """The order alone; end() takes what it printed."""
        self.process.stdin.write((order + "\n").encode())

    def end(self, timeout=20.0):
        facts = Facts()
        while True:
            kind, *pairs = self.line(timeout).split(" ")
            if kind == "end":
                fields = dict(p.split("=", 1) for p in pairs[1:])
                facts.error, facts.ms = fields["name"], int(fields["ms"])
                return facts
            fields = dict(p.split("=", 1) for p in pairs)
            for key in ("text", "number", "smsc"):
                if key in fields:
                    fields[key] = bytes.fromhex(fields[key]).decode("utf-8", "surrogatepass")
            facts.append((kind, fields))

    def ok(self, order, timeout=20.0):
        """The same, and it must have worked."""
        facts = self.run(order, timeout)
        assert facts.error == ERR_NONE, (order, facts.error)
        return facts

    def send(self, to, text, vp=-1, receipt=0, **options):
        """One text, all its parts."""
        run = options.pop("run", self.ok)
        return run(f"send {to} {text.encode().hex().upper() or '-'} {vp} {receipt}",
                   **options)

    def stop(self):
        hang_up(self.process)


class Line:
    """The bare line, for commands that libgammu never writes."""

    def __init__(self, device):
        self.fd = os.open(device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        ttymode.setraw(self.fd)

    def close(self):
        os.close(self.fd)

    def read(self, until, timeout=3.0):
        got, end = b"", time.monotonic() + timeout
        while not any(u in got for u in until):
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.fd], [], [], left)[0]:
                raise SimError(f"the modem said only {got!r}")
            got += os.read(self.fd, 65536)
        return got.decode("latin-1")

    def at(self, command, timeout=3.0):
        """A command; its answer without the echo."""
        os.write(self.fd, command.encode("latin-1") + b"\r")
        got = self.read((b"\r\nOK\r\n", b"ERROR"), timeout)
        if got.endswith("ERROR"):
            got += self.read((b"\r\n",))
        return got.split("\r", 1)[1].strip()

    def submit(self, pdu, announced=None):
        """AT+CMGS with a PDU; what came after its end mark."""
        octets = len(pdu) // 2 - 1 - int(pdu[:2], 16) if announced is None else announced
        os.write(self.fd, f"AT+CMGS={octets}\r".encode())
        self.read((b"> ",))
        os.write(self.fd, pdu.encode() + b"\x1a")
        got = self.read((b"OK\r\n", b"ERROR:"))
        if "ERROR:" in got and not got.endswith("\r\n"):
            got += self.read((b"\r\n",))
        return got.split("\x1a", 1)[1].strip()


@pytest.fixture
def make_probe():
    made = []

    def make(sim, opened=True, **env):
        made.append(Probe(sim.tty, env))
        if opened:
            made[-1].ok("open")
        return made[-1]
    yield make
    for probe in made:
        probe.stop()


@pytest.fixture
def probe(sim, make_probe):
    return make_probe(sim)


@pytest.fixture
def line(sim):
    line = Line(sim.tty)
    yield line
    line.close()
