# SPDX-License-Identifier: GPL-3.0-or-later
"""SMPP 3.4 in Python, from the standard alone: a codec, a client that blocks, a raw server.

It shares no line and no table with daemon/smpp_pdu.c, so that each is an oracle of the other.
Loopback only. Used by the system tests.
"""
import socket
import ssl
import struct
import time

GENERIC_NACK = 0x80000000
BIND_RECEIVER, BIND_TRANSMITTER, BIND_TRANSCEIVER = 0x01, 0x02, 0x09
SUBMIT_SM, DELIVER_SM, DATA_SM = 0x04, 0x05, 0x103
UNBIND, ENQUIRE_LINK = 0x06, 0x15
RESP = 0x80000000

NAMES = {0x01: "bind_receiver", 0x02: "bind_transmitter", 0x09: "bind_transceiver",
         0x04: "submit_sm", 0x05: "deliver_sm", 0x103: "data_sm", 0x06: "unbind",
         0x15: "enquire_link", 0x102: "alert_notification", 0x0b: "outbind"}

TAGS = {"user_message_reference": 0x0204, "sar_msg_ref_num": 0x020c,
        "sar_total_segments": 0x020e, "sar_segment_seqnum": 0x020f,
        "receipted_message_id": 0x001e, "message_state": 0x0427, "message_payload": 0x0424,
        "network_error_code": 0x0423, "sc_interface_version": 0x0210,
        "ussd_service_op": 0x0501, "its_session_info": 0x1383}
TAG_NAMES = {v: k for k, v in TAGS.items()}

ADDRESS = (("ton", "B"), ("npi", "B"), ("addr", "z"))


def _address(prefix):
    return tuple((f"{prefix}_{name}", kind) for name, kind in ADDRESS)


# z: C-octet string, B: an octet, m: sm_length and short_message
_BIND = (("system_id", "z"), ("password", "z"), ("system_type", "z"),
         ("interface_version", "B"), ("addr_ton", "B"), ("addr_npi", "B"),
         ("address_range", "z"))
_SM = (("service_type", "z"), *_address("source"), *_address("dest"), ("esm_class", "B"),
       ("protocol_id", "B"), ("priority_flag", "B"), ("schedule", "z"), ("validity", "z"),
       ("registered_delivery", "B"), ("replace", "B"), ("data_coding", "B"),
       ("default_id", "B"), ("short_message", "m"))
_DATA = (("service_type", "z"), *_address("source"), *_address("dest"), ("esm_class", "B"),
         ("registered_delivery", "B"), ("data_coding", "B"))
FIELDS = {BIND_RECEIVER: _BIND, BIND_TRANSMITTER: _BIND, BIND_TRANSCEIVER: _BIND,
          BIND_RECEIVER | RESP: (("system_id", "z"),),
          BIND_TRANSMITTER | RESP: (("system_id", "z"),),
          BIND_TRANSCEIVER | RESP: (("system_id", "z"),),
          SUBMIT_SM: _SM, DELIVER_SM: _SM, DATA_SM: _DATA,
          SUBMIT_SM | RESP: (("message_id", "z"),), DELIVER_SM | RESP: (("message_id", "z"),),
          DATA_SM | RESP: (("message_id", "z"),),
          UNBIND: (), UNBIND | RESP: (), ENQUIRE_LINK: (), ENQUIRE_LINK | RESP: (),
          GENERIC_NACK: ()}

GSM = ("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
       "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà")
GSM_MORE = {"\f": 0x0a, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2f, "[": 0x3c, "~": 0x3d,
            "]": 0x3e, "|": 0x40, "€": 0x65}


class PeerError(Exception):
    """The other side said what it must not, or nothing in time."""


def gsm_bytes(text):
    """Septets, an octet each."""
    out = bytearray()
    for c in text:
        out += bytes([0x1b, GSM_MORE[c]]) if c in GSM_MORE else bytes([GSM.index(c)])
    return bytes(out)


def gsm_text(octets):
    """The way back."""
    more = {v: k for k, v in GSM_MORE.items()}
    out, escape = [], False
    for o in octets:
        if escape:
            out.append(more.get(o, "?"))
            escape = False
        elif o == 0x1b:
            escape = True
        else:
            out.append(GSM[o])
    return "".join(out)


def text_of(octets, coding):
    """As data_coding says; GSM for what is not told."""
    if coding in (0x08, 0x48):
        return octets.decode("utf-16-be")
    if coding == 3:
        return octets.decode("latin-1")
    if coding == 6:
        return octets.decode("iso8859-5")
    if coding == 1:
        return octets.decode("ascii")
    return gsm_text(octets)


