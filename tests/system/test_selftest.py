# SPDX-License-Identifier: GPL-3.0-or-later
"""Self-test texts between two links: they arrive, or an alarm is raised; nobody takes them for a person's.

The networks between the links are played here: what one link sent is given to the other, or is not.
No database; the last test has one.
"""
import os
import pathlib
import re
import threading
import time
import types

import pytest

from daemonlib import PERSON, Site
from simlib import Connection, SimError, wait_for
from smsclib import SmscSim

EVERY, WITHIN = "2 s", "2 s"


def selftests(*pairs, every=EVERY, within=WITHIN):
    rows = ", ".join(f'{{ from = "{a}"; to = "{b}"; every = "{every}"; within = "{within}"; }}'
                     for a, b in pairs)
    return f"selftests = ( {rows} );\n"


class Carrier:
    """Takes what a simulated modem sent and gives it to another simulator, as from that number."""

    def __init__(self, sim, to, number):
        self.sim, self.to = Connection(sim.control), Connection(to.control)
        self.number = number
        self.on = True
        self.texts = []
        self.seen = 0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while not self.ended.wait(0.05):
            try:
                for sent in self.sim.order("sent", after=self.seen)["sent"]:
                    self.seen = sent["seq"]
                    self.texts.append(sent["text"])
                    if self.on:
                        self.to.order("text", **{"from": self.number, "text": sent["text"]})
            except SimError:
                pass

    def stop(self):
        self.ended.set()
        self.thread.join(5)
        self.sim.close()
        self.to.close()


@pytest.fixture
def make():
    made, carriers, smscs = [], [], []

    def build(more, sims=2, start=True):
        site = Site(sims=sims)
        made.append(site)
        with open(site.dir / "conf", "a", encoding="utf-8") as f:
            f.write(more(site) if callable(more) else more)
        if start:
            site.start()
        return site

    build.carriers, build.smscs = carriers, smscs
    yield build
    for carrier in carriers:
        carrier.stop()
    for site in made:
        print(site.log.read_text(errors="replace")[-4000:])
        site.close()
    for smsc in smscs:
        smsc.stop()


def carried(make, site, dead=False):
    carrier = Carrier(*site.sims, "+77010009900")
    carrier.on = not dead
    make.carriers.append(carrier)
    return carrier


def state(dispatch, link, word, timeout=15):
    def found():
        return (dispatch.all("link", link=link) or [{}])[-1].get("state") == word
    return wait_for(f"{link} is {word}", found, timeout)


def test_arrives_and_is_nobody(make):
    """Heard, taken off the SIM, and no worker is ever told of it."""
    site = make(selftests(("m1", "m2")))
    carrier = carried(make, site)
    worker, dispatch = site.worker(), site.dispatch()
    site.wait_log("selftest.heard", 3)
    site.sims[1].wait_status(lambda s: s["slots_used"] == 0)
    site.sims[1].text(PERSON, "salom")
    assert bytes.fromhex(worker.wait("sms")["text"]) == b"salom"
    assert len(worker.all("sms")) == 1
    assert site.count("selftest.silent") == 0
    state(dispatch, "m2", "ready")
    assert all(re.fullmatch(r"LINE TEST [0-9A-F]{24}", text) for text in carrier.texts)
    assert len(set(carrier.texts)) == len(carrier.texts)


def test_silence_is_an_alarm_and_ends(make):
    """A link that looks well and receives nothing: who receives is to blame, until one arrives."""
    site = make(selftests(("m1", "m2")))
    carrier = carried(make, site)
    dispatch = site.dispatch()
    site.wait_log("selftest.heard")
    carrier.on = False
    site.wait_log("selftest.silent", timeout=15)
    assert "from=m1 to=m2 sent=1 link=m2" in site.log.read_text()
    state(dispatch, "m2", "silent")
    assert dispatch.all("link", link="m2")[-1]["usable"]
    state(dispatch, "m1", "ready")
    carrier.on = True
    site.wait_log("selftest.again", timeout=15)
    state(dispatch, "m2", "ready")
    assert site.count("selftest.silent") == 1


def test_silent_from_the_start(make):
    site = make(selftests(("m1", "m2")))
    carried(make, site, dead=True)
    dispatch = site.dispatch()
    state(dispatch, "m2", "silent")


def test_a_sender_that_cannot_send(make):
    site = make(selftests(("m1", "m2")))
    carried(make, site)
    dispatch = site.dispatch()
    site.wait_log("selftest.heard")
    site.sims[0].fault("cms", code=38)
    state(dispatch, "m1", "silent", 20)
    assert "sent=0 link=m1" in site.log.read_text()
    state(dispatch, "m2", "ready")
    site.sims[0].clear()
    state(dispatch, "m1", "ready", 20)


def test_held_by_an_operator_is_no_alarm(make):
    site = make(selftests(("m1", "m2")))
    carried(make, site)
    dispatch = site.dispatch()
    site.wait_log("selftest.heard")
    dispatch.say("order", id=1, kind="pause", link="m1", **{"class": 0})
    dispatch.wait("order_done", id=1)
    heard = site.count("selftest.heard")
    time.sleep(6)
    assert site.count("selftest.silent") == 0 and site.count("selftest.heard") <= heard + 1
    dispatch.say("order", id=2, kind="resume", link="m1", **{"class": 0})
    site.wait_log("selftest.heard", heard + 2)


