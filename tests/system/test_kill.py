# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kill point of every program: killed there, started again, nothing lost, nothing twice.

The points are those that an undisturbed road passes, found by SHYRAQ_KILL_LIST. After each kill
the effects in the database must be those of the undisturbed road, texts to receivers have gone,
and no text has gone to the person more than twice.
"""
import collections
import itertools
import os
import random
import re
import signal

import pytest

from sitelib import FIRST, REFERRAL, ROOT, SHELTER_A, SiteError, child, referral_of

TEXTS = (FIRST, "1", "jetiboy", "2 3", "1", "1", "7")
# the least: a slow send is asked after, and the points of that are on the road too
RULES = 'lease = "1 s";'
# not on the road itself: each has a test of its own below
ELSEWHERE = {"daemon.stop", "out.expired", "out.dropped",
             "in.step_offered", "in.step_verdict"}  # these two in test_ussd_modem.py
PROGRAMS = ("daemon", "worker1", "dispatch")
KILLS_A_ROAD = 4


def points_in_source():
    names = set()
    for folder in ("daemon", "workers"):
        for path in (ROOT / folder).glob("*.c"):
            for call in re.findall(r"kill_point\(([^;]*)\);", path.read_text()):
                names |= set(re.findall(r'"([a-z_]+\.[a-z_]+)"', call))
    return names


class Road:
    """One person's road over a site whose programs may be killed and come back."""

    def __init__(self, site, number, plan=None):
        self.site = site
        self.plan = plan or {}
        self.person = site.phone(number)
        self.shelter = site.phone(SHELTER_A)
        self.killed = {}
        self.stopped = set()

    def armed(self, name):
        """The environment that arms the next point of the plan."""
        points = self.plan.get(name)
        return {"SHYRAQ_KILL_AT": points[0]} if points else {}

    def revive(self):
        """Starts again what was killed, armed with what comes next in the plan; any other end
        of a program is a failure."""
        for name in PROGRAMS:
            proc = self.site.procs[name]
            if proc.is_alive() or name in self.stopped:
                continue
            if proc.proc.returncode != -signal.SIGKILL:
                raise SiteError(f"{name} ended with {proc.proc.returncode}\n" + self.site.tail())
            self.killed.setdefault(name, []).append(self.plan[name].pop(0))
            proc.start(self.armed(name))

    def until(self, what, seconds, words):
        def look():
            self.revive()
            return what()
        got = child.wait_for(look, seconds, 0.05)
        if not got:
            raise SiteError(f"{words}: not within {seconds} s\n" + self.site.tail(25))
        return got

    def inbox(self):
        return self.site.count("inbox WHERE link <> ''")

    def text(self, phone, words):
        """A text is done when it is committed: the reply may be lost with who carried it."""
        before = self.inbox()
        phone.text(words)
        self.until(lambda: self.inbox() > before, 40, f"commit of {words!r}")

    def slow_first_answer(self):
        """The lease of the first answer ends, its result comes while no worker is there."""
        self.site.sims["m1"].order("fault", name="late_result", ms=2500, count=1)
        self.text(self.person, TEXTS[0])
        worker = self.site.procs["worker1"]
        if worker.is_alive():
            worker.stop(20)
            self.stopped.add("worker1")
        self.until(lambda: self.site.count("outbox WHERE state IN ('due', 'claimed')") == 0,
                   60, "settling of the first answer")
        self.site.sims["m1"].order("clear")
        if self.stopped:
            worker.start(self.armed("worker1"))
            self.stopped.clear()

    def referral(self):
        """The first referral of this case that came to the shelter, wherever it was killed."""
        for text in self.shelter.all()[self.before:]:
            if REFERRAL.search(text["text"]) and "ждёт" not in text["text"]:
                return referral_of(text["text"])
        return None

    def run(self):
        self.before = len(self.shelter.all())
        self.slow_first_answer()
        for words in TEXTS[1:]:
            self.text(self.person, words)
        self.until(lambda: self.site.wait_quiet(0.1), 60, "quiet before the referral")
        self.site.advance(1.1)
        case, code = self.until(self.referral, 60, "the referral")
        self.text(self.shelter, f"1 {code}")
        self.until(lambda: any(re.search(rf"№{case} .*\d\d:\d\d", t["text"])
                               for t in self.shelter.all()[self.before:]), 60, "the detail")
        self.until(lambda: self.site.count("outbox WHERE state IN ('due', 'claimed')") == 0,
                   90, "settling of all texts")
        if not self.site.wait_quiet(3):     # a receipt that fits nothing is kept for a minute
            self.site.advance(1.1, quiet=False)
        self.until(lambda: self.site.wait_quiet(0.1), 60, "empty SIMs")

    def effects(self):
        """What the road leaves, without ids and times."""
        return self.site.sql(f"""
            WITH c AS (SELECT * FROM casefile ORDER BY id DESC LIMIT 1)
            SELECT 'case', count(*)::text, string_agg(state || class || lang, ',') FROM c
            UNION ALL SELECT 'answer', slot, code FROM case_answer
                WHERE case_id IN (SELECT id FROM c)
            UNION ALL SELECT 'consent', kind || yes, count(*)::text FROM consent
                WHERE case_id IN (SELECT id FROM c) GROUP BY 1, 2
            UNION ALL SELECT 'words', '', count(*)::text FROM narrative
                WHERE case_id IN (SELECT id FROM c)
            UNION ALL SELECT 'place', '', count(*)::text FROM place
                WHERE case_id IN (SELECT id FROM c)
            UNION ALL SELECT 'referral', f.state, count(*)::text FROM referral f
                WHERE case_id IN (SELECT id FROM c) GROUP BY 1, 2
            UNION ALL SELECT 'asks', '', count(*)::text FROM referral_ask a JOIN referral f
                ON f.id = a.referral_id WHERE f.case_id IN (SELECT id FROM c)
            UNION ALL SELECT 'session', step, regexp_replace(slots, '_placed=[0-9]+', '_placed=') FROM session
                WHERE peer_id IN (SELECT peer_id FROM c)
            UNION ALL SELECT 'texts', key, count(*)::text FROM outbox
                WHERE peer_id IN (SELECT peer_id FROM c) OR case_id IN (SELECT id FROM c)
                GROUP BY 1, 2
            UNION ALL SELECT 'audit', what, count(*)::text FROM audit
                WHERE case_id IN (SELECT id FROM c) GROUP BY 1, 2
            ORDER BY 1, 2, 3""")

    def sends(self):
        """How often each text left the modem for the person, and for the shelter."""
        def counted(texts):
            seen = [t["text"] for t in texts]
            return {text: seen.count(text) for text in seen}
        return counted(self.person.all()), counted(self.shelter.all()[self.before:])


