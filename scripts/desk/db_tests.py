# SPDX-License-Identifier: GPL-3.0-or-later
"""The database's own tests: pgTAP files and C programs, each on a database of its own.

It never uses a server of the system.
Called by scripts/db-tests: python3 -m desk.db_tests FILE...
"""
import os
import re
import subprocess
import sys

from .cluster import PORT, binary
from .throwaway import Throwaway


def tap(name, output, status):
    """(passed, failed) of one TAP text; what failed is shown."""
    ok = len(re.findall(r"(?m)^ok ", output))
    bad = len(re.findall(r"(?m)^not ok ", output))
    plan = sum(int(n) for n in re.findall(r"(?m)^1\.\.(\d+)", output))
    if bad == 0 and (status != 0 or ok == 0 or ok != plan):
        bad = max(1, plan - ok)
    print(f"{'FAILED ' if bad else 'ok     '} {name:28} {ok:4} ok" +
          (f", {bad} failed" if bad else ""))
    if bad:
        print("\n".join("        " + line for line in output.splitlines()
                        if not line.startswith("ok "))[-6000:])
    return ok, bad


def run_sql(base, path):
    db = base.database()
    base.cluster.psql("CREATE EXTENSION IF NOT EXISTS pgtap", db=db)
    got = subprocess.run(
        [binary("psql"), "-X", "-q", "-A", "-t", "-h", base.cluster.sockets, "-p", PORT,
         "-U", "postgres", "-d", db, "-v", "ON_ERROR_STOP=1", "-f", path],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
    base.drop(db)
    return tap(os.path.basename(path), got.stdout + got.stderr, got.returncode)


def run_program(base, path):
    """SHYRAQ_TEST_DB is conninfo without a user; SHYRAQ_TEST_KEYS the folder of keys."""
    db = base.database()
    env = {**os.environ, "CMOCKA_MESSAGE_OUTPUT": "TAP", "SHYRAQ_TEST_KEYS": base.keys,
           "SHYRAQ_TEST_DB": f"host={base.cluster.sockets} port={PORT} dbname={db}"}
    got = subprocess.run([path], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                         errors="replace", timeout=120, check=False, env=env)
    base.drop(db)
    return tap(os.path.basename(path), got.stdout + got.stderr, got.returncode)


def main(files):
    passed = failed = 0
    base = Throwaway()
    try:
        base.start()
        for path in files:
            try:
                ok, bad = (run_sql if path.endswith(".sql") else run_program)(base, path)
            except subprocess.TimeoutExpired:
                print(f"FAILED  {path}: not within 120 s")
                ok, bad = 0, 1
            passed += ok
            failed += bad
    finally:
        base.close()
    if os.environ.get("SHYRAQ_COUNTS"):
        with open(os.environ["SHYRAQ_COUNTS"], "a", encoding="utf-8") as f:
            f.write(f"{passed} {failed}\n")
    print(f"db: {passed} passed, {failed} failed")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
