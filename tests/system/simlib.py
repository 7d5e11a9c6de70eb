# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of both simulators share: starting one, its control protocol, waiting for something.

Never reads a config and never starts anything else. Used by modemlib.py, smsclib.py and the system tests.
"""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from desk import child  # noqa: E402


class SimError(Exception):
    """The simulator refused an order, or something waited for did not come."""


def build_dir():
    """Where the test builds are: $BUILD/test, or build/test of this checkout."""
    return pathlib.Path(os.environ.get("BUILD", ROOT / "build")) / "test"


def hang_up(process):
    """Closes what a program reads, waits for its end, and ends it when it does not come."""
    if process.poll() is None:
        process.stdin.close()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    process.stdout.close()


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


class Simulator:
    """A running simulator behind a control socket; modemlib.py and smsclib.py say which."""

    def __init__(self, process, args, control, log):
        self.process = process
        self.args = args
        self.control = control
        self.log = log
        self.connection = Connection(control)

    @staticmethod
    def _spawn(args, log, env):
        with open(log, "ab") as out:
            return subprocess.Popen(
                args, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                env={**os.environ, **(env or {})}, preexec_fn=child.dies_with_parent())

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

    def order(self, op, **fields):
        """Any order of the protocol."""
        return self.connection.order(op, **fields)

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

    def fault(self, name, **fields):
        """Sets a fault in force."""
        return self.order("fault", name=name, **fields)

    def clear(self):
        """Ends all faults."""
        return self.order("clear")

    def status(self):
        """Queue, counters, faults, and what the kind of simulator has besides."""
        return self.order("status")

    def wait_status(self, pred, timeout=10.0):
        """Waits for a status that pred accepts and returns it."""
        def found():
            status = self.status()
            return status if pred(status) else None
        return wait_for("a state of the simulator", found, timeout)

    def follow(self, after=None):
        """A connection of its own on which get() returns events."""
        connection = Connection(self.control)
        connection.order("follow", after=after)
        return connection
