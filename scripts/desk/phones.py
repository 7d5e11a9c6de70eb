# SPDX-License-Identifier: GPL-3.0-or-later
"""Two phones side by side: a transcript drawn as it happens.

It never sends anything.
Called by run.py.
"""
import textwrap
import time
import unicodedata

WIDTH = 44  # of a phone's inside


def columns(text):
    """Columns on a terminal: combining marks take none, wide letters two."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF"
               else 1 for c in text)


def padded(text, width):
    return text + " " * max(0, width - columns(text))


class Phones:
    LEFT, RIGHT = 0, 1

    def __init__(self, out, titles):
        self.out = out
        self.titles = titles

    def _say(self, line):
        print(line, file=self.out, flush=True)

    def top(self):
        self._say("   ".join("┌─ " + t + " " + "─" * (WIDTH - 1 - columns(t)) + "┐"
                             for t in self.titles))

    def bottom(self):
        self._say("   ".join("└" + "─" * (WIDTH + 2) + "┘" for _ in self.titles))

    def _row(self, side, text):
        cells = ["", ""]
        cells[side] = text
        self._say("   ".join(f"│ {padded(c, WIDTH)} │" for c in cells))

    def text(self, side, mine, words, at=None):
        """One text: mine stands to the right, what came stands to the left."""
        when = time.strftime("%H:%M", time.localtime(at))
        lines = textwrap.wrap(" ".join(words.split()), WIDTH - 14) or [""]
        indent = WIDTH - 8 - max(columns(line) for line in lines) if mine else 0
        for i, line in enumerate(lines):
            mark = ("▸ " if mine else "◂ ") if i == 0 else "  "
            head = when if i == 0 else " " * 5
            self._row(side, f"{head} {' ' * indent}{mark}{line}")

    def pause(self, words):
        """Something that happens on neither phone."""
        self._say("   ".join(f"│ {padded('      · ' + words + ' ·', WIDTH)} │"
                             for _ in self.titles))
