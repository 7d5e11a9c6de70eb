/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl keyholder and keys retire: whose keys open words of people, from now on. It reads public keys
 * alone. Called by ctl.c; the list also by ctl_keys.c.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "seal.h"

static const char *const names[] = { "name", "active", "added", "retired" };
static const char kinds[] = "tbmm";

/* Added, or there before under this name: an old name keeps its old key. */
static int
put(const struct ctl *c, struct db *db, const char *name, const struct seal_key *pub)
{
	const char *of = ctl_option(c, "--of");
	const struct db_param v[] = { db_text(name), db_bytes(pub->b, sizeof(pub->b)),
		db_text(of == NULL ? "" : of) };
	struct db_rows *r = ctl_ask(c, db, ST_KEYHOLDER_PUT, v, ARRAY_LEN(v));
	int status = CTL_DONE;

	if (r == NULL)
		return CTL_NOT_DONE;
	if (db_count(r) == 0)
		status = ctl_wrong(
		    "a key holder %.63s is there already, retired ones "
		    "included (`shyraqctl keys status`): give another name",
		    name);
	db_rows_free(r);
	return status;
}

int
ctl_keyholder_add(struct ctl *c)
{
	const char *name = ctl_option(c, "--name"), *file = ctl_option(c, "--public");
	struct seal_key pub;
	struct db *db;
	int status;

	if (name == NULL || file == NULL)
		return ctl_wrong_usage(c, "keyholder add needs --name and --public FILE");
	if (seal_key_read(file, &pub) != RC_OK)
		return ctl_wrong("%s is no key file (64 hex digits, mode 0600)", file);
	db = ctl_db(c, DB_CTL);
	status = db == NULL ? CTL_NOT_DONE : put(c, db, name, &pub);
	db_free(db);
	return status;
}

/* Why nobody was retired. */
static int
stays(const struct ctl *c, struct db *db, const char *name)
{
	struct db_rows *r = ctl_ask(c, db, ST_KEYHOLDER_LIST, NULL, 0);
	bool found = false, active = false;

	if (r == NULL)
		return CTL_NOT_DONE;
	for (int i = 0; i < db_count(r); i++) {
		if (strcmp(db_get_text(r, i, 0), name) != 0)
			continue;
		found = true;
		active = db_get_bool(r, i, 1);
	}
	db_rows_free(r);
	if (!found)
		return ctl_wrong(
		    "no key holder %.63s: `shyraqctl keys status` names them", name);
	if (!active)
		return ctl_wrong("%.63s is retired already", name);
	return ctl_wrong(
	    "%.63s is the last key holder: without one no words can be stored, "
	    "and texts wait on the SIMs. Add another first "
	    "(`shyraqctl keyholder add`)",
	    name);
}

int
ctl_keys_retire(struct ctl *c)
{
	const struct db_param v = db_text(c->words[0]);
	struct db *db = ctl_db(c, DB_CTL);
	struct db_rows *r = db == NULL ? NULL
				       : ctl_ask(c, db, ST_KEYHOLDER_RETIRE, &v, 1);
	int status = CTL_NOT_DONE;

	if (r != NULL && db_count(r) == 0)
		status = stays(c, db, c->words[0]);
	else if (r != NULL)
		status = CTL_DONE;
	if (status == CTL_DONE && !c->json)
		printf(
		    "%s is retired: words from now on are not for this key, within ten "
		    "minutes\n",
		    c->words[0]);
	db_rows_free(r);
	db_free(db);
	return status;
}

/* A machine with key files need not reach the database: then this is left out, and said so. */
json_t *
ctl_holders(const struct ctl *c)
{
	struct db *db = db_new(c->database, "shyraqctl", DB_CTL);
	struct db_rows *r = NULL;
	json_t *list = json_null();

	if (db_open(db) == RC_OK && db_run0(db, ST_KEYHOLDER_LIST, &r) == RC_OK) {
		list = ctl_json_rows(r, names, kinds);
		if (!c->json) {
			puts("\nkey holders");
			ctl_print_table(r, names, kinds,
			    "(none: no words can be stored; `shyraqctl keyholder add`)");
		}
	} else if (!c->json) {
		puts("\nkey holders: the database was not to be asked");
	}
	db_rows_free(r);
	db_free(db);
	return list;
}
