/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Receivers from a console: stored under the service's keys, suspended, brought back.
 * It never logs a name or a number. Called by intake.c.
 */
#include <stdlib.h>
#include <string.h>

#include "intake.h"
#include "intake_do.h"
#include "log.h"
#include "registry.h"
#include "str.h"

struct known {
	int64_t id; /* 0: no receiver of this name */
	bool sample;
};

static enum rc
find(struct intake_job *j, const char *name, struct known *out)
{
	struct db_rows *r;
	enum rc rc = db_run(j->t->db, ST_RECEIVER_FIND, &r, db_text(name));

	*out = (struct known){ 0 };
	if (rc != RC_OK)
		return rc;
	if (db_count(r) > 0) {
		out->id = db_get_i64(r, 0, 0);
		out->sample = db_get_bool(r, 0, 1);
	}
	db_rows_free(r);
	return RC_OK;
}

static bool
is_production(const struct intake_job *j)
{
	return flows_is_production(flowset_newest(j->t->sets));
}

/* The console's own check again: who seals need not be our console. */
static bool
is_well_formed(const struct intake_receiver *in)
{
	char why[REGISTRY_WHY_MAX];
	struct intake_receiver again = { 0 };

	for (int f = 0; f < INTAKE_FIELDS; f++) {
		const char *v = intake_given(in, (enum intake_field)f);

		if (v != NULL &&
		    (!registry_give(&again, (enum intake_field)f, v, NULL, why) ||
			strcmp(again.value[f], v) != 0))
			return false;
	}
	return registry_is_name(in->name);
}

/* Before anything is written: what is refused leaves nothing behind. */
static enum rc
check(struct intake_job *j, const struct intake_receiver *in)
{
	const char *sample = intake_given(in, INTAKE_SAMPLE);
	bool is_sample = sample != NULL && sample[0] == '1';
	struct known known;
	enum rc rc;

	if (!is_well_formed(in))
		return intake_refuse(j, "malformed");
	rc = find(j, in->name, &known);
	if (rc != RC_OK)
		return rc;
	if (in->change && known.id == 0)
		return intake_refuse(j, "no receiver of this name");
	if (is_production(j) && is_sample)
		return intake_refuse(j, "a sample receiver: refused in production");
	if (known.sample && (is_production(j) || (sample != NULL && !is_sample)))
		return intake_refuse(
		    j, "this name is of a sample receiver, whose phones are invented");
	return RC_OK;
}

static struct db_param
text_of(const struct intake_receiver *in, enum intake_field f)
{
	return db_text(intake_given(in, f));
}

static struct db_param
bool_of(const struct intake_receiver *in, enum intake_field f)
{
	const char *v = intake_given(in, f);

	return v == NULL ? db_null() : db_bool(v[0] == '1');
}

/* `empty` for "". */
static struct db_param
number_of(const struct intake_receiver *in, enum intake_field f, int64_t empty)
{
	const char *v = intake_given(in, f);

	if (v == NULL)
		return db_null();
	return db_i64(v[0] == '\0' ? empty : strtoll(v, NULL, 10));
}

static struct db_param
until_of(const struct intake_receiver *in)
{
	const char *v = intake_given(in, INTAKE_UNTIL);

	return v == NULL ? db_null() : db_i64(registry_until_ms(v));
}

/* 0 for none, NULL for as it was. */
static enum rc
group_of(struct intake_job *j, const struct intake_receiver *in, struct db_param *out)
{
	const char *name = intake_given(in, INTAKE_GROUP);
	struct db_rows *r;
	enum rc rc;

	*out = name == NULL ? db_null() : db_i64(0);
	if (name == NULL || name[0] == '\0')
		return RC_OK;
	rc = db_run(j->t->db, ST_RECEIVER_GROUP, &r, db_text(name));
	if (rc != RC_OK)
		return rc;
	*out = db_i64(db_get_i64(r, 0, 0));
	db_rows_free(r);
	return RC_OK;
}

static enum rc
set_fields(struct intake_job *j, const struct intake_receiver *in, int64_t receiver)
{
	struct db_param group;
	enum rc rc = group_of(j, in, &group);

	if (rc != RC_OK)
		return rc;
	return db_run(j->t->db, ST_RECEIVER_SET, NULL, db_i64(receiver),
	    text_of(in, INTAKE_KIND), text_of(in, INTAKE_LANG),
	    text_of(in, INTAKE_REGIONS), bool_of(in, INTAKE_VETTED),
	    number_of(in, INTAKE_ORDER, 0), bool_of(in, INTAKE_SAMPLE), group,
	    text_of(in, INTAKE_LANGS), text_of(in, INTAKE_TAKES),
	    text_of(in, INTAKE_SERVICES), text_of(in, INTAKE_OF),
	    text_of(in, INTAKE_HOURS), number_of(in, INTAKE_BEDS, -1),
	    number_of(in, INTAKE_AWAY, 0), until_of(in));
}

