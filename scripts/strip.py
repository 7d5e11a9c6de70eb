#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints C as FILE:LINE:code without comments; `--strings` prints only string literals, joined.

It never changes a file. Called by the check-*.sh.
"""
import re
import sys

TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def code_of(text):
    """Comments become blanks, the inside of strings becomes nothing; lines stay where they are."""
    def plain(match):
        token = match.group(0)
        if token[0] == "/":
            return " " + "\n" * token.count("\n")
        return token[0] + token[-1]
    return TOKEN.sub(plain, text)


def strings_of(text):
    """(line, words) of each literal; neighbours that the compiler joins are joined."""
    found = []
    end = -1
    for match in TOKEN.finditer(text):
        token = match.group(0)
        if token[0] != '"':
            continue
        line = text.count("\n", 0, match.start()) + 1
        if found and end >= 0 and text[end:match.start()].strip() == "":
            found[-1][1] += token[1:-1]
        else:
            found.append([line, token[1:-1]])
        end = match.end()
    return found


def main(argv):
    only_strings = "--strings" in argv
    for name in [a for a in argv if a != "--strings"]:
        with open(name, encoding="utf-8", errors="replace") as f:
            text = f.read()
        if only_strings:
            for line, words in strings_of(text):
                print(f"{name}:{line}:{words}")
        else:
            for i, line in enumerate(code_of(text).split("\n"), 1):
                if line.strip():
                    print(f"{name}:{i}:{line}")


if __name__ == "__main__":
    main(sys.argv[1:])
