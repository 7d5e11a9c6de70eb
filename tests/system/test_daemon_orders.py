# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqd with a probe as dispatch: states of links, and orders of operators.

No database.
"""
import time

import pytest

from daemonlib import (  # noqa: F401
    ANSWER, PERSON, SHELTER, long_lived, make, rows, send, shared, site)
from simlib import wait_for

STANDING = 2**63 - 1


def order(dispatch, number, kind, **more):
    """Said and answered within a second."""
    began = time.monotonic()
    dispatch.say("order", id=number, kind=kind, **more)
    done = dispatch.wait("order_done", id=number, timeout=2)
    assert done["done"], done
    assert time.monotonic() - began < 1
    return done


def state(dispatch, link="m1", **fields):
    """The newest state of the link, once it has these fields."""
    def found():
        told = dispatch.all("link", link=link)
        fits = told and all(told[-1][k] == v for k, v in fields.items())
        return told[-1] if fits else None
    return wait_for(f"{link} {fields}", found, 15)


def test_states_are_told(make):
    site = make(sims=2, sim_opts={"slots": 20})
    dispatch, worker = site.dispatch(), site.worker()
    told = state(dispatch, state="ready", slots_all=20)
    assert told["usable"] and not told["paused"] and told["signal"] == 67
    assert told["group"] == "401011234500000" and told["number"] == "+77010009900"
    assert (told["received"], told["sent"], told["last_in_ms"]) == (0, 0, 0)
    site.sims[0].text(PERSON, "a")
    send(worker, 1, to=SHELTER)
    told = state(dispatch, received=1, sent=1)
    assert 0 < told["last_in_ms"] < 5000
    site.sims[1].fault("registration", state=2)
    assert not state(dispatch, "m2", state="no-network", signal=-1)["usable"]
    site.sims[1].clear()
    state(dispatch, "m2", state="ready")
    site.sims[1].fault("hangup", ms=1000)
    state(dispatch, "m2", state="opening")
    state(dispatch, "m2", state="ready")


def test_a_newborn_dispatch_is_told_all(site):
    first = site.dispatch("c1")
    state(first, state="ready")
    second = site.dispatch("c2")
    assert second.wait("link", timeout=2)["link"] == "m1"
    before = len(second.all("link"))
    site.set_clock(10_000)
    wait_for("all again", lambda: len(second.all("link")) > before, 3)


def test_another_sim_is_told(make):
    site = make(start=False)
    site.write_config(modem_more='imsi = "401019999900000";')
    site.start(links=False)
    dispatch = site.dispatch()
    assert not state(dispatch, state="another-sim")["usable"]


def test_full_sim_is_told(make):
    site = make(sim_opts={"slots": 3})
    dispatch = site.dispatch()
    for i in range(5):
        site.sims[0].text(f"+770100003{i:02d}", "a")
    state(dispatch, slots_used=3, slots_all=3)
    site.wait_log("modem.full")
    site.worker()
    state(dispatch, slots_used=0, received=5)


@pytest.mark.parametrize("where,classes", [("m1", 0), ("m1", 4), ("", 0), ("", 4)])
def test_pause(shared, rows, where, classes):
    dispatch, worker = shared.dispatch(), shared.worker()
    order(dispatch, 1, "pause", link=where, **{"class": classes})
    assert state(dispatch, paused=True)["usable"]
    send(worker, rows, to=SHELTER, priority=3)
    send(worker, rows + 1, to=SHELTER, priority=1)
    shared.sims[0].text(PERSON, "a")
    worker.wait("sms")
    shared.empty()
    time.sleep(1)
    assert not worker.all("result", row=rows)
    assert len(worker.all("result", row=rows + 1)) == (0 if classes == 0 else 1)
    assert state(dispatch)["waiting"] == (2 if classes == 0 else 1)
    order(dispatch, 2, "resume", link=where, **{"class": classes})
    assert worker.wait("result", row=rows)["state"] == "accepted"
    assert worker.wait("result", row=rows + 1)["state"] == "accepted"
    state(dispatch, paused=False, waiting=0)


def test_paused_rows_still_die_with_their_time(site):
    dispatch, worker = site.dispatch(), site.worker()
    order(dispatch, 1, "pause", link="", **{"class": 0})
    send(worker, 1, person=True, submit_ms=1500, window_ms=900_000)
    assert worker.wait("result", row=1)["state"] == "expired"
    assert not site.sims[0].sent()


def test_resume_all_takes_every_pause_back(shared, rows):
    dispatch, worker = shared.dispatch(), shared.worker()
    order(dispatch, 1, "pause", link="m1", **{"class": 4})
    order(dispatch, 2, "pause", link="", **{"class": 0})
    order(dispatch, 3, "resume", link="", **{"class": 4})
    send(worker, rows, to=SHELTER, priority=3)
    time.sleep(1)
    assert not worker.all("result")
    order(dispatch, 4, "resume", link="", **{"class": 0})
    assert worker.wait("result", row=rows)["state"] == "accepted"


def test_a_paused_class_takes_no_room(make):
    """What is held back must not keep dispatch from handing out what may go."""
    site = make()
    dispatch = site.dispatch()
    room = dispatch.wait("room")["room"]
    order(dispatch, 1, "pause", link="", **{"class": 6})
    for row in range(1, room + 1):
        send(dispatch, row, to=SHELTER, priority=5)
    wait_for("room again", lambda: sum(m["room"] for m in dispatch.all("room")) >= 2 * room)


def test_drain(make):
    site = make(sims=2)
    dispatch, worker = site.dispatch(), site.worker()
    order(dispatch, 1, "drain", link="m1")
    assert not state(dispatch, state="drained")["usable"]
    send(worker, 1, to=SHELTER)
    assert worker.wait("result", row=1)["link"] == "m2"
    send(worker, 2, **ANSWER)
    site.sims[0].text(PERSON, "a")
    worker.wait("sms")
    site.empty()
    time.sleep(1)
    assert not worker.all("result", row=2), "a person was texted by another number"
    order(dispatch, 2, "undrain", link="m1")
    assert worker.wait("result", row=2)["link"] == "m1"
    state(dispatch, state="ready")


def test_standing_orders_are_not_answered(site):
    dispatch, worker = site.dispatch(), site.worker()
    dispatch.say("order", id=STANDING, kind="pause", link="m1")
    state(dispatch, paused=True)
    dispatch.say("order", id=7, kind="pause", link="elsewhere")
    send(worker, 1, to=SHELTER)
    time.sleep(1)
    assert not worker.all("result") and not dispatch.all("order_done")


# codes to the SIM's operator

BALANCE = ('balance_code = "*100#"; balance_pattern = "Balance:? ([0-9]+)"; balance_low = 500;'
           ' balance_every = "{}"; poll = "1 s";')


def dialled(sim, events, answer, mode=0):
    """The network's answer to the next code."""
    got = events.get()
    assert (got["event"], got["what"]) == ("ussd", "answer")
    if answer is not None:
        sim.ussd(answer, mode=mode)
    return got["text"]


