# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqd with a probe as worker: the way in.

No database.
"""
import re
import time

import pytest

from daemonlib import (  # noqa: F401
    OTHER, PERSON, long_lived, make, shared, site, words)
from simlib import wait_for


def test_text_is_offered_and_deleted_when_done(shared):
    worker = shared.worker(auto="none")
    shared.sims[0].text(PERSON, "Yordam kerak", at="2026-11-21T21:04:00+05:00")
    got = worker.wait("sms")
    assert words(got) == "Yordam kerak"
    assert (got["link"], got["from"], got["body"], got["part"]) == ("m1", PERSON, "text", 0)
    assert got["group"] == "401011234500000" and got["smsc"] == "+77010000500"
    assert got["smsc_zone"] and got["smsc_ms"] == 1795277040000
    assert got["stamp"] == "20261121210400+020"
    assert not got["again"] and got["age_ms"] < 2000
    time.sleep(0.5)
    assert shared.sims[0].status()["slots_used"] == 1, "deleted before it was committed"
    worker.say("verdict", token=got["token"], outcome="done")
    shared.empty()


def test_nothing_is_offered_without_credit(shared):
    worker = shared.worker(credit=0)
    shared.sims[0].text(PERSON, "a")
    shared.goes_on()
    assert not worker.all("sms")
    worker.say("ready", credit=1)
    worker.wait("sms")
    shared.empty()


def test_order_of_a_sender_and_of_time(make):
    site = make(start=False)
    sim = site.sims[0]
    sim.text(PERSON, "third", at="2026-11-21T21:03:00+05:00")
    sim.text(PERSON, "first", at="2026-11-21T21:01:00+05:00")
    sim.text(OTHER, "other", at="2026-11-21T21:04:00+05:00")
    sim.text(PERSON, "second", at="2026-11-21T22:02:00+06:00")
    site.start()
    worker = site.worker(auto="none")
    assert sorted(words(m) for m in worker.wait("sms", 2)) == ["first", "other"]
    for expected in ("second", "third"):
        last = [m for m in worker.all("sms", **{"from": PERSON})][-1]
        worker.say("verdict", token=last["token"], outcome="done")
        wait_for(expected, lambda e=expected: words(
            worker.all("sms", **{"from": PERSON})[-1]) == e)
    time.sleep(0.3)
    assert len(worker.all("sms")) == 4


@pytest.mark.parametrize("text", [
    "Менга ёрдам керак", "Құтқар мені, қайда екенім белгісіз", "@£$¥èéùìòÇ\nØø\rÅå {}[]~|^€\\",
    "да ~ нет ~~", "😀 помощь 👩‍👧", "", "a" * 160,
], ids=["uz", "kk", "gsm7", "tilde", "emoji", "nothing", "full"])
def test_alphabets(shared, text):
    worker = shared.worker()
    shared.sims[0].text(PERSON, text)
    got = worker.wait("sms")
    assert words(got) == text and got["body"] == "text"
    shared.empty()


def test_broken_surrogate_and_nul(shared):
    worker = shared.worker()
    shared.sims[0].units(PERSON, [0x41, 0xD83D, 0x42, 0, 0xDE00, 0x43, 0x7E, 1, 0x44])
    assert words(worker.wait("sms")) == "A\ufffdB\ufffd\ufffdC~\ufffdD"
    shared.empty()


def test_eight_bit(shared):
    worker = shared.worker()
    shared.sims[0].text(PERSON, "\x01raw\x1a", alphabet="8bit")
    got = worker.wait("sms")
    assert got["body"] == "data" and bytes.fromhex(got["text"]) == b"\x01raw\x1a"
    shared.empty()


@pytest.mark.parametrize("bits", [8, 16])
def test_parts(shared, bits):
    worker = shared.worker()
    text = "Помогите, нас держат на стройке. " * 5
    shared.sims[0].text(PERSON, text, refbits=bits, ref=200, order=[3, 1, 2])
    got = worker.wait("sms", 3)
    assert sorted((m["part"], m["total"], m["ref"], m["ref_bits"]) for m in got) == [
        (i, 3, 200, bits) for i in (1, 2, 3)]
    assert "".join(words(m) for m in sorted(got, key=lambda m: m["part"])) == text
    assert all(m["udh"].startswith("05" if bits == 8 else "06") for m in got)
    shared.empty()


@pytest.mark.parametrize("part,total", [(0, 2), (5, 2), (1, 0)])
def test_malformed_part(shared, part, total):
    worker = shared.worker()
    shared.sims[0].text(PERSON, "x", part=part, total=total, ref=9)
    got = worker.wait("sms")
    assert got["part"] == 0 and got["udh"] and words(got) == "x"
    shared.empty()


def test_two_senders_one_reference(shared):
    worker = shared.worker()
    shared.sims[0].text(PERSON, "a" * 200, ref=7)
    shared.sims[0].text(OTHER, "b" * 200, ref=7)
    got = worker.wait("sms", 4)
    for number, letter in ((PERSON, "a"), (OTHER, "b")):
        mine = sorted((m["part"], words(m)) for m in got if m["from"] == number)
        assert "".join(w for _, w in mine) == letter * 200
    shared.empty()


def test_alphanumeric_sender(shared):
    worker = shared.worker()
    shared.sims[0].text("Beeline", "balance")
    got = worker.wait("sms")
    assert got["from"] == "" and words(got) == "balance"
    shared.empty()


BROKEN = {
    "empty": "00",
    "cut": "07917710000005F0040B917710000000F1000062112112",
    "garbage": "07917710000005F0FFFFFFFFFFFFFFFFFF",
    "long": "07917710000005F0040B917710000000F100006211211240000205E8329BFD0600000000",
    "compressed": "07917710000005F0040B917710000000F1002062112112400002" "05E8329BFD06",
    "header": "07917710000005F0440B917710000000F1000462112112400002" "05C80003010101",
    "not hex": "this-is-no-PDU",
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_pdu_is_put_aside_and_hides_nothing(shared, name):
    worker = shared.worker(auto="none")
    sim = shared.sims[0]
    sim.text(PERSON, "before")
    sim.pdu(BROKEN[name])
    sim.text(OTHER, "after")
    got = worker.wait("sms", 3)
    broken = [m for m in got if m["body"] == "broken"]
    assert len(broken) == 1
    pdu = BROKEN[name]
    raw = bytes.fromhex(pdu) if re.fullmatch(r"([0-9A-F]{2})+", pdu) else pdu.encode()
    assert bytes.fromhex(broken[0]["text"]) == raw
    assert sorted(words(m) for m in got if m["body"] == "text") == ["after", "before"]
    for m in got:
        worker.say("verdict", token=m["token"], outcome="aside" if m in broken else "done")
    shared.empty()


def test_only_broken_slots(shared):
    worker = shared.worker(auto="aside")
    for pdu in BROKEN.values():
        shared.sims[0].pdu(pdu)
    assert len(worker.wait("sms", len(BROKEN))) == len(BROKEN)
    shared.empty()
    shared.goes_on()
    assert len(worker.all("sms")) == len(BROKEN), "offered again though settled"


def test_broken_slots_among_arrivals(shared):
    """An unasked line in the same read hides the error of libgammu's command."""
    worker = shared.worker(credit=256)
    for i in range(24):
        shared.sims[0].pdu("00")
        shared.sims[0].text(f"+770100005{i:02d}", f"text {i}")
    wait_for("all texts", lambda: len(worker.all("sms", body="text")) >= 24, 20)
    shared.empty()
    assert {words(m) for m in worker.all("sms", body="text")} == {f"text {i}" for i in range(24)}
    assert not worker.all("sms", body="data")


