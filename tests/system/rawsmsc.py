# SPDX-License-Identifier: GPL-3.0-or-later
"""An SMSC of few words for tests of shyraqd's sessions: what it answers, and when, is the test's to say.

It speaks on loopback alone, keeps what it heard, and invents nothing. Used by smpplib.py and test_smpp_*.py.
"""
import socket
import ssl
import struct
import threading
import time

from simlib import wait_for

BIND_RX, BIND_TX, SUBMIT, DELIVER, UNBIND = 1, 2, 4, 5, 6
BIND_TRX, ENQUIRE, DATA, NACK, RESP = 9, 0x15, 0x103, 0x80000000, 0x80000000
BINDS = {BIND_RX: "receiver", BIND_TX: "transmitter", BIND_TRX: "transceiver"}
TEMPORARY, THROTTLED, QUEUE_FULL, BAD_PASSWORD = 0x64, 0x58, 0x14, 0x0e


def pack(command, status, sequence, body=b""):
    return struct.pack(">IIII", 16 + len(body), command, status, sequence) + body


def tlv(tag, value):
    return struct.pack(">HH", tag, len(value)) + value


def cstring(body, at):
    end = body.index(b"\0", at)
    return body[at:end].decode("latin-1"), end + 1


class Pdu:
    """One that came: header, and for a submit_sm its fields."""

    def __init__(self, raw, session):
        self.length, self.command, self.status, self.sequence = struct.unpack(">IIII", raw[:16])
        self.body = raw[16:]
        self.at = time.monotonic()
        self.session = session
        if self.command in BINDS:
            self.system_id, at = cstring(self.body, 0)
            self.password, _ = cstring(self.body, at)
        if self.command == SUBMIT:
            self._read_submit()

    def _read_submit(self):
        b = self.body
        self.service, at = cstring(b, 0)
        self.from_ton, self.from_npi = b[at], b[at + 1]
        self.sender, at = cstring(b, at + 2)
        self.to_ton, self.to_npi = b[at], b[at + 1]
        self.to, at = cstring(b, at + 2)
        self.esm = b[at]
        _, at = cstring(b, at + 3)
        self.validity, at = cstring(b, at)
        self.registered, self.coding, n = b[at], b[at + 2], b[at + 4]
        at += 5
        self.octets, at = b[at:at + n], at + n
        self.tlvs = {}
        while at + 4 <= len(b):
            tag, k = struct.unpack(">HH", b[at:at + 4])
            self.tlvs[tag] = b[at + 4:at + 4 + k]
            at += 4 + k
        self.payload = self.tlvs.get(0x424)
        words = self.payload if self.payload is not None else self.octets
        if self.esm & 0x40:
            words = words[1 + words[0]:]
        self.text = words.decode("utf-16-be" if self.coding == 8 else "latin-1")


def message(sender, text, to="8500", coding=0, esm=0, tlvs=b"", ton=1, service=b"", octets=None):
    """The body of a deliver_sm."""
    words = octets if octets is not None else (
        text.encode("utf-16-be") if coding == 8 else text.encode("latin-1"))
    return (service + b"\0" + bytes([ton, 1]) + sender.lstrip("+").encode() + b"\0" + bytes([0, 0])
            + to.encode() + b"\0" + bytes([esm, 0, 0]) + b"\0\0" + bytes([0, 0, coding, 0, len(words)])
            + words + tlvs)


