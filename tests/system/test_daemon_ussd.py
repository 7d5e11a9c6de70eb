# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqd with a probe as worker: dialogues that the network opens towards a SIM.

No database.
"""
import time

import pytest

from daemonlib import OTHER, PERSON, SHELTER, make, send, site  # noqa: F401
from simlib import wait_for

# a test that is about no time to answer has a long one: a loaded machine is no silent worker
RELAY = ('poll = "1 s"; ussd_peer_pattern = "^([+]?[0-9]+)[*#](.*)$"; ussd_answer = "30 s";'
         ' ussd_stock = "Позже / Later";')
MENU = "1 Помогите\n2 Қазақша мәзір\n3 Yo'q \"hozir\""


def relayed(make, modem_more):
    site = make(modem_more=modem_more)
    site.events = site.sims[0].follow()
    return site


@pytest.fixture
def relay(make):
    """A site whose modem stands behind a relay; .events are what the network got from it."""
    site = relayed(make, RELAY)
    yield site
    site.events.close()


@pytest.fixture
def hasty(make):
    """The same, with two seconds for a worker's answer."""
    site = relayed(make, RELAY.replace('"30 s"', '"2 s"'))
    yield site
    site.events.close()


def push(site, text, mode=1):
    site.sims[0].ussd(text, mode)


def step(worker, count=1, **fields):
    got = worker.wait("ussd", count, **fields)
    return got if count == 1 else got[-1]


def answer(worker, got, screen, end=False, outcome="done"):
    worker.say("verdict", token=got["token"], outcome=outcome, screen=screen, end=end)


def heard(site):
    got = site.events.get()
    return (got["what"], got["text"]) if got["what"] == "answer" else (got["what"],)


def answer_of(events):
    """The next answer among other events."""
    while True:
        got = events.get()
        if got.get("what") == "answer":
            return got["text"]


def test_dialogue(relay):
    worker = relay.worker(auto="none")
    push(relay, f"{PERSON}**8500#")
    got = step(worker)
    assert (got["from"], got["text"], got["step"]) == (PERSON, "*8500#", 1)
    assert got["dialogue"] != 0 and not got["gone"] and got["age_ms"] < 2000
    answer(worker, got, MENU)
    assert heard(relay) == ("answer", MENU)
    push(relay, f"{PERSON}*1")
    second = step(worker, 2)
    assert (second["dialogue"], second["step"], second["text"]) == (got["dialogue"], 2, "1")
    answer(worker, second, "Рахмет", end=True)
    assert heard(relay) == ("answer", "Рахмет")
    assert heard(relay) == ("cancel",)
    push(relay, f"{OTHER}**8500#")
    third = step(worker, 3)
    assert third["dialogue"] != got["dialogue"] and (third["from"], third["step"]) == (OTHER, 1)
    assert not worker.all("ussd", gone=True)


@pytest.mark.parametrize("screen", [MENU, "a" * 160, "Ә" * 80, "x", "@£$ {}[]~€", "😀 ok"])
def test_screens(relay, screen):
    worker = relay.worker(auto="none")
    push(relay, f"{PERSON}*1")
    answer(worker, step(worker), screen)
    assert heard(relay) == ("answer", screen)


def test_anonymous(make):
    site = make()
    events = site.sims[0].follow()
    worker = site.worker(auto="none")
    site.sims[0].ussd("Хабарлама\n1 Иә")
    got = step(worker)
    assert (got["from"], got["text"]) == ("", "Хабарлама\n1 Иә")
    answer(worker, got, "1 Көмек")
    assert events.get()["text"] == "1 Көмек"
    events.close()


def test_what_is_no_number_is_anonymous(relay):
    worker = relay.worker(auto="none")
    push(relay, "1*keyed")
    got = step(worker)
    assert (got["from"], got["text"]) == ("", "keyed")


@pytest.mark.parametrize("outcome", ["none", "again", "aside"])
def test_no_screen_in_time(hasty, outcome):
    worker = hasty.worker(auto=outcome)
    began = time.monotonic()
    push(hasty, f"{PERSON}*1")
    assert heard(hasty) == ("answer", "Позже / Later")
    took = time.monotonic() - began
    assert took < 1 if outcome == "aside" else 1.5 < took < 4
    assert heard(hasty) == ("cancel",)
    gone = step(worker, gone=True) if outcome == "aside" else None
    worker.say("auto", outcome="done")
    first = worker.all("ussd")[0]
    if outcome == "none":
        answer(worker, first, "too late")
    gone = gone or step(worker, gone=True)
    assert gone["dialogue"] == first["dialogue"] and gone["step"] == 2
    time.sleep(0.5)
    push(hasty, f"{PERSON}*2")
    wait_for("a new dialogue", lambda: worker.all("ussd", text="2"))
    assert worker.all("ussd", text="2")[0]["dialogue"] != first["dialogue"]


