# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqctl modem, pause, resume and status: orders to daemons, and all on one screen."""
import json
import re
import threading
import time

import pytest

from ctllib import (answer_orders, needs, on_terminal, put_link, run, run_json,  # noqa: F401
                    start, still, tells_links, well)
from sitelib import PERSON, SHELTER_A, child, five_answers


def test_modem_list(still):
    assert run_json(still, "modem", "list") == []
    assert "no daemon" in run(still, "modem", "list").stdout
    put_link(still, "m1", received=12, waiting=3)
    put_link(still, "m2", usable=False, state="no registration")
    put_link(still, "m3", age=100)
    listed = run_json(still, "modem", "list")
    assert [m["link"] for m in listed] == ["m1", "m2", "m3"] and listed[0]["received"] == 12
    shown = run(still, "modem", "list").stdout
    assert re.search(r"^m1 +ready +80% +12 +0 +3 +0/20", shown, re.M)
    assert "no registration" in shown and "silent" in shown


def test_balance(still):
    ago = "shyraq_now() - interval '3 h'"
    put_link(still, "m1", balance=1234, balance_at=ago)
    put_link(still, "m2")
    listed = {m["link"]: m for m in run_json(still, "modem", "list")}
    assert listed["m1"]["balance"] == 1234 and not listed["m1"]["balance_low"]
    assert listed["m2"]["balance"] is None and listed["m2"]["balance_at"] is None
    assert re.search(r"^m1 .*\n +balance: 1234, 3 h ago$", run(still, "modem", "list").stdout, re.M)
    assert "balance" not in run(still, "modem", "list").stdout.split("\nm2")[1]
    assert re.search(r"^Balance +m1 1234, 3 h ago$", run(still, "status", code=1).stdout, re.M)
    assert "money" not in needs(still)
    put_link(still, "m2", balance=40, balance_at=ago, balance_low="true")
    assert "link m2: the SIM's money is low: 40, 3 h ago" in needs(still)
    shown = run(still, "status", code=1).stdout
    assert re.search(r"^Balance +m2 40, 3 h ago LOW; m1 1234, 3 h ago$", shown, re.M)
    assert "balance: 40, 3 h ago, LOW: top it up" in run(still, "modem", "list").stdout


def test_which_class_is_held(still):
    put_link(still, "m1", paused="true")
    put_link(still, "m2", paused="true")
    still.sql("INSERT INTO link_pause VALUES ('', 3, false, 'x'), ('m2', 6, false, 'x'), "
              "('m1', 0, true, 'x')")
    assert [m["held"] for m in run_json(still, "modem", "list")] == [
        ["referral"], ["referral", "campaign"]]
    shown = run(still, "modem", "list").stdout
    assert re.search(r"^m1 +ready, part held .*\n +held: referral$", shown, re.M)
    assert re.search(r"^m2 +ready, part held .*\n +held: referral campaign$", shown, re.M)
    still.sql("INSERT INTO link_pause VALUES ('m2', 0, false, 'x')")
    assert [m["held"] for m in run_json(still, "modem", "list")] == [["referral"], ["all"]]
    assert re.search(r"^m2 +ready, held .*\n +held: all$", run(still, "modem", "list").stdout, re.M)


@pytest.mark.parametrize("args,row", [
    (("pause", "all"), "pause||0|"),
    (("pause", "campaign"), "pause||6|"),
    (("pause", "ussd"), "pause||1|"),
    (("pause", "m1"), "pause|m1|0|"),
    (("pause", "m1", "danger"), "pause|m1|2|"),
    (("resume", "info"), "resume||5|"),
    (("modem", "drain", "m1"), "drain|m1|0|"),
    (("modem", "drain", "m1", "--off"), "undrain|m1|0|"),
    (("modem", "ussd", "m1", "*100#"), "ussd|m1|0|*100#"),
])
def test_order_is_written_and_answered(still, args, row):
    put_link(still)
    for words, as_json in ((args, False), (args + ("--json",), True)):
        answering = answer_orders(still, "Баланс: 12 тг\n\x1b[31m")
        got = run(still, *words)
        answering.join()
        if as_json:
            told = json.loads(got.stdout)
            assert told["ok"] is True and told["answer"].startswith("Баланс: 12 тг")
        else:
            assert "Баланс: 12 тг" in got.stdout and "\x1b" not in got.stdout
        assert still.sql("SELECT kind, link, class, text FROM link_order "
                         "ORDER BY id DESC LIMIT 1") == row
    answering = answer_orders(still, "the modem is gone", ok=False)
    assert "not done: the modem is gone" in run(still, *args, code=1).stderr
    answering.join()


