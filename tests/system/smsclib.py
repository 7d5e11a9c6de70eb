# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated SMSC for tests: starts shyraq-smscsim and speaks its control protocol.

Never reads a config and never starts anything else. Used by the system tests, which take their
fixtures from here too. The protocol itself is in shyraq-smscsim(1).
"""
import os
import pathlib
import re

import pytest

from simlib import Connection, SimError, Simulator, build_dir, wait_for
from smpp_peer import Esme

P1, P2 = "+77010000001", "+77010000002"


class SmscSim(Simulator):
    """A running shyraq-smscsim. Texts are str, numbers "+7701...", the rest as in the man page."""

    def __init__(self, process, args, control, log, port):
        super().__init__(process, args, control, log)
        self.port = port

    def all_sent(self, page=5000):
        """What sent() gives, a page at a time: an answer of a hundred thousand PDUs takes too long."""
        last = 0
        while True:
            some = self.order("sent", after=last, most=page)["sent"]
            yield from some
            if len(some) < page:
                return
            last = some[-1]["seq"]

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
    def _await(process, log, nth=1):
        def up():
            said = log.read_text(errors="replace")
            if process.poll() is not None:
                raise SimError(f"shyraq-smscsim ended: {said}")
            found = re.findall(r"smscsim\.listening port=(\d+)", said)
            return int(found[-1]) if len(found) >= nth else None
        return wait_for("shyraq-smscsim", up, 5.0)

    def restart(self, env=None):
        """Starts it again at the same port after stop() or kill(); it has forgotten everything."""
        nth = len(re.findall("smscsim.listening", self.log.read_text(errors="replace"))) + 1
        self.process = self._spawn(self.args, self.log, env)
        self._await(self.process, self.log, nth)
        self.connection = Connection(self.control)

    def text(self, sender, text, **fields):
        """A text from a phone: to, long, alphabet, data_coding, ref, order, drop, carrier..."""
        return self.order("text", **{"from": sender, "text": text, **fields})

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

    def counters(self):
        """What it has counted."""
        return self.status()["counters"]

    def wait_bound(self, count=1, timeout=15.0):
        """Waits until so many are bound."""
        return self.wait_status(lambda s: len(s["binds"]) >= count, timeout)["binds"]

    def wait_counter(self, name, value=1, timeout=10.0):
        """Waits until a counter is so high."""
        return self.wait_status(lambda s: s["counters"][name] >= value, timeout)


@pytest.fixture
def start(tmp_path):
    sims = []

    def make(**opts):
        sims.append(SmscSim.start(dir=tmp_path, name=f"smsc{len(sims)}", **opts))
        return sims[-1]
    yield make
    for sim in sims:
        assert sim.stop() == 0, sim.log.read_text()
        assert "ERROR:" not in sim.log.read_text()


@pytest.fixture
def smsc(start):
    return start()


@pytest.fixture
def esme(smsc):
    with Esme.bound(smsc.port) as client:
        yield client
