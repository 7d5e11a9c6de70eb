# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqd over SMPP: a link that is bound and takes no texts is passed over; binds that are put off.

No database, no modem.
"""
import itertools
import threading
import time

import pytest

from daemonlib import OTHER, SHELTER, assert_clean
from rawsmsc import BINDS, QUEUE_FULL, RESP, THROTTLED, Smsc, pack
from simlib import wait_for
from smpplib import Desk, make, send  # noqa: F401

SYSTEM_ERROR, ALREADY_BOUND, BAD_SOURCE, BAD_DEST = 8, 5, 0x0a, 0x0b
MANY = "parts_per_minute = 60000;"


@pytest.fixture
def two():
    """One daemon, two operators; the first is the cheaper, both show one sender."""
    made = []

    def build(more="", start=True):
        smscs = [Smsc(), Smsc()]
        desk = Desk([f"port = {s.port}; cost = {i}; {MANY} {more}" for i, s in enumerate(smscs)])
        made.append((desk, smscs))
        if start:
            desk.start()
            for s in smscs:
                s.bound()
        return desk, smscs

    yield build
    for desk, smscs in made:
        text = desk.text()
        print(text)
        desk.close()
        for s in smscs:
            s.close()
        assert_clean(text)


def tries(worker, n, row=1, to=SHELTER, link="", **more):
    """n attempts of one row, each after the end of the one before: where each went and how it ended."""
    found = []
    for k in range(1, n + 1):
        worker.say("send", row=row, attempt=k, to=to, text="Salom", link=link, **more)
        got = worker.wait("result", row=row, attempt=k)
        found.append((got["link"], got["state"]))
    return found


def word(desk, link, state, seconds=10):
    wait_for(f"{link} {state}", lambda: [m for m in desk.probes[-1].all("link")
                                         if m["link"] == link and m["state"] == state], seconds)


@pytest.mark.parametrize("person", [False, True])
@pytest.mark.parametrize("says", [SYSTEM_ERROR, BAD_SOURCE, 0x4ff, None])
def test_who_takes_no_texts_is_passed_over(two, says, person):
    """Bound, alive, and each text comes to nothing: after five of them another link has them."""
    desk, smscs = two('window = 4; response_timeout = "1 s"; reconnect = "5 s";')
    worker, _ = desk.worker(), desk.dispatch()
    smscs[0].on_submit = lambda pdu: says
    for row in range(1, 6):     # a text that is refused for good is not tried again
        found = tries(worker, 1, row=row, link="op1" if person else "", person=person)
        assert found[0][0] == "op1" and found[0][1] != "accepted"
    if says is not None:
        word(desk, "op1", "failing")
    assert tries(worker, 1, row=6, link="op1" if person else "", person=person) == [("op2", "accepted")]
    assert desk.count("smpp.failing") == 1


def test_of_a_link_alone_it_is_an_alarm(make):  # noqa: F811
    desk, smsc = make(MANY)
    smsc.bound()
    worker, _ = desk.worker(), desk.dispatch()
    smsc.on_submit = lambda pdu: SYSTEM_ERROR
    assert [state for _, state in tries(worker, 8, link="op1")] == ["failed"] * 8
    word(desk, "op1", "failing")
    assert desk.count("smpp.failing") == 1
    smsc.on_submit = None
    assert tries(worker, 1, row=2, link="op1") == [("op1", "accepted")]
    word(desk, "op1", "ready")
    assert desk.count("smpp.takes_again") == 1


def test_one_that_is_taken_begins_the_count_anew(make):  # noqa: F811
    """Nor do a wrong number, a full queue, and the parts of one text count."""
    desk, smsc = make(f'{MANY} window = 20; throttle = "10 ms";')
    smsc.bound()
    worker = desk.worker()
    for row in range(3):
        smsc.on_submit = lambda pdu: SYSTEM_ERROR
        tries(worker, 4, row=10 + row, link="op1")
        smsc.on_submit = None
        tries(worker, 1, row=20 + row, link="op1")
    smsc.on_submit = lambda pdu: BAD_DEST
    for row in range(30, 40):
        tries(worker, 1, row=row, link="op1")
    smsc.on_submit = lambda pdu: SYSTEM_ERROR
    send(worker, 50, "x" * 1200, to=SHELTER)
    worker.wait("result", row=50)
    told = []
    smsc.on_submit = lambda pdu: told.append(1) or (
        0 if len(told) > 12 else THROTTLED if len(told) % 2 else QUEUE_FULL)
    for row in range(60, 80):
        send(worker, row, to=OTHER)
    wait_for("twelve times too much", lambda: len(told) >= 12)
    assert desk.count("smpp.failing") == 0


def test_one_text_tries_it_again(two):
    """When that is accepted it has its place back."""
    desk, smscs = two('response_timeout = "2 s";')
    worker = desk.worker()
    smscs[0].on_submit = lambda pdu: SYSTEM_ERROR
    tries(worker, 6)
    begun = time.monotonic()
    rows = itertools.count(100)
    while len(smscs[0].submits()) < 6 and time.monotonic() - begun < 15:
        row = next(rows)
        tries(worker, 1, row=row, to=f"+7701{row:07}")
        time.sleep(0.05)
    assert time.monotonic() - begun > 1.5 and len(smscs[1].submits()) > 5
    for k in range(5):
        assert tries(worker, 1, row=900 + k, to=f"+7702{k:07}") == [("op2", "accepted")]
    smscs[0].on_submit = None
    wait_for("its turn", lambda row=None: tries(worker, 1, row=(row := next(rows)),
                                                to=f"+7701{row:07}") == [("op1", "accepted")])
    assert tries(worker, 1, row=990, to="+77030000001") == [("op1", "accepted")]
    assert desk.count("smpp.failing") == 1 and desk.count("smpp.takes_again") == 1


def test_only_one_text_tries_it(two):
    """A text without an answer may have to go twice: no more of them than it takes to know."""
    desk, smscs = two('response_timeout = "2 s";')
    worker = desk.worker()
    smscs[0].on_submit = lambda pdu: SYSTEM_ERROR
    tries(worker, 6)
    smscs[0].on_submit = lambda pdu: None
    time.sleep(2.2)
    for row in range(100, 108):
        worker.say("send", row=row, attempt=1, to=f"+7701{row:07}", text="Salom", link="")
    smscs[1].wait_submits(8)
    assert len(smscs[0].submits()) == 6


@pytest.mark.parametrize("window, most", [(1, 5), (8, 8)])
def test_a_window_without_answers_ends_the_bind(make, window, most):  # noqa: F811
    """It answers enquire_link and no submit: whoever answers there takes no texts."""
    desk, smsc = make(f'{MANY} window = {window}; response_timeout = "400 ms"; enquire = "300 ms";')
    session = smsc.bound()
    worker = desk.worker()
    smsc.on_submit = lambda pdu: None
    for row in range(1, most):
        send(worker, row, to=SHELTER)
    worker.wait("result", count=most - 1)
    time.sleep(0.5)
    assert session.open                         # answers get lost
    send(worker, most, to=SHELTER)
    wait_for("the end", lambda: not session.open)
    smsc.on_submit = None
    smsc.bound()
    assert desk.text().count('why="it answers no submit"') == 1
    assert {m["state"] for m in worker.all("result")} == {"uncertain"}
    assert tries(worker, 1, row=99, link="op1") == [("op1", "accepted")]


def test_late_answers_of_a_window_are_waited_for(make):  # noqa: F811
    desk, smsc = make(f'{MANY} window = 8; response_timeout = "1 s";')
    session = smsc.bound()
    worker = desk.worker()

    def late(pdu):
        threading.Timer(1.5, smsc.answer, (session, pdu)).start()

    smsc.on_submit = late
    for row in range(1, 9):
        send(worker, row, to=SHELTER)
    worker.wait("result", count=8)
    time.sleep(1)
    assert session.open and desk.count("smpp.lost") == 0
    smsc.on_submit = None
    assert tries(worker, 1, row=99, link="op1") == [("op1", "accepted")]


def test_a_lost_bind_counts_once(make):  # noqa: F811
    desk, smsc = make(f"{MANY} window = 10;")
    session = smsc.bound()
    worker = desk.worker()
    smsc.on_submit = lambda pdu: None
    for row in range(1, 11):
        send(worker, row, to=SHELTER)
    smsc.wait_submits(10)
    session.close()
    worker.wait("result", count=10)
    assert desk.count("smpp.failing") == 0


def test_a_dead_peer_is_gone_long_before_a_text_is_late(make):  # noqa: F811
    """Its TCP stays and nobody answers: "are you there" has a time of its own."""
    desk, smsc = make(f'{MANY} enquire = "1 s"; response_timeout = "60 s";')
    smsc.bound()
    worker = desk.worker()
    smsc.on_submit = lambda pdu: None
    smsc.answer_enquires = False
    send(worker, 1, to=SHELTER)
    wait_for("its end", lambda: worker.all("result"), 20)
    assert worker.all("result")[0]["state"] == "uncertain" and 'why="no answer"' in desk.text()


# binds that are put off --------------------------------------------------------------------------

def putting_off(smsc, status):
    """Its binds are answered so, until the list is empty again."""
    hear, on = smsc._hear, [True]

    def refuse(session, pdu):
        if pdu.command in BINDS and on:
            smsc.heard.append(pdu)
            session.send(pack(pdu.command | RESP, status, pdu.sequence))
        else:
            hear(session, pdu)

    smsc._hear = refuse
    return on


@pytest.mark.parametrize("status", [ALREADY_BOUND, SYSTEM_ERROR, QUEUE_FULL, THROTTLED])
def test_not_yet_is_no_refusal(make, status):  # noqa: F811
    """After a lost bind the SMSC still has the old one: no alarm, and no longer pauses."""
    desk, smsc = make('reconnect = "100 ms"; reconnect_most = "60 s";')
    session = smsc.bound()
    dispatch = desk.dispatch()
    on = putting_off(smsc, status)
    session.close()
    wait_for("four tries", lambda: len(smsc.connects) >= 5)
    gaps = [b - a for a, b in zip(smsc.connects[1:], smsc.connects[2:])]
    assert gaps[0] < 0.35                       # 200 ms; six times that for who is refused
    on.clear()
    wait_for("a bind", lambda: [s for s in smsc.sessions if s.bound and s.open and s is not session])
    assert desk.count("smpp.bind_refused") == 0
    assert "refused" not in {m["state"] for m in dispatch.all("link")}


def test_not_yet_for_long_is_an_alarm(make):  # noqa: F811
    desk, smsc = make('reconnect = "100 ms"; reconnect_most = "1 s";')
    session = smsc.bound()
    on = putting_off(smsc, ALREADY_BOUND)
    session.close()
    time.sleep(0.6)
    assert desk.count("smpp.bind_refused") == 0
    desk.wait_log("smpp.bind_refused")
    wait_for("two more", lambda n=len(smsc.connects): len(smsc.connects) >= n + 2)
    assert desk.count("smpp.bind_refused") == 1
    on.clear()
    wait_for("a bind", lambda: [s for s in smsc.sessions if s.bound and s.open and s is not session])


# pauses ------------------------------------------------------------------------------------------

def test_pauses_are_partly_chance(make):  # noqa: F811
    """So that hundreds of links do not knock at one SMSC in one instant: a fifth of each."""
    desk, smsc = make('reconnect = "200 ms"; reconnect_most = "200 ms";', start=False)
    smsc.refuse()
    desk.start()

    def pauses():
        return [int(s.split("ms=")[1].split()[0]) for s in desk.text().splitlines()
                if "lost " in s and "ms=" in s]
    wait_for("twelve pauses", lambda: len(pauses()) >= 12)
    found = pauses()
    assert min(found) >= 160 and max(found) <= 200
    assert len(set(found)) >= 3 and max(found) - min(found) >= 5
