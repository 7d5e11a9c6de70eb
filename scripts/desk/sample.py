# SPDX-License-Identifier: GPL-3.0-or-later
"""The sample conversation: five answers, the referral, its acceptance, the detail.

It texts simulated modems only; all numbers and organisations are invented.
Called by run.py.
"""
import os
import re
import time

from .phones import Phones
from .sim import Inbox

REGISTRY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "conf", "samples",
                        "receivers.csv")
SHELTER = "+77020000001"  # the registry's organisation for the place that the person names
FIRST_TEXT = "Assalomu alaykum yordam beringlar pasportimni olib qoyishdi"
# what the person texts, and what the answer must hold
STEPS = (
    (FIRST_TEXT, r"tinchmi"),
    ("1", r"Qayerdasiz"),
    ("jetiboy", r"Jetiboy.*nima bo'ldi"),
    ("2 3", r"1 erkak 2 ayol"),
    ("1", r"mutaxassisga beraylikmi"),
    ("1", r"necha kishi"),
    ("7", r"Nima kerak"),
)
REFERRAL = re.compile(r"№(\d+).*\b1 (\d{3}) .*\b2 \2 ")
DETAIL = re.compile(r"№\d+ .*\b\d\d:\d\d")


class Missing(Exception):
    """An expected line did not come."""


class Conversation:
    """One person and one shelter over the simulated modems; all that goes by is drawn."""

    def __init__(self, sims, person, out, typing=0.6):
        self.sims = sims
        self.way = {}  # number -> the modem that last texted it: answers go there
        self.person = person
        self.shelter = SHELTER
        self.phones = Phones(out, (f"the person, {person}", f"the shelter, {self.shelter}"))
        self.inbox = Inbox()
        self.waiting = []
        self.typing = typing
        self.after = {sim: sim.order("status")["last_seq"] for sim in sims}

    def _side(self, number):
        return {self.person: Phones.LEFT, self.shelter: Phones.RIGHT}.get(number)

    def write(self, number, words):
        time.sleep(self.typing)
        self.phones.text(self._side(number), True, words)
        self.way.get(number, self.sims[0]).text(number, words)

    def _arrived(self):
        """(number, whole text) of what was sent since the last look; all of it is drawn."""
        for sim in self.sims:
            for entry in sim.sent(self.after[sim]):
                self.after[sim] = entry["seq"]
                whole = self.inbox.take(entry)
                side = self._side(entry["to"])
                if whole is not None and side is not None:
                    self.way[entry["to"]] = sim
                    self.phones.text(side, False, whole, entry["at_ms"] / 1000)
                    self.waiting.append((entry["to"], whole))

    def expect(self, number, pattern, seconds):
        """Waits until a text to `number` fits; earlier ones are passed over."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._arrived()
            while self.waiting:
                to, whole = self.waiting.pop(0)
                if to == number and re.search(pattern, whole):
                    return whole
            time.sleep(0.1)
        raise Missing(f"no text that fits /{pattern}/ within {seconds:.0f} s")

    def play(self):
        self.phones.top()
        try:
            for words, answer in STEPS:
                self.write(self.person, words)
                self.expect(self.person, answer, 30)
            self.phones.pause("a minute after the yes")
            referral = self.expect(self.shelter, REFERRAL.pattern, 150)
            code = REFERRAL.search(referral).group(2)
            self.write(self.shelter, f"1 {code}")
            self.expect(self.shelter, DETAIL.pattern, 30)
        finally:
            self.phones.bottom()


def next_person(data):
    """An invented number that has no conversation open yet; +77010000001 is left to the user."""
    note = os.path.join(data, "sample")
    try:
        with open(note, encoding="utf-8") as f:
            last = int(f.read())
    except (FileNotFoundError, ValueError):
        last = 1
    last = last % 9999 + 1
    with open(note, "w", encoding="utf-8") as f:
        f.write(f"{last}\n")
    return f"+7701000{last:04d}"
