# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraq-smscsim over a client that shares no code with it: binds, texts, receipts, faults, USSD."""
import random
import socket
import subprocess
import time

import pytest

from simlib import SimError, build_dir
from smpp_peer import (BIND_RECEIVER, BIND_TRANSCEIVER, BIND_TRANSMITTER, DATA_SM, DELIVER_SM,
                       ENQUIRE_LINK, GENERIC_NACK, RESP, SUBMIT_SM, UNBIND, Esme, Pdu,
                       PeerError, Server, gsm_bytes, pack, tlv, unpack)
from smsclib import SmscSim

P1, P2 = "+77010000001", "+77010000002"
GSM_LONG = "abcdefghi " * 40
UCS2_LONG = "Қазақша мәтін " * 20


@pytest.fixture
def start(tmp_path):
    sims = []

    def make(**opts):
        sims.append(SmscSim.start(dir=tmp_path, name=f"smsc{len(sims)}", **opts))
        return sims[-1]
    yield make
    for sim in sims:
        assert sim.stop() == 0, sim.log.read_text()
        assert "ERROR:" not in sim.log.read_text()


@pytest.fixture
def smsc(start):
    return start()


@pytest.fixture
def esme(smsc):
    with Esme.bound(smsc.port) as client:
        yield client


# binds -----------------------------------------------------------------------------------------

@pytest.mark.parametrize("how", [BIND_TRANSCEIVER, BIND_TRANSMITTER, BIND_RECEIVER])
def test_bind_and_unbind(smsc, how):
    client = Esme(smsc.port)
    got = client.bind(how)
    assert got.command == how | RESP and got.status == 0 and got.system_id == "smscsim"
    assert got.tlv("sc_interface_version") == b"\x34"
    assert client.response(client.ask(UNBIND)).command == UNBIND | RESP
    assert client.is_ended()
    assert smsc.counters()["binds"] == 1


@pytest.mark.parametrize("who, status", [(("nobody", "secret"), 0x0f), (("shyraq", "no"), 0x0e)])
def test_bind_refused(smsc, who, status):
    client = Esme(smsc.port)
    assert client.bind(BIND_TRANSCEIVER, *who).status == status
    assert client.is_ended()
    assert smsc.counters()["binds_refused"] == 1


def test_bound_twice(smsc, esme):
    assert esme.bind().status == 0x05
    assert esme.submit(P1).status == 0


def test_not_bound_and_wrong_bind(smsc):
    with Esme(smsc.port) as client:
        assert client.submit(P1).status == 0x04
    with Esme.bound(smsc.port, BIND_RECEIVER) as client:
        assert client.submit(P1).status == 0x04
    assert smsc.sent() == []


def test_accounts_have_their_own_numbers(start):
    smsc = start(accounts=["one:a:8500", "two:b:7000"])
    with Esme.bound(smsc.port, BIND_TRANSCEIVER, "one", "a") as one, \
            Esme.bound(smsc.port, BIND_TRANSCEIVER, "two", "b") as two:
        smsc.text(P1, "to seven", to="7000")
        smsc.text(P1, "to eight", to="8500")
        assert two.take().text() == "to seven" and one.take().text() == "to eight"
        one.submit(P1)
        assert smsc.sent()[0]["system_id"] == "one"


def test_receivers_take_turns(smsc):
    with Esme.bound(smsc.port, BIND_RECEIVER) as a, Esme.bound(smsc.port, BIND_RECEIVER) as b, \
            Esme.bound(smsc.port, BIND_TRANSMITTER) as c:
        for i in range(4):
            smsc.text(P1, str(i))
        assert sorted([a.take().text(), a.take().text(), b.take().text(), b.take().text()]) == \
            ["0", "1", "2", "3"]
        assert c.is_quiet(0.2)
        assert [x["how"] for x in smsc.status()["binds"]] == \
            ["bind_receiver", "bind_receiver", "bind_transmitter"]


def test_texts_wait_for_a_bind(smsc):
    smsc.text(P1, "early")
    assert smsc.status()["queued"] == 1
    with Esme.bound(smsc.port) as client:
        assert client.take().text() == "early"


# texts to the service --------------------------------------------------------------------------