class Pdu:
    """Fields by name; tlvs a list of (tag, bytes); what was wrong is an exception."""

    def __init__(self, command, status=0, sequence=0, tlvs=(), **fields):
        self.command = command
        self.status = status
        self.sequence = sequence
        self.fields = fields
        self.tlvs = list(tlvs)

    def __getattr__(self, name):
        try:
            return self.__dict__["fields"][name]
        except KeyError:
            raise AttributeError(name) from None

    def __repr__(self):
        name = NAMES.get(self.command & ~RESP, hex(self.command))
        more = "_resp" if self.command & RESP else ""
        return f"<{name}{more} status={self.status:#x} seq={self.sequence} {self.fields}>"

    def tlv(self, name):
        """The bytes of one TLV, by its name; None: it is not there."""
        return next((v for t, v in self.tlvs if t == TAGS[name]), None)

    def number(self, name):
        """The same as a number."""
        v = self.tlv(name)
        return None if v is None else int.from_bytes(v, "big")

    def octets(self):
        """Of its message, wherever it stands."""
        payload = self.tlv("message_payload")
        return payload if payload else self.fields.get("short_message", b"")

    def udh(self):
        """The header with its length octet, or b""."""
        o = self.octets()
        return o[:o[0] + 1] if self.fields.get("esm_class", 0) & 0x40 and o else b""

    def text(self):
        """The message without its header, as data_coding says."""
        return text_of(self.octets()[len(self.udh()):], self.fields["data_coding"])


def pack(pdu):
    """The octets of a PDU."""
    body = bytearray()
    for name, kind in FIELDS[pdu.command] if pdu.status == 0 or not pdu.command & RESP else ():
        value = pdu.fields.get(name, 0 if kind == "B" else b"")
        if isinstance(value, str):
            value = value.encode("latin-1")
        if kind == "B":
            body.append(value)
        elif kind == "z":
            body += value + b"\0"
        else:
            body += bytes([len(value)]) + value
    for tag, value in pdu.tlvs:
        body += struct.pack(">HH", tag, len(value)) + value
    return struct.pack(">IIII", 16 + len(body), pdu.command, pdu.status, pdu.sequence) + \
        bytes(body)


def unpack(octets):
    """The PDU of these octets; PeerError when they are none."""
    length, command, status, sequence = struct.unpack(">IIII", octets[:16])
    if length != len(octets):
        raise PeerError(f"command_length {length} of {len(octets)} octets")
    pdu = Pdu(command, status, sequence)
    if command not in FIELDS:
        raise PeerError(f"unknown command {command:#x}")
    at = 16
    for name, kind in FIELDS[command]:
        if at == length and command & RESP and status:
            break
        if kind == "B":
            pdu.fields[name], at = octets[at], at + 1
        elif kind == "z":
            end = octets.index(b"\0", at)
            pdu.fields[name], at = octets[at:end].decode("latin-1"), end + 1
        else:
            n = octets[at]
            if at + 1 + n > length:
                raise PeerError("short_message runs past the end")
            pdu.fields[name], at = octets[at + 1:at + 1 + n], at + 1 + n
    while at < length:
        if length - at < 4:
            raise PeerError("octets behind the last TLV")
        tag, n = struct.unpack(">HH", octets[at:at + 4])
        if at + 4 + n > length:
            raise PeerError(f"TLV {tag:#x} runs past the end")
        pdu.tlvs.append((tag, octets[at + 4:at + 4 + n]))
        at += 4 + n
    return pdu


def tlv(name, value, size=None):
    """(tag, bytes) of a number in so many octets, or of bytes."""
    if isinstance(value, int):
        value = value.to_bytes(size or 1, "big")
    return TAGS[name], value


