# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqd with a probe as worker and dispatch: the way out.

No database.
"""
import time

import pytest

from daemonlib import (  # noqa: F401
    ANSWER, PERSON, SHELTER, long_lived, make, rows, send, shared, site)
from simlib import wait_for


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
    site.goes_on()
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
    site = make(modem_more='poll = "1 s"; submit_timeout = "3 s";')
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
    site.goes_on()
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
    site.goes_on()
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
    site.goes_on(0)
    site.goes_on(1)
    assert not worker.all("result", row=3), "a person was texted by another number"


def test_asks(site):
    worker, dispatch = site.worker(auto="none"), site.dispatch()
    dispatch.say("ask", row=7, attempt=2)
    assert dispatch.wait("result")["state"] == "never_had"
    send(worker, 7, attempt=2)
    send(worker, 7, attempt=1)
    site.goes_on()
    assert not site.sims[0].sent(), "sent what was promised not to be had"
    send(worker, 8)
    got = worker.wait("result", row=8)
    dispatch.say("ask", row=8)
    answer = dispatch.wait("result", row=8)
    assert (answer["token"], answer["state"], answer["refs"]) == (0, "accepted", got["refs"])
    dispatch.say("ask", row=9, instance=1234)
    dispatch.say("ask", row=10)
    assert dispatch.wait("result", row=10)["state"] == "never_had"
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
    wait_for("the refusal", lambda: site.count("out.refused") == 1)
    site.goes_on()
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
