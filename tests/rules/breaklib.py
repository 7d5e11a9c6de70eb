# SPDX-License-Identifier: GPL-3.0-or-later
"""Breaks each rule of docs/SAFETY.md by one line of source and looks whether its test goes red.

It works in a copy of the tree and never changes this one. tests/rules/README.md says how to add one.
Called by scripts/break-rules (main).
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(ROOT, *p) for p in (("scripts",), ("tests", "talk"))]

from desk.cluster import PORT    # noqa: E402
from talklib import Talks        # noqa: E402

TABLE = os.path.join(ROOT, "tests", "rules", "rules.txt")
SAFETY = os.path.join(ROOT, "docs", "SAFETY.md")
FIELDS = ("rule", "name", "file", "old", "new", "test")
LIMIT = 180  # seconds a test
RULES = {f"S{n}" for n in range(1, 20)} | {"S1a", "S1b", "S1c", "S3a"}
SQL = "sql/statements.sql"


class Wrong(Exception):
    """The table, or the patch, is not what it should be."""


class Mutant:
    def __init__(self, line, fields):
        self.line = line
        missing = [f for f in FIELDS if f not in fields]
        if missing:
            raise Wrong(f"{TABLE}:{line}: no {missing[0]}")
        self.rule, self.name, self.file = (fields[f] for f in ("rule", "name", "file"))
        self.old, self.new = fields["old"], fields["new"]
        self.test = tuple(fields["test"].split())
        self.quick = fields.get("quick") == "yes"


def read_table():
    """Paragraphs of "field: value"; the rest of the line is the value, blanks and all."""
    found, fields, begun = [], {}, 0
    with open(TABLE, encoding="utf-8") as f:
        lines = f.read().split("\n") + [""]
    for at, line in enumerate(lines, 1):
        if line.startswith("#"):
            continue
        if not line:
            if fields:
                found.append(Mutant(begun, fields))
            fields = {}
            continue
        name, colon, value = line.partition(": ")
        if not colon or name not in FIELDS + ("quick",):
            raise Wrong(f"{TABLE}:{at}: no field of a mutant")
        begun = at if not fields else begun
        fields[name] = value
    names = [m.name for m in found]
    twice = {n for n in names if names.count(n) > 1}
    if twice:
        raise Wrong(f"{TABLE}: twice: {', '.join(sorted(twice))}")
    return found


def check_document(mutants):
    """Every rule has a row and a mutant, and the row names the test; what is missing, by line."""
    rows, wrong = {}, []
    with open(SAFETY, encoding="utf-8") as f:
        for line in f:
            for rule in re.findall(r"^\| \*\*(S\d+[a-c]?)\b", line):
                rows[rule] = line
    for rule in sorted(RULES, key=lambda r: (int(re.findall(r"\d+", r)[0]), r)):
        if rule not in rows:
            wrong.append(f"docs/SAFETY.md: no row for {rule}")
        if not any(m.rule == rule for m in mutants):
            wrong.append(f"tests/rules/rules.txt: nothing breaks {rule}")
    for m in mutants:
        named = m.test[-1] if m.test[0] in ("unit", "db", "system") else m.test[1]
        if m.rule not in RULES:
            wrong.append(f"tests/rules/rules.txt:{m.line}: no rule {m.rule}")
        elif named not in rows.get(m.rule, named):
            wrong.append(f"docs/SAFETY.md: {m.rule} does not name {named}, which {m.name} turns red")
    return wrong + check_names(rows)


def names_in(*folders):
    """Every identifier, and every file's name."""
    found = set()
    for folder in folders:
        for where, dirs, files in os.walk(os.path.join(ROOT, folder)):
            dirs[:] = [d for d in dirs if d not in ("corpus", "po", "places", "__pycache__")]
            found.update(files)
            for name in files:
                with open(os.path.join(where, name), encoding="utf-8", errors="replace") as f:
                    found.update(re.findall(r"[A-Za-z_]\w*", f.read()))
    return found


