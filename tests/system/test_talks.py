# SPDX-License-Identifier: GPL-3.0-or-later
"""Three talks of tests/talk over the full road: modems, bus, worker, dispatch, outbox.

All others run without it (scripts/talk-tests); what a line means stands in tests/talk/README.md. Lines
that ask more than keys, times, a case or a task are the runner's and are passed over here. It never
looks at words, only at keys. Called by scripts/talk-tests.
"""
import re

import pytest

from sitelib import ROOT, SHELTER_A, SHELTER_B, Site, SiteError, child

NAMES_OF = ("road-journey1", "road-next-receiver", "road-stop")
TALKS = [ROOT / "tests" / "talk" / (name + ".talk") for name in NAMES_OF]
UNITS = {"s": 1 / 60, "min": 1, "h": 60, "d": 1440}
OF_THE_RUNNER = re.compile(r"(at|lang|bearer|slot|consent|asked|not asked|flow|speaks|no task|"
                           r"<#|<~|<!|<=|[AB][~!#]) ?")
RECEIVERS = {"A": SHELTER_A, "B": SHELTER_B}
NAMES = {"A": "Shelter A", "B": "Shelter B"}


@pytest.fixture(scope="module")
def site(base):
    made = Site(base)
    try:
        yield made.up()
        made.assert_no_leaks()
    finally:
        made.close()


class Talk:
    def __init__(self, site, number):
        self.site = site
        self.number = number
        self.peer = None
        self.read = 0                      # rows of the person already met
        self.receiver_read = {"A": 0, "B": 0}
        self.last_row = int(site.sql("SELECT coalesce(max(id), 0) FROM outbox"))

    def commit(self, number, words):
        """Texts, and returns the peer when it is committed."""
        top = self.site.sql("SELECT coalesce(max(done_at), 'epoch') FROM inbox")
        n = self.site.count("inbox")
        self.site.phone(number).text(words)
        if not child.wait_for(lambda: self.site.count("inbox") > n, 15, 0.03):
            raise SiteError(f"{words!r} was not committed (last {top})\n" + self.site.tail())
        return self.site.sql("SELECT peer_id FROM inbox ORDER BY done_at DESC, id DESC LIMIT 1")

    def keys(self, where):
        rows = self.site.sql(f"SELECT key FROM outbox WHERE {where} ORDER BY created_at, id")
        return rows.split("\n") if rows else []

    def case(self):
        return self.site.sql(f"SELECT max(id) FROM casefile WHERE peer_id = {self.peer}")

    def person_keys(self):
        return self.keys(f"peer_id = {self.peer}") if self.peer else []

    def receiver_keys(self, who):
        return self.keys(f"case_id = {self.case()} AND contact_id = (SELECT k.id FROM contact k "
                         f"JOIN receiver r ON r.id = k.receiver_id WHERE r.name = '{NAMES[who]}')")

    def code(self, who):
        return self.site.sql(
            "SELECT lpad(a.code::text, 3, '0') FROM referral_ask a "
            "JOIN referral f ON f.id = a.referral_id JOIN receiver r ON r.id = f.receiver_id "
            f"WHERE f.case_id = {self.case()} AND r.name = '{NAMES[who]}'")

    def expect(self, keys_now, read, key):
        """The new number of rows met; `key` is the next one, or - for none."""
        if key == "-":
            if len(keys_now()) > read:
                raise SiteError(f"silence was expected, {keys_now()[read]} came")
            return read
        child.wait_for(lambda: len(keys_now()) > read, 10, 0.05)
        got = keys_now()
        if len(got) <= read or got[read] != key:
            raise SiteError(f"{key} was expected, "
                            f"{got[read] if len(got) > read else 'nothing'} came")
        return read + 1

    def line(self, line):
        if line.startswith("> ") or line == ">":
            self.no_more()
            self.peer = self.commit(self.number, line[2:])
        elif line.startswith("< "):
            self.read = self.expect(self.person_keys, self.read, line.split()[-1])
        elif re.match(r"[AB]> ", line):
            words = line[3:].replace("{code}", self.code(line[0]))
            self.commit(RECEIVERS[line[0]], words)
        elif re.match(r"[AB]< ", line):
            who = line[0]
            self.receiver_read[who] = self.expect(lambda: self.receiver_keys(who),
                                                  self.receiver_read[who], line[3:])
        elif line.startswith("+ "):
            amount, unit = line[2:].split()
            self.site.advance(float(amount) * UNITS[unit])
        elif line.startswith("case "):
            self.site.wait_sql("SELECT state || ' ' || class FROM casefile "
                               f"WHERE id = {self.case()}", line[5:])
        elif line.startswith("task "):
            self.site.wait_sql("SELECT count(*) > 0 FROM task WHERE kind = "
                               f"'{line[5:]}' AND case_id = {self.case()}", "t")
        elif not OF_THE_RUNNER.match(line):
            raise SiteError("not a line of a talk that runs over the road")

    def no_more(self):
        """Whatever came to the person was in the talk."""
        if self.person_keys()[self.read:]:
            raise SiteError(f"also came: {self.person_keys()[self.read:]}")


@pytest.mark.parametrize("path", TALKS, ids=lambda path: path.stem)
def test_talk(site, path):
    talk = Talk(site, f"+7701004{TALKS.index(path):04d}")
    for i, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            talk.line(line)
        except SiteError as error:
            raise SiteError(f"{path.name}:{i}: {line}: {error}") from None
    talk.no_more()