/* The phone of a new row: its id. */
static enum rc
put_contact(struct intake_job *j, const struct intake_receiver *in, int64_t receiver,
    int64_t *contact)
{
	struct turn *t = j->t;
	struct seal_hash h = keys_hash_number(t->keys, SEAL_RECEIVER_LOOKUP, &in->number);
	uint8_t sealed[SEALED_NUMBER];
	struct db_rows *r;
	enum rc rc;

	keys_seal_number(t->keys, SEAL_RECEIVER_SEAL, &in->number, sealed);
	rc = db_run(t->db, ST_CONTACT_PUT, &r, db_i64(receiver),
	    db_bytes(h.b, sizeof(h.b)), db_bytes(sealed, sizeof(sealed)));
	if (rc != RC_OK)
		return rc;
	*contact = db_get_i64(r, 0, 0);
	db_rows_free(r);
	return RC_OK;
}

static enum rc
set_contact(struct intake_job *j, const struct intake_receiver *in, int64_t receiver,
    int64_t contact)
{
	struct db_rows *r;
	enum rc rc = db_run(j->t->db, ST_CONTACT_SET, &r, db_i64(receiver),
	    db_i64(contact), text_of(in, INTAKE_ROLE), text_of(in, INTAKE_SHIFT));
	bool found;

	if (rc != RC_OK)
		return rc;
	found = db_count(r) > 0;
	db_rows_free(r);
	return found ? RC_OK
		     : intake_refuse(j, "no receiver of this name has this phone");
}

static enum rc
put_receiver(struct intake_job *j, const struct intake_receiver *in, int64_t *receiver)
{
	struct db_rows *r;
	enum rc rc = db_run(j->t->db, ST_RECEIVER_PUT, &r, db_text(in->name),
	    text_of(in, INTAKE_KIND), text_of(in, INTAKE_LANG),
	    text_of(in, INTAKE_REGIONS), bool_of(in, INTAKE_VETTED),
	    number_of(in, INTAKE_ORDER, 0), bool_of(in, INTAKE_SAMPLE));

	if (rc != RC_OK)
		return rc;
	*receiver = db_get_i64(r, 0, 0);
	db_rows_free(r);
	return RC_OK;
}

static enum rc
store(struct intake_job *j, const struct intake_receiver *in)
{
	int64_t receiver, contact;
	enum rc rc = put_receiver(j, in, &receiver);

	if (rc == RC_OK)
		rc = set_fields(j, in, receiver);
	if (rc == RC_OK)
		rc = put_contact(j, in, receiver, &contact);
	if (rc == RC_OK)
		rc = set_contact(j, in, receiver, contact);
	if (rc == RC_OK)
		rc = intake_audit(j, "receiver.stored", OUT_NULL, receiver);
	if (rc == RC_OK)
		log_info("intake.receiver", "receiver=%lld", (long long)receiver);
	return rc;
}

/* Some fields of a receiver that is known; role and shift are one phone's. */
static enum rc
change(struct intake_job *j, const struct intake_receiver *in)
{
	struct known known;
	enum rc rc = find(j, in->name, &known);

	if (rc == RC_OK && in->contact != 0)
		rc = set_contact(j, in, known.id, in->contact);
	if (rc != RC_OK || j->refused)
		return rc;
	rc = set_fields(j, in, known.id);
	if (rc == RC_OK)
		rc = intake_audit(j, "receiver.changed",
		    in->contact != 0 ? in->contact : OUT_NULL, known.id);
	if (rc == RC_OK)
		log_info("intake.changed", "receiver=%lld", (long long)known.id);
	(void)!str_copy(j->answer, sizeof(j->answer), "changed");
	return rc;
}

enum rc
intake_receiver(struct intake_job *j)
{
	struct intake_receiver in;
	enum rc rc;

	if (intake_unpack(j->text, j->n, &in) != RC_OK)
		return intake_refuse(j, "malformed");
	rc = check(j, &in);
	if (rc == RC_OK && !j->refused) {
		(void)!str_copy(j->answer, sizeof(j->answer), "stored");
		rc = in.change ? change(j, &in) : store(j, &in);
	}
	seal_wipe(&in, sizeof(in));
	return rc;
}

