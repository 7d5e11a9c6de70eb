# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraq-smscsim over a client that shares no code with it: faults on request, and bad input.

Never needs a database or any other process of the service.
"""
import random
import time

import pytest

from smpp_peer import (
    BIND_TRANSCEIVER, DATA_SM, DELIVER_SM, ENQUIRE_LINK, GENERIC_NACK, RESP, SUBMIT_SM, UNBIND,
    Esme, Pdu, PeerError, pack, tlv, unpack)
from smsclib import P1, P2, esme, smsc, start  # noqa: F401


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