def check_sends(road, clean_person, clean_shelter):
    to_person, to_shelter = road.sends()
    assert all(n <= 2 for n in to_person.values()), to_person
    assert set(to_person) <= clean_person
    assert len(to_shelter) == clean_shelter, to_shelter
    if not road.killed:
        assert all(n == 1 for n in (*to_person.values(), *to_shelter.values()))


def killed_road(site, number, plan, clean):
    """plan: {program: ["point:n", ...]}, killed at one after the other; what was is taken out."""
    for name in plan:
        site.procs[name].stop(20)
    road = Road(site, number, plan)
    for name in plan:
        site.procs[name].start(road.armed(name))
    for name in plan:
        road.until(lambda n=name: "proc.ready" in site.procs[n].log_text(), 30, f"{name} ready")
    road.run()
    assert road.effects() == clean["effects"]
    check_sends(road, clean["person"], clean["shelter"])
    return road


@pytest.fixture(scope="module")
def clean(base, tmp_path_factory):
    """The undisturbed road: its effects, and the points that each program passed."""
    from sitelib import Site
    folder = tmp_path_factory.mktemp("points")
    site = Site(base, rules=RULES)
    try:
        site.make()
        for name in PROGRAMS:
            site.procs[name].env = {**site.env, "SHYRAQ_KILL_LIST": str(folder / name)}
        site.start_all()
        site.connect_sims()
        site.wait_links()
        site.sims["m1"].order("receipts", mode="auto")
        site.add_receiver("Shelter A", SHELTER_A)
        site.wait_receivers(1)
        road = Road(site, "+77010001000")
        road.run()
        to_person, to_shelter = road.sends()
        found = {"effects": road.effects(), "person": set(to_person),
                 "shelter": len(to_shelter), "points": {}}
        site.stop_in_order()
        for name in PROGRAMS:
            lines = (folder / name).read_text().split() if (folder / name).exists() else []
            found["points"][name] = sorted(set(lines))
        site.assert_no_leaks()
        return found
    finally:
        site.close()


@pytest.fixture
def kill_site(make_site):
    site = make_site(rules=RULES,
                     receivers=False)
    site.sims["m1"].order("receipts", mode="auto")
    site.add_receiver("Shelter A", SHELTER_A)
    site.wait_receivers(1)
    return site


def test_the_road_passes_every_point(clean):
    passed = set(itertools.chain(*clean["points"].values()))
    missed = points_in_source() - passed - ELSEWHERE
    assert missed == set()


def kill_all(site, plan, clean, numbers):
    """Every point of the plan, KILLS_A_ROAD a program and road; how often each program fell."""
    fallen = collections.Counter()
    while any(plan.values()):
        now = {name: points[:KILLS_A_ROAD] for name, points in plan.items() if points}
        road = killed_road(site, next(numbers), now, clean)
        for name, points in road.killed.items():
            plan[name] = [p for p in plan[name] if p not in points]
            fallen.update((name, p.split(":")[0]) for p in points)
        if not road.killed:  # fewer passings in a road than was asked for: the first will do
            first = {name: [p.split(":")[0] + ":1" for p in points]
                     for name, points in plan.items()}
            assert first != plan, f"never killed: {plan}"
            plan = first
        print(f"{sum(fallen.values())} kills, now {road.killed}", flush=True)
    return fallen


def plan_of(clean, nth=1):
    return {name: [f"{p}:{nth}" for p in clean["points"][name] if p != "daemon.stop"]
            for name in PROGRAMS}


