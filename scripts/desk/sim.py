# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated modem's control socket (shyraq-modemsim(1)): texts to it, texts that it sent.

It never touches the modem's tty: that is shyraqd's.
Called by run.py, phone.py and tests/system.
"""
import json
import select
import socket
import time


class SimError(Exception):
    pass


class Sim:
    """One connection. Orders are answered in turn; events of `follow` are kept in between."""

    def __init__(self, path, wait=10.0):
        self.path = path
        self.wait = wait
        self.sock = None
        self.buffer = b""
        self.events = []

    def open(self):
        if self.sock is None:
            sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
            sock.settimeout(self.wait)
            try:
                sock.connect(self.path)
            except OSError as error:
                sock.close()
                raise SimError(f"no simulated modem at {self.path}") from error
            self.sock = sock
            self.buffer = b""
        return self

    def close(self):
        if self.sock is not None:
            self.sock.close()
            self.sock = None

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.close()

    def fileno(self):
        return self.open().sock.fileno()

    def _line(self, until):
        while b"\n" not in self.buffer:
            left = until - time.monotonic()
            if not select.select([self.sock], [], [], max(0.0, left))[0]:
                return None
            got = self.sock.recv(65536)
            if not got:
                self.close()
                raise SimError(f"the simulated modem at {self.path} has gone")
            self.buffer += got
        line, self.buffer = self.buffer.split(b"\n", 1)
        return json.loads(line)

    def order(self, op, **fields):
        """The answer of one order; SimError when it is refused."""
        self.open()
        try:
            self.sock.sendall(json.dumps({"op": op, **fields}).encode() + b"\n")
            until = time.monotonic() + self.wait
            while True:
                got = self._line(until)
                if got is None:
                    raise SimError(f"{op}: no answer")
                if "event" not in got:
                    break
                self.events.append(got)
        except OSError as error:
            self.close()
            raise SimError(f"{op}: {error}") from error
        if not got.get("ok"):
            raise SimError(f"{op}: {got.get('error')}")
        return got

    def event(self, seconds):
        """The next event after `follow`, or None when the time is over."""
        if self.events:
            return self.events.pop(0)
        return self._line(time.monotonic() + seconds)

    def text(self, sender, text, **more):
        return self.order("text", **{"from": sender, "text": text, **more})

    def sent(self, after=0):
        return self.order("sent", after=after)["sent"]


class Inbox:
    """What one number received, long messages joined; parts in any order, repeats dropped."""

    def __init__(self):
        self.parts = {}

    def take(self, entry):
        """A sent entry. The whole text when this entry completes one, else None."""
        total = entry.get("total", 1)
        if total <= 1:
            return entry["text"]
        key = (entry["to"], entry["concat_ref"], total)
        have = self.parts.setdefault(key, {})
        have[entry["part"]] = entry["text"]
        if len(have) < total:
            return None
        del self.parts[key]
        return "".join(have[n] for n in sorted(have))