@pytest.mark.parametrize("alphabet, text, coding", [
    ("auto", "hello {€}", 0), ("auto", "Сәлем", 8), ("ascii", "hello", 1),
    ("latin1", "déjà", 3), ("cyrillic", "Привет", 6), ("ucs2", "😀", 8)])
def test_alphabets(smsc, esme, alphabet, text, coding):
    smsc.text(P1, text, alphabet=alphabet)
    got = esme.take()
    assert (got.text(), got.data_coding) == (text, coding)
    assert (got.source_addr, got.source_ton, got.source_npi) == (P1[1:], 1, 1)
    assert got.dest_addr == "8500"


def test_packed_and_configured_codings(smsc, esme):
    smsc.text(P1, "hellohello", alphabet="packed", data_coding=0xf0)
    got = esme.take()
    assert got.octets() == bytes.fromhex("E8329BFD4697D9EC37") and got.data_coding == 0xf0
    smsc.set(gsm_coding=0x11, ucs2_coding=0x18)
    smsc.text(P1, "x")
    smsc.text(P1, "Ж")
    assert [esme.take().data_coding, esme.take().data_coding] == [0x11, 0x18]


@pytest.mark.parametrize("text", [GSM_LONG, UCS2_LONG, "€" * 200, "😀" * 60])
@pytest.mark.parametrize("long", ["udh8", "udh16", "sar", "payload"])
def test_long_texts(smsc, esme, long, text):
    parts = smsc.text(P1, text, long=long, ref=0x1234)["parts"]
    assert parts == 1 if long == "payload" else parts > 1
    got = [esme.take() for _ in range(parts)]
    assert "".join(p.text() for p in got) == text
    for i, p in enumerate(got):
        assert len(p.octets()) <= (160 if p.data_coding == 0 else 140) or long == "payload"
        if long == "udh8":
            assert p.udh() == bytes([5, 0, 3, 0x34, parts, i + 1])
        if long == "udh16":
            assert p.udh() == bytes([6, 8, 4, 0x12, 0x34, parts, i + 1])
        if long == "sar":
            assert (p.number("sar_msg_ref_num"), p.number("sar_total_segments"),
                    p.number("sar_segment_seqnum")) == (0x1234, parts, i + 1)
        if long == "payload":
            assert p.short_message == b"" and p.tlv("message_payload")


def test_order_and_loss_of_parts(smsc, esme):
    smsc.text(P1, GSM_LONG, order=[3, 1, 1, 2], drop=[2])
    assert [esme.take().udh()[5] for _ in range(3)] == [3, 1, 1]
    assert esme.is_quiet(0.2)


def test_data_sm(smsc, esme):
    smsc.set(carrier="data")
    smsc.text(P1, "over data")
    got = esme.take()
    assert got.command == DATA_SM and got.text() == "over data"
    assert esme.submit(P1, "back", command=DATA_SM).command == DATA_SM | RESP
    assert smsc.sent()[-1]["payload"] and smsc.texts(P1) == ["back"]


def test_sender_without_number(smsc, esme):
    smsc.text("Bank", "x")
    got = esme.take()
    assert (got.source_addr, got.source_ton, got.source_npi) == ("Bank", 5, 0)
    smsc.text("7701", "x", ton=7, npi=2)
    got = esme.take()
    assert (got.source_ton, got.source_npi) == (7, 2)


def test_window(smsc, esme):
    smsc.set(window=2)
    for i in range(3):
        smsc.text(P1, str(i))
    first, second = esme.take(answer=False), esme.take(answer=False)
    assert esme.is_quiet(0.2)
    esme.answer(second)
    assert esme.take().text() == "2"
    esme.answer(first)
    assert smsc.wait_counter("delivered", 3)


def test_put_off_and_rejected(smsc, esme):
    smsc.set(retry_ms=200)
    smsc.text(P1, "later")
    first = esme.take(status=0x64)
    again = esme.take()
    assert again.text() == "later" and again.sequence != first.sequence
    smsc.text(P1, "never")
    esme.take(status=0x65)
    assert esme.is_quiet(0.4)
    counters = smsc.counters()
    assert (counters["redelivered"], counters["rejected"], counters["delivered"]) == (1, 1, 1)


