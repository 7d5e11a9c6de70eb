# SPDX-License-Identifier: GPL-3.0-or-later
"""An aggregator that asks over HTTP, for tests: one phone's dialogue, or raw octets to the port.

It knows no database and ends nothing. Used by test_http_ussd.py and test_http_ussd_road.py.
"""
import http.client
import re
import socket
import ssl
import urllib.parse

from simlib import wait_for

SECRET = "a-secret-of-the-aggregator"
FIELDS = {"session": "sessionId", "code": "serviceCode", "phone": "phoneNumber", "text": "text"}


def config(folder, name="agg", **more):
    """One aggregator for the config of a daemon; the values of `more` as libconfig writes them."""
    secret = folder / f"{name}.secret"
    secret.write_text(SECRET + "\n")
    row = {"name": f'"{name}"', "listen": '"127.0.0.1:0"', "secret_file": f'"{secret}"',
           "ussd_answer": '"3 s"', "ussd_stock": '"Keyinroq / Later"', **more}
    return "{ " + " ".join(f"{k} = {v};" for k, v in row.items() if v is not None) + " }"


def port_of(log, name="agg"):
    """Where it listens, by the daemon's log."""
    def found():
        hits = re.findall(rf"http\.listening server={name} port=(\d+)",
                          log.read_text(errors="replace"))
        return int(hits[-1]) if hits else None
    return wait_for("http.listening in the log", found, 20)


class Dialler:
    """One session of a phone at the aggregator."""

    def __init__(self, port, phone, session, accumulated=True, secret=SECRET, code="*8500#",
                 method="POST", tls=None, timeout=20, fields=None):
        self.port, self.phone, self.session = port, phone, session
        self.accumulated, self.secret, self.code = accumulated, secret, code
        self.method, self.tls, self.timeout = method, tls, timeout
        self.fields = {**FIELDS, **(fields or {})}
        self.inputs = []

    def connection(self):
        if self.tls is not None:
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=self.timeout,
                                               context=self.tls)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)

    def ask(self, text, headers=None, path="/ussd", **more):
        """One request as it is: (status, body)."""
        form = {self.fields["session"]: self.session, self.fields["code"]: self.code,
                self.fields["phone"]: self.phone, self.fields["text"]: text, **more}
        data = urllib.parse.urlencode({k: v for k, v in form.items() if v is not None})
        heads = {"X-Secret": self.secret} if self.secret else {}
        c = self.connection()
        try:
            if self.method == "GET":
                c.request("GET", f"{path}?{data}", headers={**heads, **(headers or {})})
            else:
                c.request("POST", path, data.encode(), {
                    "Content-Type": "application/x-www-form-urlencoded", **heads,
                    **(headers or {})})
            answer = c.getresponse()
            body = answer.read().decode("utf-8")
            if answer.status == 200:
                assert answer.getheader("Content-Type").startswith("text/plain")
            return answer.status, body
        finally:
            c.close()

    def said(self):
        """What the aggregator sends now: all inputs joined, or the last one."""
        if self.accumulated:
            return "*".join(self.inputs)
        return self.inputs[-1] if self.inputs else ""

    def dial(self):
        return self.ask(self.said())

    def key(self, words):
        self.inputs.append(words)
        return self.ask(self.said())


def raw(port, octets, timeout=10):
    """What comes back for these octets, until the other side hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout) as s:
        s.sendall(octets)
        got = b""
        while True:
            try:
                more = s.recv(65536)
            except ConnectionResetError:
                return got
            if not more:
                return got
            got += more


def client_tls(ca, cert=None, key=None):
    context = ssl.create_default_context(cafile=str(ca))
    if cert is not None:
        context.load_cert_chain(str(cert), str(key))
    return context
