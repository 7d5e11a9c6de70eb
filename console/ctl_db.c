/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl db: schema steps and grants, in order, each in one transaction.
 * It never edits a step that was done, and refuses a schema newer than its own. Called by ctl.c.
 */
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "variant.h"

static int
is_step(const struct dirent *d)
{
	const char *n = d->d_name;
	size_t len = strlen(n);

	return len > 8 && strspn(n, "0123456789") == 3 && n[3] == '_' &&
	    strcmp(n + len - 4, ".sql") == 0;
}

/* Names of done steps, or NULL before the first. */
static enum rc
done_steps(const struct ctl *c, struct db_rows **done)
{
	struct db *db = ctl_db(c, DB_MIGRATE);
	struct db_rows *r = NULL;
	enum rc rc = db == NULL ? RC_BROKEN : db_run0(db, ST_SCHEMA_HAS, &r);
	bool has = rc == RC_OK && db_get_bool(r, 0, 0);

	*done = NULL;
	db_rows_free(r);
	db_free(db);
	if (rc != RC_OK || !has)
		return rc;
	db = ctl_db(c, DB_SCHEMA);
	rc = db == NULL ? RC_BROKEN : db_run0(db, ST_SCHEMA_STEPS, done);
	db_free(db);
	return rc;
}

static bool
is_done(const struct db_rows *done, const char *file)
{
	for (int i = 0; done != NULL && i < db_count(done); i++) {
		const char *name = db_get_text(done, i, 0);

		if (strncmp(name, file, strlen(name)) == 0 &&
		    strcmp(file + strlen(name), ".sql") == 0)
			return true;
	}
	return false;
}

static enum rc
run_file(struct db *db, const char *dir, const char *name)
{
	char path[4096];
	enum rc rc;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return RC_REFUSED;
	rc = db_begin(db);
	if (rc == RC_OK)
		rc = db_run_file(db, path);
	if (rc == RC_OK)
		return db_commit(db);
	db_rollback(db);
	return rc;
}

static bool
knows_all(const struct db_rows *done, struct dirent **step, int n)
{
	for (int i = 0; done != NULL && i < db_count(done); i++) {
		const char *name = db_get_text(done, i, 0);
		bool known = false;

		for (int k = 0; k < n && !known; k++)
			known = strncmp(step[k]->d_name, name, strlen(name)) == 0;
		if (!known) {
			ctl_wrong(
			    "the schema has the step %s, which this program does not know: "
			    "it is newer; install the newer program",
			    name);
			return false;
		}
	}
	return true;
}

/* The steps that are not done, then the grants. */
static int
run_steps(const struct ctl *c, struct db *db, const struct db_rows *done,
    struct dirent **step, int n, int *ran)
{
	for (int i = 0; i < n; i++) {
		if (is_done(done, step[i]->d_name))
			continue;
		if (!c->json)
			printf("[%d/%d] %s\n", i + 1, n, step[i]->d_name);
		fflush(stdout);
		(*ran)++;
		if (run_file(db, c->sql_dir, step[i]->d_name) != RC_OK)
			return ctl_wrong(
			    "%s failed; nothing of it was kept", step[i]->d_name);
	}
	if (run_file(db, c->sql_dir, "grants.sql") != RC_OK)
		return ctl_wrong("grants.sql failed: the roles are made once by the "
				 "cluster's superuser from roles.sql, and this wants %s",
		    c->row->who);
	return CTL_DONE;
}

static int
steps_of(const struct ctl *c, struct dirent ***step)
{
	int n = scandir(c->sql_dir, step, is_step, alphasort);

	if (n <= 0)
		ctl_wrong("%s holds no schema steps (NNN_name.sql)", c->sql_dir);
	return n;
}

static void
free_steps(struct dirent **step, int n)
{
	for (int i = 0; i < n; i++)
		free(step[i]);
	free(step);
}

int
ctl_db_migrate(struct ctl *c)
{
	struct dirent **step;
	struct db_rows *done = NULL;
	struct db *db = NULL;
	int n = steps_of(c, &step), status = CTL_NOT_DONE, ran = 0;

	if (n <= 0)
		return CTL_NOT_DONE;
	if (done_steps(c, &done) == RC_OK && knows_all(done, step, n))
		db = ctl_db(c, DB_MIGRATE);
	if (db != NULL)
		status = run_steps(c, db, done, step, n, &ran);
	if (status == CTL_DONE && c->json)
		ctl_json_print(json_pack("{s:i,s:i}", "steps_run", ran, "steps", n));
	else if (status == CTL_DONE)
		printf(
		    "schema is up to date: %d of %d steps run now, grants set\n", ran, n);
	free_steps(step, n);
	db_rows_free(done);
	db_free(db);
	return status;
}

int
ctl_db_status(struct ctl *c)
{
	struct dirent **step;
	struct db_rows *done = NULL;
	json_t *all;
	int n = steps_of(c, &step), open = 0;

	if (n <= 0)
		return CTL_NOT_DONE;
	if (done_steps(c, &done) != RC_OK) {
		free_steps(step, n);
		return CTL_NOT_DONE;
	}
	all = json_array();
	for (int i = 0; i < n; i++) {
		const char *file = step[i]->d_name;
		bool is = is_done(done, file);
		int len = (int)strlen(file) - 4;

		open += !is;
		json_array_append_new(
		    all, json_pack("{s:s#,s:b}", "step", file, len, "done", (int)is));
		if (!c->json)
			printf("%-40.*s %s\n", len, file, is ? "done" : "NOT DONE");
	}
	if (c->json)
		ctl_json_print(all);
	else
		json_decref(all);
	if (!knows_all(done, step, n))
		open++;
	else if (open > 0)
		ctl_wrong("%d steps are not done: run `shyraqctl db migrate`", open);
	free_steps(step, n);
	db_rows_free(done);
	return open == 0 ? CTL_DONE : CTL_NOT_DONE;
}

int
ctl_db_test_clock(struct ctl *c)
{
	struct db *db;
	enum rc rc;

	if (strcmp(variant_name(), "test") != 0)
		return ctl_wrong("this is a live build: its clock cannot be moved");
	db = ctl_db(c, DB_MIGRATE);
	rc = db == NULL ? RC_BROKEN : run_file(db, c->sql_dir, "test_clock.sql");
	db_free(db);
	return rc == RC_OK ? CTL_DONE : CTL_NOT_DONE;
}