def test_order_that_nobody_takes(still):
    put_link(still)
    got = run(still, "pause", "all", code=1)
    assert "kept" in got.stderr and still.count("link_order") == 1
    still.sql("DELETE FROM link_order")
    got = run(still, "modem", "ussd", "m1", "*100#", code=1)
    assert "taken back" in got.stderr and still.count("link_order") == 0
    got = run(still, "pause", "m9", code=2)
    assert "no link m9; there are: m1" in got.stderr and "a restart" in got.stderr
    start(still, "dispatch")            # no daemon
    still.sql("INSERT INTO link_order (kind, link) VALUES ('pause', 'm9')")
    still.wait_sql("SELECT ok, answer LIKE 'no such link: %modem list%' FROM link_order "
                   "WHERE link = 'm9'", "f|t")
    got = run(still, "pause", "campaign", code=1)
    assert "no daemon is up" in got.stderr
    assert still.sql("SELECT class, drain FROM link_pause") == "6|f"


def test_pause_within_a_second(make_site):
    """Over the real daemon: what is paused is not sent, and goes when it is resumed."""
    site = make_site()
    assert tells_links(site)
    person, a = site.phone(PERSON), site.phone(SHELTER_A)
    five_answers(site, person)
    person.ask("1", "necha kishi")
    site.wait_quiet()
    for args in (("pause", "referral"), ("resume", "referral"), ("pause", "m1", "referral")):
        begun = time.monotonic()
        assert run_json(site, *args)["ok"]
        assert time.monotonic() - begun < 1
    site.advance(1.1)
    a.silence(2)
    assert "held now: campaign, m1 referral" in run(site, "pause", "campaign").stdout
    assert "nothing is paused" in run(site, "resume", "all").stdout
    a.expect("№")


def test_drain_over_the_daemon(make_site):
    site = make_site(sims=2)
    assert tells_links(site)
    assert "held now: m1 (drained)" in run(site, "modem", "drain", "m1").stdout
    assert child.wait_for(lambda: run_json(site, "modem", "list")[0]["state"] == "drained", 5, 0.1)
    assert run_json(site, "modem", "drain", "m1", "--off")["ok"]
    assert child.wait_for(lambda: run_json(site, "modem", "list")[0]["usable"], 5, 0.1)


def test_ussd_over_the_daemon(make_site):
    site = make_site()
    assert tells_links(site)
    network = site.sim("m1")
    network.order("follow")

    def answer():
        for _ in range(20):
            event = network.event(10)
            if event is not None and event.get("event") == "ussd":
                network.order("ussd", text="Balance: 1234 KZT\n", mode=0)
                return
    answering = threading.Thread(target=answer)
    answering.start()
    try:
        assert "Balance: 1234 KZT" in run(site, "modem", "ussd", "m1", "*100#").stdout
    finally:
        answering.join()
        network.close()


# status --------------------------------------------------------------------------------------

def month_of(site, ahead):
    return site.sql("SELECT to_char(date_trunc('month', shyraq_now() AT TIME ZONE 'UTC') + "
                    f"{ahead} * interval '1 month', '\"outbox_part_\"YYYY_MM')")


def detached(site):
    found = site.sql("SELECT relname FROM pg_class WHERE relname ~ '^outbox_part_2' AND relkind = 'r' "
                     "AND NOT relispartition")
    return found.split("\n") if found else []


