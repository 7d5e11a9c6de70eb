# SPDX-License-Identifier: GPL-3.0-or-later
"""SIGHUP reads flows and texts anew: people finish on the version they began with, and what is
broken is refused with file, line and reason while the old one stays."""
import re
import shutil
import signal

import pytest

from sitelib import FIRST, PERSON, ROOT, child

OTHER = "+77010000002"


@pytest.fixture
def own_conf(make_site, tmp_path):
    """A site whose worker and dispatch read a folder of their own."""
    conf = tmp_path / "conf"
    shutil.copytree(ROOT / "conf", conf)
    site = make_site(start=False)
    with open(site.conf, encoding="utf-8") as f:
        text = f.read()
    with open(site.conf, "w", encoding="utf-8") as f:
        f.write(re.sub(r'conf_dir = "[^"]*"', f'conf_dir = "{conf}"', text))
    site.start_all()
    site.connect_sims()
    site.wait_links()
    return site, conf


def hup(site, said):
    proc = site.procs["worker1"]
    before = proc.log_text().count(said)
    proc.proc.send_signal(signal.SIGHUP)
    assert child.wait_for(lambda: proc.log_text().count(said) > before, 10, 0.1), site.tail()


def version_of(conf):
    return int(re.search(r"^version = (\d+);", (conf / "flows/help.conf").read_text(), re.M)[1])


def second_version(conf):
    """help of the next version beside the one that stands: after "calm" it asks who, not where."""
    one = (conf / "flows/help.conf").read_text()
    was = version_of(conf)
    two = one.replace(f"version = {was};", f"version = {was + 1};").replace(
        'code = "yes"; words = ["yes"]; next = "where"; }', 'code = "yes"; words = ["yes"]; next = "who"; }')
    assert two.count('next = "who"; }') > one.count('next = "who"; }')
    (conf / f"flows/help-{was + 1}.conf").write_text(two)


def test_people_finish_on_their_version(own_conf):
    site, conf = own_conf
    first, second = site.phone(PERSON), site.phone(OTHER)
    first.ask(FIRST, "tinchmi")
    second_version(conf)
    hup(site, "conf.reloaded")
    second.ask(FIRST, "tinchmi")
    first.ask("1", "Qayerdasiz")    # the version it began with: where
    second.ask("1", "1 erkak")      # the new one: who
    was = version_of(conf)
    site.wait_sql("SELECT string_agg(version::text, ',' ORDER BY version) FROM session",
                  f"{was},{was + 1}")


def test_a_changed_flow_wants_a_new_version(own_conf):
    site, conf = own_conf
    person = site.phone(PERSON)
    person.ask(FIRST, "tinchmi")
    flow = conf / "flows/help.conf"
    flow.write_text(flow.read_text().replace("after_s = 60", "after_s = 61"))
    hup(site, "conf.reload_refused")
    assert re.search(rf"help\.conf:\d+: version: .*still version {version_of(conf)}",
                     site.procs["worker1"].log_text())
    person.ask("1", "Qayerdasiz")


@pytest.mark.parametrize("name, old, new, said", [
    ("po/uz.po", 'msgstr "Qayerdasiz?', 'msgstr "Qayerdasiz? {nobody}', r"uz\.po:\d+: .*"),
    ("po/uz.po", 'msgid ""\n', 'msgid "\n', r"uz\.po:\d+: .*"),
    ("flows/help.conf", 'next = "where"; }', 'next = "nowhere"; }', r"help\.conf:\d+: .*nowhere"),
    ("policies/ngo_first.conf", "{", "{{", r"ngo_first\.conf:\d+: .*"),
])
def test_what_is_broken_is_refused(own_conf, name, old, new, said):
    site, conf = own_conf
    person = site.phone(PERSON)
    person.ask(FIRST, "tinchmi")
    text = (conf / name).read_text()
    assert old in text
    (conf / name).write_text(text.replace(old, new, 1))
    hup(site, "conf.reload_refused")
    assert re.search(said, site.procs["worker1"].log_text()), site.tail()
    person.ask("1", "Qayerdasiz")   # the old one stays
    (conf / name).write_text(text)
    hup(site, "conf.reloaded")
