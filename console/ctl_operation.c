/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl operation: special operations, from when to when and where, and what was counted in each. No count
 * under five comes from the database. Called by ctl.c.
 */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "ctl.h"
#include "ctl_receiver.h"
#include "instant.h"

#define DAY_MS (INT64_C(24) * 60 * 60000)
#define LONGEST_DAYS 366

struct operation {
	const char *name;
	int64_t from, to;
	struct intake_receiver where; /* its regions alone */
};

static int
read_regions(struct ctl *c, struct operation *o)
{
	const char *regions = ctl_option(c, "--regions");
	char why[REGISTRY_WHY_MAX];
	struct ctl_registry g;
	int status = ctl_registry_open(c, &g);

	if (status == CTL_DONE &&
	    !registry_give(&o->where, INTAKE_REGIONS, regions == NULL ? "*" : regions,
		g.places, why))
		status = ctl_wrong_usage(c, "--%s", why);
	ctl_registry_close(&g);
	return status;
}

static int
read_times(const struct ctl *c, struct operation *o)
{
	const char *from = ctl_option(c, "--from"), *to = ctl_option(c, "--to");

	if (from == NULL || to == NULL ||
	    (!instant_day(from, false, &o->from) &&
		!instant_parse(from, clock_wall_ms(), &o->from)) ||
	    (!instant_day(to, true, &o->to) && !instant_parse(to, o->from, &o->to)))
		return ctl_wrong_usage(c,
		    "--from and --to: days, 2026-12-01, or now, +8h, or with a zone "
		    "2026-12-01 20:00+05");
	if (o->to <= o->from || o->to - o->from > LONGEST_DAYS * DAY_MS)
		return ctl_wrong_usage(
		    c, "--to: after --from, at most %d days later", LONGEST_DAYS);
	return CTL_DONE;
}

int
ctl_operation_begin(struct ctl *c)
{
	struct operation o = { .name = c->words[0] };
	struct db_rows *r = NULL;
	struct db *db = NULL;
	int status;

	if (!registry_is_name(o.name) || strlen(o.name) > 63)
		return ctl_wrong_usage(c, "NAME is one line of at most 63 bytes");
	status = read_times(c, &o);
	if (status == CTL_DONE)
		status = read_regions(c, &o);
	if (status == CTL_DONE) {
		const struct db_param v[] = { db_text(o.name),
			db_text(intake_given(&o.where, INTAKE_REGIONS)), db_i64(o.from),
			db_i64(o.to) };

		db = ctl_db(c, DB_CTL);
		r = db == NULL ? NULL : ctl_ask(c, db, ST_OPERATION_PUT, v, ARRAY_LEN(v));
		status = r == NULL ? CTL_NOT_DONE
		    : db_count(r) > 0
		    ? CTL_DONE
		    : ctl_wrong("an operation of this name is there: `operation list`");
	}
	if (status == CTL_DONE && !c->json) {
		char from[CTL_TIME_MAX], to[CTL_TIME_MAX];

		ctl_time(from, o.from);
		ctl_time(to, o.to);
		printf("from %s to %s, regions %s\n", from, to,
		    intake_given(&o.where, INTAKE_REGIONS));
	}
	db_rows_free(r);
	db_free(db);
	return status;
}

int
ctl_operation_end(struct ctl *c)
{
	const struct db_param v = db_text(c->words[0]);
	struct db *db = ctl_db(c, DB_CTL);
	struct db_rows *r = db == NULL ? NULL : ctl_ask(c, db, ST_OPERATION_END, &v, 1);
	int status = CTL_NOT_DONE;

	if (r != NULL && db_is_null(r, 0, 0))
		status = ctl_wrong(
		    "no operation of this name is on or to come: `operation list`");
	else if (r != NULL)
		status = CTL_DONE;
	if (status == CTL_DONE && !c->json)
		puts(db_get_text(r, 0, 0));
	db_rows_free(r);
	db_free(db);
	return status;
}

int
ctl_operation_list(struct ctl *c)
{
	static const char *const names[] = { "name", "state", "from", "to", "regions",
		"cases", "accepted", "met", "by" };
	struct db *db = ctl_db(c, DB_CTL);
	struct db_rows *r = db == NULL ? NULL
				       : ctl_ask(c, db, ST_OPERATION_LIST, NULL, 0);
	int status = r == NULL ? CTL_NOT_DONE : CTL_DONE;

	if (r != NULL)
		ctl_print(c, r, names, "ttmmttttT");
	db_rows_free(r);
	db_free(db);
	return status;
}