def test_unanswered_comes_again(smsc):
    smsc.set(response_ms=200)
    with Esme.bound(smsc.port) as client:
        smsc.text(P1, "x")
        first, again = client.take(answer=False), client.take(answer=False)
        assert again.text() == "x" and again.sequence != first.sequence
    with Esme.bound(smsc.port) as client:
        assert client.take().text() == "x"
        assert client.is_quiet(0.4)


# texts from the service ------------------------------------------------------------------------

def test_submit_is_recorded(smsc, esme):
    got = esme.submit(P1, "hello", validity="000000001500000R", registered_delivery=1,
                      priority_flag=1, service_type="CMT")
    entry = smsc.sent()[0]
    want = {"to": P1, "to_ton": 1, "from": "8500", "text": "hello", "alphabet": "gsm7",
            "data_coding": 0, "vp_s": 900, "vp_minutes": 15, "wants_receipt": True,
            "message_id": got.message_id, "service_type": "CMT", "priority": 1, "seq": 1,
            "command": "submit_sm", "system_id": "shyraq", "payload": False}
    assert {k: entry[k] for k in want} == want
    assert smsc.sent(1) == []


@pytest.mark.parametrize("text, coding", [("hello {", 0), ("Сәлем", 8)])
def test_submitted_parts(smsc, esme, text, coding):
    octets = gsm_bytes(text) if coding == 0 else text.encode("utf-16-be")
    for i in (2, 1):
        esme.submit(P1, short_message=bytes([5, 0, 3, 9, 2, i]) + octets, esm_class=0x40,
                    data_coding=coding)
    esme.submit(P1, short_message=octets, data_coding=coding,
                tlvs=[tlv("sar_msg_ref_num", 7, 2), tlv("sar_total_segments", 1),
                      tlv("sar_segment_seqnum", 1)])
    esme.submit(P1, short_message=b"", data_coding=coding,
                tlvs=[tlv("message_payload", octets * 30)])
    assert smsc.texts(P1) == [text * 2, text, text * 30]
    entries = smsc.sent()
    assert [(e.get("joined"), e.get("part"), e["payload"]) for e in entries] == \
        [("udh", 2, False), ("udh", 1, False), ("sar", 1, False), (None, None, True)]


def test_repeats_to_a_phone(smsc, esme):
    for text in ("one", "two", "one"):
        esme.submit(P1, text)
    esme.submit(P2, "one")
    assert smsc.phone(P1)["repeats"] == 1 and smsc.counters()["repeats"] == 1
    for _ in range(2):
        esme.submit(P2, short_message=bytes([5, 0, 3, 9, 2, 1]) + b"x", esm_class=0x40)
    assert smsc.phone(P2)["repeats"] == 1


def test_keep(start):
    smsc = start(keep=3)
    with Esme.bound(smsc.port) as client:
        for i in range(5):
            client.submit(P1, str(i))
    assert [e["text"] for e in smsc.sent()] == ["2", "3", "4"]


# receipts --------------------------------------------------------------------------------------

def receipt(esme):
    got = esme.take()
    assert got.esm_class == 0x04
    return got, got.short_message.decode()


def test_receipt_plain(smsc, esme):
    got = esme.submit(P1, "hello there", registered_delivery=1)
    pdu, text = receipt(esme)
    assert text.startswith(f"id:{got.message_id} sub:001 dlvrd:001 submit date:")
    assert " stat:DELIVRD err:000 Text:hello there" in text
    assert pdu.tlv("receipted_message_id") == got.message_id.encode() + b"\0"
    assert pdu.number("message_state") == 2 and pdu.source_addr == P1[1:]
    assert pdu.dest_addr == "8500"
    esme.submit(P1, "nobody asks")
    assert esme.is_quiet(0.2)


@pytest.mark.parametrize("answered, base", [("hex", 16), ("HEX", 16), ("decimal", 10)])
@pytest.mark.parametrize("receipted", ["same", "hex", "HEX", "decimal"])
@pytest.mark.parametrize("zeros", ["keep", "strip"])
def test_receipt_ids(smsc, esme, answered, base, receipted, zeros):
    smsc.receipts(answer_id=answered, receipt_id=receipted, zeros=zeros, where="text")
    got = esme.submit(P1, registered_delivery=1)
    its = receipt(esme)[1].split()[0][3:]
    how = answered if receipted == "same" else receipted
    assert int(got.message_id, base) == int(its, 10 if how == "decimal" else 16)
    assert got.message_id.startswith("0") and its.startswith("0") == (zeros == "keep")
    for shown, name in ((got.message_id, answered), (its, how)):
        if name != "decimal":
            assert shown == (shown.upper() if name == "HEX" else shown.lower())
            assert any(c.isalpha() for c in shown)


