# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole dialogues over USSD through a modem: network, shyraqd, worker, database and back.

Nobody who came by USSD is ever sent an SMS.
"""
import pytest

from sitelib import FIRST, PERSON, REFERRAL, SHELTER_A, SHELTER_B, Sim, child

RELAY = 'poll = "1 s"; ussd_answer = "8 s"; ussd_peer_pattern = "^([+]?[0-9]+)[*#](.*)$";'
STOCK = "Keyinroq urinib ko'ring"
ROW, NOTICE, GO_ON = "3 O'zbekcha", "1 Davom", "1 Davom\n2 Boshidan"
CALM, WHERE, WHO, WHAT = "Hozir tinchmi?", "Qayerdasiz?", "3 erkak", "nima bo'lyapti"
JOURNEY = ((FIRST, NOTICE), ("1", CALM), ("1", WHERE), ("jetiboy", WHO), ("3", WHAT),
           ("1 3", "mutaxassisga"), ("1", "necha kishi"))
LEFT_OUT = (("3", "Nima kerak"), ("0", "ochiq"), ("2", "raqam kerakmi"), ("2", "SMS bo'lmaydi"))


class Handset:
    """A person at a relay that the network lets push dialogues to the SIM; "" is nobody's number."""

    def __init__(self, site, number=PERSON, modem="m1"):
        self.site = site
        self.number = number
        self.sim = site.sims[modem]
        self.net = Sim(self.sim.path)
        self.net.order("follow")

    def key(self, words):
        if self.number:
            self.site.remember(self.number, words)
        self.sim.order("ussd", text=f"{self.number}*{words}" if self.number else words)

    def screen(self, pattern, seconds=10):
        got = self.net.event(seconds)
        while got is not None and got["event"] != "ussd":
            got = self.net.event(seconds)
        assert got is not None, f"no screen (for {pattern!r})\n" + self.site.tail()
        assert got["what"] == "answer" and pattern in got["text"], got
        return got["text"]

    def ask(self, words, pattern, seconds=10):
        self.key(words)
        return self.screen(pattern, seconds)

    def cancelled(self, seconds=5):
        def found():
            got = self.net.event(0.2)
            return got is not None and got.get("what") == "cancel"
        return child.wait_for(found, seconds, 0.05)

    def cut(self, mode=2):
        self.sim.order("ussd", text="", mode=mode)

    def close(self):
        self.net.close()


def to_calm(h, *dialled):
    """From the dial, or from words at once, over the notice to the first question."""
    for words in dialled:
        h.ask(words, ROW)
    h.ask(FIRST, NOTICE)
    h.ask("1", CALM)


@pytest.fixture
def handset(make_site):
    made = []

    def pick_up(number=PERSON, **options):
        site = make_site(modem_more=RELAY, **options)
        made.append(Handset(site, number))
        return made[-1]
    yield pick_up
    for h in made:
        h.close()


def test_journey(handset):
    """Twelve screens, a case, a referral to a receiver by SMS, and no SMS to the person."""
    h = handset()
    h.ask("*8500#", ROW)
    for words, screen in JOURNEY + LEFT_OUT:
        h.ask(words, screen)
    assert h.cancelled()
    assert h.site.count("casefile") == 1
    h.site.advance(2)
    receivers = [h.site.phone(n) for n in (SHELTER_A, SHELTER_B)]
    assert child.wait_for(lambda: any(p.all() for p in receivers), 20, 0.1)
    assert REFERRAL.search([t for p in receivers for t in p.all()][0]["text"])
    h.site.phone(PERSON).silence(1)


def test_cut_and_redialled(handset):
    """The session is the person's, not the dialogue's: it goes on where it stood."""
    h = handset()
    to_calm(h, "*8500#")
    h.cut()
    h.site.wait_sql("SELECT count(*) FROM inbox", 4)
    h.ask("1", WHERE)
    h.cut()
    h.site.wait_sql("SELECT count(*) FROM inbox", 6)
    h.ask("*8500#", GO_ON)
    h.ask("1", WHERE)
    assert h.site.count("session") == 1
    assert h.site.count("casefile") == 1


def test_anonymous(handset):
    h = handset(number="")
    to_calm(h)
    h.ask("1", WHERE)
    h.ask("jetiboy", WHO)
    h.cut()
    to_calm(h)
    assert h.site.count("peer") == 2, "two dialogues without a number are two people"
    assert h.site.count("outbox") == 0


def test_two_modems_two_people(handset):
    one = handset(sims=2)
    two = Handset(one.site, "+77010000021", "m2")
    for h in (one, two):
        h.key("*8500#")
    for h in (one, two):
        h.screen(ROW)
    for words, screen in JOURNEY:
        for h in (one, two):
            h.key(words)
        for h in (one, two):
            h.screen(screen)
    assert one.site.count("casefile") == 2
    two.close()


@pytest.mark.parametrize("point", ["turn.locked", "worker.before_verdict", "worker.after_verdict"])
def test_worker_killed_in_a_step(handset, point):
    """The step is offered again, and shows the same screen; what was keyed counts once."""
    h = handset()
    to_calm(h)
    site = h.site
    site.wait_quiet()
    site.procs["worker1"].stop()
    site.restart("worker1", {"SHYRAQ_KILL_AT": f"{point}:1"})
    assert child.wait_for(lambda: site._ups("worker1")[0] > 0, 10)
    h.key("1")
    assert child.wait_for(lambda: not site.procs["worker1"].is_alive(), 10)
    site.restart("worker1")
    h.screen(WHERE)
    site.wait_sql("SELECT count(*) FROM inbox WHERE state = 'done'", 3)
    h.ask("jetiboy", WHO)


def test_database_away(handset):
    """The stock text, not silence; what was keyed is committed when the database is back."""
    h = handset(own_cluster=True)
    to_calm(h)
    h.site.wait_quiet()
    h.site.cluster.stop(fast=False)
    h.ask("1", STOCK, 12)
    assert h.cancelled()
    h.site.cluster.start()
    assert child.wait_for(lambda: h.site.count("inbox") >= 3, 30)
    h.ask("jetiboy", WHO, 15)


@pytest.mark.parametrize("point", ["", "in.step_offered:1", "in.step_verdict:1"])
def test_daemon_killed_in_a_dialogue(handset, point):
    """A dialogue dies with the daemon; the person dials again and goes on where the session stands."""
    h = handset()
    to_calm(h)
    daemon = h.site.procs["daemon"]
    daemon.kill()
    h.site.restart("daemon", {"SHYRAQ_KILL_AT": point} if point else None)
    h.site.wait_links()
    assert child.wait_for(lambda: daemon.log_text().count("bus.up") >= 2, 15)
    if point:
        h.key("1")
        assert child.wait_for(lambda: not daemon.is_alive(), 10)
        h.site.restart("daemon")
        h.site.wait_links()
        assert child.wait_for(lambda: daemon.log_text().count("bus.up") >= 2, 15)
        if h.site.sql("SELECT step FROM session") == "calm":
            h.ask("1", WHERE)
    else:
        h.ask("1", WHERE)
    h.ask("jetiboy", WHO)
    assert h.site.count("inbox WHERE state = 'done'") == 4


def test_texts_and_steps_of_one_person(handset):
    """Both bearers at once: one session, nothing lost, an SMS answer only to the SMS."""
    h = handset()
    h.site.phone(PERSON).ask(FIRST, "tinchmi")
    h.ask("1", WHERE)
    h.site.phone(PERSON).ask("jetiboy", "nima bo'ldi")
    assert h.site.count("session") == 1
