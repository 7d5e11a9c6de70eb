/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl duty: who is on duty when, which phone is paged, and which hours nobody covers.
 * It shows no number: phones are ids of `receiver list`. Called by ctl.c.
 */
#include <string.h>

#include "clock.h"
#include "ctl.h"
#include "instant.h"

#define MINUTE_MS INT64_C(60000)
#define DAY_MS (24 * 60 * MINUTE_MS)
#define LONGEST_DAYS 31
#define MOST_DAYS 366

static const char *const parts[] = { "operator", "caseworker", "supervisor" };

static bool
is_part(const char *s)
{
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (strcmp(parts[i], s) == 0)
			return true;
	}
	return false;
}

int
ctl_duty_list(struct ctl *c)
{
	static const char *const names[] = { "id", "part", "login", "from", "to", "now",
		"phone", "of", "set_by" };
	const char *part = ctl_option(c, "--part");
	const struct db_param v[] = { db_bool(ctl_flag(c, "--all")), db_text(part) };
	struct db *db;
	struct db_rows *r;

	if (part != NULL && !is_part(part))
		return ctl_wrong_usage(c, "--part: operator, caseworker or supervisor");
	db = ctl_db(c, DB_CTL);
	r = db == NULL ? NULL : ctl_ask(c, db, ST_DUTY_LIST, v, ARRAY_LEN(v));
	if (r != NULL)
		ctl_print(c, r, names, "ittmmbitT");
	db_free(db);
	if (r == NULL)
		return CTL_NOT_DONE;
	db_rows_free(r);
	return CTL_DONE;
}

struct shift {
	const char *login, *part;
	int64_t from, to, days, contact; /* contact 0: nobody is paged */
};

static int
read_shift(const struct ctl *c, struct shift *s)
{
	const char *from = ctl_option(c, "--from"), *to = ctl_option(c, "--to"),
		   *phone = ctl_option(c, "--phone"), *days = ctl_option(c, "--days");
	int64_t now = clock_wall_ms();

	s->login = c->words[0];
	s->part = ctl_option(c, "--part");
	if (s->part == NULL || !is_part(s->part))
		return ctl_wrong_usage(c, "--part: operator, caseworker or supervisor");
	if (from == NULL || to == NULL || !instant_parse(from, now, &s->from) ||
	    !instant_parse(to, s->from, &s->to))
		return ctl_wrong_usage(
		    c, "--from and --to: now, +8h, or with a zone 2026-11-22 20:00+05");
	if (s->to <= s->from || s->to - s->from > LONGEST_DAYS * DAY_MS || s->to <= now)
		return ctl_wrong_usage(c,
		    "--to: after --from and not over yet, at most %d days later",
		    LONGEST_DAYS);
	s->days = 1;
	if ((phone != NULL && !ctl_number(phone, "--phone", &s->contact)) ||
	    (days != NULL && !ctl_number(days, "--days", &s->days)))
		return CTL_WRONG_USAGE;
	if (s->days > MOST_DAYS || (s->days > 1 && s->to - s->from > DAY_MS))
		return ctl_wrong_usage(c,
		    "--days: at most %d, of a shift that is not longer than a day",
		    MOST_DAYS);
	return -1;
}

/* They are paged, and read nothing: said, not refused, for the key may come before the shift. */
static void
keyless(const char *login)
{
	fprintf(stderr,
	    "shyraqctl: %.60s has no key, so nobody reads at the desk: "
	    "`keyholder add --name %.60s`, or with --of\n",
	    login, login);
}

static void
keyless_all(const struct ctl *c, struct db *db)
{
	struct db_rows *r = ctl_ask(c, db, ST_DUTY_KEYLESS, NULL, 0);

	for (int i = 0; r != NULL && i < db_count(r); i++)
		keyless(db_get_text(r, i, 0));
	db_rows_free(r);
}