def test_receipt_fields(smsc, esme):
    smsc.receipts(where="tlv", fields="few")
    got = esme.submit(P1, registered_delivery=1)
    pdu, text = receipt(esme)
    assert text == "stat:DELIVRD"
    assert pdu.tlv("receipted_message_id")[:-1].decode() == got.message_id
    smsc.receipts(where="text", case="upper")
    got = esme.submit(P1, registered_delivery=1)
    pdu, text = receipt(esme)
    assert text == f"ID:{got.message_id} STAT:DELIVRD" and pdu.tlvs == []
    smsc.receipts(case="lower", fields="all")
    esme.submit(P1, "Words", registered_delivery=1)
    assert " stat:delivrd err:000 text:words" in receipt(esme)[1]


def test_receipt_before_the_response(smsc, esme):
    smsc.receipts(early=True)
    req = esme.submit(P1, registered_delivery=1, wait=False)
    first, second = esme.read(), esme.read()
    assert (first.command, second.command) == (DELIVER_SM, SUBMIT_SM | RESP)
    assert second.sequence == req.sequence
    assert second.message_id in first.short_message.decode()
    assert smsc.counters()["early_receipts"] == 1


def test_receipt_states_and_modes(smsc, esme):
    smsc.receipts(mode="manual")
    got = esme.submit(P1, registered_delivery=1)
    assert esme.is_quiet(0.2)
    smsc.receipt(message_id=got.message_id, state="ENROUTE")
    assert "stat:ENROUTE" in receipt(esme)[1]
    smsc.receipt(seq=1, state="UNDELIV", delay_ms=100)
    pdu, text = receipt(esme)
    assert "dlvrd:000" in text and "err:069" in text and pdu.number("message_state") == 5
    smsc.receipts(mode="auto", state="EXPIRED")
    esme.submit(P1, registered_delivery=2)
    assert "stat:EXPIRED" in receipt(esme)[1]
    smsc.receipts(state="DELIVRD")
    esme.submit(P1, registered_delivery=2)
    assert esme.is_quiet(0.2)
    smsc.receipts(mode="off")
    esme.submit(P1, registered_delivery=1)
    assert esme.is_quiet(0.2)
    with pytest.raises(SimError):
        smsc.receipt(seq=999)
    with pytest.raises(SimError):
        smsc.receipts(state="GONE")


# faults ----------------------------------------------------------------------------------------

def test_drop_redelivers_on_the_next_bind(smsc):
    client = Esme.bound(smsc.port)
    for i in range(3):
        smsc.text(P1, str(i))
    assert [client.take(answer=False).text() for _ in range(3)] == ["0", "1", "2"]
    smsc.fault("drop")
    assert client.is_ended()
    with Esme.bound(smsc.port) as again:
        assert [again.take().text() for _ in range(3)] == ["0", "1", "2"]
    assert smsc.counters()["dropped"] >= 1


def test_response_lost(smsc):
    smsc.fault("response_lost", count=1)
    client = Esme.bound(smsc.port)
    smsc.text(P1, "x")
    client.take()
    assert client.is_ended()
    with Esme.bound(smsc.port) as again:
        assert again.take().text() == "x"
        assert again.is_quiet(0.2)
    assert smsc.counters()["redelivered"] == 1 and smsc.status()["queued"] == 0


def test_response_ignored(smsc, esme):
    smsc.set(response_ms=200)
    smsc.fault("response_ignored", count=1)
    smsc.text(P1, "x")
    first, again = esme.take(), esme.take()
    assert again.text() == "x" and again.sequence != first.sequence
    assert esme.is_quiet(0.4)


