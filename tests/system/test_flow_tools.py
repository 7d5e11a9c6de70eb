# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqctl's authoring tools on the real binary: check, graph, try, sheet, place; no database."""
import csv
import html.parser
import json
import os
import pathlib
import re
import shutil
import subprocess
import xml.etree.ElementTree

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONF = ROOT / "conf"
CTL = (ROOT / os.environ.get("BUILD", "build")).resolve() / "shyraqctl"
SVG = "{http://www.w3.org/2000/svg}"
SIGN = "AB; An Organisation; 2026-12-01; 1"


@pytest.fixture(name="folder")
def folder_(tmp_path):
    """A copy of the shipped folder, and no config file anywhere near."""
    copy = tmp_path / "conf"
    shutil.copytree(CONF, copy)
    return copy


def run(*args, code=0, stdin="", cwd="/", env=None):
    got = subprocess.run([str(CTL), *map(str, args)], input=stdin, capture_output=True, text=True,
                         check=False, timeout=60, cwd=cwd,
                         env={**os.environ, "SHYRAQ_CONF": "/nowhere/shyraq.conf", **(env or {})})
    assert got.returncode == code, (args, got.returncode, got.stdout[-2000:], got.stderr)
    return got


def langs():
    return sorted(path.stem for path in (CONF / "po").glob("*.po"))


