# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqd over SMPP: binds, enquiries, TLS, config, and what an SMSC may do wrong.

Never needs a database, a worker or a modem.
"""
import signal
import subprocess
import time

import pytest

from daemonlib import OTHER, PERSON, SHELTER, words
from rawsmsc import DATA, DELIVER, ENQUIRE, RESP, SUBMIT, TEMPORARY, UNBIND, Smsc, message, pack, tlv
from simlib import wait_for
from smpplib import make, pair, send  # noqa: F401

ALERT, PAYLOAD = 0x102, 0x424


# the session -------------------------------------------------------------------------------------

def test_transmitter_and_receiver(make):
    desk, smsc = make('bind = "both";')
    tx, rx = smsc.bound("transmitter"), smsc.bound("receiver")
    worker = desk.worker()
    n = rx.deliver(PERSON, "yordam")
    assert words(worker.wait("sms")) == "yordam" and rx.answered(n) == 0
    send(worker, 1, to=SHELTER)
    assert smsc.wait_submits(1)[0].session is tx
    # a transmitter takes no texts
    n = tx.deliver(PERSON, "yordam")
    assert tx.answered(n) == 4


def test_enquiries(make):
    desk, smsc = make()
    session = smsc.bound()
    n = session.request(ENQUIRE)
    assert session.answered(n, command=ENQUIRE) == 0
    wait_for("its own enquiries", lambda: sum(p.command == ENQUIRE for p in smsc.heard) >= 2)
    smsc.answer_enquires = False
    wait_for("the end of a silent bind", lambda: not session.open, 8)
    smsc.answer_enquires = True
    assert smsc.bound() is not session
    assert 'why="no answer"' in desk.text()


def pauses_of(desk):
    """How long it said that it would wait, after each try."""
    return [int(s.split("ms=")[1].split()[0]) for s in desk.text().splitlines()
            if "lost " in s and "ms=" in s]


def test_reconnects_with_growing_pauses(make):
    desk, smsc = make('reconnect = "200 ms"; reconnect_most = "3 s";', start=False)
    smsc.refuse()
    desk.start()
    wait_for("four pauses", lambda: len(pauses_of(desk)) >= 4)
    found = pauses_of(desk)
    assert 150 < found[0] <= 210 and all(b > a for a, b in zip(found, found[1:4]))
    assert desk.count("smpp.lost") == 1         # one warning, not one a try


def test_wrong_password_is_an_alarm_and_tried_slowly(make):
    desk, smsc = make('reconnect = "200 ms"; reconnect_most = "20 s";', start=False)
    smsc.password = "another"
    desk.start()
    dispatch = desk.dispatch()
    desk.wait_log("smpp.bind_refused")
    wait_for("the link's word", lambda: [m for m in dispatch.all("link")
                                         if m["state"] == "refused"])
    # what it says of its pauses, and when the SMSC saw it again: load makes them longer alone
    wait_for("a second no", lambda: len(pauses_of(desk)) >= 2)
    found, seen = pauses_of(desk), list(smsc.connects)
    assert 950 <= found[0] <= 1200 and 1900 <= found[1] <= 2400
    assert all(b - a > ms / 1000 - 0.005 for a, b, ms in zip(seen, seen[1:], found))
    assert desk.count("smpp.bind_refused") == 1
    smsc.password = "secret"
    smsc.bound(seconds=30)                      # its file was mended, or theirs
    wait_for("the link's word", lambda: [m for m in dispatch.all("link")
                                         if m["state"] == "ready"])


def test_the_bind_is_waited_for_so_long(make):
    desk, smsc = make(start=False)
    smsc.answer_binds = False
    desk.start()
    desk.wait_log("smpp.lost")
    assert "no answer to the bind" in desk.text()
    smsc.answer_binds = True
    smsc.bound()


def test_orderly_stop_settles_and_unbinds(make):
    desk, smsc = make("window = 2;")
    session = smsc.bound()
    worker = desk.worker()
    smsc.on_submit = lambda pdu: None
    send(worker, 1, "bir", to=SHELTER)
    send(worker, 2, "ikki", to=SHELTER)
    send(worker, 3, "uch", to=SHELTER)
    out = smsc.wait_submits(2)
    desk.process.send_signal(signal.SIGTERM)
    assert worker.wait("result", row=3)["state"] == "dropped"
    n = session.deliver(PERSON, "yordam")       # not now: the SMSC keeps it
    assert session.answered(n) == TEMPORARY
    for pdu in out:
        smsc.answer(session, pdu)
    assert [worker.wait("result", row=row)["state"] for row in (1, 2)] == ["accepted"] * 2
    desk.process.wait(10)
    assert desk.process.returncode == 0
    assert any(p.command == UNBIND for p in smsc.heard)
    assert desk.count("smpp.lost") == 0


def test_the_smsc_unbinds(make):
    desk, smsc = make()
    session = smsc.bound()
    worker = desk.worker()
    smsc.on_submit = lambda pdu: None
    send(worker, 1, "bir", to=SHELTER)
    pdu = smsc.wait_submits(1)[0]
    n = session.request(UNBIND)
    time.sleep(0.3)
    assert session.is_unanswered(n)             # what is out is settled first
    smsc.answer(session, pdu)
    assert worker.wait("result", row=1)["state"] == "accepted"
    assert session.answered(n, command=UNBIND) == 0
    wait_for("another bind", lambda: [s for s in smsc.sessions if s.bound and s is not session])


def test_no_room_leaves_texts_to_the_smsc(make):
    desk, smsc = make(start=False)
    conf = desk.dir / "conf"
    conf.write_text(conf.read_text().replace("stop_wait", "texts_max = 4; stop_wait"))
    desk.start()
    session = smsc.bound()
    numbers = [session.deliver(f"+7701000020{i}", "yordam") for i in range(6)]
    assert [session.answered(n) for n in numbers[4:]] == [TEMPORARY] * 2
    worker = desk.worker()
    worker.wait("sms", count=4)
    assert [session.answered(n) for n in numbers[:4]] == [0] * 4
    n = session.deliver("+77010000205", "yordam")
    assert session.answered(n) == 0


def test_names_are_looked_up(make):
    smsc = Smsc()
    desk, _ = make(smsc=smsc, start=False)
    conf = desk.dir / "conf"
    conf.write_text(conf.read_text().replace('host = "127.0.0.1"', 'host = "localhost"'))
    desk.start()
    smsc.bound()


def test_a_name_that_nobody_knows(make):
    desk, _smsc = make(start=False)
    conf = desk.dir / "conf"
    conf.write_text(conf.read_text().replace('host = "127.0.0.1"', 'host = "smsc.invalid"'))
    desk.start()
    desk.wait_log("smpp.lost")
    assert desk.stop() == 0


# what else may come ------------------------------------------------------------------------------

def data_sm(sender, text, coding=0):
    octets = text.encode("utf-16-be" if coding == 8 else "latin-1")
    return (b"\0\1\1" + sender.lstrip("+").encode() + b"\0\0\0" + b"8500\0" + bytes([0, 0, coding])
            + tlv(PAYLOAD, octets))


def test_a_text_by_data_sm(pair):
    desk, smsc, session = pair
    worker = desk.worker()
    for n, (text, coding) in enumerate((("yordam", 0), ("ёрдам керак", 8)), 1):
        sequence = session.request(DATA, data_sm(PERSON, text, coding))
        got = worker.wait("sms", count=n)
        got = got if n == 1 else got[-1]
        assert (words(got), got["from"]) == (text, PERSON)
        assert session.answered(sequence, command=DATA) == 0
    assert desk.count("smpp.fault") == 0


def test_an_alert_is_no_fault(pair):
    """Nobody asked for one and nothing follows from it: it has no answer either."""
    desk, smsc, session = pair
    alert = b"\1\1" + PERSON[1:].encode() + b"\0" + b"\0\0" + b"8500\0"
    for i in range(20):                         # more than there may be faults
        session.request(ALERT, alert)
    n = session.request(ENQUIRE)
    assert session.answered(n, command=ENQUIRE) == 0
    assert desk.count("smpp.fault") == 0 and session.open
    assert not [p for p in smsc.heard if p.session is session and p.command >= RESP and p.sequence != n]


# bad input ---------------------------------------------------------------------------------------

BAD_LENGTHS = [0, 3, 15, 1 << 31, 70001]


@pytest.mark.parametrize("length", BAD_LENGTHS)
def test_a_wrong_length_ends_the_link_with_one_line(pair, length):
    desk, smsc, session = pair
    session.send(length.to_bytes(4, "big") + b"\0" * 40)
    wait_for("the end", lambda: not session.open)
    wait_for("another bind", lambda: [s for s in smsc.sessions if s.bound and s is not session])
    assert desk.text().count("a wrong length") == 1


def test_what_nobody_sends_in_earnest(pair):
    desk, smsc, session = pair
    worker = desk.worker()
    session.send(pack(ENQUIRE | RESP, 0, 77777))                       # an answer to nothing
    session.send(pack(0x7777, 0, 5))                                   # no such command
    session.send(pack(9, 0, 6, b"a\0b\0\0\x34\0\0\0"))                  # a bind towards us
    session.send(pack(4, 0, 7, message(PERSON, "x")))                  # a submit towards us
    many = b"".join(tlv(0x1400 + i, b"") for i in range(2000))
    n = session.deliver(PERSON, "yordam", tlvs=many)
    assert words(worker.wait("sms")) == "yordam" and session.answered(n) == 0
    m = session.request(DELIVER, message(PERSON, "yordam") + b"\4\x24\xff\xff12")  # past the end
    assert worker.wait("sms", count=2)[1]["body"] == "broken" and session.answered(m) == 0
    said = [(p.command, p.status, p.sequence) for p in smsc.heard if p.sequence in (5, 6, 7)]
    assert (0x80000000, 3, 5) in said and (0x80000009, 3, 6) in said and (0x80000004, 3, 7) in said
    assert session.open and desk.count("smpp.fault") == 5


def test_sequences_that_34_does_not_have_are_answered(pair):
    desk, smsc, session = pair
    desk.worker()
    for sequence in (0, 0xffffffff):
        session.request(DELIVER, message(PERSON, f"n {sequence}"), sequence=sequence)
        assert session.answered(sequence) == 0


def test_who_speaks_no_smpp_is_hung_up_on(pair):
    desk, smsc, session = pair
    for i in range(40):
        session.send(pack(0x7777, 0, i + 1))
    wait_for("the end", lambda: not session.open)
    assert desk.count("smpp.fault") == 16
    assert sum(p.command == 0x80000000 for p in smsc.heard) <= 16


def test_data_before_the_bind_is_not_taken(make):
    desk, smsc = make(start=False)
    smsc.answer_binds = False
    desk.start()
    worker = desk.worker()
    session = wait_for("a connection", lambda: smsc.sessions and smsc.sessions[0])
    wait_for("its bind", lambda: [p for p in smsc.heard if p.command == 9])
    n = session.deliver(PERSON, "yordam")
    assert session.answered(n) == 4
    assert worker.all("sms") == []


def test_a_wrong_sequence_settles_nothing(make):
    desk, smsc = make()
    session = smsc.bound()
    worker = desk.worker()
    smsc.on_submit = lambda pdu: session.send(
        pack(SUBMIT | RESP, 0, pdu.sequence + 500, b"1\0")) or None
    send(worker, 1, to=SHELTER)
    assert worker.wait("result", row=1)["state"] == "uncertain"


# TLS ---------------------------------------------------------------------------------------------

def certificate(folder, name, alt):
    key, cert = folder / f"{name}.key", folder / f"{name}.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key),
                    "-out", str(cert), "-days", "2", "-subj", f"/CN={name}", "-addext",
                    f"subjectAltName={alt}"], check=True, capture_output=True)
    return key, cert


@pytest.mark.parametrize("alt, trusted, good", [
    ("IP:127.0.0.1", True, True), ("DNS:other.example", True, False), ("IP:127.0.0.1", False, False)])
def test_tls(make, tmp_path, alt, trusted, good):
    import ssl
    key, cert = certificate(tmp_path, "smsc", alt)
    _, other = certificate(tmp_path, "other", alt)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    smsc = Smsc(tls=context)
    ca = cert if trusted else other
    desk, _ = make(f'tls = true; tls_ca = "{ca}";', smsc=smsc)
    if not good:
        desk.wait_log("smpp.lost")
        time.sleep(0.5)
        assert smsc.heard == []                 # not even the password
        return
    session = smsc.bound()
    worker = desk.worker()
    n = session.deliver(PERSON, "yordam")
    assert words(worker.wait("sms")) == "yordam" and session.answered(n) == 0
    send(worker, 1, "Ertaga keling", to=OTHER)
    assert smsc.wait_submits(1)[0].text == "Ertaga keling"


def test_no_tls_where_it_is_wanted(make):
    desk, smsc = make("tls = true;")
    desk.wait_log("smpp.lost")
    assert smsc.heard == []


# config ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("wrong, says", [
    ('bind = "both ways";', "bind"), ("window = 0;", "window"), ('how = "udh";', "how"),
    ("dest_ton = 7;", "dest_ton"), ("source_ton = 7;", "source_ton"),
    ("dest_npi = 19;", "dest_npi"), ("source_npi = 19;", "source_npi"),
    ('tls_cert = "/x";', "tls_cert"), ('system_type = "abcdefghijklm";', "system_type")])
def test_a_wrong_word_is_refused(make, wrong, says):
    desk, _smsc = make(wrong, start=False)
    desk.start()
    assert desk.process.wait(10) != 0
    assert says in desk.text()


def test_a_password_that_others_may_read_is_not_used(make):
    desk, smsc = make(start=False)
    (desk.dir / "pw").chmod(0o644)
    desk.start()
    desk.wait_log("smpp.password")
    assert smsc.heard == []
