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

    def make(dialect="standard", **options):
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
                    f' reconnect = "100 ms"; {own} }} );\n')
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
