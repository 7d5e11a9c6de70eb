# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqd and a USSD gateway over SMPP, dialect by dialect, with a probe as worker.

The gateway here writes and reads its PDUs itself and shares no code with the daemon's codec.
No database, no modem.
"""
import struct
import time

import pytest

from daemonlib import OTHER, PERSON, SHELTER
from rawsmsc import (DATA, DELIVER, RESP, TEMPORARY, THROTTLED, UNBIND, Smsc, cstring, message, pack,
                     tlv)
from simlib import wait_for
from smpplib import make  # noqa: F401

OP, ITS, USER, PAYLOAD = 0x501, 0x1383, 0x204, 0x424
STOCK = "Keyinroq / Later"
MORE = f'ussd_stock = "{STOCK}";'
# a test that is about none of these times has long ones: a loaded machine is no silent worker
PATIENT = {"ussd_answer": "30 s", "deliver_timeout": "30 s", "response_timeout": "30 s"}
MENU = "1 Помогите\n2 Қазақша мәзір"
# name: begin, answer, abort, continue, end; ids of two sessions as octets, and as TLV
ROWS = {
    "standard": (1, 18, None, 2, 17, ITS, (b"\x07\x00", b"\x09\x00")),
    "tata": (1, 18, None, 2, 2, ITS, (b"\x07\x00", b"\x09\x00")),
    "sixdee": (1, 18, 0x81, 2, 0x17, ITS, (b"\x07\x02", b"\x07\x04")),
    "mica": (1, 18, 0x81, 2, 0x17, USER, (b"\x01\x07", b"\x01\x08")),
    "huawei": (1, 18, 18, 2, 17, None, (b"", b"")),
}


class Gateway(Smsc):
    def __init__(self, dialect="standard"):
        super().__init__()
        self.row = ROWS[dialect]

    def _hear(self, session, pdu):
        super()._hear(session, pdu)
        if pdu.command == DATA:
            self._read_data(pdu)
            session.send(pack(DATA | RESP, 0, pdu.sequence, b"1\0"))

    @staticmethod
    def _read_data(pdu):
        b = pdu.body
        pdu.service, at = cstring(b, 0)
        pdu.sender, at = cstring(b, at + 2)
        pdu.to, at = cstring(b, at + 2)
        pdu.coding, at = b[at + 2], at + 3
        pdu.tlvs = {}
        while at + 4 <= len(b):
            tag, n = struct.unpack(">HH", b[at:at + 4])
            pdu.tlvs[tag] = b[at + 4:at + 4 + n]
            at += 4 + n
        words = pdu.tlvs.get(PAYLOAD, b"")
        pdu.text = words.decode("utf-16-be" if pdu.coding in (8, 0x48) else "latin-1")

    def screens(self):
        return [p for p in self.heard if p.command in (4, DATA) and OP in p.tlvs]

    def screen(self, n, seconds=10):
        """The n-th, with what it says of its end."""
        wait_for(f"{n} screens", lambda: len(self.screens()) >= n, seconds)
        got = self.screens()[n - 1]
        if got.command == 4 and got.coding in (8, 0x48):
            got.text = got.octets.decode("utf-16-be")
        its = got.tlvs.get(ITS)
        got.bit = None if its is None else its[1] & 1
        got.op = got.tlvs[OP][0]
        return got


class Phone:
    def __init__(self, session, gateway, number=PERSON, which=0, coding=0x0f):
        self.session, self.row, self.number = session, gateway.row, number
        self.id, self.coding = self.row[6][which], coding

    def tlvs(self, op, end=False):
        octets = bytearray(self.id)
        if end:
            octets[1] |= 1
        named = b"" if self.row[5] is None else tlv(self.row[5], bytes(octets))
        return (b"" if op is None else tlv(OP, bytes([op]))) + named

    def say(self, op, text, end=False):
        """Its sequence: what is keyed is answered when it is committed."""
        return self.session.deliver(self.number, text, coding=self.coding, service=b"USSD",
                                    tlvs=self.tlvs(op, end))

    def dial(self, code="*8500#"):
        return self.say(self.row[0], code)

    def key(self, text):
        return self.say(self.row[1], text)

    def abort(self):
        if self.row[2] is None:
            sequence = self.say(self.row[1], "", end=True)
        else:
            sequence = self.say(self.row[2], "")
        return self.session.answered(sequence)


def step(worker, count=1, **fields):
    got = worker.wait("ussd", count, **fields)
    return got if count == 1 else got[-1]


def answer(worker, got, screen, end=False):
    worker.say("verdict", token=got["token"], outcome="done", screen=screen, end=end)


@pytest.fixture
def site(make):  # noqa: F811
    def build(dialect="standard", more=""):
        gateway = Gateway(dialect)
        patient = " ".join(f'{k} = "{v}";' for k, v in PATIENT.items() if k not in more)
        desk, _ = make(f'dialect = "{dialect}"; {MORE} {patient} {more}', smsc=gateway)
        session = gateway.bound()
        return desk, gateway, session, desk.worker(auto="none")
    return build


@pytest.mark.parametrize("dialect", ROWS)
def test_dialogue(site, dialect):
    _, gateway, session, worker = site(dialect)
    phone = Phone(session, gateway)
    sequence = phone.dial()
    first = step(worker)
    assert (first["from"], first["text"], first["step"], first["link"]) == (
        PERSON, "*8500#", 1, "op1")
    answer(worker, first, "1 Ha 2 Yo'q")
    screen = gateway.screen(1)
    assert session.answered(sequence) == 0
    assert (screen.text, screen.op) == ("1 Ha 2 Yo'q", gateway.row[3])
    assert (screen.to, screen.sender, screen.service) == (PERSON.lstrip("+"), "8500", "USSD")
    assert screen.bit in (0, None) and screen.coding == 0x0f
    if gateway.row[5] is not None:
        assert screen.tlvs[gateway.row[5]] == phone.id
    sequence = phone.key("1")
    second = step(worker, 2)
    assert (second["dialogue"], second["step"], second["text"]) == (first["dialogue"], 2, "1")
    answer(worker, second, MENU)
    screen = gateway.screen(2)
    assert session.answered(sequence) == 0
    assert (screen.text, screen.coding) == (MENU, 8)
    sequence = phone.key("2")
    answer(worker, step(worker, 3), "Рахмет", end=True)
    screen = gateway.screen(3)
    assert (screen.text, screen.op) == ("Рахмет", gateway.row[4])
    assert session.answered(sequence) == 0
    assert screen.bit == (1 if gateway.row[5] == ITS else None)
    assert not worker.all("ussd", gone=True)


@pytest.mark.parametrize("dialect", ROWS)
def test_abort(site, dialect):
    _, gateway, session, worker = site(dialect)
    phone = Phone(session, gateway)
    phone.dial()
    first = step(worker)
    answer(worker, first, "menu")
    gateway.screen(1)
    assert phone.abort() == 0
    gone = step(worker, gone=True)
    assert (gone["dialogue"], gone["step"], gone["from"]) == (first["dialogue"], 2, PERSON)
    answer(worker, gone, "")
    assert phone.abort() == 0
    phone.dial()
    again = worker.wait("ussd", 2, gone=False)[-1]
    assert again["dialogue"] != first["dialogue"]
    answer(worker, again, "menu again")
    assert gateway.screen(2).text == "menu again"


@pytest.mark.parametrize("dialect", ["standard", "sixdee", "mica"])
def test_an_id_that_changes(site, dialect):
    _, gateway, session, worker = site(dialect)
    phone = Phone(session, gateway)
    phone.dial()
    first = step(worker)
    answer(worker, first, "menu")
    gateway.screen(1)
    phone.id = gateway.row[6][1]
    phone.key("1")
    second = step(worker, 2)
    assert (second["dialogue"], second["step"]) == (first["dialogue"], 2)
    answer(worker, second, "more")
    assert gateway.screen(2).tlvs[gateway.row[5]] == phone.id


@pytest.mark.parametrize("dialect", ["standard", "mica", "huawei"])
def test_redial(site, dialect):
    """The same number dials again while a screen stands: what stood open is over."""
    _, gateway, session, worker = site(dialect)
    phone = Phone(session, gateway)
    phone.dial()
    answer(worker, step(worker), "menu")
    gateway.screen(1)
    phone.key("1")
    answer(worker, step(worker, 2), "more")
    gateway.screen(2)
    phone.id = gateway.row[6][1]
    phone.dial()
    gone = step(worker, gone=True)
    answer(worker, gone, "")
    new = worker.wait("ussd", 3, gone=False)[-1]
    assert (new["step"], new["text"]) == (1, "*8500#") and new["dialogue"] != gone["dialogue"]
    answer(worker, new, "menu")
    assert gateway.screen(3).text == "menu"


def test_begun_twice(site):
    """A begin whose answer was lost: one dialogue, the screen once more."""
    _, gateway, session, worker = site()
    phone = Phone(session, gateway)
    both = [phone.dial(), phone.dial()]
    answer(worker, step(worker), "menu")
    gateway.screen(1)
    both.append(phone.dial())
    assert gateway.screen(2).text == "menu"
    assert [session.answered(sequence) for sequence in both] == [0, 0, 0]
    time.sleep(0.2)
    assert len(worker.all("ussd")) == 1


def test_two_phones_with_one_id(site):
    _, gateway, session, worker = site("mica")
    for i, number in enumerate((PERSON, OTHER), 1):
        Phone(session, gateway, number).dial()
        got = step(worker, i)
        assert got["from"] == number
        answer(worker, got, f"for {i}")
        assert gateway.screen(i).to == number.lstrip("+")


def test_unknown_session(site):
    """Of a daemon that was started anew: digits are a dial, words are heard."""
    _, gateway, session, worker = site()
    phone = Phone(session, gateway)
    phone.key("2")
    got = step(worker)
    assert (got["step"], got["text"]) == (1, "")
    answer(worker, got, "go on?")
    gateway.screen(1)
    other = Phone(session, gateway, OTHER)
    other.key("SOS")
    assert step(worker, 2)["text"] == "SOS"


def test_no_screen_in_time(site):
    _, gateway, session, worker = site(more='ussd_answer = "2 s"; deliver_timeout = "1500 ms";')
    phone = Phone(session, gateway)
    phone.dial()
    screen = gateway.screen(1, 5)
    assert (screen.text, screen.op, screen.bit) == (STOCK, 17, 1)
    worker.say("auto", outcome="done")
    answer(worker, worker.all("ussd")[0], "too late")
    assert step(worker, gone=True)["step"] == 2
    assert len(gateway.screens()) == 1


def test_silent_peer_is_told(site):
    desk, gateway, session, worker = site()
    phone = Phone(session, gateway)
    phone.dial()
    answer(worker, step(worker), "menu")
    gateway.screen(1)
    desk.process.send_signal(15)
    screen = gateway.screen(2)
    assert (screen.text, screen.bit) == (STOCK, 1)
    answer(worker, step(worker, gone=True), "")
    assert desk.process.wait(20) == 0


@pytest.mark.parametrize("status", [THROTTLED, 0x0b, 0x400])
def test_refused_screen(site, status):
    _, gateway, session, worker = site()
    gateway.on_submit = lambda pdu: status
    Phone(session, gateway).dial()
    first = step(worker)
    answer(worker, first, "menu")
    gone = step(worker, gone=True)
    assert gone["dialogue"] == first["dialogue"]


def test_link_lost_in_a_dialogue(site):
    desk, gateway, session, worker = site()
    phone = Phone(session, gateway)
    phone.dial()
    first = step(worker)
    session.close()
    desk.wait_log("ussd.gone")
    answer(worker, first, "nobody sees this")
    answer(worker, step(worker, gone=True), "")
    session = wait_for("a new bind", lambda: next(
        (s for s in gateway.sessions if s.bound and s.open), None), 10)
    phone = Phone(session, gateway)
    phone.dial()
    answer(worker, worker.wait("ussd", 2, gone=False)[-1], "menu")
    assert gateway.screen(1).text == "menu"


@pytest.mark.parametrize("more,screen,coding,octets", [
    ("ussd_ucs2_coding = 72;", "Қ", 0x48, "Қ".encode("utf-16-be")),
    ("ussd_gsm_coding = -1;", "ab", 8, b"\0a\0b"),
    ("ussd_gsm_coding = 0;", "ab", 0, b"ab"),
    ("ussd_packed = true;", "1234567", 15, bytes.fromhex("31d98c56b3dd1a")),
    ("", "a" * 182, 15, b"a" * 182),
    ("ussd_octets = 160;", "a" * 182, 15, b"a" * 160),
    ("", "Ж" * 80, 8, ("Ж" * 80).encode("utf-16-be")),
    ("", "ы" * 70 + "\n" + "Ж" * 20, 8, ("ы" * 70).encode("utf-16-be"))])
def test_writing(site, more, screen, coding, octets):
    _, gateway, session, worker = site(more=more)
    Phone(session, gateway).dial()
    answer(worker, step(worker), screen)
    got = gateway.screen(1)
    assert (got.coding, got.octets) == (coding, octets)


@pytest.mark.parametrize("carrier", ["submit_sm", "data_sm"])
@pytest.mark.parametrize("ton,npi,code", [(1, 1, "8500"), (7, 1, "8500"), (0x11, 31, "8500"),
                                          (1, 1, "8" * 25)])
def test_addresses_go_back_as_they_came(site, carrier, ton, npi, code):
    """Gateways say TON 7, or have codes over 20 digits: neither is in 3.4, both get their screen."""
    _, gateway, session, worker = site(more=f'ussd_carrier = "{carrier}";')
    body = (b"USSD\0" + bytes([ton, npi]) + PERSON[1:].encode() + b"\0" + bytes([ton, npi])
            + code.encode() + b"\0" + bytes([0, 0, 0]) + b"\0\0" + bytes([0, 0, 15, 0, 6]) + b"*8500#"
            + tlv(OP, b"\1") + tlv(ITS, b"\7\0"))
    session.request(DELIVER, body)
    answer(worker, step(worker), "menu")
    got = gateway.screen(1)
    assert (got.text, got.sender, got.to) == ("menu", code, PERSON[1:])
    back = bytes([ton, npi]) + code.encode() + b"\0" + bytes([ton, npi]) + PERSON[1:].encode() + b"\0"
    assert got.body.startswith(b"USSD\0" + back)


def test_data_sm_both_ways(site):
    _, gateway, session, worker = site(more='ussd_carrier = "data_sm";')
    body = (b"USSD\0" + b"\1\1" + PERSON.lstrip("+").encode() + b"\0" + b"\0\0" + b"8500\0"
            + b"\0\0\x48" + tlv(OP, b"\1") + tlv(ITS, b"\7\0")
            + tlv(PAYLOAD, "*8500#".encode("utf-16-be")))
    sequence = session.request(DATA, body)
    got = step(worker)
    assert (got["from"], got["text"]) == (PERSON, "*8500#")
    answer(worker, got, MENU)
    screen = gateway.screen(1)
    assert session.answered(sequence, command=DATA) == 0
    assert (screen.command, screen.text, screen.op) == (DATA, MENU, 2)


def test_ones_own_dialect(site):
    """A row in which the ids and the ops are the config's."""
    _, gateway, session, worker = site(
        more='ussd_id = "user"; op_begin = 64; op_answer = 65; op_abort = 66; op_ask = 67; op_end = 68;')
    gateway.row = (64, 65, 66, 67, 68, USER, (b"\x02\x01", b"\x02\x02"))
    phone = Phone(session, gateway)
    phone.dial()
    answer(worker, step(worker), "menu")
    assert gateway.screen(1).op == 67
    phone.key("1")
    answer(worker, step(worker, 2), "bye", end=True)
    assert gateway.screen(2).op == 68


