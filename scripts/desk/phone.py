# SPDX-License-Identifier: GPL-3.0-or-later
"""scripts/phone NUMBER: a handset on the running service's simulated modem or SMSC.

It shows only texts and screens to its own number. Plain lines when stdin is no terminal.
Called by scripts/phone.
"""
import argparse
import os
import re
import select
import sys
import time

from . import phone_http
from .service import ROOT
from .sim import Inbox, Sim, SimError

HELP = ("type a text and press Enter; /empty sends an empty text, /quit or Ctrl-D ends; *8500# "
        "dials (scripts/run --smpp), /hang leaves the menu")
DIALLED = re.compile(r"[*#][0-9*#]+#")


def arguments(argv):
    p = argparse.ArgumentParser(prog="scripts/phone",
                                description="A handset that texts the running service.")
    p.add_argument("number", metavar="NUMBER", help="the handset's own, e.g. +77010000001")
    p.add_argument("--data", metavar="DIR", default=os.path.join(ROOT, "var"),
                   help="the folder of the running service (default: var/)")
    p.add_argument("--modem", metavar="NAME",
                   help="the simulated modem to text (the one that texted last, else the first); "
                   "smsc: the simulated SMSC")
    p.add_argument("--http", metavar="URL",
                   help="dial over HTTP, as an aggregator does: http://127.0.0.1:8085/ussd")
    p.add_argument("--secret", metavar="FILE", help="with --http: the aggregator's secret_file")
    p.add_argument("--last", action="store_true",
                   help='with --http: input = "last", each request has the last input alone')
    p.add_argument("--wait", metavar="SECONDS", type=float, default=5.0,
                   help="how long to wait for texts after the end of input (5)")
    args = p.parse_args(argv)
    if not re.fullmatch(r"\+[0-9]{7,15}", args.number):
        p.error("NUMBER: + and 7 to 15 digits")
    if (args.http is None) != (args.secret is None):
        p.error("--http and --secret go together")
    return args


def control_sockets(data):
    """{name: path} of the running service's simulated modems."""
    folder = os.path.join(data, "s")
    note = os.path.join(data, "sockets")
    if os.path.exists(note):
        with open(note, encoding="utf-8") as f:
            folder = f.read().strip()
    names = sorted(n for n in (os.listdir(folder) if os.path.isdir(folder) else ())
                   if n.endswith(".ctl"))
    if not names:
        raise SimError(f"no service with a simulated network runs in {data}: start scripts/run")
    return {name[:-4]: os.path.join(folder, name) for name in names}


class Handset:
    def __init__(self, sims, way, number, tty):
        self.sims = sims
        self.way = way  # the modem that our texts go to
        self.fixed = way is not None
        self.number = number
        self.tty = tty
        self.inbox = Inbox()
        self.gateway = None  # where our menu is open

    def prompt(self):
        if self.tty:
            print("> ", end="", flush=True)

    def line(self, at_ms, words):
        when = time.strftime("%H:%M", time.localtime(at_ms / 1000))
        print(("\r\033[K" if self.tty else "") + f"{when} {words}", flush=True)
        self.prompt()

    def show_menu(self, sim, event):
        """A screen, or the end of the session."""
        self.gateway = None if event["event"] == "gone" or event["end"] else sim
        if event["event"] == "screen":
            self.line(event["at_ms"], "▣ " + event["text"].replace("\n", "\n      ▣ "))
        elif event["why"] not in ("end", "redial"):
            self.line(time.time() * 1000, f"▣ ({event['why']})")

    def show(self, sim, event):
        if event.get("to") != self.number:
            return
        if event["event"] in ("screen", "gone"):
            self.show_menu(sim, event)
        if event["event"] != "sent" or "ussd_op" in event:
            return
        whole = self.inbox.take(event)
        if whole is None:
            return
        if not self.fixed:
            self.way = sim
        self.line(event["at_ms"], f"◂ {whole}")

    def show_all(self, seconds):
        """What comes within the time; at once when the time is 0."""
        until = time.monotonic() + seconds
        while True:
            came = False
            for sim in self.sims:
                event = sim.event(0)
                if event is not None:
                    came = True
                    self.show(sim, event)
            if not came and time.monotonic() >= until:
                return
            if not came:
                select.select(self.sims, [], [], min(0.2, until - time.monotonic()))

    def dial(self, code):
        """Over the first simulated network that has a USSD gateway."""
        sim = next((s for s in self.sims if "dialect" in s.order("status")), None)
        if sim is None:
            print("nothing here to dial: start scripts/run --smpp", flush=True)
            return
        sim.order("dial", code=code, **{"from": self.number})
        self.gateway = sim

    def say(self, words):
        """A text; or the answer to the screen that is open."""
        if DIALLED.fullmatch(words):
            self.dial(words)
        elif self.gateway is not None:
            self.gateway.order("key", text=words, **{"from": self.number})
        else:
            (self.way or self.sims[0]).text(self.number, words)

    def type(self, line):
        """False: the user wants to leave."""
        line = line.rstrip("\r\n")
        if line == "/quit":
            return False
        if line == "/help":
            print(HELP, flush=True)
        elif line == "/empty":
            (self.way or self.sims[0]).text(self.number, "")
        elif line == "/hang" and self.gateway is not None:
            self.gateway.order("hangup", **{"from": self.number})
        elif line != "":
            try:
                self.say(line)
            except SimError as error:
                print(error, flush=True)
        self.prompt()
        return True

    def run(self, wait):
        for sim in self.sims:
            sim.order("follow")
        if self.tty:
            print(f"{self.number}: {HELP}")
        self.prompt()
        typed = os.fdopen(os.dup(sys.stdin.fileno()), "rb", buffering=0)
        rest = b""
        while True:
            self.show_all(0)
            ready = select.select([typed, *self.sims], [], [])[0]
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
    if args.http is not None:
        return phone_http.run(args.http, args.secret, args.number, args.last)
    sims = {}
    try:
        for name, path in control_sockets(os.path.abspath(args.data)).items():
            sims[name] = Sim(path).open()
        if args.modem is not None and args.modem not in sims:
            raise SimError(f"no modem {args.modem}; there are: {' '.join(sims)}")
        Handset(list(sims.values()), sims.get(args.modem), args.number,
                sys.stdin.isatty() and sys.stdout.isatty()).run(args.wait)
    except SimError as error:
        print(f"scripts/phone: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print()
    finally:
        for sim in sims.values():
            sim.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
