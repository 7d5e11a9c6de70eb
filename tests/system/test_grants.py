# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles have grants on exactly their statements: nothing is missing, nothing is too much."""
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOGIN = {"worker": "shyraq_worker", "dispatch": "shyraq_dispatch"}


def statements():
    """(name, roles, text) of every statement of sql/statements.sql."""
    out, name, roles, text = [], None, None, []
    for line in (ROOT / "sql/statements.sql").read_text().splitlines():
        head = re.match(r"-- name: (\w+) \(([^)]*)\)", line)
        if head:
            if name:
                out.append((name, roles, "\n".join(text).rstrip(" ;\n")))
            name, roles, text = head[1], head[2].split(), []
        elif not line.startswith("--"):
            text.append(line)
    out.append((name, roles, "\n".join(text).rstrip(" ;\n")))
    return out


def explain(role):
    """A script that plans and permission-checks every statement of a role."""
    parts = [f"SET ROLE {LOGIN[role]};"]
    for name, roles, text in statements():
        if role not in roles:
            continue
        count = max([int(n) for n in re.findall(r"\$(\d+)", text)], default=0)
        args = "(" + ", ".join(["NULL"] * count) + ")" if count else ""
        # a plan checks tables; a sequence is checked when it is used
        how = "EXECUTE" if "nextval" in text else "EXPLAIN EXECUTE"
        parts.append(f"PREPARE {name} AS {text};\n{how} {name}{args};")
    return "\n".join(parts)


def run(site, sql):
    return subprocess.run(
        ["psql", site.conninfo("postgres"), "-v", "ON_ERROR_STOP=1", "-qAt"],
        input=sql, capture_output=True, text=True, timeout=60)


def grants(site, role):
    """One REVOKE a grant that the role has itself."""
    sql = f"""
    SELECT format('REVOKE %s ON %I FROM {LOGIN[role]}', privilege_type, table_name)
      FROM information_schema.role_table_grants
     WHERE grantee = '{LOGIN[role]}' AND table_schema = 'public'
    UNION ALL
    SELECT format('REVOKE %s ON SEQUENCE %I FROM {LOGIN[role]}', privilege_type, object_name)
      FROM information_schema.role_usage_grants
     WHERE grantee = '{LOGIN[role]}' AND object_type = 'SEQUENCE'"""
    done = run(site, sql)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[:-1]


@pytest.fixture
def database(make_site):
    return make_site(start=False)


@pytest.mark.parametrize("role", sorted(LOGIN))
def test_nothing_is_missing(database, role):
    done = run(database, explain(role))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("role", sorted(LOGIN))
def test_nothing_is_too_much(database, role):
    """Without any one of its grants some statement of the role must fail."""
    script = explain(role)
    revokes = grants(database, role)
    assert len(revokes) > 20
    for revoke in revokes:
        done = run(database, f"BEGIN;\n{revoke};\n{script}\nROLLBACK;")
        assert done.returncode != 0 and "permission denied" in done.stderr, f"not needed: {revoke}"


def test_web_role_sees_nothing(database):
    for table in ("peer", "narrative", "outbox", "contact", "place"):
        done = run(database, f"SET ROLE shyraq_web; SELECT count(*) FROM {table};")
        assert done.returncode != 0 and "permission denied" in done.stderr