class Stream:
    """PDUs over a connected socket, whoever's side it is."""

    def __init__(self, sock, timeout=5.0):
        self.sock = sock
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.timeout = timeout
        self.buffer = b""
        self.kept = []  # PDUs that came while another was waited for
        self.sequence = 0

    def close(self):
        self.sock.close()

    def reset(self):
        """Closes it as a peer that crashed does."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def raw(self, octets):
        """Octets as they are."""
        self.sock.sendall(octets)

    def write(self, pdu):
        """One PDU."""
        self.raw(pack(pdu))
        return pdu

    def ask(self, command, tlvs=(), **fields):
        """A request with our next sequence number; does not wait."""
        self.sequence += 1
        return self.write(Pdu(command, 0, self.sequence, tlvs, **fields))

    def answer(self, pdu, status=0, **fields):
        """The response to a request."""
        return self.write(Pdu(pdu.command | RESP, status, pdu.sequence, **fields))

    def octets(self, timeout=None):
        """The octets of the next PDU; None: the stream ended; PeerError: not in time."""
        until = time.monotonic() + (self.timeout if timeout is None else timeout)
        while True:
            if len(self.buffer) >= 4:
                n = struct.unpack(">I", self.buffer[:4])[0]
                if n < 16 or n > 1 << 17:
                    raise PeerError(f"command_length {n}")
                if len(self.buffer) >= n:
                    out, self.buffer = self.buffer[:n], self.buffer[n:]
                    return out
            left = until - time.monotonic()
            if left <= 0:
                raise PeerError("no PDU in time")
            self.sock.settimeout(left)
            try:
                got = self.sock.recv(65536)
            except ConnectionResetError:
                got = b""
            except TimeoutError:
                raise PeerError("no PDU in time") from None
            if not got:
                return None
            self.buffer += got

    def read(self, timeout=None):
        """The next PDU; None: the stream ended."""
        if self.kept:
            return self.kept.pop(0)
        got = self.octets(timeout)
        return None if got is None else unpack(got)

    def is_quiet(self, seconds):
        """Nothing comes for so long."""
        if self.kept:
            return False
        try:
            got = self.octets(seconds)
        except PeerError:
            return True
        self.buffer = (got or b"") + self.buffer
        return False

    def is_ended(self, timeout=5.0):
        """It is closed by the other side, whatever was still said before."""
        try:
            while self.octets(timeout) is not None:
                pass
        except PeerError:
            return False
        return True


class Esme(Stream):
    """A client: bound, it answers what it is not asked to see."""

    def __init__(self, port, timeout=5.0):
        super().__init__(socket.create_connection(("127.0.0.1", port), timeout), timeout)

    @classmethod
    def bound(cls, port, how=BIND_TRANSCEIVER, system_id="shyraq", password="secret"):
        """Connected and bound, or PeerError."""
        self = cls(port)
        got = self.bind(how, system_id, password)
        if got is None or got.status != 0:
            raise PeerError(f"not bound: {got}")
        return self

    def bind(self, how=BIND_TRANSCEIVER, system_id="shyraq", password="secret"):
        """The response."""
        self.ask(how, system_id=system_id, password=password, interface_version=0x34)
        return self.read()

    def submit(self, to, text="hello", wait=True, command=SUBMIT_SM, **fields):
        """A submit_sm to "+7701..."; its response, or the request itself."""
        fields.setdefault("short_message", gsm_bytes(text))
        if command == DATA_SM:
            fields["tlvs"] = [*fields.get("tlvs", ()),
                              tlv("message_payload", fields.pop("short_message"))]
        plus = to.startswith("+")
        req = self.ask(command, source_addr="8500", source_npi=1, dest_addr=to.lstrip("+"),
                       dest_ton=1 if plus else 0, dest_npi=1, **fields)
        return self.response(req) if wait else req

    def response(self, req, timeout=None):
        """The response to that request; what comes before it is kept for read()."""
        others = []
        while True:
            got = self.read(timeout)
            if got is None or got.command & RESP and got.sequence == req.sequence:
                self.kept = others + self.kept
                return got
            others.append(got)

    def take(self, answer=True, status=0, timeout=None):
        """The next deliver_sm or data_sm, answered."""
        while True:
            got = self.read(timeout)
            if got is None:
                raise PeerError("the stream ended")
            if got.command in (DELIVER_SM, DATA_SM):
                if answer:
                    self.answer(got, status)
                return got
            if got.command == ENQUIRE_LINK:
                self.answer(got)

    def unbind(self):
        """In order; then the stream ends."""
        got = self.response(self.ask(UNBIND))
        self.close()
        return got


class Server:
    """A socket that listens: each accept() is a Stream that says what the test wants."""

    def __init__(self, timeout=5.0, cert=None, key=None):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(timeout)
        self.timeout = timeout
        self.port = self.listener.getsockname()[1]
        self.context = None
        if cert is not None:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(cert, key)

    def close(self):
        self.listener.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def accept(self):
        """The next client; PeerError: none came."""
        try:
            sock, _ = self.listener.accept()
        except TimeoutError:
            raise PeerError("nobody came") from None
        if self.context is not None:
            sock = self.context.wrap_socket(sock, server_side=True)
        return Stream(sock, self.timeout)

    def bound(self, status=0):
        """The next client, its bind answered: (stream, bind)."""
        stream = self.accept()
        bind = stream.read()
        if bind is None:
            raise PeerError("the client went before it was bound")
        stream.answer(bind, status, system_id="peer")
        return stream, bind
