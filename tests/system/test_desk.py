# SPDX-License-Identifier: GPL-3.0-or-later
"""The live desk in a terminal: words opened there alone, the window counted down, one person answers."""
import os
import re
import subprocess

import pytest

from ctllib import on_terminal, run, run_json
from sitelib import PERSON, child

DUTY, OTHER = "+77020000401", "+77020000402"
DANGER = "yordam bering, xavf, meni qamab qo'yishdi jetiboy"
MORE = "u qaytib keldi eshik oldida turibdi"
PAGE = r"^No\d+ danger, desk$"


class Terminal:
    """A tmux window of 80 columns and 24 rows with one program in it."""

    def __init__(self, site, name, login, *more, cols=80, rows=24):
        self.socket = os.path.join(site.data, "tmux." + name)
        key = os.path.join(site.keys, "desk.key")
        argv = [os.path.join(site.bin, "shyraqctl"), "-c", site.conf, "--login", login, "desk",
                "--key", key, *more]
        env = {**os.environ, **site.env, "TERM": "xterm", "LC_ALL": "C.UTF-8"}
        env.pop("TMUX", None)
        quoted = " ".join(f"'{word}'" for word in argv)
        self.tmux("new-session", "-d", "-x", str(cols), "-y", str(rows), "-s", "d",
                  f"{quoted}; echo ended with $?; exec cat", env=env)

    def tmux(self, *args, env=None):
        got = subprocess.run(["tmux", "-S", self.socket, "-f", "/dev/null", *args], env=env,
                             capture_output=True, text=True, check=False, timeout=20)
        assert got.returncode == 0, (args, got.stderr)
        return got.stdout

    def screen(self, history=False):
        return self.tmux("capture-pane", "-p", "-t", "d", *(["-S", "-"] if history else []))

    def keys(self, *keys):
        self.tmux("send-keys", "-t", "d", *keys)

    def type(self, text):
        self.tmux("send-keys", "-t", "d", "-l", text)

    def wait(self, pattern, seconds=10.0):
        """Until the screen holds it; the screen."""
        found = child.wait_for(lambda: re.search(pattern, self.screen(), re.M), seconds, 0.1)
        assert found, f"/{pattern}/ is not on the screen:\n{self.screen()}"
        return self.screen()

    def say(self, key, text=""):
        self.keys(key)
        self.wait(r"Enter send")
        if text:
            self.type(text)
        self.keys("Enter")

    def close(self):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], capture_output=True,
                       check=False, timeout=20)


@pytest.fixture(scope="module")
def people(base):
    for name in ("cw1", "cw2", "op1"):
        role = "shyraq_operator" if name == "op1" else "shyraq_caseworker"
        base.cluster.psql(f"CREATE ROLE {name} LOGIN IN ROLE {role}")
    yield
    for name in ("cw1", "cw2", "op1"):
        base.cluster.psql(f"DROP ROLE {name}")


@pytest.fixture
def desk(make_site, people):
    """desk(login) starts one; the site is desk.site."""
    made = []

    def start(login, *more, **size):
        made.append(Terminal(start.site, f"{login}.{len(made)}", login, *more, **size))
        return made[-1]

    start.site = make_site()
    yield start
    for terminal in made:
        terminal.close()


def on_duty(site, login="cw1", number=DUTY, name="Night"):
    site.add_receiver(name, number, kind="operator", region="*", lang="ru")
    site.wait_receivers(3)
    phone = [r["contacts"][0]["id"] for r in run_json(site, "receiver", "list") if r["name"] == name]
    run(site, "duty", "set", login, "--part", "caseworker", "--from", "now", "--to", "+8h",
        "--phone", str(phone[0]))
    return site.phone(number)


def pages(phone):
    """The same phone may hear from the ladder as well."""
    return [t for t in phone.all() if re.search(PAGE, t["text"])]


def left(screen):
    """Seconds of the window, as the open case shows them."""
    minutes, seconds = re.search(r"window (\d+):(\d\d)", screen).groups()
    return int(minutes) * 60 + int(seconds)