def test_a_link_for_both(site):
    """Texts and dialogues on one bind: each is answered after its own verdict."""
    _, gateway, session, worker = site()
    sequence = session.deliver(OTHER, "salom")
    text = worker.wait("sms")
    assert session.is_unanswered(sequence)
    Phone(session, gateway).dial()
    answer(worker, step(worker), "menu")
    assert gateway.screen(1).text == "menu"
    worker.say("verdict", token=text["token"], outcome="done")
    assert session.answered(sequence) == 0


def test_a_link_of_screens_alone(site):
    """Whatever comes is a step, and nothing is sent through it."""
    desk, gateway, session, worker = site(more='use = "ussd";')
    dispatch = desk.dispatch(auto="none")
    sequence = session.request(DELIVER, message(PERSON, "*8500#"))
    answer(worker, step(worker), "menu")
    gateway.screen(1)
    assert session.answered(sequence) == 0
    dispatch.say("send", row=1, attempt=1, to=SHELTER, text="no", submit_ms=2000, window_ms=9000)
    assert worker.wait("result", row=1, timeout=10)["state"] == "expired"
    assert [p.octets for p in gateway.submits() if OP not in p.tlvs] == []


def at_menu(worker, gateway, phone):
    phone.dial()
    answer(worker, step(worker), "menu")
    gateway.screen(1)