class Session:
    def __init__(self, smsc, sock):
        self.smsc, self.sock = smsc, sock
        self.bound = None
        self.sequence = 0
        self.open = True
        self.lock = threading.Lock()

    def send(self, data):
        with self.lock:
            try:
                self.sock.sendall(data)
            except OSError:
                self.open = False

    def request(self, command, body=b"", sequence=None):
        if sequence is None:
            self.sequence += 1
            sequence = self.sequence
        self.send(pack(command, 0, sequence, body))
        return sequence

    def deliver(self, sender, text, **more):
        return self.request(DELIVER, message(sender, text, **more))

    def receipt(self, sender, words, tlvs=b""):
        return self.request(DELIVER, message(sender, words, esm=4, tlvs=tlvs))

    def answered(self, sequence, seconds=10.0, command=DELIVER):
        """The status of the answer to ours."""
        def found():
            return [p for p in self.smsc.heard
                    if p.session is self and p.command == (command | RESP) and p.sequence == sequence]
        return wait_for(f"an answer to {sequence}", found, seconds)[0].status

    def is_unanswered(self, sequence):
        return not any(p.session is self and p.command >= RESP and p.sequence == sequence
                       for p in self.smsc.heard)

    def close(self):
        self.open = False
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.sock.close()


class Smsc:
    """Accepts, binds, answers as its settings say."""

    def __init__(self, tls=None, host="127.0.0.1", port=0):
        self.listener = socket.create_server((host, port))
        self.port = self.listener.getsockname()[1]
        self.tls = tls
        self.password = "secret"
        self.ids = None            # a function of the count to a message_id
        self.on_submit = None      # a function of the Pdu to a status; None: no answer
        self.answer_binds = self.answer_enquires = self.answer_unbinds = True
        self.heard = []
        self.sessions = []
        self.connects = []
        self.count = 0
        self.stopping = False
        self.threads = [threading.Thread(target=self._accept, daemon=True)]
        self.threads[0].start()

    def _accept(self):
        while not self.stopping:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.connects.append(time.monotonic())
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            thread.start()

    def _serve(self, sock):
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls is not None:
                sock = self.tls.wrap_socket(sock, server_side=True)
        except (OSError, ssl.SSLError):
            sock.close()
            return
        session = Session(self, sock)
        data = b""
        self.sessions.append(session)
        while True:
            try:
                more = sock.recv(65536)
            except (OSError, ValueError):
                more = b""
            if not more:
                session.open = False
                session.bound = None
                return
            data += more
            while len(data) >= 4 and len(data) >= struct.unpack(">I", data[:4])[0]:
                n = struct.unpack(">I", data[:4])[0]
                pdu, data = Pdu(data[:n], session), data[n:]
                self._hear(session, pdu)

    def _hear(self, session, pdu):
        self.heard.append(pdu)
        if pdu.command in BINDS:
            if not self.answer_binds:
                return
            good = pdu.password == self.password
            session.send(pack(pdu.command | RESP, 0 if good else BAD_PASSWORD, pdu.sequence,
                              b"smsc\0" if good else b""))
            if good:
                session.bound = BINDS[pdu.command]
        elif pdu.command == ENQUIRE and self.answer_enquires:
            session.send(pack(ENQUIRE | RESP, 0, pdu.sequence))
        elif pdu.command == UNBIND and self.answer_unbinds:
            session.send(pack(UNBIND | RESP, 0, pdu.sequence))
            session.bound = None
        elif pdu.command == SUBMIT:
            self._submit(session, pdu)

    def _submit(self, session, pdu):
        status = 0 if self.on_submit is None else self.on_submit(pdu)
        if status is not None:
            self.answer(session, pdu, status)

    def answer(self, session, pdu, status=0):
        self.count += status == 0
        pdu.id = (self.ids(self.count) if self.ids else f"{self.count:010X}") if status == 0 else ""
        session.send(pack(SUBMIT | RESP, status, pdu.sequence, pdu.id.encode() + b"\0" if status == 0
                          else b""))

    def submits(self):
        return [p for p in self.heard if p.command == SUBMIT]

    def wait_submits(self, n, seconds=15.0):
        wait_for(f"{n} submits", lambda: len(self.submits()) >= n, seconds)
        return self.submits()

    def bound(self, role="transceiver", seconds=15.0):
        """The session that is bound so."""
        def found():
            return [s for s in self.sessions if s.bound == role]
        return wait_for(f"a bind as {role}", found, seconds)[-1]

    def refuse(self):
        """Nobody listens any more."""
        self.stopping = True
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()

    def close(self):
        self.refuse()
        for s in self.sessions:
            s.close()