def test_late_forged_and_astray(make):
    """Only one that is ours, in time, at the right link is a proof; none of ours is ever a person's."""
    site = make(selftests(("m1", "m2"), every="1 h", within="2 s"))
    carrier = carried(make, site, dead=True)
    worker = site.worker()
    wait_for("a text", lambda: carrier.texts, 15)
    ours = carrier.texts[0]
    site.sims[0].text("+77010009901", ours)
    site.wait_log("selftest.astray")
    site.sims[1].text("+77010009900", ours[:-1] + ("0" if ours[-1] != "0" else "1"))
    assert bytes.fromhex(worker.wait("sms")["text"]).startswith(b"LINE TEST ")
    site.set_clock(60_000)
    site.sims[1].text("+77010009900", ours)
    site.wait_log("selftest.late")
    assert site.count("selftest.heard") == 0 and len(worker.all("sms")) == 1


def smpp(make, site):
    make.smscs.append(SmscSim.start(dir=site.dir, accounts=["shyraq:secret:8500"], clock=site.clock))
    password = site.dir / "pw"
    password.write_text("secret\n")
    os.chmod(password, 0o600)
    return (f'links = ( {{ type = "smpp"; name = "op1"; number = "8500"; host = "127.0.0.1";'
            ' reconnect = "100 ms";'
            f' port = {make.smscs[-1].port}; system_id = "shyraq"; password_file = "{password}"; }} );\n')


def test_a_short_code_by_smpp(make):
    """From a SIM to a short code: the only proof that the code lives. Its SMSC stays bound and answers."""
    site = make(lambda site: smpp(make, site) + selftests(("m1", "op1")), sims=1)
    smsc = make.smscs[0]
    carrier = Carrier(site.sims[0], smsc, "+77010009900")
    make.carriers.append(carrier)
    worker, dispatch = site.worker(), site.dispatch()
    site.wait_log("selftest.heard", 2)
    smsc.wait_counter("delivered", 2)
    assert site.sims[0].sent()[0]["to"] == "8500"
    carrier.on = False
    state(dispatch, "op1", "silent")
    assert smsc.status()["binds"] != []
    carrier.on = True
    state(dispatch, "op1", "ready")
    assert worker.all("sms") == []


def test_from_smpp_to_a_sim(make):
    site = make(lambda site: smpp(make, site) + selftests(("op1", "m1")), sims=1)
    smsc = make.smscs[0]
    dispatch = site.dispatch()
    wait_for("a self-test at the phone", lambda: smsc.texts("+77010009900"), 15)
    state(dispatch, "m1", "silent")
    site.sims[0].text("8500", smsc.texts("+77010009900")[-1])
    state(dispatch, "m1", "ready")


@pytest.mark.parametrize("more", [
    selftests(("m1", "m9")), selftests(("m9", "m1")), 'selftests = ( { from = "m1"; } );',
    'selftests = ( { from = "m1"; to = "m2"; every = "1 ms"; } );'])
def test_config_is_refused(make, more):
    site = make(more, start=False)
    site.start(links=False)
    assert site.process.wait(10) == 1


def test_links_of_another_daemon(make):
    """Who has the receiving link knows the text and watches; who sends does not."""
    def pair(site):
        conf = (site.dir / "conf").read_text()
        conf = conf.replace('name = "m1";', 'name = "m1"; daemon = "other";')
        (site.dir / "conf").write_text(conf)
        return selftests(("m1", "m2"))
    site = make(pair, start=False)
    site.start(links=False)
    site.wait_log("modem.registered")
    dispatch = site.dispatch()
    state(dispatch, "m2", "silent")
    assert "sent=0 link=m2" in site.log.read_text()
    assert pathlib.Path(site.log).read_text().count("selftest.silent") == 1


def test_status_tells(make_site, make):
    """The database hears of it, `shyraqctl status` asks for somebody, and no case is opened."""
    site = make_site(start=False, sims=2, receivers=False)
    with open(site.conf, "a", encoding="utf-8") as f:
        f.write(selftests(("m1", "m2")))
    site.start_all()
    site.connect_sims()
    site.wait_links()
    control = [types.SimpleNamespace(control=site.socket(f"{name}.ctl")) for name in ("m1", "m2")]
    carrier = Carrier(*control, "+77000000001")
    make.carriers.append(carrier)

    def needs():
        return [n for n in site.ctl("status", check=False).stdout.splitlines() if "self-tests fail" in n]
    log = site.procs["daemon"].log_text
    wait_for("a self-test that arrives", lambda: log().count("selftest.heard") >= 2, 30)
    assert needs() == []
    carrier.on = False
    wait_for("an alarm", needs, 20)
    assert "m2" in needs()[0]
    assert site.sql("SELECT state, usable FROM link_state WHERE link = 'm2'") == "silent|t"
    carrier.on = True
    wait_for("no alarm", lambda: not needs(), 20)
    assert (site.count("inbox"), site.count("peer"), site.count("casefile")) == (0, 0, 0)