/* What the database knows of the login and the phone. */
static int
check(const struct ctl *c, struct db *db, const struct shift *s)
{
	const struct db_param v[] = { db_text(s->login), db_text(s->part),
		s->contact == 0 ? db_null() : db_i64(s->contact) };
	struct db_rows *r = ctl_ask(c, db, ST_DUTY_KNOWN, v, ARRAY_LEN(v));
	int status = -1;

	if (r == NULL)
		return CTL_NOT_DONE;
	if (!db_get_bool(r, 0, 0))
		status = ctl_wrong("no login has the name %.60s", s->login);
	else if (!db_get_bool(r, 0, 1))
		status = ctl_wrong(
		    "%.60s is not in the role shyraq_%s", s->login, s->part);
	else if (s->contact != 0 && !db_get_bool(r, 0, 2))
		status = ctl_wrong("phone %lld is none of an operator's in use: see "
				   "`receiver list`, kind operator",
		    (long long)s->contact);
	else if (!db_get_bool(r, 0, 3))
		keyless(s->login);
	db_rows_free(r);
	return status;
}

int
ctl_duty_set(struct ctl *c)
{
	struct shift s = { .contact = 0 };
	struct db *db = NULL;
	int status = read_shift(c, &s);

	if (status < 0) {
		db = ctl_db(c, DB_CTL);
		status = db == NULL ? CTL_NOT_DONE : check(c, db, &s);
	}
	for (int64_t day = 0; status < 0 && day < s.days; day++) {
		const struct db_param v[] = { db_text(s.login), db_text(s.part),
			s.contact == 0 ? db_null() : db_i64(s.contact),
			db_i64(s.from + day * DAY_MS), db_i64(s.to + day * DAY_MS) };
		struct db_rows *r = ctl_ask(c, db, ST_DUTY_PUT, v, ARRAY_LEN(v));

		if (r == NULL)
			status = CTL_NOT_DONE;
		db_rows_free(r);
	}
	db_free(db);
	if (status >= 0)
		return status;
	if (!c->json)
		printf("%lld shift%s set%s\n", (long long)s.days, s.days == 1 ? "" : "s",
		    s.contact == 0 ? "; no phone: nobody is paged" : "");
	return CTL_DONE;
}

int
ctl_duty_end(struct ctl *c)
{
	static const enum db_stmt steps[] = { ST_DUTY_END, ST_DUTY_DROP };
	int64_t id;
	int n = 0;
	struct db *db;

	if (!ctl_number(c->words[0], "ID", &id))
		return CTL_WRONG_USAGE;
	db = ctl_db(c, DB_CTL);
	for (size_t i = 0; db != NULL && n == 0 && i < ARRAY_LEN(steps); i++) {
		const struct db_param v = db_i64(id);
		struct db_rows *r = ctl_ask(c, db, steps[i], &v, 1);

		n = r == NULL ? -1 : db_count(r);
		db_rows_free(r);
	}
	db_free(db);
	if (db == NULL || n < 0)
		return CTL_NOT_DONE;
	if (n == 0)
		return ctl_wrong("no shift %lld is on or to come", (long long)id);
	if (!c->json)
		puts("ended");
	return CTL_DONE;
}

/* Ends with 1 when somebody is missing. */
int
ctl_duty_check(struct ctl *c)
{
	static const char *const names[] = { "part", "from", "to" };
	const char *part = ctl_option(c, "--part");
	const struct db_param v = db_text(part);
	int status = CTL_NOT_DONE;
	struct db_rows *r;
	struct db *db;

	if (part != NULL && !is_part(part))
		return ctl_wrong_usage(c, "--part: operator, caseworker or supervisor");
	db = ctl_db(c, DB_CTL);
	r = db == NULL ? NULL : ctl_ask(c, db, ST_DUTY_GAPS, &v, 1);
	if (r != NULL && c->json)
		ctl_print(c, r, names, "tmm");
	else if (r != NULL)
		ctl_print_table(
		    r, names, "tmm", "every hour of the next 14 days is covered");
	if (r != NULL && (part == NULL || strcmp(part, "caseworker") == 0))
		keyless_all(c, db);
	if (r != NULL)
		status = db_count(r) == 0
		    ? CTL_DONE
		    : ctl_wrong("%d gaps in the next 14 days", db_count(r));
	db_rows_free(r);
	db_free(db);
	return status;
}
