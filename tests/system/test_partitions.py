# SPDX-License-Identifier: GPL-3.0-or-later
"""Transport tables are partitioned by month: made ahead, dropped whole when they are old."""
import datetime
import json
import re


def months(site, table):
    return site.sql(f"SELECT right(inhrelid::regclass::text, 7) FROM pg_inherits "
                    f"WHERE inhparent = '{table}'::regclass ORDER BY 1").split("\n")


def month_of(site, ahead):
    now = datetime.datetime.fromtimestamp(site.now_ms() / 1000, datetime.timezone.utc)
    first = now.year * 12 + now.month - 1 + ahead
    return f"{first // 12:04d}_{first % 12 + 1:02d}"


def test_four_months_ahead(make_site):
    site = make_site(start=False)
    want = [month_of(site, n) for n in range(5)]
    for table in ("inbox", "outbox", "outbox_part"):
        assert months(site, table) == want
    assert site.sql("SELECT count(*) FROM pg_partitioned_table WHERE partdefid <> 0") == "0"
    assert site.sql("SELECT shyraq_partitions(6)") == "7"


def test_old_months_are_dropped(make_site):
    """Retention is over: the month goes as a table, over the owner's own connection."""
    site = make_site(start=False)
    for table in ("inbox", "outbox", "outbox_part"):
        site.sql(f"CREATE TABLE {table}_2020_01 PARTITION OF {table} "
                 f"FOR VALUES FROM ('2020-01-01 00:00:00+00') TO ('2020-02-01 00:00:00+00');"
                 f"ALTER TABLE {table}_2020_01 OWNER TO shyraq_owner")
    site.more["dispatch_more"] = f'maintenance_database = "{site.conninfo("shyraq_owner")}";'
    site.write_config(**site.more)
    site.start_all()
    site.wait_sql("SELECT count(*) FROM pg_class WHERE relname LIKE '%2020_01' AND relkind = 'r'", 0)
    assert months(site, "outbox")[0] == month_of(site, 0)


def take_months(site, first):
    """From the month `first` on the tables are not to be had: their names are another's."""
    for table in ("inbox", "outbox", "outbox_part"):
        for ahead in range(first, 5):
            name = f"{table}_{month_of(site, ahead)}"
            site.sql(f"DROP TABLE {name}; CREATE TABLE {name} (x int)")


def test_few_months_ahead_is_an_alarm(make_site):
    """Fewer than two months ahead of this one: an error for an operator, while there is still time."""
    for first, alarm in ((2, True), (3, False)):
        site = make_site(start=False)
        take_months(site, first)
        assert site.sql("SELECT shyraq_partitions(4)") == str(first)
        site.procs["dispatch"].start().wait_ready()
        site.wait_sql("SELECT count(*) > 0 FROM audit_chain", "t")      # its first look is over
        log = site.procs["dispatch"].log_text()
        assert ("housekeep.partitions_few months=2" in log) == alarm
        assert re.search(r"^<3>.*housekeep.partitions_few", log, re.M) or not alarm
        said = json.loads(site.ctl("status", "--json", check=False).stdout)["needs"]
        assert any("tables are there for 1 months ahead" in n for n in said) == alarm


def test_no_months_at_all_is_an_alarm(make_site):
    site = make_site(start=False)
    site.sql("CREATE OR REPLACE FUNCTION shyraq_partitions(ahead int) RETURNS int LANGUAGE plpgsql AS "
             "$$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END $$")
    site.procs["dispatch"].start().wait_ready()
    assert re.search(r"^<3>.*housekeep.partitions_failed", site.procs["dispatch"].log_text(), re.M)
