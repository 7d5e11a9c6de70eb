/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl case stats: how the cases of a month ended. The database gives no figure under five, so that
 * none names somebody. Called by ctl.c.
 */
#include <string.h>

#include "ctl.h"

bool
ctl_is_month(const char *s)
{
	static const char digits[] = "0123456789";

	return strlen(s) == 7 && strspn(s, digits) == 4 && s[4] == '-' &&
	    strspn(s + 5, digits) == 2 && strcmp(s + 5, "00") > 0 &&
	    strcmp(s + 5, "12") <= 0;
}

int
ctl_case_stats(struct ctl *c)
{
	static const char *const names[] = { "month", "outcome", "cases" };
	const char *month = ctl_option(c, "--month");
	const struct db_param v = db_text(month);
	struct db_rows *r = NULL;
	struct db *db;

	if (month != NULL && !ctl_is_month(month))
		return ctl_wrong_usage(c, "--month: 2026-11");
	db = ctl_db(c, DB_CTL);
	if (db != NULL)
		r = ctl_ask(c, db, ST_CASE_STATS, &v, 1);
	if (r != NULL)
		ctl_print(c, r, names, "ttt");
	db_free(db);
	if (r == NULL)
		return CTL_NOT_DONE;
	db_rows_free(r);
	return CTL_DONE;
}
