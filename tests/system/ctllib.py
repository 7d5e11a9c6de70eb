# SPDX-License-Identifier: GPL-3.0-or-later
"""shyraqctl as a person starts it, and the fixtures of its tests. It tests nothing itself.

Used by test_ctl*.py, test_retention.py and test_audit.py.
"""
import json
import os
import pty
import re
import subprocess
import threading

import pytest

from sitelib import PERSON, SHELTER_A, SHELTER_B, Site, child

KEYS = ("person-lookup", "person-seal", "receiver-lookup", "receiver-seal", "place", "outbox",
        "code", "inbox")
HEAD = "name,kind,regions,lang,number,order,vetted\n"
LOGINS = {"op1": "shyraq_operator", "cw1": "shyraq_caseworker", "sup1": "shyraq_supervisor",
          "aud1": "shyraq_auditor", "out1": None}


def run(site, *args, code=0, env=None, cwd=None, conf=True):
    """The program as a person would start it; its exit status must be `code`."""
    argv = [os.path.join(site.bin, "shyraqctl")] + (["-c", site.conf] if conf else []) + list(args)
    got = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                         check=False, timeout=60, cwd=cwd,
                         env={**os.environ, **site.env, **(env or {})})
    assert got.returncode == code, (args, got.returncode, got.stdout, got.stderr)
    for number in (PERSON, SHELTER_A, SHELTER_B):
        assert number[1:] not in got.stdout + got.stderr
    return got


def run_json(site, *args, code=0, **more):
    """One JSON value on stdout and nothing else."""
    return json.loads(run(site, *args, "--json", code=code, **more).stdout)


@pytest.fixture(scope="module")
def desk(base):
    """A running site that the tests of this file share; none of them breaks it."""
    site = Site(base)
    try:
        yield site.up()
        site.assert_no_leaks()
    finally:
        site.close()


@pytest.fixture
def still(make_site):
    """A site of which nothing runs but the database."""
    return make_site(start=False)


@pytest.fixture(scope="module")
def logins(base):
    for name, role in LOGINS.items():
        base.cluster.psql(f"CREATE ROLE {name} LOGIN" + (f" IN ROLE {role}" if role else ""))
    yield LOGINS
    for name in LOGINS:
        base.cluster.psql(f"DROP ROLE {name}")


def start(site, *names):
    for name in names:
        site.procs[name].start()
    for name in names:
        site.procs[name].wait_ready()


def csv(tmp_path, text, name="list.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def rows(site):
    """(group, name) of every command, as --help lists them."""
    found = re.findall(r"^  ([a-z]+)(?: ([a-z-]+))?  +\S", run(site, "--help").stdout, re.M)
    return [(g, n) for g, n in found if g != "c"]


def keys_site(still, tmp_path):
    conf = tmp_path / "keys.conf"
    text = open(still.conf, encoding="utf-8").read()
    conf.write_text(text.replace(f'keys_dir = "{still.keys}"', f'keys_dir = "{tmp_path}/keys"'))
    return ["-c", str(conf)], tmp_path / "keys"


def receivers(site):
    return {r["name"]: r for r in run_json(site, "receiver", "list")}


def poison(site):
    site.sql("""
        CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'poison' USING ERRCODE = '22023';
        END $$;
        CREATE TRIGGER poison BEFORE INSERT OR UPDATE ON session
            FOR EACH ROW EXECUTE FUNCTION poison();
    """)


def put_link(site, name="m1", usable=True, state="ready", age=0, **more):
    values = {"link": f"'{name}'", "daemon": "'site1'", "state": f"'{state}'",
              "usable": str(usable).lower(), "signal": "80", "slots_all": "20",
              "number": "'+77000000001'",
              "told_at": f"shyraq_now() - interval '{age} s'",
              **{k: str(v) for k, v in more.items()}}
    site.sql(f"INSERT INTO link_state ({', '.join(values)}) VALUES ({', '.join(values.values())}) "
             f"ON CONFLICT (link) DO UPDATE SET {', '.join(f'{k} = excluded.{k}' for k in values)}")


def answer_orders(site, text="done", ok=True):
    """Stands for dispatch and daemon: answers the next order."""
    def answer():
        child.wait_for(lambda: site.sql(
            f"UPDATE link_order SET said_at = shyraq_now(), done_at = shyraq_now(), ok = {ok}, "
            f"answer = $x${text}$x$ WHERE done_at IS NULL RETURNING id"), 10, 0.02)
    thread = threading.Thread(target=answer)
    thread.start()
    return thread


def tells_links(site):
    return child.wait_for(lambda: run_json(site, "modem", "list"), 12, 0.25)


def needs(site, code=1):
    return " | ".join(run_json(site, "status", code=code)["needs"])


def well(site):
    got = subprocess.run([os.path.join(site.bin, "shyraqctl"), "-c", site.conf, "--json", "status"],
                         capture_output=True, text=True, check=False, timeout=30,
                         env={**os.environ, **site.env})
    return json.loads(got.stdout)["well"] and got.returncode == 0


def on_terminal(site, *args):
    """What a person sees on a terminal of 80 columns and 24 lines."""
    argv = [os.path.join(site.bin, "shyraqctl"), "-c", site.conf, *args]
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(site.env)
        os.execv("/bin/sh", ["sh", "-c", 'stty cols 80 rows 24; exec "$@"', "sh", *argv])
    out = b""
    while True:
        try:
            chunk = os.read(fd, 65536)
        except OSError:
            break
        if not chunk:
            break
        out += chunk
    os.waitpid(pid, 0)
    os.close(fd)
    return out.decode().replace("\r\n", "\n").splitlines()
