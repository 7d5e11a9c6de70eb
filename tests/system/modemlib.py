# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated modem for tests: starts shyraq-modemsim and speaks its control protocol.

Never reads a config and never starts anything else. Used by the system tests.
The protocol itself is in shyraq-modemsim(1).
"""
import os
import pathlib

import pytest

from simlib import Connection, SimError, Simulator, build_dir, wait_for


class ModemSim(Simulator):
    """A running shyraq-modemsim. Texts are str, times ISO 8601, the rest as in the man page."""

    def __init__(self, process, args, tty, control, log):
        super().__init__(process, args, control, log)
        self.tty = tty

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
    def _await(process, tty, control, log):
        def up():
            if process.poll() is not None:
                raise SimError(f"shyraq-modemsim ended: {log.read_text(errors='replace')}")
            return tty.is_symlink() and control.exists()
        wait_for("shyraq-modemsim", up, 5.0)

    def restart(self, env=None):
        """Starts it again with the same options after stop() or kill()."""
        self.tty.unlink(missing_ok=True)
        self.control.unlink(missing_ok=True)
        self.process = self._spawn(self.args, self.log, env)
        self._await(self.process, self.tty, self.control, self.log)
        self.connection = Connection(self.control)

    def text(self, sender, text, **fields):
        """A text from a phone: at, alphabet, ref, refbits, order, drop, smsc, part and total."""
        return self.order("text", **{"from": sender, "text": text, **fields})

    def units(self, sender, units, **fields):
        """The same from raw UTF-16 units, for what is no well-formed text."""
        return self.order("text", **{"from": sender, "units": list(units), **fields})

    def pdu(self, pdu, report=None):
        """A raw PDU, as it is, into a slot."""
        return self.order("pdu", pdu=pdu, report=report)

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

    def slots(self):
        """The filled slots of the SIM."""
        return self.order("slots")["slots"]

    def ussd(self, text, mode=1):
        """A +CUSD to the host."""
        return self.order("ussd", text=text, mode=mode)

    def ring(self, sender="+77010000099", times=3):
        """An incoming call."""
        return self.order("ring", **{"from": sender, "times": times})


@pytest.fixture
def make_sim(tmp_path):
    made = []

    def make(**opts):
        made.append(ModemSim.start(dir=tmp_path, name=f"m{len(made)}", **opts))
        return made[-1]
    yield make
    for sim in made:
        sim.stop()


@pytest.fixture
def sim(make_sim):
    return make_sim()