def check_names(rows):
    """What a row names is there: functions and statements in the source, tests among the tests."""
    source = names_in("lib", "workers", "daemon", "include", "sql", "conf", "scripts", "tests/rules")
    tests, wrong = names_in("tests", "scripts"), []
    for rule, line in rows.items():
        cells = line.split(" | ")
        for cell, known in ((cells[1], source), (cells[2], tests)):
            for quoted in re.findall(r"`([^`]*)`", cell):
                for name in re.findall(r"[A-Za-z_][\w-]*(?:\.(?:talk|conf|c|py|txt|sh)\b)?", quoted):
                    if name not in known and not os.path.isdir(os.path.join(ROOT, name)):
                        wrong.append(f"docs/SAFETY.md: {rule}: there is no {name}")
    return wrong


def cmocka(out, status, name):
    """True passed, False failed; a test that said nothing failed with its program."""
    if re.search(rf"(?m)^ok \d+ - {re.escape(name)}$", out):
        return True
    if status < 0 and "not ok" not in out:
        raise Wrong(f"the program died of signal {-status}")
    return False


class Copy:
    """The tree and its build folder once more; one line at a time is another."""

    def __init__(self, folder, built):
        self.top = os.path.join(folder, "tree")
        self.build = os.path.join(self.top, "build")
        away = shutil.ignore_patterns(".git", "__pycache__", ".pytest_cache", "build", "var")
        shutil.copytree(ROOT, self.top, symlinks=True, ignore=away)
        if os.path.isdir(built):
            shutil.copytree(built, self.build, symlinks=True,
                            ignore=shutil.ignore_patterns("lint", "san", "tsan", "fuzz", "cover",
                                                          "*.lock"))
        os.makedirs(self.build, exist_ok=True)
        for where, _dirs, files in os.walk(self.build):
            for name in files:
                if name.endswith(".d"):
                    self._here(os.path.join(where, name), built)

    @staticmethod
    def _here(path, built):
        """What gcc wrote of the other build folder, said of this one."""
        with open(path, encoding="utf-8") as f:
            text = f.read()
        if built in text:
            with open(path, "w", encoding="utf-8") as f:
                f.write(text.replace(built, "build"))

    def path(self, name):
        return os.path.join(self.top, name)

    def make(self, targets, quick=True):
        """Unoptimized: what is compiled again is one file, and soon forgotten."""
        argv = ["make", "-s", "-j2", "BUILD=build", "WERROR="] + (["OPT=-O0"] if quick else [])
        env = {k: v for k, v in os.environ.items() if k not in ("BUILD", "MAKEFLAGS", "MAKELEVEL")}
        got = subprocess.run(argv + sorted(targets), cwd=self.top, env=env, text=True,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, check=False)
        if got.returncode != 0:
            errors = [x for x in got.stdout.splitlines() if "error" in x.lower() or "***" in x]
            raise Wrong("it does not build: " + "\n    ".join(errors[:8]))

    def _products(self, name):
        """Object files that hold this source, by its name."""
        if name == SQL:
            return [p for p in (self.path("build/lib/db.o"), self.path("build/tests/talk/db.o"))
                    if os.path.exists(p)]
        return [self.path(f"build/{name[:-2]}.o")] if name.endswith(".c") else []

    def _statements(self):
        """Only the objects that hold the statements know them: the rest keep their age."""
        for name in ("build/gen/statements.def", "build/tests/talk/gen/statements.def"):
            path = self.path(name)
            if os.path.exists(path):
                was = os.stat(path)
                os.remove(path)
                self.make([name])
                os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))

    def broken(self, m):
        """A context in which the one line is another."""
        return _Broken(self, m)


