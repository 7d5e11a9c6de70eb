# SPDX-License-Identifier: GPL-3.0-or-later
"""Offers of work: a human answers at the console, the person fetches it.

S16: what is erased is shown to nobody.
"""
import subprocess

from ctllib import logins, on_terminal, run, run_json  # noqa: F401
from sitelib import PERSON, SHELTER_A, five_answers, referral_of

ANSWER = "pul bermang, shartnoma yo'q"


def ask_about_an_offer(site, person):
    person.ask("TEKSHIRISH", "[Pp]asport|hujjat")
    for key in ("1", "2", "2"):
        person.ask(key, ".")
    person.ask("Inchxon zavodi", ".")
    person.ask("8", r"\?")
    site.wait_sql("SELECT count(*) FROM job_check WHERE asked_at IS NOT NULL", 1)
    site.wait_quiet()
    person.new()


def refused(site, job, text):
    return run(site, "job", "answer", job, "--text", text, code=1).stderr


def test_answer_is_fetched(make_site):
    site = make_site()
    person = site.phone(PERSON)
    assert run_json(site, "job", "list") == []
    ask_about_an_offer(site, person)

    listed = run_json(site, "job", "list", "--open")
    assert len(listed) == 1
    offer = listed[0]
    assert (offer["lang"], offer["country"], offer["state"]) == ("uz", "KR", "open")
    assert (offer["passport"], offer["debt"], offer["ticket"]) == ("yes", "no", "no")
    assert offer["words"] and offer["case"] is None and offer["answered"] is None
    assert "Inchxon" not in run(site, "job", "list").stdout
    assert [t["kind"] for t in run_json(site, "task", "list")] == ["job_check"]
    job = str(offer["id"])

    for text in ("это безопасно", "it is SAFE", "xavfsiz", "қауіпсіз"):
        assert "safe" in refused(site, job, text), text
    for text in ("торговля людьми", "torgovlya lyudmi"):
        assert "ban" in refused(site, job, text), text
    assert "no number" in refused(site, job, "+77010000009")
    assert "no offer check" in refused(site, "99999999", ANSWER)
    for text in ("", "a" * 61, "a\tb", "a\nb"):
        run(site, "job", "answer", job, "--text", text, code=2)
    run(site, "job", "answer", job, code=2)             # standard input is empty
    run(site, "job", "answer", "x", "--text", ANSWER, code=2)
    assert site.count("audit WHERE what = 'job.answered'") == 0

    site.advance(11)                                    # under five minutes are left
    got = subprocess.run([f"{site.bin}/shyraqctl", "-c", site.conf, "job", "answer", job],
                         input=ANSWER + "\n", capture_output=True, text=True, check=False,
                         timeout=30)
    assert got.returncode == 0 and "?" in got.stdout, got
    assert "answered already" in refused(site, job, ANSWER)
    assert run_json(site, "task", "list") == []
    assert run_json(site, "job", "list", "--open") == []
    assert run_json(site, "job", "list")[0]["state"] == "answered"
    assert site.sql("SELECT count(*) FROM audit WHERE what = 'job.answered'") == "1"
    assert site.sql(f"SELECT count(*) FROM job_check WHERE position('pul bermang'::bytea IN answer) > 0"
                    ) == "0"
    assert site.sql("SELECT count(*) FROM intake WHERE box <> ''") == "0"
    person.silence(2)

    told = person.ask("?", "shartnoma")
    assert f"{ANSWER} (" in told["text"]
    site.wait_sql("SELECT count(*) FROM job_check WHERE read_at IS NOT NULL AND answer IS NULL", 1)
    assert run_json(site, "job", "list")[0]["state"] == "read"
    assert "shartnoma" not in person.ask("?", ".")["text"]
    site.assert_no_leaks()


def test_answer_in_the_window_is_said(make_site):
    site = make_site()
    person = site.phone(PERSON)
    ask_about_an_offer(site, person)
    job = str(run_json(site, "job", "list")[0]["id"])
    assert run(site, "job", "answer", job, "--text", ANSWER).stdout == "on its way\n"
    assert f"{ANSWER} (" in person.expect("shartnoma")["text"]
    # that text might have died: kept until they ask, then said once more and no more
    site.wait_sql("SELECT count(*) FROM job_check WHERE read_at IS NOT NULL AND answer IS NOT NULL", 1)
    assert site.sql("SELECT count(*) FROM audit WHERE what = 'job.said'") == "1"
    assert "shartnoma" in person.ask("?", ".")["text"]
    site.wait_sql("SELECT count(*) FROM job_check WHERE answer IS NULL", 1)
    assert "shartnoma" not in person.ask("?", ".")["text"]
    site.assert_no_leaks()


