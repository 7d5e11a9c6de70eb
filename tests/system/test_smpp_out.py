# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqd over SMPP: texts out, their parts, pauses and limits, and what an answer means.

Never needs a database, a worker or a modem.
"""
import time

import pytest

from daemonlib import ANSWER, PERSON, SHELTER
from rawsmsc import QUEUE_FULL, THROTTLED, pack
from smpplib import make, pair, send  # noqa: F401


def test_a_text_out(pair):
    desk, smsc, _session = pair
    worker = desk.worker()
    send(worker, 1, "Ertaga keling", **ANSWER)
    pdu = smsc.wait_submits(1)[0]
    assert (pdu.text, pdu.to, pdu.to_ton, pdu.sender) == ("Ertaga keling", PERSON[1:], 1, "8500")
    assert pdu.validity == "000000001000000R"       # what is left, in steps of five minutes
    result = worker.wait("result", row=1)
    assert (result["state"], result["link"], len(result["refs"])) == ("accepted", "op1", 1)


@pytest.mark.parametrize("how", ["udh", "sar", "payload"])
def test_long_texts_out(make, how):
    desk, smsc = make(f'long = "{how}"; parts_per_minute = 6000;')
    smsc.bound()
    worker = desk.worker()
    text = "".join(f"{i:03} " for i in range(100))  # 400 septets
    send(worker, 1, text, **ANSWER)
    parts = smsc.wait_submits(1 if how == "payload" else 3)
    result = worker.wait("result", row=1)
    assert result["state"] == "accepted" and len(result["refs"]) == len(parts)
    assert "".join(p.text for p in parts) == text
    if how == "udh":
        assert [p.octets[:3] + p.octets[4:6] for p in parts] == \
            [bytes([5, 0, 3, 3, i]) for i in (1, 2, 3)]
        assert len({p.octets[3] for p in parts}) == 1
    elif how == "sar":
        assert [p.tlvs[0x20f] for p in parts] == [b"\1", b"\2", b"\3"]
    else:
        assert parts[0].payload is not None


def test_only_the_missing_parts_go_again(make):
    desk, smsc = make("window = 1; parts_per_minute = 60000;")
    smsc.bound()
    smsc.on_submit = lambda pdu: 0x45 if len(smsc.submits()) == 2 else 0
    worker = desk.worker()
    text = "".join(f"{i:03} " for i in range(100))
    send(worker, 1, text, to=SHELTER)
    result = worker.wait("result", row=1)
    assert (result["state"], result["parts_done"], result["error"]) == ("failed", 1, 0x45)
    smsc.on_submit = None
    send(worker, 1, text, to=SHELTER, attempt=2, parts_done=1, concat_ref=result["concat_ref"])
    again = worker.wait("result", row=1, attempt=2)
    assert (again["state"], again["parts_done"], len(again["refs"])) == ("accepted", 7, 2)
    assert [p.octets[5] for p in smsc.submits()] == [1, 2, 2, 3]
    assert len({p.octets[3] for p in smsc.submits()}) == 1


def test_throttling_pauses_all_and_keeps_the_order(make):
    desk, smsc = make("window = 1; parts_per_minute = 60000;")
    smsc.bound()
    worker = desk.worker()
    times = []

    def full(pdu):
        times.append(pdu.at)
        return {3: THROTTLED, 4: QUEUE_FULL}.get(len(times), 0)
    smsc.on_submit = full
    for row in range(1, 7):
        send(worker, row, f"text {row}", to=SHELTER)
    results = worker.wait("result", count=6)
    assert all(r["state"] == "accepted" for r in results)
    assert [p.text for p in smsc.submits()] == [f"text {n}" for n in (1, 2, 3, 3, 3, 4, 5, 6)]
    assert times[3] - times[2] > 0.25 and times[4] - times[3] > 0.5   # the pause grows
    assert desk.count("smpp.throttled") == 2


def test_throttled_in_a_window_goes_before_what_stands_behind(make):
    desk, smsc = make("window = 3; parts_per_minute = 60000;")
    session = smsc.bound()
    worker = desk.worker()
    smsc.on_submit = lambda pdu: None
    for row in range(1, 6):
        send(worker, row, f"text {row}", to=SHELTER)
    out = smsc.wait_submits(3)
    for pdu in out:
        smsc.answer(session, pdu, THROTTLED)
    smsc.on_submit = None
    worker.wait("result", count=5)
    assert [p.text for p in smsc.submits()[3:]] == [f"text {n}" for n in range(1, 6)]


def test_window_and_rate_are_two_limits(make):
    desk, smsc = make("window = 2; parts_per_minute = 60000;")
    session = smsc.bound()
    worker = desk.worker()
    smsc.on_submit = lambda pdu: None
    send(worker, 1, "a" * 400, to=SHELTER)      # three parts
    send(worker, 2, "b", to=SHELTER)
    smsc.wait_submits(2)
    time.sleep(0.3)
    assert len(smsc.submits()) == 2
    for i in range(4):
        smsc.answer(session, smsc.wait_submits(i + 1)[i])
    worker.wait("result", count=2)
    assert len(smsc.submits()) == 4


def test_rate_counts_parts(make):
    desk, smsc = make("window = 50; parts_per_minute = 300;")
    smsc.bound()
    worker = desk.worker()
    send(worker, 1, "a" * 1000, to=SHELTER)     # seven parts, one each 200 ms
    at = [p.at for p in smsc.wait_submits(7)]
    assert 1.0 < at[6] - at[0] < 2.5


def test_a_response_that_never_comes_is_uncertain(make):
    desk, smsc = make()
    smsc.bound()
    worker = desk.worker()
    smsc.on_submit = lambda pdu: None if pdu.text == "yo'q" else 0
    send(worker, 1, "yo'q", to=SHELTER)
    send(worker, 2, "bor", to=SHELTER)
    assert worker.wait("result", row=2)["state"] == "accepted"
    assert worker.wait("result", row=1)["state"] == "uncertain"
    assert len(smsc.sessions) == 1              # the bind goes on


def test_a_bind_lost_with_submits_out_is_uncertain(make):
    desk, smsc = make("window = 1;")
    session = smsc.bound()
    worker = desk.worker()
    smsc.on_submit = lambda pdu: None
    send(worker, 1, "bir", to=SHELTER)
    smsc.wait_submits(1)
    send(worker, 2, "ikki", to=SHELTER)
    smsc.on_submit = None
    session.close()
    assert worker.wait("result", row=1)["state"] == "uncertain"
    assert worker.wait("result", row=2)["state"] == "accepted"
    assert [p.text for p in smsc.submits()] == ["bir", "ikki"]


def test_statuses(make):
    desk, smsc = make("window = 1;")
    smsc.bound()
    worker = desk.worker()
    for row, (status, state) in enumerate([(0x0b, "refused"), (0x08, "failed"), (0x400, "failed")], 1):
        smsc.on_submit = lambda pdu, s=status: s
        send(worker, row, to=SHELTER)
        result = worker.wait("result", row=row)
        assert (result["state"], result["error"]) == (state, status)


def test_a_nack_is_an_answer(make):
    desk, smsc = make()
    session = smsc.bound()
    worker = desk.worker()
    smsc.on_submit = lambda pdu: session.send(pack(0x80000000, 3, pdu.sequence)) or None
    send(worker, 1, to=SHELTER)
    assert worker.wait("result", row=1)["state"] in ("refused", "failed")


def test_too_late_is_never_submitted(make):
    desk, smsc = make("window = 1;")
    session = smsc.bound()
    worker = desk.worker()
    smsc.on_submit = lambda pdu: None
    send(worker, 1, "bir", to=SHELTER)
    pdu = smsc.wait_submits(1)[0]
    send(worker, 2, "ikki", person=True, submit_ms=500, window_ms=900_000)
    time.sleep(0.7)
    smsc.answer(session, pdu)
    assert worker.wait("result", row=2)["state"] == "expired"
    send(worker, 3, "uch", person=True, submit_ms=90_000, window_ms=290_000)
    assert worker.wait("result", row=3)["state"] == "expired"     # less than its least validity
    assert len(smsc.submits()) == 1


def test_sender_and_types_of_number(make):
    desk, smsc = make('sender = "Shyraq"; source_ton = 5; dest_ton = 2; dest_npi = 8;')
    smsc.bound()
    worker = desk.worker()
    send(worker, 1, to=SHELTER)
    pdu = smsc.wait_submits(1)[0]
    assert (pdu.sender, pdu.from_ton, pdu.to_ton, pdu.to_npi) == ("Shyraq", 5, 2, 8)
    assert pdu.to == SHELTER[1:]