def test_repeat_on_bind(smsc):
    smsc.fault("repeat_on_bind", count=1)
    with Esme.bound(smsc.port) as client:
        smsc.text(P1, "x")
        client.take()
        assert client.is_quiet(0.2)
    with Esme.bound(smsc.port) as again:
        assert again.take().text() == "x"


def test_duplicate(smsc, esme):
    smsc.fault("duplicate", count=1)
    smsc.text(P1, "x")
    smsc.text(P1, "y")
    got = [esme.take(answer=False) for _ in range(3)]
    assert [g.text() for g in got] == ["x", "x", "y"]
    assert got[0].sequence != got[1].sequence


def test_deliver_drop(smsc):
    smsc.fault("deliver_drop", count=1)
    client = Esme.bound(smsc.port)
    smsc.text(P1, "x")
    assert client.take(answer=False).text() == "x"
    assert client.is_ended()
    with Esme.bound(smsc.port) as again:
        assert again.take().text() == "x"


def test_submit_silent_is_accepted(smsc, esme):
    smsc.fault("submit_silent", count=1)
    esme.submit(P1, "one", wait=False)
    req = esme.submit(P1, "two", wait=False)
    assert esme.read().sequence == req.sequence
    assert smsc.texts(P1) == ["one", "two"] and smsc.counters()["silent"] == 1


@pytest.mark.parametrize("name, taken", [("submit_drop", ["x"]), ("submit_lost", [])])
def test_submit_and_the_connection_goes(smsc, esme, name, taken):
    smsc.fault(name, count=1)
    assert esme.submit(P1, "x") is None
    assert smsc.texts(P1) == taken


@pytest.mark.parametrize("code", [0x58, 0x14])
def test_throttle(smsc, esme, code):
    smsc.fault("throttle", ms=300, code=code)
    assert esme.submit(P1, "x").status == code
    assert smsc.status()["faults"] == ["throttle"]
    time.sleep(0.35)
    assert esme.submit(P1, "x").status == 0
    counters = smsc.counters()
    assert counters["throttled"] == 1 and counters["submits"] == 1


def test_refuse_submit_nack_wrong_sequence(smsc, esme):
    smsc.fault("refuse_submit", count=1, code=0x0b)
    assert esme.submit(P1).status == 0x0b
    smsc.fault("nack", count=1)
    req = esme.submit(P1, wait=False)
    got = esme.read()
    assert (got.command, got.sequence, got.status) == (GENERIC_NACK, req.sequence, 0x08)
    smsc.fault("wrong_sequence", count=1)
    req = esme.submit(P1, wait=False)
    assert esme.read().sequence == req.sequence + 1000


def test_slow(smsc, esme):
    smsc.fault("slow", count=1, wait_ms=300)
    first, second = esme.submit(P1, "a", wait=False), esme.submit(P1, "b", wait=False)
    began = time.monotonic()
    assert [esme.read().sequence, esme.read().sequence] == [second.sequence, first.sequence]
    assert time.monotonic() - began >= 0.25


def test_bind_faults(smsc):
    smsc.fault("refuse_bind", count=1)
    assert Esme(smsc.port).bind().status == 0x0d
    smsc.fault("bind_silent", count=1)
    with Esme(smsc.port) as client:
        with pytest.raises(PeerError):
            client.timeout = 0.3
            client.bind()
    smsc.text(P1, "early")
    smsc.fault("early_deliver", count=1)
    with Esme(smsc.port) as client:
        first = client.bind()
        assert first.command == DELIVER_SM and first.text() == "early"
        assert client.read().command == BIND_TRANSCEIVER | RESP


def test_closed(smsc):
    smsc.fault("closed", ms=300)
    time.sleep(0.1)
    with pytest.raises(ConnectionRefusedError):
        Esme(smsc.port)
    time.sleep(0.4)
    with Esme.bound(smsc.port) as client:
        assert client.submit(P1).status == 0


def test_hang(smsc, esme):
    smsc.fault("hang", ms=400)
    smsc.text(P1, "x")
    req = esme.ask(ENQUIRE_LINK)
    assert esme.is_quiet(0.2)
    assert {esme.read().command, esme.read().command} == {DELIVER_SM, ENQUIRE_LINK | RESP}
    assert req.sequence
    smsc.fault("hang")
    assert smsc.status()["binds"][0]["hangs"]
    smsc.clear()
    assert esme.submit(P1).status == 0


