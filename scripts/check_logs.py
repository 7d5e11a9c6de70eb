#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads every log call of the given C files: what it says and what it is given.

It never changes a file. Called by check-logs.sh.
"""
import re
import sys

CALL = re.compile(r"\b(log_(?:error|warn|info|debug)|fatalx?)\s*\(")
# fields and variables that hold a person's number or words
SECRET = re.compile(r"(?:->|\.|\b)(number|numbers|text|words|msisdn|from|narrative|place|slots|udh|"
                    r"pdu)\b(?!\s*\()")
HARMLESS = re.compile(r"\bpeer_ref\s*\([^()]*\)|\bsizeof\s*\([^()]*\)|\bstrlen\s*\([^()]*\)|"
                      r"\bstrerror\s*\([^()]*\)|\w+_(?:name|code)\s*\([^()]*\)")
DIGITS = re.compile(r"\+?[0-9]{7,}")
STRING = re.compile(r'"(?:\\.|[^"\\\n])*"')


def arguments(text, start):
    """The text between the brackets of a call, and where it ends."""
    depth, i = 1, start
    while i < len(text) and depth:
        if text[i] == '"':
            i = STRING.match(text, i).end()
            continue
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        i += 1
    return text[start:i - 1]


def main(names):
    bad = False
    seen = {}
    for name in names:
        with open(name, encoding="utf-8") as f:
            text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group(0).count("\n"), f.read(),
                          flags=re.S)
        for call in CALL.finditer(text):
            inside = arguments(text, call.end())
            line = text.count("\n", 0, call.start()) + 1
            said = STRING.findall(inside)
            given = HARMLESS.sub("", STRING.sub('""', inside))
            if "PRINTF_LIKE" in text[call.start():call.end() + len(inside) + 40] or \
                    re.match(r"\s*const char \*", inside):
                continue
            if any(DIGITS.search(words) for words in said):
                print(f"{name}:{line}: something like a number in a log call")
                bad = True
            if SECRET.search(given):
                print(f"{name}:{line}: {SECRET.search(given).group(1)} is given to a log call")
                bad = True
            event = re.match(r'\s*"([^"]*)"', inside)
            if event and not re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)+", event.group(1)):
                print(f"{name}:{line}: the event {event.group(1)!r} is not dotted lower case")
                bad = True
            if event and seen.setdefault(event.group(1), (name, line)) != (name, line):
                print(f"{name}:{line}: the event {event.group(1)} is also at "
                      f"{seen[event.group(1)][0]}:{seen[event.group(1)][1]}")
                bad = True
    return bad


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