def sheet(folder, lang):
    """The rows of a language's CSV."""
    out = folder.parent / f"{lang}.csv"
    run("flow", "sheet", "--lang", lang, "--csv", out, "--conf", folder)
    with open(out, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def give_back(folder, lang, rows, *args, code=0, columns=("key", "register", "text", "sign")):
    out = folder.parent / "back.csv"
    with open(out, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    got = run("flow", "sheet", "--lang", lang, "--import", out, "--conf", folder, *args, code=code)
    left = [p.name for p in (folder / "po").iterdir() if not re.fullmatch(r"ban\.\w\w|\w\w\.po", p.name)]
    assert left == []
    return got


def po(folder, lang):
    return (folder / "po" / f"{lang}.po").read_text(encoding="utf-8")


# flow check --------------------------------------------------------------------------------------

def test_check_proves_and_lists_every_screen(folder):
    got = run("flow", "check", folder)
    assert "0 errors, " in got.stdout and "help, version " in got.stdout
    rows = json.loads(run("--json", "flow", "check", folder).stdout)
    assert rows["errors"] == 0 and rows["unsigned"] == rows["texts"]
    assert 0 < rows["must_be_signed"] < rows["texts"]
    assert {row["lang"] for row in rows["screens"]} == set(langs())
    for row in rows["screens"]:
        assert row["screen_of"] in (80, 182)
        if row["own_screen"]:
            assert row["screens"] == 1 and row["screen"] <= row["screen_of"], row
        if row["alphabet"] == "GSM-7":
            assert row["parts"] == (1 if 0 < row["units"] <= 160 else -(-row["units"] // 153)), row
        else:
            assert row["parts"] == (1 if 0 < row["units"] <= 70 else -(-row["units"] // 67)), row
        assert row["cost"] == row["parts"] and not row["signed"]
    assert any(row["flow"] == "help" and row["key"] == "ask.calm" for row in rows["screens"])


def test_check_of_one_language_and_flow(folder):
    rows = json.loads(run("--json", "flow", "check", folder, "--lang", "ru", "--flow", "help").stdout)
    assert {row["lang"] for row in rows["screens"]} == {"ru"}
    assert {row["flow"] for row in rows["screens"]} == {"help"}
    text = run("flow", "check", folder, "--lang", "ru", "--flow", "help").stdout
    assert max(map(len, text.splitlines())) <= 100
    assert "drafts that no native speaker has signed" in text
    run("flow", "check", folder, "--lang", "xx", code=2)
    assert "no flow is named" in run("flow", "check", folder, "--flow", "nothing", code=1).stderr


def test_check_tells_the_first_mistake(folder):
    path = folder / "po" / "ru.po"
    text = po(folder, "ru")
    path.write_text(text.replace('msgid "ask.calm"\n', 'msgid "ask.calmer"\n', 1), encoding="utf-8")
    got = run("flow", "check", folder, code=1)
    assert re.search(r"\.po:\d+: ask\.calm", got.stderr) and "0 errors" not in got.stdout
    error = json.loads(run("--json", "flow", "check", folder, code=1).stdout)
    assert "ask.calm" in error["error"]
    path.unlink()
    for other in (folder / "po").glob("*.po"):
        other.unlink()
    run("flow", "check", folder, code=1)


def test_cost_of_a_part_comes_from_the_config(folder, tmp_path):
    conf = tmp_path / "shyraq.conf"
    conf.write_text(f'ctl: {{ database = ""; keys_dir = "/"; sql_dir = "/"; '
                    f'conf_dir = "{folder}"; cost_part = 7; }};\n', encoding="utf-8")
    rows = json.loads(run("-c", conf, "--json", "flow", "check", "--flow", "help").stdout)
    assert all(row["cost"] == 7 * row["parts"] for row in rows["screens"])


# flow graph --------------------------------------------------------------------------------------

def test_graph_draws_every_step_once(folder):
    dot = run("flow", "graph", "help", "--lang", "ru", "--conf", folder, "--dot").stdout
    source = (folder / "flows" / "help.conf").read_text(encoding="utf-8")
    steps = set(re.findall(r'\{\s*name = "(\w+)"', source))
    assert steps and steps == set(re.findall(r"^\ts\d+ \[.*?label=<<B>(\w+)</B>", dot, re.M))
    root = xml.etree.ElementTree.fromstring(
        run("flow", "graph", "help", "--lang", "ru", "--conf", folder).stdout)
    nodes = [g.find(f"{SVG}title").text for g in root.iter(f"{SVG}g") if g.get("class") == "node"]
    assert len([n for n in nodes if re.fullmatch(r"s\d+", n)]) == len(steps)
    assert {"legend", "begin", "danger"} <= set(nodes)
    words = " ".join(t.text or "" for t in root.iter(f"{SVG}text"))
    assert "спокойно" in words and "consent: ngo" in words and "refer after 60 s" in words


def test_graph_says_what_is_missing(folder, tmp_path):
    empty = tmp_path / "bin"
    empty.mkdir()
    got = run("flow", "graph", "help", "--conf", folder, code=1, env={"PATH": str(empty)})
    assert "Debian package graphviz" in got.stderr and got.stdout == ""
    assert "digraph" in run("flow", "graph", "help", "--conf", folder, "--dot",
                            env={"PATH": str(empty)}).stdout
    assert "no flow is named" in run("flow", "graph", "nothing", "--conf", folder, code=1).stderr


# flow try ----------------------------------------------------------------------------------------

def talk(folder, *lines, args=("help", "--lang", "ru", "--at", "21:04"), code=0):
    return run("flow", "try", *args, "--conf", folder, stdin="".join(f"{x}\n" for x in lines),
               code=code).stdout


def test_try_a_conversation_by_sms(folder):
    out = talk(folder, "1", ":+16m", "?", ":where")
    assert out.startswith("      . a case opens (other)")
    assert "21:04 P> 1\n      . calm = yes\n" in out
    assert re.search(r"\d+ UCS-2, \d parts?, ask\.calm, draft\n", out)
    assert "ask.where, draft" in out
    assert "it is 21:20" in out and "21:20 P> ?" in out
    assert "flow help, step where, ru" in out


def test_try_stop_is_silence(folder):
    out = talk(folder, "СТОП", "привет", args=("help", "--lang", "ru"))
    assert "stop: nothing more is sent" in out and "stop.decoy" in out
    assert out.rstrip().endswith("no answer")


def test_try_undo_and_a_wrong_command(folder):
    out = talk(folder, "1", ":undo", ":where")
    assert out.rstrip().splitlines()[-1].strip() != "" and "step calm" in out
    assert ":nonsense: unknown" in talk(folder, ":nonsense", code=1)
    assert ":+16m" in talk(folder, ":?")


def test_try_a_phone_by_ussd(folder):
    out = talk(folder, ":cut", "1", ":dial", args=("help", "--lang", "ru", "--ussd", "--at", "02:11"))
    lines = [x for x in out.splitlines() if x.startswith("      │")]
    assert lines and all(len(x) == len(lines[0]) for x in lines)
    assert re.search(r"\d+ of 80", out)
    assert "no dialogue is open: :dial" in out
    for units, room in re.findall(r"(\d+) of (\d+)", out):
        assert int(units) <= int(room)


def test_try_without_a_flow_or_language(folder):
    out = talk(folder, "Assalomu alaykum yordam beringlar", args=())
    assert "ask.calm" in out and "septets" in out
    assert "no flow is named" in run("flow", "try", "nothing", "--conf", folder, code=1).stderr
    run("flow", "try", "--at", "25:99", "--conf", folder, code=2)


def test_try_unreadable_lines(folder):
    got = subprocess.run([str(CTL), "flow", "try", "--lang", "ru", "--conf", str(folder)],
                         input=b"\xff\xfe\n" + b"x" * 100_000 + b"\n?\n", capture_output=True,
                         check=False, timeout=60,
                         env={**os.environ, "SHYRAQ_CONF": "/nowhere/shyraq.conf"})
    assert got.returncode == 0 and got.stdout.count(b"not UTF-8, or too long") == 2


# flow sheet --------------------------------------------------------------------------------------

class Page(html.parser.HTMLParser):
    """What a translator's page holds: its fields with their texts, its sources."""

    def __init__(self):
        super().__init__()
        self.fields, self.text, self.sources, self.policy = {}, None, [], ""

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "textarea":
            self.text = (attrs["data-key"], attrs["data-register"])
            self.fields[self.text] = ""
        if tag == "meta" and attrs.get("http-equiv") == "Content-Security-Policy":
            self.policy = attrs["content"]
        self.sources += [attrs[a] for a in ("src", "href") if a in attrs]

    def handle_data(self, data):
        if self.text is not None:
            self.fields[self.text] += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.text = None


@pytest.mark.parametrize("lang", langs())
def test_sheet_holds_every_text(folder, lang):
    page = Page()
    out = folder.parent / "sheet.html"
    run("flow", "sheet", "--lang", lang, "--html", out, "--conf", folder)
    page.feed(out.read_text(encoding="utf-8"))
    rows = sheet(folder, lang)
    assert len(rows) == po(folder, lang).count("\nmsgid \"") - 1 == len(page.fields)
    for row in rows:
        # HTML drops the line end behind <textarea>
        assert page.fields[(row["key"], row["register"])].lstrip("\n") == row["text"]
    assert page.sources == [] and page.policy.startswith("default-src 'none'")


def test_sheet_given_back_unchanged_changes_nothing(folder):
    before = po(folder, "ru")
    got = give_back(folder, "ru", sheet(folder, "ru"))
    assert " 0 changed, 0 new, 0 signed" in got.stdout and po(folder, "ru") == before


def test_a_changed_text_loses_its_signature(folder):
    rows = [r for r in sheet(folder, "ru") if r["key"] in ("stop.decoy", "ask.calm")]
    for row in rows:
        row["sign"] = "x"
    assert f" {len(rows)} signed" in give_back(folder, "ru", rows, "--sign", SIGN).stdout
    text = po(folder, "ru")
    assert text.count("#. signed: AB; An Organisation; 2026-12-01; 1; ") == len(rows)
    assert {r["signed"] for r in sheet(folder, "ru") if r["key"] == "stop.decoy"} == {"wording 1"}
    rows = [r for r in rows if r["key"] == "stop.decoy" and r["register"] == "cover"]
    rows[0] |= {"text": "Новости о работе выключены!", "sign": ""}
    assert " 1 changed, 0 new, 0 signed" in give_back(folder, "ru", rows).stdout
    after = po(folder, "ru")
    assert after.count("#. signed:") == text.count("#. signed:") - 1
    assert "Новости о работе выключены!" in after
    # all else is as it was: notes, bounds, other texts
    assert after.count("#. parts:") == text.count("#. parts:")
    assert after.splitlines()[:2] == text.splitlines()[:2]


def test_a_signature_does_not_outlive_its_text(folder):
    rows = [r | {"sign": "x"} for r in sheet(folder, "ru") if r["key"] == "stop.decoy"]
    give_back(folder, "ru", rows, "--sign", SIGN)
    path = folder / "po" / "ru.po"
    path.write_text(re.sub(r'(msgid "stop\.decoy"\nmsgstr ")', r"\1Я", po(folder, "ru")), encoding="utf-8")
    assert {r["signed"] for r in sheet(folder, "ru") if r["key"] == "stop.decoy"} == {"no"}


def test_production_wants_signatures(folder):
    got = run("flow", "check", folder, "--production", code=1)
    assert re.search(r"\w\w\.po:\d+: [\w.@]+( cover)?: not signed", got.stderr)
    rest = 0
    for lang in langs():
        rows = [r | {"sign": "x"} for r in sheet(folder, lang)]
        give_back(folder, lang, rows, "--sign", SIGN)
        rest += len(rows)
    assert "drafts" not in run("flow", "check", folder, "--production").stdout
    assert json.loads(run("--json", "flow", "check", folder).stdout)["unsigned"] == 0
    assert rest > 100


BAD = (
    ("ask.where", "Где вы? {town}", r"has \{town\}"),
    ("ask.where", "Где вы? {x", "stray brace"),
    ("ask.where", "Где\u200bвы?", r"U\+200B"),
    ("ask.where", "Где \x07вы?", r"U\+0007"),
    ("ask.where", "", "no text"),
    ("ask.where", "Где вы? " * 30, r"parts \(\d+ UCS-2\)"),
    ("echo.place", "9 ошибка", r"lacks \{town\}"),
    ("ask.nothing", "Где вы?", "no such key"),
)


def test_sheet_refuses_by_line_and_writes_nothing(folder):
    before = po(folder, "ru")
    rows = [{"key": key, "register": "cover", "text": text} for key, text, _ in BAD]
    for row, (key, _, why) in zip(rows, BAD):
        got = give_back(folder, "ru", [row], code=1)
        assert re.search(rf"back\.csv:2: .*{why}", got.stderr), (key, got.stderr)
    twice = [{"key": "stop.decoy", "register": "cover", "text": f"Новости {i}"} for i in range(2)]
    assert "back.csv:3: stop.decoy cover is given twice" in give_back(folder, "ru", twice, code=1).stderr
    odd = [{"key": "stop.decoy", "register": "loud", "text": "Новости"}]
    assert "back.csv:2: register: loud" in give_back(folder, "ru", odd, code=1).stderr
    good = [{"key": "stop.decoy", "register": "cover", "text": "Новости"}]
    assert "no column text" in give_back(folder, "ru", good, code=1, columns=("key", "register")).stderr
    marked = [good[0] | {"sign": "x"}]
    assert "--sign says by whom" in give_back(folder, "ru", marked, code=1).stderr
    give_back(folder, "ru", marked, "--sign", "AB; Org; yesterday; 1", code=2)
    # one bad row stops the good one
    give_back(folder, "ru", [*good, rows[0]], code=1)
    assert po(folder, "ru") == before


def test_sheet_proves_the_whole_set(folder):
    """A word that only the ban list refuses."""
    before = po(folder, "ru")
    banned = next(line for line in (folder / "po" / "ban.ru").read_text(encoding="utf-8").split("\n")
                  if line and line[0] != "#").rstrip("*")
    row = {"key": "stop.decoy", "register": "cover", "text": f"Новости: {banned}"}
    got = give_back(folder, "ru", [row], code=1)
    assert "banned word" in got.stderr and "nothing was written" in got.stderr
    assert po(folder, "ru") == before


@pytest.mark.skipif("uz" not in langs(), reason="no Uzbek texts")
def test_uzbek_stays_in_gsm7(folder):
    row = {"key": "stop.decoy", "register": "cover", "text": "Ish yangiliklari o‘chirildi"}
    got = give_back(folder, "uz", [row], code=1)
    assert "U+2018" in got.stderr and "GSM-7" in got.stderr


def test_sheet_of_a_missing_text(folder):
    """A language that lacks a key: the sheet has it empty, what comes back is added."""
    path = folder / "po" / "ru.po"
    entry = re.compile(r'(#[^\n]*\n)*msgctxt "cover"\nmsgid "stop\.decoy"\nmsgstr "[^\n]*"\n')
    assert "ru" in langs() and len(langs()) > 1
    lang = next(x for x in langs() if x != "ru")
    path = folder / "po" / f"{lang}.po"
    text = po(folder, lang)
    assert entry.search(text)
    path.write_text(entry.sub("", text), encoding="utf-8")
    run("flow", "check", folder, code=1)
    rows = [r for r in sheet(folder, lang) if r["key"] == "stop.decoy" and r["register"] == "cover"]
    assert [r["text"] for r in rows] == [""]
    rows[0]["text"] = "Work 1"
    assert " 0 changed, 1 new, 0 signed" in give_back(folder, lang, rows).stdout
    run("flow", "check", folder)


def test_sheet_usage(folder):
    run("flow", "sheet", "--conf", folder, code=2)
    run("flow", "sheet", "--lang", "ru", "--conf", folder, code=2)
    run("flow", "sheet", "--lang", "ru", "--csv", "/tmp/x.csv", "--import", "y", "--conf", folder, code=2)
    assert "cannot be written" in run("flow", "sheet", "--lang", "ru", "--csv", "/nowhere/x.csv",
                                      "--conf", folder, code=1).stderr


# place try ---------------------------------------------------------------------------------------

@pytest.mark.parametrize("words, ids, how", [
    ("жетибай", {"KZ-47"}, "exact"),
    ("jetiboydan", {"KZ-47"}, "ending"),
    ("Жетыбпй", {"KZ-47"}, "near"),
    ("Алматыда", {"KZ-75", "KZ-19"}, "variant"),
    ("Zhetybai", {"KZ-47"}, "translit"),
    ("xyzzy", set(), None),
])
def test_place(folder, words, ids, how):
    got = json.loads(run("--json", "place", "try", words, "--conf", folder, "--lang", "ru").stdout)
    assert {p["region"] for p in got["found"]} == ids
    assert {p["how"] for p in got["found"]} == ({how} if how else set())
    assert (got["next"] != "") == bool(ids)


def test_place_with_two_meanings_is_asked(folder):
    got = json.loads(run("--json", "place", "try", "Алматы", "--conf", folder, "--lang", "ru").stdout)
    assert {p["region"] for p in got["found"]} == {"KZ-75", "KZ-19"}
    assert "1 " in got["next"] and "2 " in got["next"]
    text = run("place", "try", "Алматы", "--conf", folder, "--country", "KG").stdout
    assert text.count("not in the number's country") == 2 and "then it is asked" in text
    run("place", "try", code=2)