/* Every record of the box to `run`, until one is refused. */
static enum rc
each(struct intake_job *j,
    enum rc (*run)(struct intake_job *, const struct intake_receiver *), size_t *rows)
{
	struct intake_receiver in;
	size_t at = 0;
	enum rc read, rc = RC_OK;

	*rows = 0;
	while ((read = intake_unpack_next(j->text, j->n, &at, &in)) == RC_OK) {
		if (++*rows > INTAKE_ROWS_MAX || in.change) {
			read = RC_REFUSED;
			break;
		}
		rc = run(j, &in);
		if (rc != RC_OK || j->refused)
			break;
	}
	seal_wipe(&in, sizeof(in));
	return read == RC_REFUSED ? intake_refuse(j, "malformed") : rc;
}

/* All or none: the row's transaction is one. Every record is checked before the first is stored. */
enum rc
intake_receivers(struct intake_job *j)
{
	size_t rows, len = 0;
	enum rc rc = each(j, check, &rows);

	if (rc == RC_OK && !j->refused)
		rc = each(j, store, &rows);
	if (rc == RC_OK && !j->refused)
		(void)!str_add(j->answer, sizeof(j->answer), &len, "%zu stored", rows);
	return rc;
}

/* A case that a suspended receiver has taken: an operator must look who goes there now. */
static enum rc
tell_taken(struct turn *t, int64_t receiver, int *cases)
{
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_SUSPEND_TAKEN, &r, db_i64(receiver));

	if (rc != RC_OK)
		return rc;
	*cases = db_count(r);
	for (int i = 0; i < *cases; i++)
		out_row(t->out, OUT_TASK, "receiver_suspended", db_get_i64(r, i, 0),
		    OUT_NULL, OUT_NULL);
	db_rows_free(r);
	return RC_OK;
}

enum rc
receiver_suspend(struct turn *t, int64_t receiver, int *cases)
{
	enum rc rc = db_run(t->db, ST_SUSPEND_NEXT, NULL, db_i64(receiver));

	*cases = 0;
	if (rc == RC_OK)
		rc = db_run(t->db, ST_SUSPEND_TEXTS, NULL, db_i64(receiver));
	return rc == RC_OK ? tell_taken(t, receiver, cases) : rc;
}

static enum rc
suspend(struct intake_job *j, int64_t receiver)
{
	size_t len = 0;
	int cases;
	enum rc rc = receiver_suspend(j->t, receiver, &cases);

	if (rc == RC_OK)
		(void)!str_add(j->answer, sizeof(j->answer), &len,
		    cases == 0 ? "suspended"
			       : "suspended; it has taken %d cases: see the tasks",
		    cases);
	return rc;
}

enum rc
intake_active(struct intake_job *j)
{
	struct intake_active in;
	struct known known;
	struct db_rows *r;
	int64_t receiver;
	enum rc rc;

	if (intake_unpack_active(j->text, j->n, &in) != RC_OK)
		return intake_refuse(j, "malformed");
	if (in.contact != 0 || in.number.s[0] != '\0') {
		rc = intake_contact(j, &in);
		seal_wipe(&in, sizeof(in));
		return rc;
	}
	rc = find(j, in.name, &known);
	if (rc != RC_OK)
		return rc;
	if (known.sample && in.active && is_production(j))
		return intake_refuse(j, "a sample receiver: refused in production");
	rc = db_run(
	    j->t->db, ST_RECEIVER_ACTIVE, &r, db_text(in.name), db_bool(in.active));
	if (rc != RC_OK)
		return rc;
	receiver = db_count(r) > 0 ? db_get_i64(r, 0, 0) : 0;
	db_rows_free(r);
	if (receiver == 0)
		return intake_refuse(j, "no receiver of this name");
	rc = db_run(
	    j->t->db, ST_CONTACTS_ACTIVE, NULL, db_i64(receiver), db_bool(in.active));
	if (rc == RC_OK && !in.active)
		rc = suspend(j, receiver);
	else
		(void)!str_copy(j->answer, sizeof(j->answer), "active again");
	if (rc != RC_OK)
		return rc;
	rc = intake_audit(
	    j, in.active ? "receiver.active" : "receiver.suspended", OUT_NULL, receiver);
	if (rc != RC_OK)
		return rc;
	log_info(
	    "intake.active", "receiver=%lld active=%d", (long long)receiver, in.active);
	return RC_OK;
}