def test_answered_when_committed(site):
    """Not before: who is asked to keep it until then can send it again."""
    _, gateway, session, worker = site()
    phone = Phone(session, gateway)
    at_menu(worker, gateway, phone)
    sequence = phone.key("1")
    got = step(worker, 2)
    time.sleep(0.5)
    assert session.is_unanswered(sequence)
    answer(worker, got, "more")
    assert session.answered(sequence) == 0


@pytest.mark.parametrize("end", ["again", "put aside"])
def test_other_verdicts(site, end):
    """One that is no commit is none; what is put aside is kept, too."""
    _, gateway, session, worker = site(more='deliver_timeout = "10 s"; ussd_answer = "10 s";')
    phone = Phone(session, gateway)
    at_menu(worker, gateway, phone)
    sequence = phone.key("1")
    got = step(worker, 2)
    if end == "again":
        worker.say("verdict", token=got["token"], outcome="again")
        again = worker.wait("ussd", 3)[-1]
        assert again["token"] == got["token"] and session.is_unanswered(sequence)
        answer(worker, again, "more")
    else:
        worker.say("verdict", token=got["token"], outcome="aside", screen="", end=False)
    assert session.answered(sequence) == 0


def test_no_verdict_in_time(site):
    """It may come again, and is the step that it was: one effect, the screen once more."""
    _, gateway, session, worker = site(more='deliver_timeout = "500 ms"; ussd_answer = "5 s";')
    phone = Phone(session, gateway)
    at_menu(worker, gateway, phone)
    sequence = phone.key("1")
    assert session.answered(sequence) == TEMPORARY
    got = step(worker, 2)
    answer(worker, got, "more")
    assert gateway.screen(2).text == "more"
    sequence = phone.key("1")
    assert session.answered(sequence) == 0
    assert gateway.screen(3).text == "more"
    assert len(worker.all("ussd")) == 2
    phone.key("1")  # this one is answered to be done: it is another
    assert step(worker, 3)["step"] == 3