def test_hung_peer_that_goes_takes_no_processor(smsc):
    def used():
        with open(f"/proc/{smsc.process.pid}/stat", encoding="ascii") as f:
            return sum(map(int, f.read().rsplit(")", 1)[1].split()[11:13]))
    client = Esme.bound(smsc.port)
    smsc.fault("hang")
    client.reset()
    before = used()
    time.sleep(0.6)
    assert used() - before < 20  # hundredths of a second
    assert [b["hangs"] for b in smsc.status()["binds"]] == [True]
    smsc.text(P1, "x")
    with Esme.bound(smsc.port) as other:
        assert other.take().text() == "x"
    smsc.clear()
    assert smsc.wait_status(lambda s: s["binds"] == [])


def test_cut(smsc, esme):
    smsc.fault("cut", count=1)
    smsc.text(P1, "x")
    assert esme.octets() is None
    assert 16 < len(esme.buffer) < int.from_bytes(esme.buffer[:4], "big")
    with Esme.bound(smsc.port) as again:
        assert again.take().text() == "x"


def test_enquire(smsc, esme):
    assert esme.response(esme.ask(ENQUIRE_LINK)).command == ENQUIRE_LINK | RESP
    smsc.fault("enquire_silent", count=1)
    esme.ask(ENQUIRE_LINK)
    assert esme.is_quiet(0.2)
    smsc.order("enquire")
    got = esme.read()
    assert got.command == ENQUIRE_LINK
    esme.answer(got)
    smsc.order("unbind")
    got = esme.read()
    assert got.command == UNBIND
    esme.answer(got)
    assert esme.is_ended()


BAD = {"length_0": (0, None), "length_3": (3, None), "length_15": (15, None),
       "length_huge": (1 << 31, None)}


@pytest.mark.parametrize("kind", [*BAD, "cut_body", "no_nul", "tlvs_2000", "tlv_past_end",
                                  "sequence_0", "unknown_command", "unasked_response",
                                  "bind_request", "submit_request"])
def test_malformed(smsc, esme, kind):
    smsc.fault("malformed", kind=kind)
    if kind in BAD:
        assert int.from_bytes(esme.sock.recv(4), "big") == BAD[kind][0]
        return
    octets = esme.octets()
    if kind in ("cut_body", "no_nul", "tlv_past_end", "unknown_command"):
        with pytest.raises((PeerError, IndexError, ValueError)):
            unpack(octets)
        return
    got = unpack(octets)
    want = {"tlvs_2000": DELIVER_SM, "sequence_0": DELIVER_SM, "unasked_response":
            SUBMIT_SM | RESP, "bind_request": BIND_TRANSCEIVER, "submit_request": SUBMIT_SM}
    assert got.command == want[kind]
    if kind == "tlvs_2000":
        assert len(got.tlvs) == 2000
    assert (got.sequence == 0) == (kind == "sequence_0")


def test_raw_pdu(smsc, esme):
    smsc.order("pdu", pdu="00000010" "00000015" "00000000" "00000007")
    got = esme.read()
    assert got.command == ENQUIRE_LINK and got.sequence == 7


def test_chance_is_the_seed(start):
    def play(seed):
        smsc = start(seed=seed)
        smsc.fault("refuse_submit", rate=0.4)
        with Esme.bound(smsc.port) as client:
            return [client.submit(P1, str(i)).status for i in range(40)]
    one, same, other = play(5), play(5), play(6)
    assert one == same and one != other
    assert 5 < sum(s != 0 for s in one) < 30


def bound_again(smsc):
    """Whatever the faults do to binds."""
    while True:
        try:
            return Esme.bound(smsc.port)
        except (PeerError, ConnectionError, ValueError):
            continue