def test_again_is_offered_again(relay):
    worker = relay.worker(auto="none")
    push(relay, f"{PERSON}*1")
    first = step(worker)
    answer(worker, first, "", outcome="again")
    second = step(worker, 2)
    assert (second["token"], second["dialogue"], second["step"], second["again"]) == (
        first["token"], first["dialogue"], 1, True)
    answer(worker, second, "in time")
    assert heard(relay) == ("answer", "in time")


@pytest.mark.parametrize("mode", [2, 4, 5, 0])
def test_the_network_ends_it(relay, mode):
    worker = relay.worker(auto="none")
    push(relay, f"{PERSON}*1")
    got = step(worker)
    answer(worker, got, "1 Ha")
    assert heard(relay) == ("answer", "1 Ha")
    push(relay, "", mode)
    gone = step(worker, gone=True)
    assert (gone["dialogue"], gone["step"], gone["from"]) == (got["dialogue"], 2, PERSON)
    assert relay.count("modem.lost") == 0


def test_cut_while_a_worker_thinks(relay):
    """What was keyed is committed; its screen goes nowhere."""
    worker = relay.worker(auto="none")
    push(relay, f"{PERSON}*1")
    got = step(worker)
    push(relay, "", 2)
    relay.wait_log("ussd.gone")
    answer(worker, got, "nobody sees this")
    gone = step(worker, gone=True)
    answer(worker, gone, "")
    push(relay, f"{OTHER}*2")
    other = step(worker, text="2")
    answer(worker, other, "for the other")
    assert heard(relay) == ("answer", "for the other")


def test_cut_and_redial(relay):
    worker = relay.worker(auto="none")
    push(relay, f"{PERSON}**8500#")
    first = step(worker)
    answer(worker, first, "1 Ha")
    heard(relay)
    push(relay, f"{PERSON}**8500#")
    gone = step(worker, gone=True)
    assert gone["dialogue"] == first["dialogue"]
    answer(worker, gone, "")
    second = [m for m in worker.wait("ussd", 3) if not m["gone"]][-1]
    assert second["dialogue"] != first["dialogue"] and second["step"] == 1
    answer(worker, second, "2 Yo'q")
    assert heard(relay) == ("answer", "2 Yo'q")


def test_link_lost_in_a_dialogue(relay):
    worker = relay.worker(auto="none")
    push(relay, f"{PERSON}*1")
    got = step(worker)
    relay.sims[0].fault("hangup", ms=500)
    relay.wait_log("modem.open", 2)
    answer(worker, got, "nobody sees this")
    answer(worker, step(worker, gone=True), "")
    push(relay, f"{PERSON}*2")
    got = step(worker, text="2")
    answer(worker, got, "here")
    assert heard(relay) == ("answer", "here")


def test_silent_peer(relay):
    worker = relay.worker(auto="none")
    push(relay, f"{PERSON}*1")
    answer(worker, step(worker), "1 Ha")
    heard(relay)
    relay.set_clock(181_000)
    assert heard(relay) == ("cancel",)
    wait_for("gone", lambda: worker.all("ussd", gone=True), 20)


def test_steps_go_before_texts(relay):
    """A step does not wait behind texts of anybody, nor behind its own sender's."""
    worker = relay.worker(credit=1, auto="none")
    relay.sims[0].text(PERSON, "a")
    worker.wait("sms")
    for i in range(5):
        relay.sims[0].text(f"+770100006{i:02d}", "b")
    relay.wait_log("modem.text", 6)
    push(relay, f"{PERSON}*1")
    relay.wait_log("ussd.opened")
    worker.say("ready", credit=1)
    step(worker)
    assert len(worker.all("sms")) == 1


def test_injection(relay):
    """Whatever a screen holds, it is a text to the modem."""
    worker = relay.worker(auto="none")
    screen = '1",15\rAT+CMGD=1,4\r\x1b\x1a'
    push(relay, f"{PERSON}*1")
    deletes = relay.sims[0].status()["counters"]["deletes"]
    answer(worker, step(worker), screen)
    assert heard(relay) == ("answer", screen)
    assert relay.sims[0].status()["counters"]["deletes"] == deletes