class _Broken:
    def __init__(self, copy, m):
        self.copy, self.m = copy, m
        self.source = copy.path(m.file)
        self.kept = {}

    def __enter__(self):
        with open(self.source, encoding="utf-8") as f:
            text = f.read()
        count = text.count(self.m.old)
        if count != 1:
            raise Wrong(f"{count} places of {self.m.file} have {self.m.old!r}; one is wanted")
        self.text, self.was = text, os.stat(self.source)
        # pylint: disable=protected-access
        for path in self.copy._products(self.m.file):
            shutil.copy2(path, path + ".kept")
            self.kept[path] = path + ".kept"
        with open(self.source, "w", encoding="utf-8") as f:
            f.write(text.replace(self.m.old, self.m.new))
        if self.m.file == SQL:
            self._same_age()
            self.copy._statements()
            for path in self.kept:
                os.remove(path)
        return self

    def _same_age(self):
        os.utime(self.source, ns=(self.was.st_atime_ns, self.was.st_mtime_ns))

    def __exit__(self, *_why):
        """The source as old as it was; its object anew, so that what holds it is made again."""
        with open(self.source, "w", encoding="utf-8") as f:
            f.write(self.text)
        self._same_age()
        if self.m.file == SQL:
            self.copy._statements()  # pylint: disable=protected-access
        for path, kept in self.kept.items():
            os.replace(kept, path)
            os.utime(path)


class Bench:
    """Runs one test of a kind in the copy: build what it needs, then True for passed."""

    def __init__(self, copy):
        self.copy = copy
        self.talks = None

    def close(self):
        if self.talks is not None:
            self.talks.__exit__(None, None, None)

    def targets(self, test):
        kind, what = test[0], test[1]
        wanted = {"unit": f"build/tests/{what}", "db": f"build/tests/db/{what}",
                  "talk": "build/test/talk", "system": "all"}
        if kind not in wanted:
            raise Wrong(f"no kind of test: {kind}")
        return {wanted[kind]} | ({"build/test/shyraqctl"} if kind in ("talk", "db") else set())

    def _site(self):
        """The one cluster, made with the first test that wants it."""
        if self.talks is None:
            os.environ["BUILD"] = self.copy.build
            self.talks = Talks(self.copy.path("conf")).__enter__()
        return self.talks

    def _run(self, argv, env=None):
        got = subprocess.run(argv, cwd=self.copy.top, stdin=subprocess.DEVNULL, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace",
                             timeout=LIMIT, check=False, env={**os.environ, **(env or {})})
        return got.stdout, got.returncode

    def _unit(self, program, name):
        env = {"CMOCKA_MESSAGE_OUTPUT": "TAP", "SHYRAQ_WALK": "20000"}
        out, status = self._run([self.copy.path(f"build/tests/{program}")], env)
        return cmocka(out, status, name), out

    def _db(self, program, name):
        base = self._site().base
        db = base.database()
        env = {"CMOCKA_MESSAGE_OUTPUT": "TAP", "SHYRAQ_TEST_KEYS": base.keys,
               "SHYRAQ_TEST_DB": f"host={base.cluster.sockets} port={PORT} dbname={db}"}
        try:
            out, status = self._run([self.copy.path(f"build/tests/db/{program}")], env)
        finally:
            base.drop(db)
        return cmocka(out, status, name), out

    def _talk(self, name, *bearer):
        talks = self._site()
        proc = talks.start([self.copy.path(f"tests/talk/{name}")],
                           [f"--bearer={b}" for b in bearer])
        try:
            out = proc.communicate(timeout=LIMIT)[0]
        finally:
            proc.kill()
            proc.wait()
            talks.base.drop(f"site{talks.base.made}")
        if not re.search(r"(?m)^\d+ passed, \d+ failed", out):
            raise Wrong(f"the runner did not run: {why(out)}")
        return proc.returncode == 0, out

    def _system(self, name, test):
        env = {"BUILD": self.copy.build, "PYTHONDONTWRITEBYTECODE": "1",
               "PYTHONPATH": self.copy.path("scripts")}
        out, status = self._run(["/usr/bin/python3", "-m", "pytest", "-q", "-p", "no:cacheprovider",
                                 "--tb=line", f"tests/system/{name}::{test}"], env)
        if status not in (0, 1):
            raise Wrong(f"pytest ended with {status}")
        return status == 0, out

    def run(self, test):
        kinds = {"unit": self._unit, "db": self._db, "talk": self._talk, "system": self._system}
        try:
            return kinds[test[0]](*test[1:])
        except subprocess.TimeoutExpired:
            return False, f"not within {LIMIT} s"


