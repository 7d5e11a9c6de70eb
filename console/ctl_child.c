/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl child: which logins may read a child's case; a supervisor says so, and the audit keeps it.
 * It shows no case. Called by ctl.c.
 */
#include <stdio.h>

#include "ctl.h"

int
ctl_child_list(struct ctl *c)
{
	static const char *const names[] = { "login", "supervisor" };
	struct db *db = ctl_db(c, DB_CTL);
	struct db_rows *r = db == NULL ? NULL : ctl_ask(c, db, ST_CHILD_LIST, NULL, 0);
	int status = r == NULL ? CTL_NOT_DONE : CTL_DONE;

	if (r != NULL)
		ctl_print(c, r, names, "tb");
	db_rows_free(r);
	db_free(db);
	return status;
}

static int
set(struct ctl *c, bool may)
{
	const struct db_param v[] = { db_text(c->words[0]), db_bool(may) };
	struct db *db = ctl_db(c, DB_CTL);
	struct db_rows *r = db == NULL ? NULL
				       : ctl_ask(c, db, ST_CHILD_SET, v, ARRAY_LEN(v));
	int status = CTL_NOT_DONE;

	if (r != NULL && db_get_bool(r, 0, 0))
		status = CTL_DONE;
	else if (r != NULL)
		status = ctl_wrong(
		    "no login of people has this name: it must be in a group "
		    "role of the console first");
	if (status == CTL_DONE && !c->json)
		puts(may ? "may read a child's case" : "may not any more");
	db_rows_free(r);
	db_free(db);
	return status;
}

int
ctl_child_grant(struct ctl *c)
{
	return set(c, true);
}

int
ctl_child_revoke(struct ctl *c)
{
	return set(c, false);
}