def test_nothing_is_lost_by_chance(start):
    """All faults at once: every text comes at least once, every answered submit is there once."""
    smsc = start(seed=3)
    smsc.set(window=20, response_ms=300, retry_ms=50)
    for name, rate in (("response_lost", .02), ("response_ignored", .02), ("duplicate", .02),
                       ("deliver_drop", .02), ("cut", .01), ("submit_drop", .02),
                       ("submit_lost", .02), ("submit_silent", .02), ("throttle", .05),
                       ("repeat_on_bind", .01), ("slow", .02), ("refuse_bind", .1)):
        smsc.fault(name, rate=rate, wait_ms=20)
    for i in range(300):
        smsc.text(P1, str(i))
    seen, answered, asked, client = set(), set(), {}, None
    until = time.monotonic() + 60
    while (len(seen) < 300 or len(answered) < 150) and time.monotonic() < until:
        client = client or bound_again(smsc)
        try:
            if len(answered) < 150:
                n = next(i for i in range(150) if i not in answered)
                req = client.submit(P2, f"out {n} {len(asked)}", wait=False)
                asked[req.sequence] = n
            got = client.read(0.3)
            while got is not None:
                if got.command == DELIVER_SM:
                    seen.add(int(got.text()))
                    client.answer(got)
                elif got.command == SUBMIT_SM | RESP and got.status == 0:
                    answered.add(asked[got.sequence])
                got = client.read(0.05)
            client = None
        except PeerError:
            pass
        except ConnectionError:
            client = None
    assert seen == set(range(300)) and answered == set(range(150))
    accepted = {int(e["text"].split()[1]) for e in smsc.sent()}
    assert answered <= accepted
    smsc.clear()
    client = client or bound_again(smsc)
    while not client.is_quiet(0.6):
        client.take()
    status = smsc.status()
    assert (status["queued"], status["out"]) == (0, 0)
    assert status["counters"]["dropped"] > 5 and status["counters"]["redelivered"] > 10
    client.close()


@pytest.mark.parametrize("seed", range(4))
def test_random_octets(smsc, seed):
    """Whatever comes over the network, the others are served."""
    chance = random.Random(seed)
    whole = pack(Pdu(SUBMIT_SM, 0, 1, [tlv("message_payload", b"x" * 50)], source_addr="8500",
                     dest_addr="77010000001", short_message=b"hello"))
    for _ in range(150):
        octets = bytearray(whole)
        for _ in range(chance.randrange(1, 12)):
            octets[chance.randrange(4, len(octets))] = chance.randrange(256)
        try:
            with Esme.bound(smsc.port) as client:
                client.raw(bytes(octets))
                client.raw(bytes(chance.randrange(256) for _ in range(chance.randrange(40))))
        except ConnectionError:
            pass
    with Esme.bound(smsc.port) as client:
        assert client.submit(P1).status == 0


@pytest.mark.parametrize("order", [
    {"op": "nothing"}, {"op": "fault", "name": "nothing"}, {"op": "text", "from": P1},
    {"op": "fault", "name": "slow", "rate": 2}, {"op": "set", "window": 0},
    {"op": "set", "dialect": "martian"}, {"op": "set", "carrier": "pigeon"},
    {"op": "text", "from": P1, "text": "x", "long": "wide"},
    {"op": "text", "from": P1, "text": "Ж", "alphabet": "ascii"},
    {"op": "text", "from": "1" * 21, "text": "x"}, {"op": "dial", "from": P1},
    {"op": "key", "from": P1, "text": "1"}, {"op": "hangup", "from": P1},
    {"op": "fault", "name": "malformed", "kind": "length_0"}, {"op": "phone"}])
def test_orders_refused(smsc, order):
    fields = dict(order)
    with pytest.raises(SimError):
        smsc.order(fields.pop("op"), **fields)


# bad input -------------------------------------------------------------------------------------

@pytest.mark.parametrize("octets, ends", [
    (b"\0\0\0\0" + b"x" * 12, True), (b"\0\0\0\x0f" + b"x" * 12, True),
    (b"\x80\0\0\0" + b"x" * 12, True), (bytes(12) + b"\0", True),
    (bytes.fromhex("00000010" "00001234" "00000000" "00000001"), False),
    (bytes.fromhex("00000014" "00000004" "00000000" "00000001" "31323334"), False)])
def test_malformed_in(smsc, esme, octets, ends):
    esme.raw(octets)
    if ends:
        assert esme.is_ended()
    else:
        assert esme.read().status != 0
        assert esme.submit(P1).status == 0
    assert smsc.counters()["malformed_in"] == 1