def test_stock_screen_and_again(site):
    """Nobody committed it, and the person was told "later": its repeat is not acknowledged either."""
    _, gateway, session, worker = site(more='deliver_timeout = "5 s"; ussd_answer = "1 s";')
    phone = Phone(session, gateway)
    at_menu(worker, gateway, phone)
    first = phone.key("1")
    got = step(worker, 2)
    assert gateway.screen(2).text == STOCK
    assert session.is_unanswered(first)
    second = phone.key("1")
    assert gateway.screen(3).text == STOCK
    assert session.is_unanswered(second)
    answer(worker, got, "late")
    assert [session.answered(sequence) for sequence in (first, second)] == [0, 0]
    assert [u["text"] for u in worker.all("ussd") if not u["gone"]] == ["*8500#", "1"]


def test_repeated_in_flight(site):
    """The same with new sequences while the first is with a worker: one step, each is answered; a bound."""
    _, gateway, session, worker = site(more='deliver_timeout = "10 s"; ussd_answer = "10 s";')
    phone = Phone(session, gateway)
    at_menu(worker, gateway, phone)
    sequences = [phone.key("1") for _ in range(10)]
    got = step(worker, 2)
    assert [session.answered(sequence) for sequence in sequences[8:]] == [TEMPORARY] * 2
    assert session.is_unanswered(sequences[0])
    answer(worker, got, "more")
    assert [session.answered(sequence) for sequence in sequences[:8]] == [0] * 8
    assert gateway.screen(2).text == "more"
    time.sleep(0.2)
    assert len(worker.all("ussd")) == 2 and len(gateway.screens()) == 2