def test_status(make_site):
    site = make_site(start=False)
    put_link(site)
    assert "no shyraq-dispatch leads" in needs(site) and "no shyraq-worker" in needs(site)
    start(site, "m1", "daemon", "worker1", "dispatch")
    assert child.wait_for(lambda: well(site), 30, 0.2), needs(site)
    whole = run_json(site, "status")
    assert whole["needs"] == [] and whole["links"][0]["state"] == "ready"
    assert whole["service"]["dispatch"] == "dispatch1" and whole["service"]["workers"] == 1
    shown = run(site, "status").stdout
    assert shown.startswith("Shyraq: all is well") and "worker1" in shown

    for sql, said in [
        ("INSERT INTO link_pause VALUES ('', 2, false, 'x')", "texts are held back"),
        ("INSERT INTO task (kind) VALUES ('danger')", "open tasks: 1"),
        ("INSERT INTO inbox (id, link, t0, state) VALUES (1, 'm1', shyraq_now(), 'aside')",
         "refused or put aside since yesterday: 1"),
        ("""INSERT INTO outbox (id, peer_id, key, priority, state, submit_by, settled_at)
            VALUES (1, 1, 'x', 3, 'expired', shyraq_now(), shyraq_now())""",
         "died of age in the last hour: 1"),
        ("""INSERT INTO link_state (link, daemon, state, usable, told_at)
            VALUES ('x9', 'far', 'SIM locked', false, shyraq_now())""", "link x9: SIM locked"),
        ("""INSERT INTO link_state (link, daemon, state, usable, told_at)
            VALUES ('x9', 'far', 'ready', true, shyraq_now() - interval '1 minute')""",
         "link x9: daemon silent"),
        ("ALTER TABLE outbox_part DETACH PARTITION " + month_of(site, 2) + "; ALTER TABLE outbox_part "
         "DETACH PARTITION " + month_of(site, 3) + "; ALTER TABLE outbox_part DETACH PARTITION "
         + month_of(site, 4), "tables are there for 1 months ahead only"),
    ]:
        site.sql(sql)
        assert said in needs(site)
        assert re.search(rf"^! .*{said}", run(site, "status", code=1).stdout, re.M)
        site.sql("BEGIN; DELETE FROM link_pause; DELETE FROM task; DELETE FROM inbox; "
                 "DELETE FROM outbox; DELETE FROM link_state WHERE link = 'x9'; COMMIT")
        for name in detached(site):
            site.sql(f"DROP TABLE {name}")
        site.sql("SELECT shyraq_partitions(4)")
        assert well(site)
    for name, said in (("worker1", "no shyraq-worker"), ("dispatch", "no shyraq-dispatch leads")):
        site.procs[name].stop()
        assert said in needs(site)


def test_screens_fit(still):
    for i in range(16):
        put_link(still, f"modem-number-{i}", usable=i % 3 > 0, state="no registration at all",
                 received=1234567, sent=7654321, last_in_at="shyraq_now() - interval '9 days'")
    still.sql("INSERT INTO task (kind) SELECT 'kind_of_task_' || i FROM generate_series(1, 9) i")
    still.sql("INSERT INTO link_pause SELECT 'modem-number-' || i, 0, false, 'x' "
              "FROM generate_series(1, 9) i")
    still.sql("INSERT INTO inbox (id, link, t0, state, error) "
              "VALUES (1, 'm1', shyraq_now(), 'aside', repeat('длинно ', 30))")
    still.sql("INSERT INTO receiver (name, kind, lang, regions) SELECT repeat('Приют ', 10) || i, "
              "'operator', 'ru', repeat('KZ-47 ', 20) FROM generate_series(1, 3) i")
    screen = on_terminal(still, "status")
    assert len(screen) <= 23, "\n".join(screen)
    for args in (("status",), ("modem", "list"), ("receiver", "list"), ("queue", "--put-aside"),
                 ("--help",)):
        for line in on_terminal(still, *args):
            assert len(line) <= 80, (args, line)
