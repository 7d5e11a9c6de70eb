# SPDX-License-Identifier: GPL-3.0-or-later
"""What follows an acceptance: on the way, met, not found, given back, the operator; a person who
stopped; a receiver whose language has no texts; a step of the ladder that cannot be done."""
import pathlib
import re
import shutil

from sitelib import PERSON, ROOT, SHELTER_A, SHELTER_B, five_answers, referral_of


def referred(site, number=PERSON):
    """A case whose referral has reached shelter A: the person, A, its number and A's code."""
    person, a = site.phone(number), site.phone(SHELTER_A)
    five_answers(site, person)
    person.ask("1", "necha kishi")
    site.advance(1.1)
    case, code = referral_of(a.expect("№")["text"])
    return person, a, case, code


def test_from_taken_to_met(site):
    person, a, case, code = referred(site)
    a.text(f"4 {code}")
    a.expect(f"Берёте №{case}")     # not taken yet: that comes first
    a.text(f"1 {code}")
    a.expect(rf"№{case} .*\d\d:\d\d")
    a.text(f"4 {code}")
    a.expect(rf"№{case}.*\d\d:\d\d")
    a.text(f"6{code}")
    a.expect(f"№{case}")
    site.wait_sql("SELECT count(*) FROM task WHERE kind = 'not_found'", 1)
    a.text(f"0 {code}")
    a.expect(f"№{case}")
    site.wait_sql("SELECT count(*) FROM task WHERE kind = 'asked_for'", 1)
    a.text(f"5{code}")
    a.expect(rf"№{case}.*\d\d:\d\d")
    site.wait_sql("SELECT state FROM casefile", "met")
    acts = site.sql("SELECT string_agg(substr(what, 10), ' ' ORDER BY id) FROM audit "
                    "WHERE what LIKE 'referral.%'")
    assert acts == "asked accepted on_the_way not_found operator met"
    assert len(person.all()) == 6   # nobody wrote to the person about any of it


def test_given_back_goes_on_at_once(site):
    _, a, case, code = referred(site)
    b = site.phone(SHELTER_B)
    a.text(f"1 {code}")
    a.expect(rf"№{case} .*\d\d:\d\d")
    a.text(f"7 {code}")
    a.expect(f"№{case}")
    case_b, code_b = referral_of(b.expect("№", 20)["text"])
    assert case_b == case
    b.text(f"1 {code_b}")
    b.expect(rf"№{case} .*\d\d:\d\d")
    site.wait_sql("SELECT state FROM casefile", "taken")
    a.text(f"5 {code}")             # not theirs any more: nothing changes
    a.expect(rf"№{case}.*\d\d:\d\d")
    site.wait_sql("SELECT state FROM casefile", "taken")


def test_contact_cut_after_a_stop(site):
    """S4: texts to the person end, the referral goes on, and who was asked hears not to write."""
    person, a, case, code = referred(site)
    person.text("TOXTA")
    person.expect("")
    a.expect(rf"№{case}: связь прервана")
    a.text(f"1 {code}")
    a.expect(rf"№{case} .*\d\d:\d\d")
    person.text("TOXTA")
    a.silence(2)
    person.silence(0.5)


def test_a_language_without_texts(make_site, tmp_path):
    """Without tk.po who reads Turkmen is written to in Russian. All seven have texts, so it is taken away."""
    conf = tmp_path / "conf"
    shutil.copytree(ROOT / "conf", conf)
    (conf / "po" / "tk.po").unlink()
    site = make_site(start=False, receivers=False)
    text = pathlib.Path(site.conf).read_text(encoding="utf-8")
    text, found = re.subn(r'conf_dir = "[^"]*"', f'conf_dir = "{conf}"', text)
    assert found == 3               # worker, dispatch, ctl
    pathlib.Path(site.conf).write_text(text, encoding="utf-8")
    site.start_all()
    site.connect_sims()
    site.wait_links()
    site.add_receiver("Shelter A", SHELTER_A, lang="tk")
    site.wait_receivers(1)
    _, a, case, code = referred(site)
    a.text(f"1 {code}")
    a.expect(rf"№{case} ваше с \d\d:\d\d")


def test_a_step_that_is_refused(site):
    """It goes to an operator once, and does not come back at every look."""
    site.sql("ALTER TABLE referral ADD CONSTRAINT none CHECK (state <> 'asked') NOT VALID")
    person = site.phone(PERSON)
    five_answers(site, person)
    person.ask("1", "necha kishi")
    site.advance(1.1)
    site.wait_sql("SELECT count(*) FROM task WHERE kind = 'due_refused'", 1)
    site.wait_sql("SELECT state FROM casefile", "nobody")
    site.phone(SHELTER_A).silence(2)
    assert site.count("task WHERE kind = 'due_refused'") == 1
    assert site.procs["dispatch"].log_text().count("turn.due_refused") == 1