def test_another_in_its_place(site):
    """A second answer while the first is with a worker: both are steps, each with its own verdict."""
    _, gateway, session, worker = site(more='deliver_timeout = "10 s"; ussd_answer = "10 s";')
    phone = Phone(session, gateway)
    at_menu(worker, gateway, phone)
    one, two = phone.key("1"), phone.key("2")
    got = step(worker, 2)
    answer(worker, got, "nobody sees this")
    assert session.answered(one) == 0
    assert session.is_unanswered(two)
    answer(worker, step(worker, 3), "more")
    assert session.answered(two) == 0
    assert gateway.screen(2).text == "more"


def test_written_twice(site):
    """One sequence, twice: one step and one answer."""
    _, gateway, session, worker = site()
    phone = Phone(session, gateway)
    body = message(PERSON, "*8500#", service=b"USSD", tlvs=phone.tlvs(1))
    for _ in range(2):
        session.send(pack(DELIVER, 0, 77, body))
    answer(worker, step(worker), "menu")
    assert session.answered(77) == 0
    time.sleep(0.3)
    assert len([p for p in gateway.heard if p.command == DELIVER | RESP and p.sequence == 77]) == 1
    assert len(worker.all("ussd")) == 1


def test_unbind_waits_for_a_step(site):
    """Who takes leave of us is answered when the step is."""
    _, gateway, session, worker = site(more='deliver_timeout = "10 s"; ussd_answer = "10 s";')
    phone = Phone(session, gateway)
    sequence = phone.dial()
    got = step(worker)
    leave = session.request(UNBIND)
    time.sleep(0.3)
    assert session.is_unanswered(leave) and session.is_unanswered(sequence)
    answer(worker, got, "menu")
    assert session.answered(sequence) == 0
    assert session.answered(leave, command=UNBIND) == 0


@pytest.mark.limit(90)
def test_200_at_once(site):
    _, gateway, session, worker = site()
    worker.say("ready", credit=1000)
    phones = [Phone(session, gateway, f"+7701{i:07d}") for i in range(200)]
    for phone in phones:
        phone.session.deliver(phone.number, "*8500#", service=b"USSD", tlvs=phone.tlvs(1))
    for got in worker.wait("ussd", 200, timeout=30):
        answer(worker, got, f"for {got['from']}")
    for i in range(200):
        screen = gateway.screen(i + 1, 20)
        assert screen.text == f"for +{screen.to}"
    assert len({p.to for p in gateway.screens()}) == 200


@pytest.mark.parametrize("more", [
    'dialect = "none";', 'ussd_stock = "";', "op_ask = -1;", 'ussd_service_type = "LONGER";',
    "ussd_octets = 10;"])
def test_config_is_refused(make, more):  # noqa: F811
    gateway = Gateway()
    desk, _ = make(more, smsc=gateway)
    assert desk.process.wait(10) == 1