def test_again_keeps_the_text(shared):
    worker = shared.worker(auto="again")
    shared.sims[0].text(PERSON, "a")
    first, second = worker.wait("sms", 2)
    assert first["token"] == second["token"] and second["again"]
    assert shared.sims[0].status()["slots_used"] == 1
    worker.say("auto", outcome="done")
    shared.empty()


def test_no_worker_then_one(site):
    for i in range(20):
        site.sims[0].text(f"+770100001{i:02d}", f"text {i}")
    time.sleep(1)
    assert site.sims[0].status()["slots_used"] == 20
    worker = site.worker()
    got = worker.wait("sms", 20)
    assert sorted(words(m) for m in got) == sorted(f"text {i}" for i in range(20))
    site.empty()
    assert max(m["age_ms"] for m in got) >= 900


def test_silent_worker_is_left(site):
    silent = site.worker("w1", auto="none")
    site.sims[0].text(PERSON, "a")
    first = silent.wait("sms")
    site.set_clock(4_000)
    second = site.worker("w2").wait("sms", timeout=8)
    assert second["token"] == first["token"] and second["again"]
    site.empty()


def test_dead_worker_is_left(site):
    dead = site.worker("w1", auto="none")
    site.sims[0].text(PERSON, "a")
    dead.wait("sms")
    dead.kill()
    assert site.worker("w2").wait("sms", timeout=12)["again"]
    site.empty()


def test_daemon_killed_between_reading_and_verdict(site):
    worker = site.worker(auto="none")
    site.sims[0].text(PERSON, "a")
    first = worker.wait("sms")
    site.kill()
    site.start(links=False)
    worker.wait("up", 2)
    worker.say("auto", outcome="done")
    worker.say("ready", credit=64)
    _, second = worker.wait("sms", 2)
    assert (second["text"], second["stamp"]) == (first["text"], first["stamp"])
    site.empty()


def test_bound_stops_the_reading(make):
    site = make(daemon_more="texts_max = 4;")
    for i in range(12):
        site.sims[0].text(f"+770100002{i:02d}", f"text {i}")
    site.wait_log("inflight.full")
    worker = site.worker()
    got = worker.wait("sms", 12, timeout=30)
    assert sorted(words(m) for m in got) == sorted(f"text {i}" for i in range(12))
    site.empty()


def test_call_is_refused(shared):
    follow = shared.sims[0].follow()
    shared.sims[0].ring(PERSON, times=3)
    assert follow.get()["what"] == "refused"
    follow.close()
    shared.wait_log("modem.call_refused")
