# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated modem for tests: starts shyraq-modemsim and speaks its control protocol.

Never reads a config and never starts anything else. Used by the system tests and scripts.
The protocol itself is in shyraq-modemsim(1).
"""

import json
import os
import pathlib
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


class SimError(Exception):
    """The simulator refused an order, or something waited for did not come."""


def build_dir():
    """Where the test builds are: $BUILD/test, or build/test of this checkout."""
    return pathlib.Path(os.environ.get("BUILD", ROOT / "build")) / "test"


def wait_for(what, ready, timeout=10.0, step=0.02):
    """Calls ready() until it is true and returns that; raises SimError after the timeout."""
    until = time.monotonic() + timeout
    while True:
        value = ready()
        if value:
            return value
        if time.monotonic() > until:
            raise SimError(f"{what}: not within {timeout} s")
        time.sleep(step)


class Connection:
    """One connection to a control socket: orders and their answers, or events."""

    def __init__(self, path, timeout=10.0):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        self.socket.connect(str(path))
        self.file = self.socket.makefile("r", encoding="utf-8", newline="\n")

    def close(self):
        """Lets go of the socket."""
        self.file.close()
        self.socket.close()

    def put(self, line):
        """Writes one line as it is."""
        self.socket.sendall((line + "\n").encode("utf-8"))

    def get(self):
        """The next line: an answer or an event."""
        line = self.file.readline()
        if not line:
            raise SimError("the control socket was closed")
        return json.loads(line)

    def order(self, op, **fields):
        """One order; its answer as a dict, or SimError."""
        fields = {k: v for k, v in fields.items() if v is not None}
        self.put(json.dumps({"op": op, **fields}, ensure_ascii=False))
        answer = self.get()
        if not answer.get("ok"):
            raise SimError(answer.get("error", "no reason given"))
        return answer


class ModemSim:
    """A running shyraq-modemsim. Texts are str, times ISO 8601, the rest as in the man page."""

    def __init__(self, process, args, tty, control, log):
        self.process = process
        self.args = args
        self.tty = tty
        self.control = control
        self.log = log
        self.connection = Connection(control)

    @classmethod
    def start(cls, binary=None, dir=".", name="modem", env=None, **opts):
        """opts: number, imsi, smsc, slots, pin, baud, charsets, clock and state (both paths)."""
        binary = binary or os.environ.get("SHYRAQ_MODEMSIM") or build_dir() / "shyraq-modemsim"
        base = pathlib.Path(dir)
        tty, control, log = (base / f"{name}.{end}" for end in ("tty", "ctl", "log"))
        args = [str(binary), "--tty", str(tty), "--control", str(control)]
        for key, value in opts.items():
            args += [f"--{key}", str(value)]
        process = cls._spawn(args, log, env)
        try:
            cls._await(process, tty, control, log)
        except SimError:
            process.kill()
            process.wait()
            raise
        return cls(process, args, tty, control, log)

    @staticmethod
    def _spawn(args, log, env):
        with open(log, "ab") as out:
            return subprocess.Popen(
                args, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                env={**os.environ, **(env or {})})

    @staticmethod
    def _await(process, tty, control, log):
        def up():
            if process.poll() is not None:
                raise SimError(f"shyraq-modemsim ended: {log.read_text(errors='replace')}")
            return tty.is_symlink() and control.exists()
        wait_for("shyraq-modemsim", up, 5.0)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self, timeout=5.0):
        """Ends it in order; returns its exit status."""
        if self.process.poll() is None:
            self.connection.close()
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode

    def kill(self):
        """Ends it like a power cut."""
        self.connection.close()
        self.process.kill()
        self.process.wait()

    def restart(self, env=None):
        """Starts it again with the same options after stop() or kill()."""
        self.tty.unlink(missing_ok=True)
        self.control.unlink(missing_ok=True)
        self.process = self._spawn(self.args, self.log, env)
        self._await(self.process, self.tty, self.control, self.log)
        self.connection = Connection(self.control)

    def order(self, op, **fields):
        """Any order of the protocol."""
        return self.connection.order(op, **fields)

    def text(self, sender, text, **fields):
        """A text from a phone: at, alphabet, ref, refbits, order, drop, smsc, part and total."""
        return self.order("text", **{"from": sender, "text": text, **fields})

    def units(self, sender, units, **fields):
        """The same from raw UTF-16 units, for what is no well-formed text."""
        return self.order("text", **{"from": sender, "units": list(units), **fields})

    def pdu(self, pdu, report=None):
        """A raw PDU, as it is, into a slot."""
        return self.order("pdu", pdu=pdu, report=report)

    def sent(self, after=0):
        """What the host submitted, a dict for each PDU."""
        return self.order("sent", after=after)["sent"]

    def last_seq(self):
        """The number of the newest submit."""
        return self.order("status")["last_seq"]

    def wait_sent(self, pred=lambda entry: True, timeout=10.0, after=0, count=1):
        """Waits for `count` submits that pred accepts and returns them (one: itself)."""
        def found():
            hits = [e for e in self.sent(after) if pred(e)]
            return hits if len(hits) >= count else None
        hits = wait_for("a submitted text", found, timeout)
        return hits[0] if count == 1 else hits

    def messages(self, after=0):
        """Whole texts that were submitted, parts joined: dicts of to, text, parts, first, last."""
        whole, open_ = [], {}
        for e in self.sent(after):
            if "total" not in e:
                whole.append({"to": e["to"], "text": e["text"], "parts": 1,
                              "first": e, "last": e})
                continue
            key = (e["to"], e["concat_ref"], e["total"])
            parts = open_.setdefault(key, {})
            parts[e["part"]] = e
            if len(parts) == e["total"]:
                ordered = [parts[i] for i in sorted(parts)]
                whole.append({"to": e["to"], "text": "".join(p["text"] for p in ordered),
                              "parts": len(ordered), "first": ordered[0], "last": ordered[-1]})
                del open_[key]
        return whole

    def wait_message(self, pred=lambda message: True, timeout=10.0, after=0):
        """Waits for a whole text that pred accepts."""
        def found():
            return next((m for m in self.messages(after) if pred(m)), None)
        return wait_for("a whole submitted text", found, timeout)

    def receipt(self, **fields):
        """A receipt for seq= or ref=: state, delay_ms."""
        return self.order("receipt", **fields)

    def receipts(self, mode, delay_ms=None):
        """off, auto or manual."""
        return self.order("receipts", mode=mode, delay_ms=delay_ms)

    def fault(self, name, **fields):
        """Sets a fault in force."""
        return self.order("fault", name=name, **fields)

    def clear(self):
        """Ends all faults."""
        return self.order("clear")

    def status(self):
        """Slots, queue, registration, counters, faults."""
        return self.order("status")

    def wait_status(self, pred, timeout=10.0):
        """Waits for a status that pred accepts and returns it."""
        def found():
            status = self.status()
            return status if pred(status) else None
        return wait_for("a state of the modem", found, timeout)

    def slots(self):
        """The filled slots of the SIM."""
        return self.order("slots")["slots"]

    def ussd(self, text, mode=1):
        """A +CUSD to the host."""
        return self.order("ussd", text=text, mode=mode)

    def ring(self, sender="+77010000099", times=3):
        """An incoming call."""
        return self.order("ring", **{"from": sender, "times": times})

    def follow(self, after=None):
        """A connection of its own on which get() returns events."""
        connection = Connection(self.control)
        connection.order("follow", after=after)
        return connection
