# SPDX-License-Identifier: GPL-3.0-or-later
"""Many texts over SMPP while an SMSC loses, repeats, refuses and hangs up at random: none lost, none
doubled in effect. SOAK_TEXTS says how many; SOAK_SEED which run."""
import os
import time

import pytest

from sitelib import Site
from smsclib import SmscSim
from simlib import SimError, wait_for
from test_smpp_road import Account

# an answer that was heard and then forgotten, on a bind that stands, looks like a second text, and so does a
# delivery that goes out twice, or again on a later bind after its answer was heard for sure: not here
RATES = {"response_lost": 0.002, "deliver_drop": 0.002,
         "throttle": 0.02, "submit_silent": 0.002, "submit_drop": 0.001, "submit_lost": 0.001}
SLOW = {"rate": 0.003, "wait_ms": 4000}  # later than the link waits: a late "accepted"
IN = "inbox WHERE link <> ''"
WINDOW = 400  # phones whose text or answer is under way
LEFT = "FROM outbox WHERE state IN ('due', 'claimed')"


class FastAccount(Account):
    """A link that carries more than two workers ask of it."""

    def config_text(self, folder):
        return (super().config_text(folder).replace("window = 4;", "window = 20;")
                .replace("parts_per_minute = 6000;", 'parts_per_minute = 60000; throttle = "100 ms";'))


def setting(name, default):
    return int(os.environ.get(name, default))


def number(i):
    return f"+7701{2000000 + i:07d}"


def soak(base, texts, seed, tmp_path):
    site = Site(base, sims=0, workers=2, receivers=False)
    sim = SmscSim.start(dir=tmp_path, accounts=["shyraq:secret:8500"], seed=seed, keep=4 * texts)
    try:
        site.smpp = FastAccount(sim.port)
        site.make()
        site.start_all()
        wait_for("the bind", lambda: sim.order("status")["binds"])
        sim.order("set", response_ms=4000, retry_ms=500)
        for name, rate in RATES.items():
            sim.order("fault", name=name, rate=rate)
        sim.order("fault", name="slow", **SLOW)
        began = time.monotonic()
        for i in range(texts):
            if i % 50 == 0:
                wait_for("room", lambda n=i: n - int(site.sql(
                    f"SELECT (SELECT count(*) FROM {IN}) - (SELECT count(*) {LEFT})")) < WINDOW, 120, 0.1)
            sim.text(number(i), "yordam beringlar", to="8500")
        wait_for("all texts", lambda: site.count(IN) >= texts, 240, 0.2)
        took = time.monotonic() - began
        sim.order("clear")
        settled(site)
        time.sleep(3)
        judge(site, sim, texts, took)
    finally:
        print(site.tail(10))
        site.close()
        sim.stop()


def settled(site):
    """Every answer has an end; what has none is told by state, tries and seconds."""
    try:
        wait_for("all answers", lambda: site.sql(f"SELECT count(*) {LEFT}") == "0", 240, 0.5)
    except SimError:
        print(site.sql(
            "SELECT state, attempt, count(*), extract(epoch FROM shyraq_now() - min(created_at))::int,"
            " extract(epoch FROM shyraq_now() - max(created_at))::int,"
            " extract(epoch FROM min(submit_by) - shyraq_now())::int,"
            " extract(epoch FROM max(submit_by) - shyraq_now())::int"
            f" {LEFT} GROUP BY 1, 2"))
        print(site.sql("SELECT state, count(*) FROM outbox GROUP BY 1"))
        raise


def judge(site, sim, texts, took):
    """Each text once in the database, and to each phone no more than the rules allow."""
    heard = {}
    for entry in sim.all_sent():
        heard[entry["to"]] = heard.get(entry["to"], 0) + 1
    counters = sim.order("status")["counters"]
    twice = site.sql("SELECT link, state, peer_id, done_at FROM inbox WHERE peer_id IN (SELECT peer_id"
                     " FROM inbox WHERE link <> '' GROUP BY 1 HAVING count(*) > 1)")
    assert site.count(IN) == texts, f"lost, or twice in effect: {twice}"
    assert twice == ""
    assert site.count("outbox") == texts
    assert all(n <= 2 for n in heard.values()), "a person's text went three times"
    never = texts - len(heard)
    twice = sum(n == 2 for n in heard.values())
    unsure = int(site.sql("SELECT count(*) FROM outbox WHERE state NOT IN ('sent', 'delivered')"))
    assert never <= unsure
    assert unsure <= texts // 20 + 5, "answers were late, so the soak says little"
    print(f"soak: {texts} texts in {took:.0f} s, {counters['redelivered']} read again,"
          f" {counters['binds']} binds, {unsure} answers unsure, {never} never came, {twice} twice")


def test_a_short_one(base, tmp_path):
    soak(base, setting("SOAK_TEXTS", 600), setting("SOAK_SEED", 1), tmp_path)


@pytest.mark.long
@pytest.mark.limit(7200)
def test_a_long_one(base, tmp_path):
    soak(base, setting("SOAK_TEXTS", 200_000), setting("SOAK_SEED", 2), tmp_path)
