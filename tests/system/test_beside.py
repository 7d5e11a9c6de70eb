# SPDX-License-Identifier: GPL-3.0-or-later
"""A short code that cannot write to a foreign number, and the long number beside it. No database."""
import os

import pytest

from daemonlib import ANSWER, PERSON, Site
from smsclib import SmscSim

FOREIGN, LONG = "+996500000001", "+77000000001"


@pytest.fixture
def make():
    sites, smscs = [], []

    def build(more=f'countries = "KZ"; beside = "{LONG}";', start=True):
        site = Site(sims=0)
        sites.append(site)
        password = site.dir / "pw"
        password.write_text("secret\n")
        os.chmod(password, 0o600)
        rows = []
        for name, number, own in (("op1", "8500", more), ("op2", LONG, "")):
            smscs.append(SmscSim.start(dir=site.dir, name=name, accounts=[f"shyraq:secret:{number}"]))
            rows.append(f'{{ type = "smpp"; name = "{name}"; number = "{number}"; smsc = "{name}";'
                        ' host = "127.0.0.1";'
                        f' port = {smscs[-1].port}; system_id = "shyraq"; password_file = "{password}";'
                        f' reconnect = "100 ms"; {own} }}')
        with open(site.dir / "conf", "a", encoding="utf-8") as f:
            f.write("links = (\n" + ",\n".join(rows) + "\n);\n")
        site.start(links=False)
        if start:
            site.wait_log("smpp.bound", 2)
        return site, *smscs
    yield build
    for site in sites:
        print(site.log.read_text(errors="replace"))
        site.close()
    for smsc in smscs:
        smsc.stop()


def send(worker, row, to, **more):
    worker.say("send", row=row, attempt=1, to=to, text="Salom", link="op1", **{**ANSWER, **more})
    return worker.wait("result", row=row)


def test_refused_and_foreign(make):
    """The same attempt by the long number, and from then on; nobody else is."""
    site, code, long = make()
    worker = site.worker()
    code.fault("refuse_submit", code=0x0b)
    result = send(worker, 1, FOREIGN)
    assert (result["state"], result["link"]) == ("accepted", "op2")
    assert long.texts(FOREIGN) == ["Salom"] and long.sent()[0]["from"].lstrip("+") == LONG[1:]
    assert send(worker, 2, PERSON)["link"] == "op1"
    assert send(worker, 3, PERSON)["state"] == "refused"
    refused = code.counters()["refused"]
    assert send(worker, 4, FOREIGN)["link"] == "op2"
    assert code.counters()["refused"] == refused
    assert long.texts(PERSON) == []


def test_not_refused(make):
    site, code, long = make()
    assert send(site.worker(), 1, FOREIGN)["link"] == "op1"
    assert code.texts(FOREIGN) == ["Salom"] and long.sent() == []


def test_none_beside(make):
    site, code, long = make("")
    code.fault("refuse_submit", code=0x0b)
    assert send(site.worker(), 1, FOREIGN)["state"] == "refused"
    assert long.sent() == []


@pytest.mark.parametrize("more", ['beside = "8501";', 'beside = "77000000001";', 'beside = "+77000000009";'])
def test_config_is_refused(make, more):
    site, *_ = make(more, start=False)
    assert site.process.wait(10) == 1
