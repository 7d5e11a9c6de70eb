# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraq-smscsim over a client that shares no code with it: binds, texts, receipts, control, life.

Never needs a database or any other process of the service.
"""
import socket
import subprocess
import time

import pytest

from simlib import SimError, build_dir
from smpp_peer import (
    BIND_RECEIVER, BIND_TRANSCEIVER, BIND_TRANSMITTER, DATA_SM, DELIVER_SM, RESP, SUBMIT_SM,
    UNBIND, Esme, PeerError, Server, gsm_bytes, tlv)
from smsclib import P1, P2, esme, smsc, start  # noqa: F401

GSM_LONG = "abcdefghi " * 40
UCS2_LONG = "Қазақша мәтін " * 20


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


# control, life ---------------------------------------------------------------------------------

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


def test_sent_by_the_page(smsc, esme):
    for i in range(7):
        esme.submit(P1, f"text {i}")
    whole = smsc.sent()
    assert len(whole) == 7
    assert list(smsc.all_sent(page=3)) == whole
    assert smsc.order("sent", most=2)["sent"] == whole[:2]


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
