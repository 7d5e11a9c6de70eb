# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole dialogues over SMPP: a simulated USSD gateway, shyraqd, worker, database and back.

Nobody who came by USSD is ever sent an SMS.
"""
import os
import pathlib

import pytest

from sitelib import FIRST, PERSON, REFERRAL, SHELTER_A, SHELTER_B, child
from smsclib import SmscSim
from test_ussd_modem import CALM, GO_ON, JOURNEY, LEFT_OUT, NOTICE, ROW, WHERE, WHO

DIALECTS = ("standard", "tata", "sixdee", "mica", "huawei", "own")
OWN = ('dialects = ( { name = "own"; session = "reference"; dialled = "destination"; begin = 64;'
       ' answer = 65; abort = 66; continue = 67; end = 68; } );\n')
OWN_LINK = ('ussd_id = "user"; ussd_dialled = "destination"; op_begin = 64; op_answer = 65;'
            ' op_abort = 66; op_ask = 67; op_end = 68;')


class Handset:
    """A phone at the gateway; no two are alike."""

    def __init__(self, site, smsc, number=PERSON):
        self.site, self.smsc, self.number = site, smsc, number
        self.seen = 0

    def want(self, words, pattern, last=False):
        if words is None:
            self.smsc.dial(self.number)
        else:
            self.site.remember(self.number, words)
            self.smsc.key(self.number, words)
        return self.screen(pattern, last)

    def screen(self, pattern, last=False):
        self.seen += 1
        text, end = self.smsc.wait_screens(self.number, self.seen)[self.seen - 1]
        assert pattern in text and end == last, (pattern, text, end, self.site.tail())
        return text


@pytest.fixture
def pick_up(make_site):
    """A site with a link to a gateway; a phone at it."""
    smscs = []

    def make(dialect="standard", link_more="", **options):
        site = make_site(start=False, **options)
        folder = pathlib.Path(site.data)
        (folder / "dialects").write_text(OWN)
        more = {"conf": folder / "dialects"} if dialect == "own" else {}
        smscs.append(SmscSim.start(dir=folder, accounts=["shyraq:secret:8500"], dialect=dialect,
                                   clock=site.clock_file, **more))
        password = folder / "password"
        password.write_text("secret\n")
        os.chmod(password, 0o600)
        own = OWN_LINK if dialect == "own" else f'dialect = "{dialect}";'
        with open(site.conf, "a", encoding="utf-8") as f:
            f.write('links = ( { type = "smpp"; name = "op1"; number = "8500"; host = "127.0.0.1";'
                    f' port = {smscs[-1].port}; system_id = "shyraq"; password_file = "{password}";'
                    f' reconnect = "100 ms"; {own} {link_more} }} );\n')
        site.start_all()
        site.connect_sims()
        site.wait_links()
        site.add_receiver("Shelter A", SHELTER_A)
        site.add_receiver("Shelter B", SHELTER_B)
        site.wait_receivers(2)
        ready(site, smscs[-1])
        return Handset(site, smscs[-1])
    yield make
    for smsc in smscs:
        smsc.stop()


def ready(site, smsc):
    log = site.procs["daemon"].log_text
    assert child.wait_for(lambda: log().count("bus.up") >= 2 and smsc.order("status")["binds"], 20)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_dialects(pick_up, dialect):
    """Dialled, answered, hung up, dialled again: it goes on where it stood."""
    h = pick_up(dialect)
    for words, screen in ((None, ROW), (FIRST, NOTICE), ("1", CALM)):
        h.want(words, screen)
    h.smsc.hangup(h.number)
    for words, screen in ((None, GO_ON), ("1", CALM), ("1", WHERE), ("jetiboy", WHO)):
        h.want(words, screen)
    assert h.site.count("session") == 1
    assert h.smsc.order("status")["counters"]["ussd_strays"] == 0


def test_journey(pick_up):
    """A case, a referral to a receiver by SMS, and no SMS to the person."""
    h = pick_up()
    h.want(None, ROW)
    steps = JOURNEY + LEFT_OUT
    for words, screen in steps:
        h.want(words, screen, last=(words, screen) == steps[-1])
    assert h.site.count("casefile") == 1
    h.site.advance(2)

    def asked():
        return [t["text"] for n in (SHELTER_A, SHELTER_B) for t in h.site.phone(n).all()] + \
            [t for n in (SHELTER_A, SHELTER_B) for t in h.smsc.texts(n)]
    assert child.wait_for(asked, 20, 0.1), h.site.tail()
    assert REFERRAL.search(asked()[0])
    h.site.phone(PERSON).silence(1)
    assert h.smsc.texts(PERSON) == []


@pytest.mark.parametrize("fault", ["drop", "restart"])
def test_link_or_daemon_lost(pick_up, fault):
    """The dialogue is gone, the session is not."""
    h = pick_up()
    for words, screen in ((None, ROW), ("3", NOTICE), ("1", CALM)):
        h.want(words, screen)
    if fault == "drop":
        binds = h.smsc.order("status")["counters"]["binds"]
        h.smsc.order("fault", name="drop")
        assert child.wait_for(
            lambda: h.smsc.order("status")["counters"]["binds"] > binds, 15)
    else:
        h.site.procs["daemon"].kill()
        h.site.restart("daemon")
        h.site.wait_links()
    ready(h.site, h.smsc)
    for words, screen in ((None, GO_ON), ("1", CALM), ("1", WHERE)):
        h.want(words, screen)
    assert h.site.count("session") == 1


def to_calm(h):
    for words, screen in ((None, ROW), (FIRST, NOTICE), ("1", CALM)):
        h.want(words, screen)
    h.site.wait_sql("SELECT count(*) FROM inbox WHERE state = 'done'", 3)


def delivered(h):
    return h.smsc.counters()["delivered"]


def key_and_kill(h, name, point):
    """A step in which a program ends; how many the gateway has been told were taken."""
    before = delivered(h)
    h.site.wait_quiet()
    h.site.procs[name].kill()
    h.site.restart(name, {"SHYRAQ_KILL_AT": f"{point}:1"})
    ready(h.site, h.smsc)
    h.site.remember(h.number, "1")
    h.smsc.key(h.number, "1")
    assert child.wait_for(lambda: not h.site.procs[name].is_alive(), 15), h.site.tail()
    return before


@pytest.mark.parametrize("point", ["turn.locked", "turn.committed", "worker.before_verdict",
                                   "worker.after_verdict"])
def test_worker_killed_in_a_step(pick_up, point):
    """The gateway is told nothing before the commit is known; the step counts once."""
    h = pick_up()
    to_calm(h)
    before = key_and_kill(h, "worker1", point)
    if point != "worker.after_verdict":
        h.site.phone(PERSON).silence(0.5)
        assert delivered(h) == before
    h.site.restart("worker1")
    h.screen(WHERE)
    assert child.wait_for(lambda: delivered(h) == before + 1, 10)
    h.want("jetiboy", WHO)
    h.site.wait_sql("SELECT count(*) FROM inbox WHERE state = 'done'", 5)


def test_put_off_and_again(pick_up):
    """No verdict in the response time: it is put off, comes again with another sequence, and is one step."""
    h = pick_up(link_more='deliver_timeout = "1 s"; ussd_answer = "25 s";')
    h.smsc.set(retry_ms=300)
    to_calm(h)
    before = key_and_kill(h, "worker1", "turn.locked")
    # again and again while nobody is there to commit it
    assert child.wait_for(lambda: h.smsc.counters()["redelivered"] >= 2, 15), h.smsc.counters()
    assert delivered(h) == before
    h.site.restart("worker1")
    h.screen(WHERE)
    assert child.wait_for(lambda: delivered(h) == before + 1, 10)
    h.site.phone(PERSON).silence(0.5)
    h.site.wait_sql("SELECT count(*) FROM inbox WHERE state = 'done'", 4)


@pytest.mark.parametrize("point", ["in.step_offered", "in.step_verdict"])
def test_daemon_killed_in_a_step(pick_up, point):
    """The gateway has no answer and sends the step again; it shows where the session stands, no more."""
    h = pick_up()
    to_calm(h)
    h.smsc.hangup(h.number)
    before = delivered(h)
    h.site.wait_quiet()
    h.site.procs["daemon"].kill()
    h.site.restart("daemon", {"SHYRAQ_KILL_AT": f"{point}:3"})
    ready(h.site, h.smsc)
    for words, screen in ((None, GO_ON), ("1", CALM)):
        h.want(words, screen)
    before = delivered(h)
    h.smsc.key(h.number, "1")
    daemon = h.site.procs["daemon"]
    assert child.wait_for(lambda: not daemon.is_alive(), 15), h.site.tail()
    assert delivered(h) == before
    h.site.restart("daemon")
    ready(h.site, h.smsc)
    h.screen(GO_ON)
    assert child.wait_for(lambda: delivered(h) == before + 1, 10)
    if CALM in h.want("1", ""):
        h.want("1", WHERE)  # it was not committed
    h.want("jetiboy", WHO)
    assert h.site.count("session") == 1


@pytest.mark.limit(120)
def test_many_people(pick_up):
    """Two hundred phones at once, each with a conversation of its own."""
    first = pick_up(workers=2)
    numbers = [f"+7701{i:07d}" for i in range(1000, 1200)]
    for number in numbers:
        first.smsc.dial(number)
    phones = [Handset(first.site, first.smsc, number) for number in numbers]
    for h in phones:
        h.screen(ROW)
    for h in phones:
        first.smsc.key(h.number, "3")
    for h in phones:
        h.screen(NOTICE)
    assert first.site.count("inbox") == 400