def test_words_are_read_with_ones_own_key(make_site, logins):
    site = make_site()
    person = site.phone(PERSON)
    ask_about_an_offer(site, person)
    job = str(run_json(site, "job", "list")[0]["id"])
    me = ("--login", "cw1", "job", "read", job, "--key", f"{site.keys}/desk.key")
    assert "terminal" in run(site, *me, code=1).stderr
    assert site.count("audit WHERE what = 'job.read'") == 0
    assert "Inchxon zavodi" in "\n".join(on_terminal(site, *me))
    assert site.sql(f"SELECT code FROM audit WHERE what = 'job.read' AND subject = {job}") == "cw1"
    none = "\n".join(on_terminal(site, *me[:4], "99999", *me[5:]))
    assert "no offer" in none and "99999" in none
    for login in ("op1", "sup1", "aud1"):
        assert "needs a login in shyraq_caseworker" in "\n".join(
            on_terminal(site, "--login", login, *me[2:]))
    site.assert_no_leaks()


def test_who_may(make_site, logins):
    site = make_site()
    ask_about_an_offer(site, site.phone(PERSON))
    job = run(site, "--login", "aud1", "--json", "job", "list").stdout
    assert '"country": "KR"' in job
    job = str(run_json(site, "--login", "op1", "job", "list")[0]["id"])
    got = run(site, "--login", "aud1", "job", "answer", job, "--text", ANSWER, code=1)
    assert "shyraq_operator" in got.stderr
    assert "needs a login" in run(site, "--login", "out1", "job", "list", code=1).stderr
    run(site, "--login", "op1", "job", "answer", job, "--text", ANSWER)
    assert site.sql("SELECT code FROM audit WHERE what LIKE 'job.%'") == "op1"
    for column in ("words", "answer", "peer_id"):
        got = subprocess.run(["psql", site.conninfo("op1"), "-c", f"SELECT {column} FROM job_check"],
                             capture_output=True, text=True, check=False, timeout=30)
        assert "permission denied" in got.stderr


def shown(site, *login):
    """All that the console tells of cases and tasks."""
    out = [run(site, *login, *args).stdout for args in (
        ("case", "list"), ("--json", "case", "list"), ("task", "list"), ("job", "list"),
        ("--json", "job", "list"))]
    return "\n".join(out), run_json(site, *login, "task", "list"), run_json(site, *login, "case", "list")


def test_erased_is_shown_to_nobody(make_site, logins):
    site = make_site()
    person, a = site.phone(PERSON), site.phone(SHELTER_A)
    five_answers(site, person)
    person.ask("1", "necha kishi")
    site.advance(1.1)
    case, _ = referral_of(a.expect("№")["text"])
    site.sql(f"INSERT INTO task (kind, case_id) SELECT 'cut', id FROM casefile WHERE number = {case}")
    ask = site.sql("SELECT id FROM casefile")
    run(site, "case", "show", case)
    assert len(run_json(site, "task", "list")) == 1
    person.ask("O'CHIRISH", ".")
    if site.sql("SELECT count(*) FROM casefile WHERE hidden_at IS NOT NULL") == "0":
        person.ask("1", ".")
    site.wait_sql("SELECT count(*) FROM casefile WHERE hidden_at IS NOT NULL", 1)
    assert site.count(f"case_answer WHERE case_id = {ask}") > 0       # for 72 h it is only hidden

    for login in ("op1", "cw1", "aud1", "sup1"):
        me = ("--login", login)
        text, tasks, cases = shown(site, *me)
        assert tasks == [] and cases == [] and "KZ-47" not in text and case not in text.split()
        assert "no case has the number" in run(site, *me, "case", "show", case, code=1).stderr
        status = run_json(site, *me, "status")
        assert status["tasks"] == [] and not any(status["cases"].values())
    assert run_json(site, "--login", "op1", "case", "holds") == []

    # a supervisor may stop the destruction, by number alone, and finds it again
    run(site, "--login", "sup1", "case", "hold", case, "--reason", "court order 12/26")
    assert run_json(site, "--login", "op1", "case", "holds") == []
    assert [h["case"] for h in run_json(site, "--login", "sup1", "case", "holds")] == [int(case)]
    assert "no case has the number" in run(
        site, "--login", "sup1", "case", "hold", "99999", "--reason", "court order", code=1).stderr