@pytest.mark.parametrize("answer,mode", [
    ("Balance: 1234 KZT", 0), ("Ваш баланс 12 тг\n1 Ещё", 0), ("Balans 7", 2), ("x" * 182, 0),
    ("1 Balance\n2 Bonus", 1)])
def test_code_is_dialled(shared, answer, mode):
    dispatch = shared.dispatch()
    events = shared.sims[0].follow()
    dispatch.say("order", id=5, kind="ussd", link="m1", text="*105*1#")
    assert dialled(shared.sims[0], events, answer, mode) == "*105*1#"
    done = dispatch.wait("order_done", id=5)
    assert done["done"] and done["text"] == answer
    if mode == 1:
        assert events.get()["what"] == "cancel"
    events.close()


def test_code_that_is_none(shared):
    """The bus drops what is no code; the daemon refuses what is left."""
    dispatch = shared.dispatch()
    events = shared.sims[0].follow()
    for number, link, text in ((1, "", "*100#"), (2, "m1", "hello"), (3, "m1", '1",15\rAT+CMGD=1,4'),
                               (4, "m1", ""), (5, "m1", "*105#")):
        dispatch.say("order", id=number, kind="ussd", link=link, text=text)
    assert dialled(shared.sims[0], events, "fine") == "*105#"
    dispatch.wait("order_done", id=5)
    assert all(m["id"] == 5 or not m["done"] for m in dispatch.all("order_done"))
    events.close()


def test_silent_network(site):
    """Told after half a minute, without an alarm; the link goes on."""
    dispatch, worker = site.dispatch(), site.worker()
    events = site.sims[0].follow()
    dispatch.say("order", id=5, kind="ussd", link="m1", text="*100#")
    dialled(site.sims[0], events, None)
    dispatch.say("order", id=6, kind="ussd", link="m1", text="*101#")
    assert not dispatch.wait("order_done", id=6)["done"]
    site.set_clock(31_000)
    done = dispatch.wait("order_done", id=5, timeout=20)
    assert not done["done"] and "30 s" in done["text"]
    assert events.get()["what"] == "cancel"
    dispatch.say("order", id=8, kind="ussd", link="m1", text="*100#")
    dialled(site.sims[0], events, "Balance: 900")
    assert dispatch.wait("order_done", id=8, timeout=20)["done"]
    send(worker, 1, to=SHELTER)
    assert worker.wait("result", row=1)["state"] == "accepted"
    assert site.count("modem.lost") == 0
    events.close()


@pytest.mark.parametrize("answer,low,logged", [
    ("Balance: 120 KZT", True, True), ("Balance 1500", False, True), ("Ошибка", False, False)])
def test_balance_by_schedule(make, answer, low, logged):
    site = make(start=False)
    site.write_config(modem_more=BALANCE.format("3 s"))
    events = site.sims[0].follow()
    site.start()
    dispatch = site.dispatch()
    assert dialled(site.sims[0], events, answer) == "*100#"
    site.wait_log("modem.balance" if logged else "modem.balance_unread")
    time.sleep(0.2)
    assert (site.count("modem.balance_low") > 0) == low
    told = dispatch.all("link")[-1]
    assert (told["balance_ms"] > 0) == logged and told["balance_low"] == low
    assert not logged or told["balance"] == int(answer.split()[1])
    assert dialled(site.sims[0], events, answer) == "*100#"
    assert not dispatch.all("order_done")
    events.close()


def test_balance_on_order(make):
    site = make(start=False)
    site.write_config(modem_more=BALANCE.format("24 h"))
    events = site.sims[0].follow()
    site.start()
    dispatch = site.dispatch()
    dispatch.say("order", id=9, kind="ussd", link="m1", text="*100#")
    dialled(site.sims[0], events, "Balance: 499")
    assert dispatch.wait("order_done", id=9)["text"] == "Balance: 499"
    site.wait_log("modem.balance_low")
    events.close()