def why(out):
    """The line of a test that says what it saw."""
    for pattern in (r"(?m)^FAILED .*$", r"(?m)^not ok .*$", r"(?m)^E .*$"):
        found = re.search(pattern, out)
        if found:
            return found.group(0)[:150]
    return (out.strip().splitlines() or ["nothing"])[-1][:150]


def sound(copy, bench, mutants):
    """Unbroken, every test is green, or red says nothing; those that are not, with what they say."""
    targets = set()
    for m in mutants:
        targets |= bench.targets(m.test)
    copy.make({"build/gen/statements.def"}, quick=False)
    copy.make(targets, quick=False)
    sick = {}
    for test in sorted({m.test for m in mutants}):
        try:
            passed, out = bench.run(test)
        except Wrong as wrong:
            passed, out = False, str(wrong)
        if not passed:
            sick[test] = why(out)
    return sick


def one(copy, bench, m):
    """(seen, what to print)"""
    try:
        with copy.broken(m):
            copy.make(bench.targets(m.test))
            passed, out = bench.run(m.test)
    except (Wrong, OSError) as wrong:
        return False, f"NO MUTANT {m.rule:4} {m.name:34} {wrong}"
    if passed:
        return False, f"GREEN     {m.rule:4} {m.name:34} broken, and {' '.join(m.test)} does not say so"
    said = f"not ok - {m.test[-1]}" if m.test[0] in ("unit", "db") else why(out)
    return True, f"red       {m.rule:4} {m.name:34} {said}"


def run(mutants, built):
    seen = missed = 0
    with tempfile.TemporaryDirectory(prefix="shyraq-rules.", dir="/tmp") as folder:
        os.chmod(folder, 0o711)
        copy = Copy(folder, built)
        bench = Bench(copy)
        try:
            sick = sound(copy, bench, mutants)
            for m in mutants:
                if m.test in sick:
                    good, line = False, (f"SICK      {m.rule:4} {m.name:34} {' '.join(m.test)} fails "
                                         f"unbroken: {sick[m.test]}")
                else:
                    good, line = one(copy, bench, m)
                print(line, flush=True)
                seen, missed = seen + good, missed + (not good)
        finally:
            bench.close()
    return seen, missed


def main(argv):
    ask = argparse.ArgumentParser(prog="scripts/break-rules")
    ask.add_argument("--quick", action="store_true", help="only those marked quick")
    ask.add_argument("--check", action="store_true", help="only hold the table against docs/SAFETY.md")
    ask.add_argument("names", nargs="*", help="mutants or rules; all when none is named")
    got = ask.parse_args(argv)
    begun = time.monotonic()
    try:
        mutants = read_table()
        wrong = check_document(mutants)
    except Wrong as error:
        print(error)
        return 1
    print("\n".join(wrong), end="\n" if wrong else "")
    seen, missed = 0, len(wrong)
    if not got.check:
        chosen = [m for m in mutants if (not got.names or {m.name, m.rule} & set(got.names)) and
                  (m.quick or not got.quick)]
        try:
            seen, more = run(chosen, os.path.realpath(os.environ.get("BUILD") or
                                                      os.path.join(ROOT, "build")))
        except Wrong as error:
            print(error)
            more = 1
        missed += more
    if os.environ.get("SHYRAQ_COUNTS"):
        with open(os.environ["SHYRAQ_COUNTS"], "a", encoding="utf-8") as f:
            f.write(f"{seen} {missed}\n")
    print(f"rules: {seen} broken and seen, {missed} not, {time.monotonic() - begun:.0f} s")
    return missed != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
