# SPDX-License-Identifier: GPL-3.0-or-later
"""A talk as two phones side by side: the person's left, the receivers' right.

It changes nothing and decides nothing: the runner's events are laid out.
Called by scripts/talk.
"""
import argparse
import html
import os
import shutil
import signal
import sys
import unicodedata

from talklib import ROOT, Talks, finish

NAMES = {"A": "Shelter A", "B": "Shelter B", "C": "Shelter C", "P": "Police unit",
         "K": "Child service", "S": "Social worker", "O": "Operator", "J": "Lawyer", "H": "Doctor",
         "W": "Labour rights"}
DIM, MINE, SCREEN, BAD, OFF = "\033[2m", "\033[36m", "\033[33m", "\033[31m", "\033[0m"


class Event:
    """One line of the runner: when, whose phone, which way, the key and the words."""

    def __init__(self, line):
        self.at, self.who, self.way, self.key, text = line.split("\t", 4)
        self.text = text.replace("\\n", "\n")
        self.person = self.who.isdigit()
        self.mine = self.way in (">", "*")


def cells(text):
    """Columns of a terminal that a text takes."""
    return sum(0 if unicodedata.combining(c) or unicodedata.category(c) == "Cf" else
               2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def wrap(text, width):
    """Lines of at most `width` columns; words longer than that are cut."""
    lines = []
    for part in text.split("\n"):
        line = ""
        for word in part.split(" "):
            while cells(word) > width:
                cut = width
                while cells(word[:cut]) > width:
                    cut -= 1
                if line:
                    lines.append(line)
                    line = ""
                lines.append(word[:cut])
                word = word[cut:]
            if line and cells(line) + 1 + cells(word) > width:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append(line)
    return lines


def pad(text, width, right=False):
    blank = " " * max(0, width - cells(text))
    return blank + text if right else text + blank


def box(lines, width):
    return (["┌" + "─" * width + "┐"] + ["│" + pad(line, width) + "│" for line in lines] +
            ["└" + "─" * width + "┘"])


def balloon(event, width):
    """The lines of one event, each `width` columns, and whether they are the owner's own."""
    room = width - 12
    if event.way == "x":
        return [pad("~ the call is cut ~", width)]
    if event.way in ("=", "#"):
        lines = wrap(event.text, room)
        shape = box(lines, max(cells(line) for line in lines))
        if event.way == "#":
            shape.append("(the dialogue ends)")
        return [pad(line, width) for line in shape]
    if event.way == "*":
        return [pad(f"dials {event.text}", width, right=True)]
    lines = wrap(event.text or "(nothing)", room)
    wide = max(cells(line) for line in lines)
    body = ["╭" + "─" * (wide + 2) + "╮"] + ["│ " + pad(line, wide) + " │" for line in lines] + \
        ["╰" + "─" * (wide + 2) + "╯"]
    return [pad(line, width, right=event.mine) for line in body]


def two_phones(events, width, colours):
    half = (width - 9) // 2
    paint = (lambda code, text: code + text + OFF) if colours else (lambda _code, text: text)
    rule = "      ┌" + "─" * half + "┬" + "─" * half + "┐"
    yield rule
    yield "      │" + pad(" the person's phone", half) + "│" + pad(" receivers' phones", half) + "│"
    yield rule.replace("┌", "├").replace("┬", "┼").replace("┐", "┤")
    last = {True: None, False: None}
    for event in events:
        lines = balloon(event, half - 2)
        if not event.person and last[False] != event.who:
            lines.insert(0, pad(NAMES.get(event.who, event.who) + ":", half - 2))
        if event.person and event.who != (last[True] or "1"):
            lines.insert(0, pad(f"phone {event.who}:", half - 2))
        last[event.person] = event.who
        code = MINE if event.mine else SCREEN if event.way in "=#" else ""
        for i, line in enumerate(lines):
            when = pad(event.at if i == 0 else "", 5)
            shown = " " + paint(code, line) + " " if code else f" {line} "
            blank = " " * half
            left, right = (shown, blank) if event.person else (blank, shown)
            yield f"{paint(DIM, when)} │{left}│{right}│"
    yield rule.replace("┌", "└").replace("┬", "┴").replace("┐", "┘")


def page(title, events):
    rows = []
    for event in events:
        side = "person" if event.person else "receiver"
        kind = "mine" if event.mine else "screen" if event.way in "=#" else "came"
        who = "" if event.person else f"<b>{html.escape(NAMES.get(event.who, event.who))}</b> "
        words = html.escape(event.text or {"x": "the call is cut"}.get(event.way, "")) \
            .replace("\n", "<br>")
        cell = f'<div class="{kind}" title="{html.escape(event.key)}">{who}{words}</div>'
        left, right = (cell, "") if side == "person" else ("", cell)
        rows.append(f"<tr><td>{event.at}</td><td>{left}</td><td>{right}</td></tr>")
    style = ("body{font:15px/1.4 sans-serif;max-width:60em;margin:2em auto;color:#222}"
             "table{width:100%;border-collapse:collapse}td{vertical-align:top;padding:.2em}"
             "td:first-child{color:#888;width:3.5em}td{width:48%}"
             "div{border-radius:.8em;padding:.4em .8em;display:inline-block;max-width:90%}"
             ".mine{background:#d8ecff;float:right}.came{background:#eee}"
             ".screen{background:#222;color:#efe;font-family:monospace;border-radius:.2em}")
    return (f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}'
            f"</title><style>{style}</style><h1>{html.escape(title)}</h1><table>"
            "<tr><th></th><th>The person</th><th>Receivers</th></tr>" + "\n".join(rows) +
            "</table></html>\n")


def first_bearer(path):
    """What the talk's first line names; texts when it serves both."""
    with open(path, encoding="utf-8") as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                return line.split()[1] if line.startswith("bearer ") else "sms"
    return "sms"


def main(argv):
    ask = argparse.ArgumentParser(prog="scripts/talk")
    ask.add_argument("talk")
    ask.add_argument("--lang", choices=("kk", "ru", "uz", "ky", "tg", "tk", "en"))
    ask.add_argument("--ussd", action="store_true", help="by dialogue, where it serves both")
    ask.add_argument("--conf", help="a folder of flows, words, places and texts")
    ask.add_argument("--html", help="a page in place of the terminal")
    ask.add_argument("--keys", action="store_true", help="the keys of the texts, not their words")
    got = ask.parse_args(argv)
    path = got.talk if os.path.exists(got.talk) else \
        os.path.join(ROOT, "tests", "talk", got.talk.removesuffix(".talk") + ".talk")
    if not os.path.isfile(path):
        ask.error(f"no talk {got.talk}: a file, or the name of one in tests/talk")
    options = ["--show", "--bearer", "ussd" if got.ussd else first_bearer(path)]
    if got.lang:
        options += ["--lang", got.lang]
    with Talks(got.conf) as talks:
        out = finish(talks.start([path], options))
    events, rest = [], []
    for line in out.splitlines():
        if line.count("\t") >= 4:
            events.append(Event(line))
        else:
            rest.append(line)
    if got.keys:
        for event in events:
            event.text = event.key or event.text
    if got.html:
        with open(got.html, "w", encoding="utf-8") as f:
            f.write(page(os.path.basename(path), events))
    else:
        colours = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        width = min(120, max(80, shutil.get_terminal_size().columns))
        print("\n".join(two_phones(events, width, colours)))
    if rest:
        print("\n".join(rest))
    return any(line.startswith("FAILED") for line in rest)


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main(sys.argv[1:]))
