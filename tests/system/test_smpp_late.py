# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqd over SMPP: answers later than they should be, a row that an SMSC never takes, a stop between them.

Never needs a database, a worker or a modem.
"""
import signal
import time

import pytest

from daemonlib import ANSWER, PERSON, SHELTER
from rawsmsc import DELIVER, QUEUE_FULL, RESP, SUBMIT, THROTTLED, UNBIND, message, pack
from smpplib import make, pair, send  # noqa: F401

SHORT = 'response_timeout = "500 ms"; enquire = "300 ms"; parts_per_minute = 60000;'


def states(worker, row):
    return [m["state"] for m in worker.all("result", row=row)]


# late answers ------------------------------------------------------------------------------------

def test_a_late_accepted_settles_the_row(make):
    desk, smsc = make(SHORT)
    session = smsc.bound()
    worker = desk.worker()
    smsc.on_submit = lambda pdu: None
    send(worker, 1, receipt=True, **ANSWER)
    assert worker.wait("result", row=1)["state"] == "uncertain"
    smsc.answer(session, smsc.submits()[0])
    late = worker.wait("result", count=2, row=1)[1]
    assert (late["state"], late["attempt"], late["parts_done"], len(late["refs"])) == ("accepted", 1, 1, 1)
    session.receipt(PERSON, f"id:{smsc.submits()[0].id} stat:DELIVRD err:000 text:")
    assert worker.wait("receipt")["ref"] == late["refs"][0]
    # said twice it is one
    smsc.answer(session, smsc.submits()[0])
    # it went: another attempt of it is not sent
    send(worker, 1, attempt=2, **ANSWER)
    assert worker.wait("result", row=1, attempt=2)["state"] == "accepted"
    assert states(worker, 1) == ["uncertain", "accepted", "accepted"] and len(smsc.submits()) == 1


@pytest.mark.parametrize("where", ["held", "at the link"])
def test_a_late_accepted_stops_the_repeat(make, where):
    """It was throttled, or another text is: it waits to go, here or there."""
    desk, smsc = make(f'window = 2; throttle = "2 s"; {SHORT}')
    session = smsc.bound()
    worker = desk.worker()
    smsc.on_submit = lambda pdu: None
    send(worker, 1, "bir", **ANSWER)
    worker.wait("result", row=1)
    smsc.on_submit = lambda pdu: THROTTLED
    if where == "held":
        send(worker, 2, "ikki", to=SHELTER)
        desk.wait_log("smpp.throttled")
    send(worker, 1, "bir", attempt=2, **ANSWER)
    desk.wait_log("smpp.throttled")
    time.sleep(0.5)
    out = len(smsc.submits())
    smsc.answer(session, smsc.submits()[0])
    late = worker.wait("result", row=1, count=2)[1]
    assert late["state"] == "accepted"
    smsc.on_submit = None
    send(worker, 3, "uch", to=SHELTER)
    worker.wait("result", row=3)
    assert [p.text for p in smsc.submits()[out:]] == (["ikki"] if where == "held" else []) + ["uch"]
    assert states(worker, 1)[0] == "uncertain" and set(states(worker, 1)[1:]) == {"accepted"}


def test_the_late_part_of_a_long_text(make):
    """What was told of the others is not told again: each reference is of the part that it adds."""
    desk, smsc = make(f"window = 4; {SHORT}")
    session = smsc.bound()
    worker = desk.worker()
    smsc.on_submit = lambda pdu: None if pdu.octets[5] == 2 else 0
    send(worker, 1, "".join(f"{i:03} " for i in range(100)), to=SHELTER)
    first = worker.wait("result", row=1)
    assert (first["state"], first["parts_done"], len(first["refs"])) == ("uncertain", 0b101, 2)
    smsc.answer(session, smsc.submits()[1])
    late = worker.wait("result", count=2, row=1)[1]
    assert (late["state"], late["parts_done"], len(late["refs"])) == ("accepted", 0b111, 1)
    assert late["refs"][0] not in first["refs"] and late["concat_ref"] == first["concat_ref"]


def test_a_late_no_changes_nothing(make):
    desk, smsc = make(SHORT)
    session = smsc.bound()
    worker = desk.worker()
    smsc.on_submit = lambda pdu: None
    send(worker, 1, to=SHELTER)
    worker.wait("result", row=1)
    smsc.answer(session, smsc.submits()[0], 8)
    time.sleep(0.4)
    assert states(worker, 1) == ["uncertain"] and desk.count("smpp.fault") == 0


def test_a_later_bind_answers_for_no_earlier_one(make):
    desk, smsc = make(SHORT)
    session = smsc.bound()
    worker = desk.worker()
    smsc.on_submit = lambda pdu: None
    send(worker, 1, to=SHELTER)
    worker.wait("result", row=1)
    session.close()
    later = make_sure_of_another(desk, smsc, session)
    later.send(pack(SUBMIT | RESP, 0, smsc.submits()[0].sequence, b"1\0"))
    desk.wait_log("smpp.fault")
    assert states(worker, 1) == ["uncertain"]


def make_sure_of_another(desk, smsc, than):
    desk.wait_log("smpp.bound", 2)
    return next(s for s in smsc.sessions if s.bound and s is not than)


# faults ------------------------------------------------------------------------------------------

def test_late_answers_are_no_faults(make):
    """Twenty over the life of a bind, few at a time: more would be a peer that takes no texts."""
    desk, smsc = make(SHORT)
    session = smsc.bound()
    worker = desk.worker()
    smsc.on_submit = lambda pdu: None
    for row in range(1, 21, 4):
        for i in range(4):
            send(worker, row + i, to=SHELTER)
        out = smsc.wait_submits(row + 3)[row - 1:]
        worker.wait("result", count=2 * row + 2)
        for pdu in out:
            smsc.answer(session, pdu)
        worker.wait("result", count=2 * row + 6)
    assert desk.count("smpp.fault") == 0 and len(smsc.sessions) == 1


def test_faults_among_what_is_good_do_not_end_a_bind(make):
    desk, smsc = make()
    session = smsc.bound()
    desk.worker(auto="aside")
    for i in range(24):
        session.request(DELIVER, message(f"+7701000{i:04}", "yordam") + b"\xff\xff")
        n = session.deliver(f"+7702000{i:04}", "salom")
    assert session.answered(n) == 0
    assert desk.count("smpp.fault") == 24 and len(smsc.sessions) == 1 and desk.count("smpp.lost") == 0


# one bad row -------------------------------------------------------------------------------------

def test_a_row_that_is_throttled_for_good_blocks_no_other(make):
    desk, smsc = make('window = 1; throttle = "100 ms"; parts_per_minute = 60000;')
    smsc.bound()
    worker = desk.worker()
    smsc.on_submit = lambda pdu: QUEUE_FULL if pdu.to == SHELTER[1:] else 0
    send(worker, 1, "qabul", to=SHELTER)
    for row in (2, 3):
        send(worker, row, f"xavf {row}", priority=1, **ANSWER)
    result = worker.wait("result", row=1)
    assert (result["state"], result["error"]) == ("failed", QUEUE_FULL)
    assert [worker.wait("result", row=row)["state"] for row in (2, 3)] == ["accepted"] * 2
    assert [p.text for p in smsc.submits()] == ["qabul"] * 3 + ["xavf 2", "xavf 3"]


# a stop ------------------------------------------------------------------------------------------

def test_a_stop_while_throttled_hands_back(make):
    desk, smsc = make('window = 4; throttle = "20 s"; parts_per_minute = 60000;')
    smsc.bound()
    worker = desk.worker()
    smsc.on_submit = lambda pdu: THROTTLED
    send(worker, 1, "bir", to=SHELTER)
    desk.wait_log("smpp.throttled")
    send(worker, 2, "ikki", to=SHELTER)
    time.sleep(0.3)
    began = time.monotonic()
    desk.process.send_signal(signal.SIGTERM)
    assert [worker.wait("result", row=row)["state"] for row in (1, 2)] == ["dropped"] * 2
    desk.process.wait(10)
    assert desk.process.returncode == 0 and time.monotonic() - began < 5 and "settled=1" in desk.text()
    assert any(p.command == UNBIND for p in smsc.heard) and len(smsc.submits()) == 1
