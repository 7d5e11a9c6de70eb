# SPDX-License-Identifier: GPL-3.0-or-later
"""scripts/phone NUMBER: a handset on the running service's simulated modem.

It shows only texts to its own number. Plain lines when stdin is no terminal.
Called by scripts/phone.
"""
import argparse
import os
import re
import select
import sys
import time

from .service import ROOT
from .sim import Inbox, Sim, SimError

HELP = "type a text and press Enter; /empty sends an empty text, /quit or Ctrl-D ends"


def arguments(argv):
    p = argparse.ArgumentParser(prog="scripts/phone",
                                description="A handset that texts the running service.")
    p.add_argument("number", metavar="NUMBER", help="the handset's own, e.g. +77010000001")
    p.add_argument("--data", metavar="DIR", default=os.path.join(ROOT, "var"),
                   help="the folder of the running service (default: var/)")
    p.add_argument("--modem", metavar="NAME", default="m1", help="which simulated modem (m1)")
    p.add_argument("--wait", metavar="SECONDS", type=float, default=5.0,
                   help="how long to wait for texts after the end of input (5)")
    args = p.parse_args(argv)
    if not re.fullmatch(r"\+[0-9]{7,15}", args.number):
        p.error("NUMBER: + and 7 to 15 digits")
    return args


def control_socket(data, modem):
    own = os.path.join(data, "s", modem + ".ctl")
    note = os.path.join(data, "sockets")
    if os.path.exists(note):
        with open(note, encoding="utf-8") as f:
            own = os.path.join(f.read().strip(), modem + ".ctl")
    if not os.path.exists(own):
        raise SimError(f"no service with simulated modems runs in {data}: start scripts/run")
    return own


class Handset:
    def __init__(self, sim, number, tty):
        self.sim = sim
        self.number = number
        self.tty = tty
        self.inbox = Inbox()

    def prompt(self):
        if self.tty:
            print("> ", end="", flush=True)

    def show(self, event):
        if event.get("event") != "sent" or event["to"] != self.number:
            return
        whole = self.inbox.take(event)
        if whole is None:
            return
        when = time.strftime("%H:%M", time.localtime(event["at_ms"] / 1000))
        print(("\r\033[K" if self.tty else "") + f"{when} ◂ {whole}", flush=True)
        self.prompt()

    def show_all(self, seconds):
        """What comes within the time; at once when the time is 0."""
        until = time.monotonic() + seconds
        while True:
            event = self.sim.event(max(0.0, min(0.2, until - time.monotonic())))
            if event is not None:
                self.show(event)
            elif time.monotonic() >= until:
                return

    def type(self, line):
        """False: the user wants to leave."""
        line = line.rstrip("\r\n")
        if line == "/quit":
            return False
        if line == "/help":
            print(HELP, flush=True)
        elif line == "/empty":
            self.sim.text(self.number, "")
        elif line != "":
            self.sim.text(self.number, line)
        self.prompt()
        return True

    def run(self, wait):
        self.sim.order("follow")
        if self.tty:
            print(f"{self.number}: {HELP}")
        self.prompt()
        typed = os.fdopen(os.dup(sys.stdin.fileno()), "rb", buffering=0)
        rest = b""
        while True:
            self.show_all(0)
            ready = select.select([typed, self.sim], [], [])[0]
            if typed not in ready:
                continue
            got = os.read(typed.fileno(), 65536)
            lines = (rest + got).split(b"\n") if got else [rest, b""]
            rest = lines.pop()
            for line in lines:
                if not self.type(line.decode("utf-8", "replace")):
                    return
                if not self.tty and line:
                    self.show_all(min(wait, 1.5))
            if not got:
                self.show_all(wait if not self.tty else 0)
                return


def main(argv):
    args = arguments(argv)
    sim = None
    try:
        sim = Sim(control_socket(os.path.abspath(args.data), args.modem)).open()
        Handset(sim, args.number, sys.stdin.isatty() and sys.stdout.isatty()).run(args.wait)
    except SimError as error:
        print(f"scripts/phone: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print()
    finally:
        if sim is not None:
            sim.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
