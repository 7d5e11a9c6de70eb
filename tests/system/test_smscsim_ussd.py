# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraq-smscsim over a client that shares no code with it: USSD, dialect by dialect.

Never needs a database or any other process of the service.
"""
import subprocess

import pytest

from simlib import build_dir
from smpp_peer import DATA_SM, DELIVER_SM, SUBMIT_SM, Esme, tlv
from smsclib import P1, esme, smsc, start  # noqa: F401

DIALECTS = {  # where, begin, answer, abort, continue, end
    "standard": ("its", 1, 18, 18, 2, 17), "tata": ("its", 1, 18, None, 2, None),
    "sixdee": ("its15", 1, 18, 0x81, 2, 0x17), "mica": ("reference", 1, 18, 0x81, 2, 0x17),
    "huawei": ("none", 1, 18, 18, 2, 17)}
OWN = """dialects = ( { name = "own"; session = "its15"; dialled = "destination"; begin = 200;
  answer = 201; abort = -1; continue = 202; end = 203; } );"""


def id_of(pdu, where):
    its = pdu.tlv("its_session_info")
    if where == "its":
        return its[0], its[1] & 1
    if where == "its15":
        return int.from_bytes(its, "big") >> 1, its[1] & 1
    assert its is None
    return pdu.number("user_message_reference"), 0


def say(esme, pdu, text, op, where, last=False, command=SUBMIT_SM, **fields):
    """A screen in answer to a step."""
    session = id_of(pdu, where)[0]
    tlvs = [tlv("ussd_service_op", op)]
    if where == "its":
        tlvs.append(tlv("its_session_info",
                        bytes([session, pdu.tlv("its_session_info")[1] & 0xfe | last])))
    elif where == "its15":
        tlvs.append(tlv("its_session_info", (session << 1 | last).to_bytes(2, "big")))
    elif where == "reference":
        tlvs.append(tlv("user_message_reference", session, 2))
    fields.setdefault("data_coding", 0x0f)
    return esme.submit("+" + pdu.source_addr, text, service_type="USSD", tlvs=tlvs,
                       command=command, **fields)


@pytest.mark.parametrize("carrier", ["deliver", "data"])
@pytest.mark.parametrize("name", DIALECTS)
def test_a_dialogue(start, name, carrier):
    where, begin, answer, _, more, end = DIALECTS[name]
    smsc = start(dialect=name)
    smsc.set(carrier=carrier)
    command = SUBMIT_SM if carrier == "deliver" else DATA_SM
    with Esme.bound(smsc.port) as esme:
        smsc.dial(P1, "*8500*2#")
        first = esme.take()
        assert first.command == (DELIVER_SM if carrier == "deliver" else DATA_SM)
        assert first.number("ussd_service_op") == begin and first.service_type == "USSD"
        assert (first.source_addr, first.dest_addr, first.text()) == \
            (P1[1:], "8500", "*8500*2#")
        assert id_of(first, where)[1] == 0
        assert say(esme, first, "1 one 2 two", more, where, command=command).status == 0
        assert smsc.phone(P1)["session"]["persons_turn"]
        smsc.key(P1, "2")
        second = esme.take()
        assert second.number("ussd_service_op") == answer and second.text() == "2"
        assert id_of(second, where) == id_of(first, where)
        if where == "its":
            assert second.tlv("its_session_info")[1] >> 1 == 1
        assert say(esme, second, "bye", more if end is None else end, where,
                   last=end is None, command=command).status == 0
        assert smsc.screens(P1) == [("1 one 2 two", False), ("bye", True)]
        assert smsc.phone(P1)["session"] is None
        assert say(esme, second, "late", more, where, command=command).status != 0
        assert smsc.counters()["ussd_strays"] == 1 and smsc.texts(P1) == []


@pytest.mark.parametrize("name", DIALECTS)
def test_hang_up_tells_what_the_dialect_can(start, name):
    where, _, _, abort, more, _ = DIALECTS[name]
    smsc = start(dialect=name)
    with Esme.bound(smsc.port) as esme:
        smsc.dial(P1)
        first = esme.take()
        say(esme, first, "menu", more, where)
        smsc.hangup(P1)
        if abort is None:
            assert esme.is_quiet(0.2)
            return
        got = esme.take()
        assert got.number("ussd_service_op") == abort and got.octets() == b""
        assert id_of(got, where) == (id_of(first, where)[0], int(where.startswith("its")))
        assert smsc.counters()["aborts"] == 1


def test_own_dialect(start, tmp_path):
    conf = tmp_path / "own.conf"
    conf.write_text(OWN)
    smsc = start(conf=conf, dialect="own")
    with Esme.bound(smsc.port) as esme:
        smsc.dial(P1, "*8500*1#")
        got = esme.take()
        assert got.number("ussd_service_op") == 200
        assert got.dest_addr == "*8500*1#" and got.octets() == b""
        assert say(esme, got, "bye", 203, "its15").status == 0
        assert smsc.screens(P1) == [("bye", True)]


@pytest.mark.parametrize("text", ["dialects = ( { begin = 1; } );", "nothing = 1;",
                                  'dialects = ( { name = "x"; session = "where"; } );'])
def test_conf_refused(tmp_path, text):
    conf = tmp_path / "bad.conf"
    conf.write_text(text)
    got = subprocess.run([str(build_dir() / "shyraq-smscsim"), "--port", "0", "--conf",
                          str(conf)], capture_output=True, text=True, timeout=10, check=False)
    assert got.returncode == 1 and "bad.conf" in got.stderr


def test_screens_by_length_and_alphabet(smsc, esme):
    for i, (octets, coding, status) in enumerate([
            (b"x" * 182, 0x0f, 0), (b"x" * 183, 0x0f, 1), (b"\0x" * 80, 0x48, 0),
            (b"\0x" * 81, 0x48, 1), (b"\0x" * 80, 8, 0)]):
        who = f"+7701000010{i}"
        smsc.dial(who)
        assert say(esme, esme.take(), "", 2, "its", short_message=octets,
                   data_coding=coding).status == status
        assert len(smsc.screens(who)) == (status == 0)
    assert smsc.counters()["ussd_long"] == 2
    assert smsc.screens("+77010000102")[0][0] == "x" * 80


def test_step_timeout(smsc, esme):
    smsc.set(step_ms=200)
    events = smsc.follow()
    smsc.dial(P1)
    first = esme.take()
    got = esme.take()
    assert got.number("ussd_service_op") == 18 and id_of(got, "its")[1] == 1
    assert say(esme, first, "late", 2, "its").status != 0
    gone = next(e for e in iter(events.get, None) if e.get("event") == "gone")
    assert gone["why"] == "timeout" and gone["to"] == P1
    assert smsc.counters()["timeouts"] == 1 and smsc.screens(P1) == []
    events.close()


def test_user_and_session_timeout(smsc, esme):
    smsc.set(user_ms=200)
    smsc.dial(P1)
    say(esme, esme.take(), "menu", 2, "its")
    assert id_of(esme.take(), "its")[1] == 1
    smsc.set(user_ms=60000, session_ms=400)
    smsc.dial(P1)
    for _ in range(2):
        say(esme, esme.take(), "menu", 2, "its")
        smsc.key(P1, "1")
    smsc.wait_counter("timeouts", 2)


@pytest.mark.parametrize("silent", [False, True])
def test_redial(smsc, esme, silent):
    smsc.dial(P1)
    first = esme.take()
    smsc.dial(P1, silent=silent)
    if not silent:
        got = esme.take()
        assert id_of(got, "its") == (id_of(first, "its")[0], 1)
    again = esme.take()
    assert again.number("ussd_service_op") == 1
    assert id_of(again, "its")[0] != id_of(first, "its")[0]
    assert say(esme, first, "old", 2, "its").status != 0
    assert say(esme, again, "new", 2, "its").status == 0


def test_id_changes_in_mid_session(smsc, esme):
    smsc.dial(P1)
    first = esme.take()
    say(esme, first, "menu", 2, "its")
    smsc.order("ussd", **{"from": P1, "id": 200})
    smsc.key(P1, "1")
    second = esme.take()
    assert id_of(second, "its")[0] == 200 != id_of(first, "its")[0]
    assert say(esme, second, "bye", 17, "its").status == 0


def test_same_id_of_two_phones(start):
    smsc = start(dialect="mica")
    with Esme.bound(smsc.port) as esme:
        steps = {}
        for i in range(5):
            smsc.dial(f"+7701000020{i}")
            got = esme.take()
            steps[got.source_addr] = got
        ids = [id_of(s, "reference")[0] for s in steps.values()]
        assert len(set(ids)) < len(ids)
        for who, step in steps.items():
            say(esme, step, who, 2, "reference")
            assert smsc.screens("+" + who) == [(who, False)]


@pytest.mark.parametrize("name", DIALECTS)
def test_200_dialogues(start, name):
    """Side by side, three steps each; every phone sees its own screens alone."""
    where, _, _, _, more, end = DIALECTS[name]
    smsc = start(dialect=name)
    smsc.set(window=100)
    phones = [f"+7701002{i:04d}" for i in range(200)]
    with Esme.bound(smsc.port) as esme:
        for who in phones:
            smsc.dial(who)
        for step in range(3):
            for _ in phones:
                got = esme.take()
                last = step == 2
                op = more if end is None or not last else end
                assert say(esme, got, f"{got.source_addr} {step}", op, where,
                           last=last and end is None).status == 0
            for who in phones if step < 2 else ():
                smsc.key(who, str(step))
    for who in phones:
        assert smsc.screens(who) == [(f"{who[1:]} {i}", i == 2) for i in range(3)]
    counters = smsc.counters()
    assert (counters["ends"], counters["ussd_strays"]) == (200, 0)


def test_step_is_redelivered_on_the_next_bind(smsc):
    client = Esme.bound(smsc.port)
    smsc.dial(P1)
    first = client.take(answer=False)
    smsc.fault("drop")
    with Esme.bound(smsc.port) as again:
        second = again.take()
        assert second.tlvs == first.tlvs and second.text() == first.text()
        assert say(again, second, "bye", 17, "its").status == 0


def test_step_refused(smsc, esme):
    smsc.dial(P1)
    esme.take(status=0x65)
    smsc.wait_status(lambda s: s["counters"]["rejected"] == 1)
    assert smsc.phone(P1)["session"] is None


def test_cyrillic_key(smsc, esme):
    smsc.dial(P1)
    say(esme, esme.take(), "menu", 2, "its")
    smsc.key(P1, "да")
    got = esme.take()
    assert (got.text(), got.data_coding) == ("да", 8)