def test_responses_to_nothing(smsc, esme):
    for command in (DELIVER_SM, DATA_SM):
        esme.raw(pack_resp(command, 77))
    smsc.wait_counter("strays", 2)
    assert esme.submit(P1).status == 0


def pack_resp(command, sequence):
    body = b"\0"
    return (16 + len(body)).to_bytes(4, "big") + (command | RESP).to_bytes(4, "big") + \
        bytes(4) + sequence.to_bytes(4, "big") + body


# USSD ------------------------------------------------------------------------------------------

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


# control, life ---------------------------------------------------------------------------------

def test_follow(smsc, esme):
    esme.submit(P1, "before")
    events = smsc.follow(0)
    esme.submit(P1, "after")
    smsc.text(P2, "in")
    esme.take()
    got = [events.get() for _ in range(3)]
    assert [(e["event"], e.get("text")) for e in got] == \
        [("sent", "before"), ("sent", "after"), ("answered", None)]
    with Esme.bound(smsc.port):
        assert events.get()["event"] == "bind"
    assert events.get()["event"] == "unbound"
    events.close()


@pytest.mark.parametrize("args", [[], ["--port", "x"], ["--port", "70000"], ["--port", "0", "x"],
                                  ["--port", "0", "--account", "x"],
                                  ["--port", "0", "--dialect", "martian"],
                                  ["--port", "0", "--keep", "-1x"], ["--nothing"]])
def test_bad_arguments(args):
    got = subprocess.run([str(build_dir() / "shyraq-smscsim"), *args], capture_output=True,
                         text=True, timeout=10, check=False)
    assert got.returncode == 2 and "usage" in got.stderr


def test_restart_at_the_same_port(smsc):
    with Esme.bound(smsc.port) as client:
        client.submit(P1)
        smsc.kill()
        assert client.is_ended()
    smsc.restart()
    with Esme.bound(smsc.port) as client:
        assert client.submit(P1).status == 0


def test_log_names_nobody(smsc, esme):
    smsc.text(P1, "secret words")
    esme.take()
    esme.submit(P1, "other words")
    esme.raw(bytes.fromhex("00000014" "00000004" "00000000" "00000001" "31323334"))
    esme.read()
    log = smsc.log.read_text()
    assert "words" not in log and "7701" not in log


def test_many_clients_and_a_flood(smsc):
    """Connections over the limit are closed; a reader that does not read is let go."""
    clients = [Esme.bound(smsc.port) for _ in range(32)]
    assert Esme(smsc.port).is_ended()
    for client in clients[1:]:
        client.close()
    smsc.wait_status(lambda s: len(s["binds"]) == 1)
    deaf = clients[0]
    deaf.sock.settimeout(0.5)
    with pytest.raises((TimeoutError, ConnectionError)):
        while True:
            deaf.raw(pack_enquire() * 1000)
    deaf.close()
    with Esme.bound(smsc.port) as client:
        assert client.submit(P1).status == 0


def pack_enquire():
    return bytes.fromhex("00000010" "00000015" "00000000" "00000001")


def test_speed(smsc, esme):
    """The simulator is never the slow one: 3000 each way in a few seconds."""
    smsc.set(window=100)
    began = time.monotonic()
    for i in range(3000):
        smsc.connection.put(f'{{"op":"text","from":"{P1}","text":"{i}"}}')
    got = [esme.take().text() for _ in range(3000)]
    for i in range(3000):
        esme.submit(P2, str(i), wait=False)
    for i in range(3000):
        esme.read()
    for _ in range(3000):
        smsc.connection.get()
    assert got == [str(i) for i in range(3000)]
    assert smsc.counters()["repeats"] == 0 and time.monotonic() - began < 15


# the peer's own server, for tests of who binds ----------------------------------------------------

def test_peer_server():
    with Server() as server:
        client = Esme(server.port)
        client.ask(BIND_TRANSCEIVER, system_id="a", password="b")
        stream, bind = server.bound()
        assert (bind.system_id, bind.password) == ("a", "b")
        assert client.read().status == 0
        stream.raw(b"\0\0\0\3")
        with pytest.raises(PeerError):
            client.read()
        stream.close()
        client.close()
        with pytest.raises(PeerError):
            server.listener.settimeout(0.1)
            server.accept()
    assert isinstance(client.sock, socket.socket)
