# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated SMSC for tests: starts shyraq-smscsim and speaks its control protocol.

Never reads a config and never starts anything else. Used by the system tests.
The protocol itself is in shyraq-smscsim(1).
"""
import os
import pathlib
import re
import signal
import subprocess

from simlib import Connection, SimError, build_dir, wait_for


class SmscSim:
    """A running shyraq-smscsim. Texts are str, numbers "+7701...", the rest as in the man page."""

    def __init__(self, process, args, control, log, port):
        self.process = process
        self.args = args
        self.control = control
        self.log = log
        self.port = port
        self.connection = Connection(control)

    @classmethod
    def start(cls, dir=".", name="smsc", accounts=(), port=0, env=None, **opts):
        """opts: dialect, conf, seed, keep, clock. accounts: "ID:PASSWORD[:NUMBER]" each."""
        binary = os.environ.get("SHYRAQ_SMSCSIM") or build_dir() / "shyraq-smscsim"
        control, log = (pathlib.Path(dir) / f"{name}.{end}" for end in ("ctl", "log"))
        args = [str(binary), "--port", str(port), "--control", str(control)]
        for account in accounts:
            args += ["--account", account]
        for key, value in opts.items():
            args += [f"--{key}", str(value)]
        log.unlink(missing_ok=True)
        process = cls._spawn(args, log, env)
        try:
            port = cls._await(process, log)
        except SimError:
            process.kill()
            process.wait()
            raise
        args[2] = str(port)
        return cls(process, args, control, log, port)

    @staticmethod
    def _spawn(args, log, env):
        with open(log, "ab") as out:
            return subprocess.Popen(args, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                    env={**os.environ, **(env or {})})

    @staticmethod
    def _await(process, log, nth=1):
        def up():
            said = log.read_text(errors="replace")
            if process.poll() is not None:
                raise SimError(f"shyraq-smscsim ended: {said}")
            found = re.findall(r"smscsim\.listening port=(\d+)", said)
            return int(found[-1]) if len(found) >= nth else None
        return wait_for("shyraq-smscsim", up, 5.0)

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
        """Starts it again at the same port after stop() or kill(); it has forgotten everything."""
        nth = len(re.findall("smscsim.listening", self.log.read_text(errors="replace"))) + 1
        self.process = self._spawn(self.args, self.log, env)
        self._await(self.process, self.log, nth)
        self.connection = Connection(self.control)

    def order(self, op, **fields):
        """Any order of the protocol."""
        return self.connection.order(op, **fields)

    def text(self, sender, text, **fields):
        """A text from a phone: to, long, alphabet, data_coding, ref, order, drop, carrier..."""
        return self.order("text", **{"from": sender, "text": text, **fields})

    def sent(self, after=0):
        """What was accepted, a dict for each PDU."""
        return self.order("sent", after=after)["sent"]

    def last_seq(self):
        """The number of the newest accepted PDU."""
        return self.order("status")["last_seq"]

    def wait_sent(self, pred=lambda entry: True, timeout=10.0, after=0, count=1):
        """Waits for `count` accepted PDUs that pred accepts and returns them (one: itself)."""
        def found():
            hits = [e for e in self.sent(after) if pred(e)]
            return hits if len(hits) >= count else None
        hits = wait_for("an accepted text", found, timeout)
        return hits[0] if count == 1 else hits

    def phone(self, number):
        """texts, screens, received, repeats, session."""
        return self.order("phone", number=number)

    def texts(self, number):
        """The texts that a phone has, whole ones, in order."""
        return [t["text"] for t in self.phone(number)["texts"]]

    def wait_texts(self, number, count=1, timeout=10.0):
        """Waits until a phone has so many texts; returns them."""
        def found():
            texts = self.texts(number)
            return texts if len(texts) >= count else None
        return wait_for("texts on a phone", found, timeout)

    def dial(self, sender, code="*8500#", **fields):
        """A phone dials; returns the session's number."""
        return self.order("dial", **{"from": sender, "code": code, **fields})["session"]

    def key(self, sender, text):
        """It answers a screen."""
        return self.order("key", **{"from": sender, "text": text})

    def hangup(self, sender):
        """It leaves."""
        return self.order("hangup", **{"from": sender})

    def screens(self, number):
        """The screens that it has been shown: (text, end)."""
        return [(s["text"], s["end"]) for s in self.phone(number)["screens"]]

    def wait_screens(self, number, count=1, timeout=10.0):
        """Waits until so many were shown; returns them."""
        def found():
            shown = self.screens(number)
            return shown if len(shown) >= count else None
        return wait_for("screens on a phone", found, timeout)

    def receipts(self, **fields):
        """mode, delay_ms, state, early, answer_id, receipt_id, zeros, where, fields, case."""
        return self.order("receipts", **fields)

    def receipt(self, **fields):
        """One receipt, for seq= or message_id=: state, delay_ms."""
        return self.order("receipt", **fields)

    def set(self, **fields):
        """dialect, carrier, window, response_ms, retry_ms, step_ms, user_ms, session_ms..."""
        return self.order("set", **fields)

    def fault(self, name, **fields):
        """Sets a fault in force, or does it."""
        return self.order("fault", name=name, **fields)

    def clear(self):
        """Ends all faults."""
        return self.order("clear")

    def status(self):
        """Binds, queue, counters, faults."""
        return self.order("status")

    def counters(self):
        """What it has counted."""
        return self.status()["counters"]

    def wait_status(self, pred, timeout=10.0):
        """Waits for a status that pred accepts and returns it."""
        def found():
            status = self.status()
            return status if pred(status) else None
        return wait_for("a state of the SMSC", found, timeout)

    def wait_bound(self, count=1, timeout=15.0):
        """Waits until so many are bound."""
        return self.wait_status(lambda s: len(s["binds"]) >= count, timeout)["binds"]

    def wait_counter(self, name, value=1, timeout=10.0):
        """Waits until a counter is so high."""
        return self.wait_status(lambda s: s["counters"][name] >= value, timeout)

    def follow(self, after=None):
        """A connection of its own on which get() returns events."""
        connection = Connection(self.control)
        connection.order("follow", after=after)
        return connection
