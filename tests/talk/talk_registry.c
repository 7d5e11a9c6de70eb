/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The receivers of all talks, with plainly invented numbers, and the mobile groups that a talk makes.
 * It decides nothing. Called by talk_world.c and talk_lines.c.
 */
#include <string.h>

#include "log.h"
#include "str.h"
#include "talk.h"

#define ALL "KZ KG UZ TJ TM"
struct receiver talk_receivers[] = {
	{ .letter = 'A',
	    .name = "Shelter A",
	    .kind = "ngo",
	    .regions = ALL,
	    .number = "+77020000001",
	    .lang = "ru" },
	{ .letter = 'B',
	    .name = "Shelter B",
	    .kind = "shelter",
	    .regions = ALL,
	    .number = "+77020000002",
	    .lang = "ru" },
	{ .letter = 'C',
	    .name = "Shelter C",
	    .kind = "shelter",
	    .regions = ALL,
	    .number = "+77020000003",
	    .lang = "kk" },
	{ .letter = 'P',
	    .name = "Police unit",
	    .kind = "police",
	    .regions = ALL,
	    .number = "+77020000004",
	    .lang = "ru" },
	{ .letter = 'K',
	    .name = "Child service",
	    .kind = "child",
	    .regions = ALL,
	    .number = "+77020000005",
	    .lang = "ru" },
	{ .letter = 'S',
	    .name = "Social worker",
	    .kind = "social",
	    .regions = ALL,
	    .number = "+77020000006",
	    .lang = "ru" },
	{ .letter = 'O',
	    .name = "Operator",
	    .kind = "operator",
	    .regions = "*",
	    .number = "+77020000007",
	    .lang = "ru" },
	{ .letter = 'D',
	    .of = 'A',
	    .name = "Shelter A",
	    .number = "+77020000008",
	    .lang = "ru" },
	{ .letter = 'J',
	    .name = "Lawyer",
	    .kind = "legal",
	    .regions = ALL,
	    .number = "+77020000011",
	    .lang = "ru" },
	{ .letter = 'H',
	    .name = "Doctor",
	    .kind = "health",
	    .regions = ALL,
	    .number = "+77020000012",
	    .lang = "ru" },
	{ .letter = 'W',
	    .name = "Labour rights",
	    .kind = "labour",
	    .regions = ALL,
	    .number = "+77020000013",
	    .lang = "kk" },
};
const size_t talk_receivers_n = ARRAY_LEN(talk_receivers);

/* One phone of receiver `id`; its contact's id. */
static enum rc
put_phone(const struct receiver *r, int64_t id, int64_t *contact)
{
	struct turn *t = &world.dispatch;
	uint8_t sealed[SEALED_NUMBER];
	struct db_rows *rows = NULL;
	struct seal_hash h;
	struct phone number;
	enum rc rc;

	if (phone_parse(r->number, &number) != RC_OK)
		fatalx("talk.receiver", "a number that is none");
	h = keys_hash_number(t->keys, SEAL_RECEIVER_LOOKUP, &number);
	keys_seal_number(t->keys, SEAL_RECEIVER_SEAL, &number, sealed);
	rc = db_run(t->db, ST_CONTACT_PUT, &rows, db_i64(id), db_bytes(h.b, sizeof(h.b)),
	    db_bytes(sealed, sizeof(sealed)));
	if (rc == RC_OK) {
		*contact = db_get_i64(rows, 0, 0);
		db_rows_free(rows);
	}
	return rc;
}

void
registry_put(struct receiver *r)
{
	struct turn *t = &world.dispatch;
	struct db_rows *rows = NULL;
	enum rc rc;

	if (r->of != 0)
		return;
	rc = db_run(t->db, ST_RECEIVER_PUT, &rows, db_text(r->name), db_text(r->kind),
	    db_text(r->lang), db_text(r->regions), db_bool(true),
	    db_i64((int64_t)(r - talk_receivers)), db_bool(false));
	if (rc == RC_OK) {
		r->id = db_get_i64(rows, 0, 0);
		db_rows_free(rows);
		rc = put_phone(r, r->id, &r->contact_id);
	}
	if (rc != RC_OK)
		fatalx("talk.receiver", "%s was not put", r->name);
}

static struct receiver *
of_letter(char letter)
{
	for (size_t i = 0; i < talk_receivers_n; i++) {
		if (talk_receivers[i].letter == letter)
			return &talk_receivers[i];
	}
	return NULL;
}

bool
registry_colleague(const char *letter)
{
	struct receiver *r = of_letter(letter[0]);
	const struct receiver *first = r != NULL ? of_letter(r->of) : NULL;

	if (first == NULL || letter[1] != '\0')
		return false;
	r->id = first->id;
	return put_phone(r, r->id, &r->contact_id) == RC_OK;
}

bool
registry_duty(const char *line)
{
	const char *letter = strchr(line, ' ');
	char part[16];
	struct receiver *r = letter != NULL ? of_letter(letter[1]) : NULL;

	return r != NULL &&
	    str_copy_bytes(part, sizeof(part), line, (size_t)(letter - line)) &&
	    db_run(world.db, TALK(TALK_DUTY), NULL, db_text(part),
		db_i64(r->contact_id)) == RC_OK;
}

void
world_group(const char *letters)
{
	char names[256];
	size_t len = 0;

	names[0] = '\0';
	for (size_t i = 0; i < talk_receivers_n; i++) {
		if (strchr(letters, talk_receivers[i].letter) != NULL)
			(void)!str_add(names, sizeof(names), &len, "%s%s",
			    len > 0 ? ";" : "", talk_receivers[i].name);
	}
	if (db_run(world.db, TALK(TALK_GROUP), NULL, db_text(names)) != RC_OK)
		fatalx("talk.group", "sqlstate=%s", db_error(world.db));
}

bool
registry_hours(const char *line)
{
	const struct receiver *r = line[0] == '\0' || line[1] != ' ' ? NULL
								     : of_letter(line[0]);

	return r != NULL &&
	    db_run(world.db, TALK(TALK_HOURS), NULL, db_text(r->name),
		db_text(line + 2)) == RC_OK;
}