@pytest.mark.limit(600)
def test_every_point_once(kill_site, clean):
    """Each program is killed at one point after the other, as the road passes them."""
    plan = plan_of(clean)
    fallen = kill_all(kill_site, plan_of(clean), clean,
                      (f"+7701001{n:04d}" for n in itertools.count()))
    assert set(fallen) == {(name, p.split(":")[0]) for name in PROGRAMS for p in plan[name]}


@pytest.mark.long
@pytest.mark.limit(4 * 3600)
@pytest.mark.parametrize("quarter", range(4))
def test_every_point_twenty_times(kill_site, clean, quarter):
    """Five times a quarter: in an order of its own each time, at the 1st to 3rd passing."""
    total = collections.Counter()
    numbers = (f"+77010{2 + quarter}{n:05d}" for n in itertools.count())
    for turn in range(5):
        plan = plan_of(clean, 1 + turn % 3)
        for points in plan.values():
            random.Random(5 * quarter + turn).shuffle(points)
        total.update(kill_all(kill_site, plan, clean, numbers))
    assert set(total.values()) == {5}, total
    print(f"quarter {quarter}: {sum(total.values())} kills at {len(total)} points", flush=True)


def wait_registered(site):
    log = site.procs["daemon"]
    assert child.wait_for(lambda: log.log_text().count("modem.registered"), 20)


def answer_that_waits(site, person):
    """A text is committed after its modem has lost the network: the answer waits at the link."""
    site.procs["worker1"].stop(20)
    person.text(FIRST)
    assert child.wait_for(lambda: site.sims["m1"].order("status")["slots_used"] == 1, 10)
    site.sims["m1"].order("fault", name="registration", state=2)
    log = site.procs["daemon"]
    assert child.wait_for(lambda: "modem.unregistered" in log.log_text(), 20)
    site.restart("worker1")
    site.wait_sql("SELECT count(*) FROM outbox WHERE state = 'claimed'", 1)


@pytest.mark.parametrize("armed", [False, True], ids=["plain", "killed"])
def test_answer_that_expires(kill_site, armed):
    """No network for 90 s: the answer dies, also when the daemon is killed as it gives up."""
    daemon, person = kill_site.procs["daemon"], kill_site.phone("+77010030011")
    daemon.stop(20)
    daemon.start({"SHYRAQ_KILL_AT": "out.expired:1"} if armed else {}).wait_ready()
    wait_registered(kill_site)
    answer_that_waits(kill_site, person)
    kill_site.advance(2, quiet=False)
    if armed:
        assert child.wait_for(lambda: not daemon.is_alive(), 20)
        assert daemon.proc.returncode == -signal.SIGKILL
        daemon.start().wait_ready()
    kill_site.sims["m1"].order("clear")
    kill_site.wait_sql("SELECT count(*) FROM outbox WHERE state IN ('due', 'claimed')", 0, 30)
    person.silence(2)
    assert kill_site.count("casefile") == 1


@pytest.mark.parametrize("armed", [False, True], ids=["plain", "killed"])
def test_answer_handed_back(kill_site, armed):
    """An orderly stop hands back what was not sent; after the start it is sent, once."""
    daemon, person = kill_site.procs["daemon"], kill_site.phone("+77010030012")
    daemon.stop(20)
    daemon.start({"SHYRAQ_KILL_AT": "out.dropped:1"} if armed else {}).wait_ready()
    wait_registered(kill_site)
    answer_that_waits(kill_site, person)
    daemon.proc.send_signal(signal.SIGTERM)
    daemon.proc.wait(30)
    assert daemon.proc.returncode == (-signal.SIGKILL if armed else 0)
    kill_site.sims["m1"].order("clear")
    daemon.start().wait_ready()
    person.expect("tinchmi", 40)
    kill_site.wait_sql("SELECT count(*) FROM outbox WHERE state IN ('due', 'claimed')", 0, 30)
    person.silence(2)


def test_killed_while_stopping(kill_site, clean):
    """The daemon killed in its orderly stop."""
    daemon = kill_site.procs["daemon"]
    daemon.stop(20)
    daemon.start({"SHYRAQ_KILL_AT": "daemon.stop:1"}).wait_ready()
    kill_site.wait_links()
    daemon.proc.send_signal(signal.SIGTERM)
    daemon.proc.wait(20)
    assert daemon.proc.returncode == -signal.SIGKILL
    kill_site.restart("daemon")
    road = Road(kill_site, "+77010030001")
    road.run()
    assert road.effects() == clean["effects"]


def test_all_at_once(kill_site, clean):
    """Every program killed from outside in the middle of the road."""
    road = Road(kill_site, "+77010030002", {name: ["from outside"] for name in PROGRAMS})
    for name in PROGRAMS:
        os.kill(kill_site.procs[name].proc.pid, signal.SIGKILL)
        kill_site.procs[name].proc.wait(10)
    road.revive()
    for name in PROGRAMS:
        kill_site.procs[name].wait_ready()
    road.run()
    assert road.effects() == clean["effects"]
    check_sends(road, clean["person"], clean["shelter"])