@pytest.mark.limit(240)
def test_a_night_at_the_desk(desk):
    site = desk.site
    pager, person = on_duty(site), site.phone(PERSON)
    first, second = desk("cw1"), desk("cw2")
    first.wait("nothing waits at the desk")

    # danger comes in: the page has no content, the desk shows the case, Enter the words
    person.text(DANGER)
    person.expect(".")
    pager.expect(PAGE)
    assert "NEW" in first.wait(r"№\d+ .*danger")
    assert "qamab" not in first.screen()
    first.keys("Enter")
    first.wait("qamab")
    shown = first.screen()
    print(shown)
    assert "jetiboy" in shown and "goes out at once" in shown and 15 * 60 > left(shown) > 13 * 60
    assert child.wait_for(lambda: left(first.screen()) < left(shown), 5, 0.2)
    site.wait_sql("SELECT count(*) FROM audit WHERE what = 'words.read' AND code = 'cw1'", 1)

    # one person answers
    first.keys("c")
    first.wait("yours since")
    second.wait(r"№\d+ .*danger.* cw1")
    second.keys("Enter")
    second.wait("qamab")
    second.keys("c")
    second.wait("not done: cw1 has it")
    second.say("1")
    second.wait("not done: cw1 has it")

    # what would give the person away is refused with the reason, and can be mended
    first.say("w", "politsiya keladi")
    shown = first.wait("would give the person away")
    assert "politsiya keladi" in shown and re.search(r"16 of 80 characters; they get \d+ septets", shown)
    first.keys("C-u")
    first.type("bir soatdan keyin yetib boramiz")
    first.wait("they read: Mutaxassis: bir soatdan keyin yetib boramiz")
    first.keys("Enter")
    first.wait("on its way")
    got = person.expect("Mutaxassis: bir soatdan keyin yetib boramiz")
    assert 5 <= got["vp_minutes"] <= 15
    first.wait(r"cw1: free .*given")
    first.wait("yetib boramiz")

    # new words are there within two seconds of their commit
    person.text(MORE)
    site.wait_sql("SELECT count(*) FROM narrative", 2)
    first.wait("eshik oldida", 3.0)  # two, and one for a busy machine
    person.new()

    # a phrase with a time
    first.say("2", "6:30 bozor")
    first.wait("on its way")
    person.expect("6:30 bozor")
    person.text("1")
    first.wait(r"meet 6:30.*answer: comes")

    # after the window: kept, and read when they write again
    site.wait_quiet()
    person.new()
    site.advance(16)
    first.wait("window is over")
    first.wait("will be read when they write again")
    first.say("w", "ertaga boramiz")
    first.wait("^will be read when they write again")
    person.silence(2)
    first.wait(r"free .*\[waits\]")
    person.ask("?", "Mutaxassis: ertaga boramiz")
    first.wait(r"ertaga boramiz.*given")

    # handed over, put off the desk, and away
    first.keys("h")
    first.wait("hand over to the login>")
    first.type("op1")
    first.keys("Enter")
    first.wait("no case worker")
    first.keys("h")
    first.wait("hand over to the login>")
    first.type("cw2")
    first.keys("Enter")
    first.wait("handed over")
    second.keys("Escape")
    second.keys("d")
    second.wait("off the desk until")
    first.keys("Escape")
    first.wait("nothing waits at the desk")
    first.keys("q")
    first.wait("ended with 0")
    for word in ("qamab", "eshik", "yetib", "ertaga"):
        assert word not in first.screen(history=True)
    assert site.sql("SELECT string_agg(DISTINCT what, ' ' ORDER BY what) FROM audit "
                    "WHERE what LIKE 'desk.%'") == \
        "desk.claimed desk.done desk.handed desk.handed_to desk.kept desk.paged desk.said"
    site.remember(PERSON, DANGER)
    site.remember(PERSON, "bir soatdan keyin yetib boramiz")
    site.assert_no_leaks()


