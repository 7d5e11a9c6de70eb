# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole road over SMPP, with a database: what is lost between SMSC, daemon, worker and database
comes again, and has one effect."""
import os
import time

import pytest

from rawsmsc import DELIVER, RESP, Smsc
from sitelib import FIRST, PERSON, Site
from simlib import wait_for


class Account:
    """What a site's config says of our SMSC."""

    simulated = False

    def __init__(self, port):
        self.port = port

    def config_text(self, folder):
        path = os.path.join(folder, "pw")
        with open(path, "w", encoding="utf-8") as f:
            f.write("secret\n")
        os.chmod(path, 0o600)
        return (f'links = ( {{ type = "smpp"; name = "op1"; number = "8500"; host = "127.0.0.1";\n'
                f'  port = {self.port}; system_id = "shyraq"; password_file = "{path}"; window = 4;\n'
                f'  parts_per_minute = 6000; long = "payload"; reconnect = "100 ms";\n'
                f'  reconnect_most = "500 ms";\n'
                f'  enquire = "1 s"; response_timeout = "3 s"; deliver_timeout = "2 s"; }} );')


@pytest.fixture
def road(base):
    smsc = Smsc()
    made = []

    def make(**env):
        site = Site(base, sims=0, receivers=False)
        made.append(site)
        site.smpp = Account(smsc.port)
        site.make()
        for name, more in env.items():
            site.procs[name].env = {**(site.procs[name].env or {}), **more}
        site.start_all()
        return site, smsc, smsc.bound()

    yield make
    try:
        for site in made:
            site.assert_no_leaks()
    finally:
        for site in made:
            print(site.tail(40))
            site.close()
        smsc.close()


def another(smsc, session):
    return wait_for("another bind", lambda: next(
        (s for s in smsc.sessions if s.bound and s is not session), None), 20)


def texts_to(smsc, number):
    return [p.text for p in smsc.submits() if p.to == number.lstrip("+")]


def taken(site):
    return sum(site.procs[w].log_text().count(" turn.taken ") for w in site.procs if w.startswith("worker"))


def repeats(site):
    return sum(site.procs[w].log_text().count(" turn.repeat ") for w in site.procs if w.startswith("worker"))


def test_question_and_answer(road):
    site, smsc, session = road()
    site.remember(PERSON, FIRST)
    n = session.deliver(PERSON, FIRST)
    pdu = smsc.wait_submits(1)[0]
    assert session.answered(n) == 0
    assert pdu.to == PERSON[1:] and "tinchmi" in pdu.text and pdu.validity != ""


def test_a_lost_response_is_one_message(road):
    """Our answer is written and never read: the SMSC sends the text again on its next bind."""
    site, smsc, session = road()
    site.remember(PERSON, FIRST)
    n = session.deliver(PERSON, FIRST)
    smsc.wait_submits(1)
    session.answered(n)
    session.close()
    later = another(smsc, session)
    m = later.deliver(PERSON, FIRST)
    assert later.answered(m) == 0
    wait_for("the repeat", lambda: repeats(site) == 1)
    time.sleep(1)
    assert (taken(site), len(texts_to(smsc, PERSON))) == (1, 1)
    # and the same words again, on this bind, are hers
    m = later.deliver(PERSON, FIRST)
    assert later.answered(m) == 0
    assert (taken(site), repeats(site)) == (2, 1)


def test_one_twice_is_two(road):
    site, _smsc, session = road()
    numbers = [session.deliver(PERSON, "1") for _ in range(2)]
    assert [session.answered(n) for n in numbers] == [0, 0]
    assert (taken(site), repeats(site)) == (2, 0)


def test_a_confirmed_text_may_be_sent_again_on_a_later_bind(road):
    site, smsc, session = road()
    n = session.deliver(PERSON, "1")
    assert session.answered(n) == 0
    wait_for("a confirmation", lambda: site.sql(
        "SELECT count(*) FROM inbox_key WHERE bind IS NOT NULL AND NOT open") == "1", 20)
    session.close()
    later = another(smsc, session)
    m = later.deliver(PERSON, "1")
    assert later.answered(m) == 0
    assert (taken(site), repeats(site)) == (2, 0)


@pytest.mark.parametrize("point", ["worker.taken", "worker.before_verdict", "worker.after_verdict",
                                   "turn.written", "turn.committed"])
def test_a_worker_killed_on_the_way_in(road, point):
    site, smsc, session = road(worker1={"SHYRAQ_KILL_AT": f"{point}:1"})
    site.remember(PERSON, FIRST)
    n = session.deliver(PERSON, FIRST)
    wait_for("the end of the worker", lambda: not site.procs["worker1"].is_alive(), 20)
    site.procs["worker1"].env.pop("SHYRAQ_KILL_AT")
    site.restart("worker1")
    smsc.wait_submits(1, 30)
    wait_for("the answer", lambda: not session.is_unanswered(n), 20)
    time.sleep(1)
    assert len(texts_to(smsc, PERSON)) == 1


@pytest.mark.parametrize("point", ["in.read", "in.taken", "in.offered", "in.verdict", "in.delete",
                                   "in.deleted"])
def test_a_daemon_killed_on_the_way_in(road, point):
    site, smsc, session = road(daemon={"SHYRAQ_KILL_AT": f"{point}:1"})
    site.remember(PERSON, FIRST)
    n = session.deliver(PERSON, FIRST)
    wait_for("the end of the daemon", lambda: not site.procs["daemon"].is_alive(), 20)
    site.procs["daemon"].env.pop("SHYRAQ_KILL_AT")
    site.restart("daemon")
    later = another(smsc, session)
    if session.is_unanswered(n):
        m = later.deliver(PERSON, FIRST)
        assert later.answered(m, 20) == 0
    smsc.wait_submits(1, 120)
    assert site.sql("SELECT count(*) FROM inbox WHERE state = 'done'") == "1"


@pytest.mark.parametrize("point, most", [("out.ordered", 1), ("out.before_submit", 1),
                                         ("out.after_submit", 2), ("out.answer", 2),
                                         ("out.result", 2)])
def test_a_daemon_killed_on_the_way_out(road, point, most):
    """To a person what may have gone goes once more at most, and only while its time lasts."""
    site, smsc, session = road(daemon={"SHYRAQ_KILL_AT": f"{point}:1"})
    site.remember(PERSON, FIRST)
    session.deliver(PERSON, FIRST)
    wait_for("the end of the daemon", lambda: not site.procs["daemon"].is_alive(), 20)
    site.procs["daemon"].env.pop("SHYRAQ_KILL_AT")
    site.restart("daemon")
    later = another(smsc, session)
    if not any(p.command == DELIVER | RESP for p in smsc.heard):
        later.deliver(PERSON, FIRST)
    site.advance(61 / 60, quiet=False)           # nobody answers for the dead: uncertain by then
    wait_for("an end of the row", lambda: site.sql(
        "SELECT count(*) FROM outbox WHERE state IN ('due', 'claimed')") == "0", 100)
    assert 1 <= len(texts_to(smsc, PERSON)) <= most
    assert site.sql("SELECT count(*) FROM outbox") == "1"