def test_modem_without_ucs2(make):
    """Letters go as they are, all else as hex; a menu with lines cannot come in."""
    site = make(modem_more=RELAY, sim_opts={"charsets": "GSM"})
    events = site.sims[0].follow()
    worker = site.worker(auto="none")
    site.wait_log("modem.charset")
    site.sims[0].ussd(f"{PERSON}*1")
    answer(worker, step(worker), "1 Ha 2 Yoq")
    assert events.get()["text"] == "1 Ha 2 Yoq"
    site.sims[0].ussd(f"{PERSON}*2")
    answer(worker, step(worker, 2), 'x",15\r')
    assert events.get()["text"] == 'x",15\r'
    events.close()


def test_lines_come_through_after_reopening(relay):
    """The charset is set anew on each machine: a menu with lines hides nothing."""
    worker = relay.worker(auto="none")
    relay.sims[0].fault("reboot", ms=200)
    relay.wait_log("modem.registered", 2)
    assert relay.sims[0].status()["charset"] == "UCS2"
    push(relay, f"{PERSON}*бір\nекі")
    assert step(worker)["text"] == "бір\nекі"
    relay.sims[0].text(OTHER, "a text behind it")
    worker.wait("sms", timeout=5)


def test_charset_that_was_lost_comes_back(relay):
    """With the next poll, before a menu with lines blocks the modem."""
    relay.sims[0].fault("charset_lost")
    relay.sims[0].wait_status(lambda s: s["charset"] == "UCS2", 5)
    worker = relay.worker(auto="none")
    push(relay, f"{PERSON}*a\nb")
    got = step(worker)
    assert got["text"] == "a\nb"
    answer(worker, got, "Жауап")
    assert heard(relay) == ("answer", "Жауап")
    assert relay.count("modem.lost") == 0


def test_stop_in_a_dialogue(relay):
    worker = relay.worker(auto="none")
    push(relay, f"{PERSON}*1")
    got = step(worker)
    relay.process.send_signal(15)
    assert heard(relay) == ("answer", "Позже / Later")
    answer(worker, got, "late")
    answer(worker, step(worker, gone=True), "")
    assert relay.process.wait(20) == 0


@pytest.mark.parametrize("more", [
    'ussd_peer_pattern = "([0-9]+";', 'ussd_peer_pattern = "^[0-9]+$";',
    'balance_pattern = "none";', f'ussd_stock = "{"Ы" * 81}";', 'ussd_stock = "";'])
def test_config_is_refused(make, more):
    site = make(start=False)
    site.write_config(modem_more=more)
    site.start(links=False)
    assert site.process.wait(10) == 1
    assert site.count("daemon.ussd") == 1


def test_sixteen_modems(make):
    """A dialogue on each, with texts in and out at the same time; every screen to its own."""
    site = make(sims=16, modem_more=RELAY)
    worker = site.worker(credit=512, auto="none")
    events = [sim.follow() for sim in site.sims]
    for i, sim in enumerate(site.sims):
        sim.ussd(f"+7701{i:03d}0001**8500#")
        sim.text(f"+7701{i:03d}0002", f"text {i}")
        send(worker, 1 + i, f"out {i}", to=SHELTER, link=f"m{i + 1}")
    for m in worker.wait("ussd", 16, timeout=20):
        assert m["link"] == f"m{int(m['from'][5:8]) + 1}"
        answer(worker, m, f"menu for {m['from']}", end=True)
    for i, follow in enumerate(events):
        assert answer_of(follow) == f"menu for +7701{i:03d}0001"
        follow.close()
    assert {m["link"] for m in worker.wait("sms", 16, timeout=20)} == {
        f"m{i + 1}" for i in range(16)}
    assert len(worker.wait("result", 16, timeout=30)) == 16


def test_a_dial_as_another_ends(relay):
    """The modem hears the next one while it is told that the last is over."""
    worker = relay.worker(auto="none")
    for i in range(1, 13):
        push(relay, f"{PERSON}*{i}")
        answer(worker, step(worker, text=f"{i}"), f"end {i}", end=True)
        assert heard(relay) == ("answer", f"end {i}")
        assert heard(relay) == ("cancel",)
