/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl case hold, release, holds: cases that must not be erased by age. Who said so and since when is
 * the database's own word, and its audit. Called by ctl.c.
 */
#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "str.h"

static const char sign[] = "№";

static bool
read_number(const char *word, int64_t *number)
{
	if (strncmp(word, sign, strlen(sign)) == 0)
		word += strlen(sign);
	return ctl_number(word, "NUMBER", number);
}

/*
 * Whether there is such a case, told in one line when there is none. One that its person erased is one, too:
 * a supervisor may stop that.
 */
static bool
is_case(const struct ctl *c, struct db *db, int64_t number)
{
	const struct db_param v = db_i64(number);
	struct db_rows *r = ctl_ask(c, db, ST_HOLD_CASE, &v, 1);
	bool found = r != NULL && db_count(r) > 0;

	if (r != NULL && !found)
		(void)ctl_wrong(CTL_NO_CASE, (long long)number);
	db_rows_free(r);
	return found;
}

/* `st` gives a row when it changed something. */
static int
change(struct ctl *c, enum db_stmt st, const struct db_param *v, size_t n, int64_t number,
    const char *done, const char *before)
{
	struct db *db = ctl_db(c, DB_CTL);
	struct db_rows *r = NULL;
	int status = CTL_NOT_DONE;

	if (db != NULL && is_case(c, db, number))
		r = ctl_ask(c, db, st, v, n);
	if (r != NULL && db_count(r) == 0)
		status = ctl_wrong("case %lld %s", (long long)number, before);
	else if (r != NULL)
		status = CTL_DONE;
	if (status == CTL_DONE && !c->json)
		printf("case %lld %s\n", (long long)number, done);
	db_rows_free(r);
	db_free(db);
	return status;
}

int
ctl_case_hold(struct ctl *c)
{
	const char *reason = ctl_option(c, "--reason");
	struct db_param v[2];
	int64_t number;

	if (reason == NULL || !str_is_utf8(reason, strlen(reason)) ||
	    strlen(reason) < 3 || strlen(reason) > 200)
		return ctl_wrong_usage(c,
		    "case hold needs --reason, 3 to 200 bytes, without names of people");
	if (!read_number(c->words[0], &number))
		return CTL_WRONG_USAGE;
	v[0] = db_i64(number);
	v[1] = db_text(reason);
	return change(c, ST_HOLD_PUT, v, ARRAY_LEN(v), number, "is held",
	    "is held already: `shyraqctl case holds`");
}

int
ctl_case_release(struct ctl *c)
{
	struct db_param v;
	int64_t number;

	if (!read_number(c->words[0], &number))
		return CTL_WRONG_USAGE;
	v = db_i64(number);
	return change(c, ST_HOLD_OFF, &v, 1, number,
	    "is held no more; it is erased when its time is over", "is not held");
}

int
ctl_case_holds(struct ctl *c)
{
	static const char *const names[] = { "case", "by", "reason", "since" };
	struct db *db = ctl_db(c, DB_CTL);
	struct db_rows *r = db == NULL ? NULL : ctl_ask(c, db, ST_HOLD_LIST, NULL, 0);
	int status = r == NULL ? CTL_NOT_DONE : CTL_DONE;

	if (r != NULL)
		ctl_print(c, r, names, "ittm");
	db_rows_free(r);
	db_free(db);
	return status;
}
