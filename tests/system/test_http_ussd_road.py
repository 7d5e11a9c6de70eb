# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole dialogues over HTTP: an aggregator, shyraqd, worker, database and back.

Nobody who came by USSD is ever sent an SMS.
"""
import concurrent.futures
import pathlib

import pytest

from httplib import Dialler, config, port_of
from sitelib import FIRST, PERSON, REFERRAL, SHELTER_A, SHELTER_B, child
from test_ussd_modem import CALM, GO_ON, JOURNEY, LEFT_OUT, NOTICE, ROW, WHERE, WHO


@pytest.fixture
def pick_up(make_site):
    """A site with an aggregator; a phone at it."""
    def make(number=PERSON, style="accumulated", **options):
        site = make_site(start=False, **options)
        row = config(pathlib.Path(site.data), input=f'"{style}"', ussd_answer='"8 s"')
        with open(site.conf, "a", encoding="utf-8") as f:
            f.write(f"aggregators = (\n{row}\n);\n")
        site.start_all()
        site.connect_sims()
        site.wait_links()
        site.add_receiver("Shelter A", SHELTER_A)
        site.add_receiver("Shelter B", SHELTER_B)
        site.wait_receivers(2)
        assert child.wait_for(lambda: site.procs["daemon"].log_text().count("bus.up") >= 2, 15)
        return Handset(site, number, "s1", style == "accumulated")
    return make


class Handset(Dialler):
    def __init__(self, site, number, session, accumulated=True):
        super().__init__(port_of(pathlib.Path(site.procs["daemon"].log)), number, session,
                         accumulated)
        self.site = site

    def ask(self, text, **more):
        self.site.remember(self.phone, text)
        return super().ask(text, **more)

    def want(self, words, pattern, last=False):
        got = self.dial() if words is None else self.key(words)
        assert got[0] == 200 and got[1].startswith("END " if last else "CON "), got
        assert pattern in got[1], (pattern, got[1])
        return got[1]


@pytest.mark.parametrize("style", ["accumulated", "last"])
def test_journey(pick_up, style):
    """A case, a referral to a receiver by SMS, and no SMS to the person."""
    h = pick_up(style=style)
    h.want(None, ROW)
    steps = JOURNEY + LEFT_OUT
    for words, screen in steps:
        h.want(words, screen, last=(words, screen) == steps[-1])
    assert h.site.count("casefile") == 1
    assert h.site.count("inbox") == 1 + len(steps)
    h.site.advance(2)
    receivers = [h.site.phone(n) for n in (SHELTER_A, SHELTER_B)]
    assert child.wait_for(lambda: any(p.all() for p in receivers), 20, 0.1)
    assert REFERRAL.search([t for p in receivers for t in p.all()][0]["text"])
    h.site.phone(PERSON).silence(1)


def test_repeats_have_one_effect(pick_up):
    """Every request three times: the same screens, and as many steps as without."""
    h = pick_up()
    h.want(None, ROW)
    for words, screen in JOURNEY:
        first = h.want(words, screen)
        assert h.dial() == (200, first)
        assert h.dial() == (200, first)
    assert h.site.count("inbox") == 1 + len(JOURNEY)
    assert h.site.count("casefile") == 1


@pytest.mark.parametrize("began", ["3", FIRST])
def test_restart_of_the_daemon(pick_up, began):
    """The session is the person's. Digits alone might be a dial, and show what a dial shows; where words
    were typed nobody dialled, and what was keyed last counts."""
    h = pick_up()
    for words, screen in ((None, ROW), (began, NOTICE), ("1", CALM)):
        h.want(words, screen)
    daemon = h.site.procs["daemon"]
    daemon.kill()
    h.site.restart("daemon")
    h.site.wait_links()
    assert child.wait_for(lambda: daemon.log_text().count("bus.up") >= 2, 15)
    h.port = port_of(pathlib.Path(daemon.log))
    if began == "3":
        h.want("1", GO_ON)
        h.want("1", CALM)
    h.want("1", WHERE)
    h.want("jetiboy", WHO)
    assert h.site.count("session") == 1


def test_worker_killed_in_a_step(pick_up):
    """Offered again, the step shows the same screen; what was keyed counts once."""
    h = pick_up()
    for words, screen in ((None, ROW), (FIRST, NOTICE), ("1", CALM)):
        h.want(words, screen)
    site = h.site
    site.procs["worker1"].stop()
    site.restart("worker1", {"SHYRAQ_KILL_AT": "worker.before_verdict:1"})
    assert child.wait_for(lambda: site._ups("worker1")[0] > 0, 10)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        later = pool.submit(h.key, "1")
        assert child.wait_for(lambda: not site.procs["worker1"].is_alive(), 10)
        site.restart("worker1")
        status, body = later.result(15)
    assert status == 200 and WHERE in body
    site.wait_sql("SELECT count(*) FROM inbox WHERE state = 'done'", 4)
    h.want("jetiboy", WHO)


@pytest.mark.limit(120)
def test_many_people(pick_up):
    """Two hundred phones at once, each with a conversation of its own."""
    first = pick_up(workers=2)
    phones = [Handset(first.site, f"+7701{i:07d}", f"s{i}") for i in range(1000, 1200)]

    def talk(h):
        for words, screen in ((None, ROW), ("3", NOTICE)):
            got = h.dial() if words is None else h.key(words)
            if not (got[0] == 200 and got[1].startswith("CON ")):
                return got
        return None
    with concurrent.futures.ThreadPoolExecutor(200) as pool:
        wrong = [got for got in pool.map(talk, phones) if got is not None]
    assert not wrong, wrong[:3]
    assert first.site.count("inbox") == 400