def test_nobody_with_a_key(desk):
    """Three minutes without anybody who can read: the operator's task says so, once; a page once in 15."""
    site = desk.site
    pager, person = on_duty(site), site.phone(PERSON)
    person.text(DANGER)
    person.expect(".")
    pager.expect(PAGE)
    person.text("xavf tez keling")
    site.wait_sql("SELECT count(*) FROM narrative", 2)
    site.wait_quiet()
    assert site.count("task WHERE kind = 'desk_silent'") == 0
    site.advance(3.1)
    site.wait_sql("SELECT count(*) FROM task WHERE kind = 'desk_silent'", 1)
    assert len(pages(pager)) == 1
    shown = desk("cw1")
    shown.wait(r"№\d+ .*danger")
    shown.keys("Enter")
    shown.wait("xavf tez keling")
    site.advance(15)
    person.text("yana xavf keldi tez")
    assert child.wait_for(lambda: len(pages(pager)) == 2, 10, 0.2)
    shown.wait("yana xavf")
    site.advance(3.1)
    assert site.count("task WHERE kind = 'desk_silent'") == 1


def test_idle_and_small(desk):
    """Nobody here: the screen is blank, and reads anew when somebody comes."""
    site = desk.site
    person = site.phone(PERSON)
    person.text(DANGER)
    person.expect(".")
    shown = desk("cw1", "--idle", "1")
    shown.wait(r"№\d+ .*danger")
    shown.keys("Enter")
    shown.wait("qamab")
    shown.tmux("resize-window", "-t", "d", "-x", "60", "-y", "24")
    assert "qamab" not in shown.wait("needs 80 columns")
    shown.tmux("resize-window", "-t", "d", "-x", "120", "-y", "40")
    shown.wait("qamab")
    shown.wait("nothing is shown while nobody is here", 75)
    assert "qamab" not in shown.screen(history=True)
    shown.keys("x")
    shown.wait("qamab")
    shown.keys("C-c")
    shown.wait("ended with 0")
    assert "qamab" not in shown.screen(history=True)


def test_who_may(desk, tmp_path):
    site = desk.site
    out = desk("op1")
    out.wait("ended with 1")
    assert "shyraq_caseworker" in out.screen()
    assert "needs a terminal" in run(site, "--login", "cw1", "desk", "--key",
                                     f"{site.keys}/desk.key", code=1).stderr
    stranger = tmp_path / "x.key"
    stranger.write_text("11" * 32 + "\n")
    stranger.chmod(0o600)
    got = run(site, "--login", "cw1", "desk", "--key", str(stranger), code=1)
    assert "no active key holder's" in got.stderr
    assert "no key file" in run(site, "--login", "cw1", "desk", "--key", "/nonexistent",
                                code=1).stderr
    site.phone(PERSON).ask(DANGER, ".")
    # words are read on a terminal alone
    number = site.sql("SELECT number FROM casefile")
    me = ("--login", "cw1", "case", "read", number, "--key", f"{site.keys}/desk.key")
    assert "terminal" in run(site, *me, code=1).stderr
    shown = "\n".join(on_terminal(site, *me))
    assert DANGER in shown and re.search(r"\d\d:\d\dZ  yordam", shown)
    assert "needs a login in shyraq_caseworker" in "\n".join(
        on_terminal(site, "--login", "op1", *me[2:]))
    site.sql("INSERT INTO case_answer (case_id, slot, code) SELECT id, 'followup', 'help' FROM casefile")
    assert "(asked weeks after: help)" in "\n".join(on_terminal(site, *me))
    site.sql("DELETE FROM audit_chain; DELETE FROM audit WHERE what = 'words.read'")

    # by hand: a key that is nobody's gets nothing, one that is leaves its name in the audit
    case = site.sql("SELECT id FROM casefile")
    keys = {"none": "00" * 32, "desk": site.sql(
        "SELECT encode(public_key, 'hex') FROM keyholder WHERE name = 'desk'")}
    for who, key in keys.items():
        got = subprocess.run(["psql", site.conninfo("cw1"), "-qAtc",
                              f"SELECT count(*) FROM shyraq_words({case}, '\\x{key}', 0)"],
                             capture_output=True, text=True, check=False, timeout=30)
        assert got.stdout.strip() == ("0" if who == "none" else "1"), got.stderr
    assert site.sql("SELECT code FROM audit WHERE what = 'words.read'") == "cw1"
    got = subprocess.run(["psql", site.conninfo("op1"), "-qAtc",
                          f"SELECT count(*) FROM shyraq_words({case}, '\\x{keys['desk']}', 0)"],
                         capture_output=True, text=True, check=False, timeout=30)
    assert "permission denied" in got.stderr
