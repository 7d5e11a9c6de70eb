# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqd over real libgammu and simulated modems, with a probe as worker and dispatch.

Both roads, bad input, faults of the modem, of workers, of the clock. No database.
"""
import contextlib
import os
import re
import signal
import time

import pytest

from daemonlib import Site, words
from simlib import wait_for

PERSON, OTHER, SHELTER = "+77010000001", "+77010000002", "+77020000001"
ANSWER = {"person": True, "submit_ms": 90_000, "window_ms": 900_000}


def assert_clean(log):
    assert not re.search(r"\+?770[12]\d{7}", log), "a number in the log"
    assert "Sanitizer" not in log and "runtime error" not in log


@pytest.fixture
def make():
    sites = []

    def build(start=True, **options):
        site = Site(**options)
        sites.append(site)
        return site.start() if start else site

    yield build
    for site in sites:
        text = site.log.read_text(errors="replace") if site.log.exists() else ""
        print(text)
        site.close()
        assert_clean(text)


@pytest.fixture
def site(make):
    return make()


@pytest.fixture(scope="module")
def long_lived():
    site = Site().start()
    yield site
    text = site.log.read_text(errors="replace")
    site.close()
    assert_clean(text)


@pytest.fixture
def shared(long_lived):
    """For tests that leave nothing behind: one daemon for all of them."""
    yield long_lived
    long_lived.settle()


@pytest.fixture
def rows(long_lived):
    """Numbers of rows that no test before has used."""
    long_lived.rows = getattr(long_lived, "rows", 1000) + 10
    return long_lived.rows


# the way in


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
    time.sleep(1)
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
    time.sleep(1.5)
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


# faults of the modem on the way in


@pytest.mark.parametrize("name,more", [
    ("hangup", {"ms": 1500}),
    ("reboot", {"ms": 500}),
    ("cnmi_lost", {}),
    pytest.param("garbage", {"count": 3, "ms": 200, "where": "line"}, marks=pytest.mark.long),
    pytest.param("garbage", {"count": 2, "where": "before"}, marks=pytest.mark.long),
    pytest.param("silent", {"ms": 3000}, marks=pytest.mark.long),
])
def test_link_comes_back(make, name, more):
    site = make(modem_more='poll = "1 s"; call_timeout = "4 s";')
    worker = site.worker()
    site.sims[0].text(PERSON, "one")
    worker.wait("sms")
    site.empty()
    site.sims[0].fault(name, **more)
    site.sims[0].text(PERSON, "two")
    wait_for("the second text", lambda: [m for m in worker.all("sms") if words(m) == "two"], 40)
    site.sims[0].clear()
    site.empty(timeout=40)


def test_reopening_drops_deletes_and_reads_again(site):
    worker = site.worker(auto="none")
    site.sims[0].text(PERSON, "a")
    first = worker.wait("sms")
    site.sims[0].fault("hangup", ms=500)
    site.wait_log("modem.open", 2)
    worker.say("verdict", token=first["token"], outcome="done")
    second = worker.wait("sms", 2)[1]
    assert second["token"] != first["token"] and second["again"]
    assert second["age_ms"] >= first["age_ms"] + 400
    assert site.sims[0].status()["slots_used"] == 1
    worker.say("verdict", token=second["token"], outcome="done")
    site.empty()


def test_delete_that_fails_is_tried_again(shared):
    worker = shared.worker()
    shared.sims[0].fault("delete_fails", count=2)
    shared.sims[0].text(PERSON, "a")
    worker.wait("sms")
    shared.empty()
    assert len(worker.all("sms")) == 1


def test_silent_call_is_aborted(make):
    site = make(modem_more='poll = "1 s"; call_timeout = "2 s";')
    worker = site.worker()
    site.sims[0].fault("silent")
    site.sims[0].text(PERSON, "a")
    site.wait_log("modem.abort")
    site.wait_log("modem.lost")
    site.sims[0].clear()
    worker.wait("sms", timeout=40)
    site.empty()


@pytest.mark.long
def test_thread_that_hangs_is_given_up(make):
    """A modem that takes no more bytes holds libgammu's thread where no abort reaches it."""
    site = make(sims=2, daemon_more='stop_wait = "3 s";',
                modem_more='poll = "1 s"; call_timeout = "2 s";')
    worker = site.worker()
    send(worker, 1, to=SHELTER, link="m2")
    stuck = site.sims[0]
    stuck.process.send_signal(signal.SIGSTOP)
    try:
        tty = os.open(stuck.tty, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
        until = time.monotonic() + 40
        while not site.count("modem.abandoned") and time.monotonic() < until:
            with contextlib.suppress(BlockingIOError):
                for _ in range(200):
                    os.write(tty, b"x")
        os.close(tty)
        assert site.count("modem.abandoned")
        assert worker.wait("result", row=1)["state"] == "accepted"
        assert site.process.wait(15) == 1, "it must end, to be started again"
    finally:
        stuck.process.send_signal(signal.SIGCONT)


def test_full_sim(make):
    site = make(sim_opts={"slots": 5})
    for i in range(15):
        site.sims[0].text(f"+770100003{i:02d}", f"text {i}")
    worker = site.worker()
    assert len(worker.wait("sms", 15, timeout=30)) == 15
    site.empty()


# PIN and SIM


def pin_file(site, digits):
    path = site.dir / "pin"
    path.write_text(digits + "\n")
    return f'poll = "1 s"; pin_file = "{path}";'


def test_pin(make):
    site = make(start=False, sim_opts={"pin": "4321"})
    site.write_config(modem_more=pin_file(site, "4321"))
    site.start()
    site.worker()
    site.sims[0].text(PERSON, "a")
    site.empty()


def test_wrong_pin_is_tried_once(make):
    site = make(start=False, sim_opts={"pin": "4321"})
    site.write_config(modem_more=pin_file(site, "1111"))
    before = site.sims[0].status()["pin_tries"]
    site.start(links=False)
    site.wait_log("modem.shut")
    assert site.sims[0].status()["pin_tries"] == before - 1
    site.stop()
    site.start(links=False)
    site.wait_log("modem.shut", 2)
    time.sleep(1)
    assert site.sims[0].status()["pin_tries"] == before - 1


def test_another_sim_is_not_read(make):
    site = make(start=False)
    site.write_config(modem_more='imsi = "401019999900000";')
    site.start(links=False)
    site.sims[0].text(PERSON, "a")
    worker = site.worker()
    site.wait_log("modem.shut")
    time.sleep(1)
    assert not worker.all("sms") and site.sims[0].status()["slots_used"] == 1


# the way out


def send(probe, row, text="Salom", to=PERSON, attempt=1, **more):
    probe.say("send", row=row, attempt=attempt, to=to, text=text, **{"link": "m1", **more})


def test_send_and_result(site):
    worker = site.worker(auto="none")
    send(worker, 5, "Tinchmi? 1 ha 2 yo'q", **ANSWER)
    got = worker.wait("result", timeout=10)
    assert (got["row"], got["attempt"], got["state"], got["link"]) == (5, 1, "accepted", "m1")
    sent = site.sims[0].sent()
    assert [s["text"] for s in sent] == ["Tinchmi? 1 ha 2 yo'q"]
    assert sent[0]["vp_minutes"] == 10 and sent[0]["to"] == PERSON and not sent[0]["wants_receipt"]
    assert got["refs"] == [sent[0]["ref"]]
    send(worker, 5, **ANSWER)
    time.sleep(1.5)
    assert len(site.sims[0].sent()) == 1, "an attempt was sent twice"
    worker.say("verdict", token=got["token"], outcome="done")
    send(worker, 5, **ANSWER)
    send(worker, 5, attempt=2, **ANSWER)
    assert worker.wait("result", attempt=2)["state"] == "accepted"
    assert len(site.sims[0].sent()) == 1, "sent again though it was accepted"


@pytest.mark.parametrize("text,alphabet,parts", [
    ("Ы" * 70, "ucs2", 1), ("Ы" * 71, "ucs2", 2), ("a" * 160, "gsm7", 1), ("a" * 161, "gsm7", 2),
    ("€" * 80, "gsm7", 1), ("😀" * 40, "ucs2", 2),
    ("№317 СРОЧНО Шымкент: жен+2 дет, ночлег.", "ucs2", 1),
    ("O'zbekcha matn {1} [2] ~ ^ | \\ € @£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞ"
     "ÆæßÉ!\"#¤%&()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà", "gsm7", 1),
], ids=["ru", "ru2", "full", "full2", "euro", "emoji", "referral", "gsm7"])
def test_alphabets_out(shared, rows, text, alphabet, parts):
    worker = shared.worker()
    last = shared.sims[0].last_seq()
    send(worker, rows, text, to=SHELTER)
    got = worker.wait("result")
    sent = shared.sims[0].sent(last)
    assert len(sent) == parts and {s["alphabet"] for s in sent} == {alphabet}
    assert shared.sims[0].messages(last)[0]["text"] == text
    assert got["parts_done"] == 2 ** parts - 1 and len(got["refs"]) == parts
    assert got["concat_ref"] == (sent[0]["concat_ref"] if parts > 1 else 0)


def test_missing_parts_only(shared, rows):
    worker = shared.worker()
    last = shared.sims[0].last_seq()
    text = "Ы" * 200
    send(worker, rows, text, to=SHELTER, parts_done=0b101, concat_ref=99)
    got = worker.wait("result")
    sent = shared.sims[0].sent(last)
    assert [(s["part"], s["total"], s["concat_ref"]) for s in sent] == [(2, 3, 99)]
    assert got["parts_done"] == 0b111


def test_receipts(shared, rows):
    worker = shared.worker()
    last = shared.sims[0].last_seq()
    shared.sims[0].receipts("auto", 200)
    send(worker, rows, to=SHELTER, receipt=True)
    got = worker.wait("result")
    receipt = worker.wait("receipt")
    assert receipt["ref"] == got["refs"][0] and receipt["to"] == SHELTER
    assert receipt["delivered"] and receipt["final"]
    shared.empty()


def test_receipt_of_a_failure(shared, rows):
    worker = shared.worker()
    last = shared.sims[0].last_seq()
    shared.sims[0].receipts("manual")
    send(worker, rows, to=SHELTER, receipt=True)
    worker.wait("result")
    shared.sims[0].receipt(seq=last + 1, state="pending")
    shared.sims[0].receipt(seq=last + 1, state="expired")
    first, second = worker.wait("receipt", 2)
    assert (first["delivered"], first["final"]) == (False, False)
    assert (second["delivered"], second["final"]) == (False, True)


@pytest.mark.parametrize("code,state", [
    (38, "failed"), (500, "failed"), (331, "failed"), (1, "refused"), (304, "refused"),
    (332, "uncertain"),
])
def test_cms_errors(shared, rows, code, state):
    worker = shared.worker()
    last = shared.sims[0].last_seq()
    shared.sims[0].fault("cms", code=code, count=1)
    send(worker, rows)
    got = worker.wait("result")
    assert (got["state"], got["error"]) == (state, code)


def test_part_that_fails_in_the_middle(shared, rows):
    worker = shared.worker()
    last = shared.sims[0].last_seq()
    follow = shared.sims[0].follow()
    send(worker, rows, "Ы" * 200, to=SHELTER)
    follow.get()
    shared.sims[0].fault("cms", code=38, count=1)
    got = worker.wait("result")
    assert (got["state"], got["parts_done"]) == ("failed", 1)
    send(worker, rows, "Ы" * 200, to=SHELTER, attempt=2, parts_done=1, concat_ref=got["concat_ref"])
    got = worker.wait("result", attempt=2)
    assert (got["state"], got["parts_done"]) == ("accepted", 7)
    assert shared.sims[0].messages(last)[0]["text"] == "Ы" * 200
    follow.close()


@pytest.mark.parametrize("name,more", [
    ("no_result", {"count": 1}),
    ("hangup", {"when": "submit", "ms": 1000}),
    pytest.param("reboot", {"when": "submit"}, marks=pytest.mark.long),
])
def test_silence_is_uncertain(make, name, more):
    site = make(modem_more='poll = "1 s"; submit_timeout = "3 s"; call_timeout = "5 s";')
    worker = site.worker()
    dispatch = site.dispatch()
    site.sims[0].fault(name, **more)
    send(worker, 1, **ANSWER)
    wait_for("submit", lambda: site.sims[0].sent())
    dispatch.say("ask", row=1)
    assert worker.wait("result", timeout=20)["state"] == "uncertain"
    assert dispatch.all("result")[0]["state"] in ("submitted", "uncertain")
    site.wait_log("modem.open", 2)
    send(worker, 2, attempt=1, **ANSWER)
    assert worker.wait("result", row=2, timeout=20)["state"] == "accepted"
    assert len(site.sims[0].sent()) == 2


def test_late_result(shared, rows):
    worker = shared.worker()
    last = shared.sims[0].last_seq()
    shared.sims[0].fault("late_result", ms=2500, count=1)
    send(worker, rows, **ANSWER)
    assert worker.wait("result")["state"] == "accepted"


def test_lost_registration_holds(site):
    worker = site.worker()
    dispatch = site.dispatch()
    site.sims[0].fault("registration", state=2)
    site.wait_log("modem.unregistered")
    send(worker, 1, **ANSWER)
    time.sleep(1)
    dispatch.say("ask", row=1)
    assert dispatch.wait("result")["state"] == "held"
    assert not site.sims[0].sent()
    site.sims[0].clear()
    assert worker.wait("result")["state"] == "accepted"


def test_too_late_is_never_submitted(site):
    worker = site.worker()
    site.sims[0].fault("registration", state=2)
    site.wait_log("modem.unregistered")
    send(worker, 1, person=True, submit_ms=1500, window_ms=900_000)
    send(worker, 2, person=True, window_ms=299_000)
    got = {m["row"]: m["state"] for m in worker.wait("result", 2)}
    assert got == {1: "expired", 2: "expired"}
    site.sims[0].clear()
    site.wait_log("modem.registered", 2)
    time.sleep(1)
    assert not site.sims[0].sent()


def test_deadline_counts_on_the_boot_clock(site):
    worker = site.worker()
    site.sims[0].fault("registration", state=2)
    site.wait_log("modem.unregistered")
    send(worker, 1, **ANSWER)
    time.sleep(0.3)
    site.set_clock(91_000)
    assert worker.wait("result", timeout=20)["state"] == "expired"


def test_validity_is_what_is_left(site):
    worker = site.worker()
    for row, window, expected in ((1, 901_000, 10), (2, 303_000, 5), (3, 3_601_000, 55)):
        send(worker, row, person=True, window_ms=window)
        worker.wait("result", row=row)
        assert site.sims[0].sent()[-1]["vp_minutes"] == expected


def test_priorities(site):
    worker = site.worker()
    send(worker, 1, "busy", to=SHELTER)
    wait_for("submit", lambda: site.sims[0].sent() or True)
    for row, priority in ((2, 5), (3, 3), (4, 1)):
        send(worker, row, str(priority), to=SHELTER, priority=priority)
    worker.wait("result", 4)
    assert [s["text"] for s in site.sims[0].sent()] == ["busy", "1", "3", "5"]


def test_two_links(make):
    site = make(sims=2)
    worker = site.worker()
    send(worker, 1, link="m2", **ANSWER)
    assert worker.wait("result", row=1)["link"] == "m2"
    site.sims[1].fault("registration", state=0)
    site.wait_log("modem.unregistered")
    send(worker, 2, link="m2", to=SHELTER)
    assert worker.wait("result", row=2)["link"] == "m1"
    send(worker, 3, link="m2", **ANSWER)
    time.sleep(2)
    assert not worker.all("result", row=3), "a person was texted by another number"


def test_asks(site):
    worker, dispatch = site.worker(auto="none"), site.dispatch()
    dispatch.say("ask", row=7, attempt=2)
    assert dispatch.wait("result")["state"] == "never_had"
    send(worker, 7, attempt=2)
    send(worker, 7, attempt=1)
    time.sleep(1)
    assert not site.sims[0].sent(), "sent what was promised not to be had"
    send(worker, 8)
    got = worker.wait("result", row=8)
    dispatch.say("ask", row=8)
    answer = dispatch.wait("result", row=8)
    assert (answer["token"], answer["state"], answer["refs"]) == (0, "accepted", got["refs"])
    dispatch.say("ask", row=9, instance=1234)
    time.sleep(0.5)
    assert not dispatch.all("result", row=9)


def test_send_of_dispatch_and_room(site):
    dispatch = site.dispatch()
    room = dispatch.wait("room")["room"]
    assert 2 <= room <= 64
    for row in range(1, room + 1):
        send(dispatch, row, f"row {row}", to=SHELTER)
    got = dispatch.wait("result", 2, timeout=20)
    assert {m["state"] for m in got} == {"accepted"}
    wait_for("more room", lambda: len(dispatch.all("room")) > 1)


def test_another_instance_is_refused(site):
    worker = site.worker()
    send(worker, 1, instance=99)
    time.sleep(1)
    assert not site.sims[0].sent()
    assert site.count("out.refused") == 1


def test_results_go_to_dispatch_without_workers(site):
    dispatch = site.dispatch(auto="none")
    send(dispatch, 1, to=SHELTER)
    first = dispatch.wait("result")
    assert first["token"] != 0
    site.set_clock(4_000)
    again = dispatch.wait("result", 2, timeout=10)[1]
    assert again["token"] == first["token"]
    dispatch.say("verdict", token=first["token"], outcome="done")
    time.sleep(0.2)
    site.set_clock(8_000)
    time.sleep(1.5)
    assert len(dispatch.all("result")) == 2


# stop, clock, many


def test_orderly_stop_hands_back(site):
    worker = site.worker()
    send(worker, 1, "Ы" * 130, to=SHELTER)
    for row in (2, 3, 4):
        send(worker, row, to=SHELTER)
    wait_for("submit", lambda: site.sims[0].sent())
    assert site.stop() == 0
    got = {m["row"]: m["state"] for m in worker.wait("result", 4)}
    assert got == {1: "accepted", 2: "dropped", 3: "dropped", 4: "dropped"}
    assert len(site.sims[0].sent()) == 2


def test_stop_is_bounded(make):
    site = make(daemon_more='stop_wait = "2 s";')
    worker = site.worker(auto="none")
    site.sims[0].text(PERSON, "a")
    worker.wait("sms")
    began = time.monotonic()
    assert site.stop() == 0
    assert 1.5 < time.monotonic() - began < 8
    assert site.sims[0].status()["slots_used"] == 1


def test_clock_jump_holds_persons(make):
    site = make(daemon_more='clock_hold = "4 s";')
    worker = site.worker()
    site.set_clock(0, 30_000)
    site.wait_log("clock.jump")
    send(worker, 1, **ANSWER)
    send(worker, 2, to=SHELTER)
    assert worker.wait("result", row=2)["state"] == "accepted"
    assert not worker.all("result", row=1)
    site.wait_log("clock.accepted")
    assert worker.wait("result", row=1)["state"] == "accepted"


def test_sixteen_modems(make):
    site = make(sims=16, modem_more='poll = "20 s";')
    worker, second = site.worker("w1", 256), site.worker("w2", 256)
    for i, sim in enumerate(site.sims):
        for j in range(10):
            sim.text(f"+7701{i:03d}{j:04d}", f"modem {i} text {j}")
    wait_for("all", lambda: len(worker.all("sms")) + len(second.all("sms")) >= 160, 30)
    got = worker.all("sms") + second.all("sms")
    assert len(got) == 160
    for m in got:
        i, j = re.fullmatch(r"modem (\d+) text (\d+)", words(m)).groups()
        assert m["link"] == f"m{int(i) + 1}" and m["from"] == f"+7701{int(i):03d}{int(j):04d}"
    for i in range(16):
        site.empty(i)
        send(worker, 100 + i, f"out {i}", link=f"m{i + 1}", to=SHELTER)
    wait_for("results",
             lambda: len(worker.all("result")) + len(second.all("result")) == 16, 20)
    assert all([s["text"] for s in sim.sent()] == [f"out {i}"] for i, sim in enumerate(site.sims))
    assert site.stop() == 0
