# SPDX-License-Identifier: GPL-3.0-or-later
"""scripts/phone --http URL: a handset that dials through an aggregator's door of the service.

It plays both the phone and the aggregator, and sends nothing but what is typed.
Called by phone.py.
"""
import itertools
import re
import sys
import urllib.error
import urllib.parse
import urllib.request

HELP = "type *8500# to dial, then the keys; /quit or Ctrl-D ends"
CODE = re.compile(r"\*[0-9*#]*#")


class HttpHandset:
    def __init__(self, url, secret, number, last=False):
        self.url = url
        self.secret = secret
        self.number = number
        self.last = last  # send the last input alone
        self.sessions = itertools.count(1)
        self.session = None
        self.code = ""
        self.inputs = []

    def ask(self, text):
        form = urllib.parse.urlencode({
            "sessionId": f"{self.number}-{self.session}", "serviceCode": self.code,
            "phoneNumber": self.number, "text": text})
        request = urllib.request.Request(self.url, form.encode(), {"X-Secret": self.secret})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read().decode("utf-8")

    def type(self, line):
        """The screen after this line, or a word to who types."""
        if CODE.fullmatch(line):
            self.session, self.code, self.inputs = next(self.sessions), line, []
            text = ""
        elif self.session is None:
            return HELP
        else:
            self.inputs.append(line)
            text = line if self.last else "*".join(self.inputs)
        try:
            said = self.ask(text)
        except urllib.error.HTTPError as error:
            return f"(refused: {error.code})"
        except OSError as error:
            return f"(no answer: {error})"
        kind, _, screen = said.partition(" ")
        if kind == "END":
            self.session = None
            screen += "\n(ended)"
        return screen


def run(url, secret_file, number, last):
    with open(secret_file, encoding="utf-8") as f:
        handset = HttpHandset(url, f.readline().strip(), number, last)
    tty = sys.stdin.isatty()
    if tty:
        print(f"{number}: {HELP}")
    while True:
        try:
            line = input("> " if tty else "")
        except EOFError:
            return 0
        if line == "/quit":
            return 0
        print(handset.type(line), flush=True)
