# SPDX-License-Identifier: GPL-3.0-or-later
"""The journeys of tests/talk over the operators' links: texts and dialled codes over SMPP, USSD over HTTP.

Programs, bus, database, outbox and links are real; SMSC and aggregator are simulated.
What a line means stands in tests/talk/README.md. Called by scripts/test.
"""
import re

import pytest

from sitelib import SiteError
from talklines import NOT_OVER_THE_ROAD, Talk, run_file
from talkroad import MORE, TALKS, Road, Texts

pytestmark = pytest.mark.limit(400)
# written for texts, told by dialogue as well (tests/talk/README.md: One talk, two bearers)
BOTH = [name + ".talk" for name in ("danger", "danger-silence", "embassy", "complaint", "relative",
                                    "no-to-the-ngo", "after-out", "info-pay", "job", "kk-help",
                                    "ru-danger", "uz-job")]
WHOLE = re.compile(r"journey\d")  # the others are variants
LEFT_OUT = re.compile("(?m)^(?:[1-4] )?(?:%s)(?: |$)" % "|".join(NOT_OVER_THE_ROAD))


@pytest.fixture(scope="module")
def road(base):
    made = Road(base)
    try:
        yield made.up()
        made.site.assert_no_leaks()
    finally:
        made.close()


def bearer(text):
    found = re.search(r"(?m)^bearer (sms|ussd)$", text)
    return found[1] if found else ""


def talks(kind, *patterns):
    """A journey from end to end always, its variants in the long run."""
    found = []
    for path in sorted(path for pattern in patterns for path in TALKS.glob(pattern)):
        text = path.read_text(encoding="utf-8")
        if bearer(text) in ("", kind) and not LEFT_OUT.search(text):
            marks = () if WHOLE.fullmatch(path.stem) else (pytest.mark.long,)
            found.append(pytest.param(path, id=path.stem, marks=marks))
    return found


def test_every_journey_runs():
    """No journey has a line that leaves it out; each runs over the links of its bearer."""
    paths = {path for kind in ("sms", "ussd") for path, in
             (param.values for param in talks(kind, "journey*.talk"))}
    assert paths == set(TALKS.glob("journey*.talk"))


def test_what_waits_behind_98():
    """A screen that ends with a text whole says what follows it; one that breaks off in it does not."""
    texts, keys = Texts(), ["job.care", "ask.job_company"]
    care = texts.forms("ru", keys[0], True)[0]
    assert texts.fit(care + MORE, keys, True) == "ru"
    assert texts.fit(care[:-9] + MORE, keys, True) is None
    assert texts.fit(care, keys, True) is None
    assert texts.fit(care + "\n1 да" + MORE, keys, True) is None


WRONG = ("< -", "< ask.where", "< ask.open ask.calm", "<~ Jetiboy", "<! 1", "<# 2", "case open held",
         "slot region KZ-47", "consent ngo yes", "speaks kk", "flow none", "no sms", "asked A",
         "task danger", "A< ref.first", "B~ x", "> {code}", "dial something", "late 5 min")


def test_wrong_lines_are_seen(road):
    """Each of these says what did not happen."""
    talk = Talk(road, "bearer sms")
    talk.line("> yordam beringlar pasportimni olib qoyishdi")
    for line in WRONG[:3]:
        wrong(talk, line)
    talk.line("< first.intro ask.calm")
    for line in WRONG[3:]:
        wrong(talk, line)
    talk.line("< -")
    talk.line("> 1")
    wrong(talk, "> jetiboy")  # and what it answered was not named


def wrong(talk, line):
    with pytest.raises(SiteError):
        talk.line(line)
        raise AssertionError(f"{line}: passed")


@pytest.mark.parametrize("path", talks("sms", "journey*.talk"))
def test_smpp_sms(road, path):
    run_file(road, path)


@pytest.mark.parametrize("path", talks("ussd", "journey*.talk", *BOTH))
def test_smpp_ussd(road, path):
    run_file(road, path, road.ways["smpp"])


@pytest.mark.parametrize("path", talks("ussd", "journey*.talk", *BOTH))
def test_http_ussd(road, path):
    run_file(road, path, road.ways["http"])
