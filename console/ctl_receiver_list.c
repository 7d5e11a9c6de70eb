/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl receiver list, show, export: the registry without its numbers, which no console can open.
 * It changes nothing. Called by ctl.c; what reads a row also by ctl_import_plan.c.
 */
#include <jansson.h>
#include <string.h>

#include "clock.h"
#include "ctl_csv.h"
#include "ctl_receiver.h"
#include "instant.h"
#include "shift.h"
#include "str.h"

static const char *const list_names[] = { "id", "name", "kind", "lang", "regions",
	"active", "phones", "vetted", "order", "sample", "group", "beds", "beds_at",
	"away_until", "langs", "takes", "services", "of", "hours", "until", "ended" };

const enum intake_field ctl_receiver_columns[CTL_RECEIVER_COLUMNS] = { INTAKE_KIND,
	INTAKE_REGIONS, INTAKE_LANG, INTAKE_ORDER, INTAKE_VETTED, INTAKE_GROUP,
	INTAKE_LANGS, INTAKE_TAKES, INTAKE_SERVICES, INTAKE_OF, INTAKE_HOURS, INTAKE_BEDS,
	INTAKE_ROLE, INTAKE_SHIFT, INTAKE_SAMPLE, INTAKE_UNTIL };

static const int column_of[INTAKE_FIELDS] = {
	[INTAKE_KIND] = 2,
	[INTAKE_REGIONS] = CTL_RECEIVER_REGIONS,
	[INTAKE_LANG] = 3,
	[INTAKE_ORDER] = 8,
	[INTAKE_VETTED] = 7,
	[INTAKE_GROUP] = 10,
	[INTAKE_LANGS] = 14,
	[INTAKE_TAKES] = 15,
	[INTAKE_SERVICES] = 16,
	[INTAKE_OF] = 17,
	[INTAKE_HOURS] = CTL_RECEIVER_HOURS,
	[INTAKE_BEDS] = 11,
	[INTAKE_SAMPLE] = 9,
	[INTAKE_UNTIL] = CTL_RECEIVER_UNTIL,
};

static bool
is_yes_or_no(enum intake_field f)
{
	return f == INTAKE_VETTED || f == INTAKE_SAMPLE;
}

void
ctl_receiver_value(
    const struct db_rows *r, int row, enum intake_field f, char out[INTAKE_VALUE_MAX])
{
	int col = column_of[f];
	size_t len = 0;

	out[0] = '\0';
	if (col == 0 || db_is_null(r, row, col))
		return;
	if (f == INTAKE_UNTIL)
		instant_until(out, db_get_i64(r, row, col));
	else if (is_yes_or_no(f))
		(void)!str_copy(
		    out, INTAKE_VALUE_MAX, db_get_bool(r, row, col) ? "1" : "0");
	else if (f == INTAKE_ORDER || f == INTAKE_BEDS)
		(void)!str_add(out, INTAKE_VALUE_MAX, &len, "%lld",
		    (long long)db_get_i64(r, row, col));
	else
		ctl_clean(out, INTAKE_VALUE_MAX, db_get_text(r, row, col));
}

const char *
ctl_receiver_word(enum intake_field f, const char *value)
{
	if (is_yes_or_no(f))
		return value[0] == '1' ? "yes" : "no";
	return value[0] == '\0' ? "-" : value;
}

int
ctl_receiver_row(const struct db_rows *r, const char *name)
{
	for (int i = 0; i < db_count(r); i++) {
		if (strcmp(db_get_text(r, i, CTL_RECEIVER_NAME), name) == 0)
			return i;
	}
	return -1;
}

static bool
is_of(const struct db_rows *phones, int k, const struct db_rows *r, int row)
{
	return db_get_i64(phones, k, CTL_CONTACT_RECEIVER) ==
	    db_get_i64(r, row, CTL_RECEIVER_ID);
}

/* A receiver's phones: [{id, active, suspended, role, shift}]. */
static json_t *
phones_json(const struct db_rows *r, int row, const struct db_rows *phones)
{
	json_t *mine = json_array();

	for (int k = 0; k < db_count(phones); k++) {
		if (!is_of(phones, k, r, row))
			continue;
		json_array_append_new(mine,
		    json_pack("{s:I,s:b,s:b,s:s,s:s}", "id",
			(json_int_t)db_get_i64(phones, k, CTL_CONTACT_ID), "active",
			(int)db_get_bool(phones, k, CTL_CONTACT_ACTIVE), "suspended",
			(int)db_get_bool(phones, k, CTL_CONTACT_LOST), "role",
			db_get_text(phones, k, CTL_CONTACT_ROLE), "shift",
			db_get_text(phones, k, CTL_CONTACT_SHIFT)));
	}
	return mine;
}

static json_t *
all_json(const struct db_rows *r, const struct db_rows *phones)
{
	json_t *all = ctl_json_rows(r, list_names, CTL_RECEIVER_KINDS);

	for (int i = 0; i < db_count(r); i++)
		json_object_set_new(json_array_get(all, (size_t)i), "contacts",
		    phones_json(r, i, phones));
	return all;
}

/* Below the table, one line a receiver of several phones or of one that is suspended alone. */
static void
print_phones(const struct db_rows *r, const struct db_rows *phones)
{
	for (int i = 0; i < db_count(r); i++) {
		char line[400] = "", name[80];
		size_t len = 0;
		int n = 0;

		for (int k = 0; k < db_count(phones); k++) {
			bool lost = db_get_bool(phones, k, CTL_CONTACT_LOST);

			if (!is_of(phones, k, r, i))
				continue;
			n += lost ? 2 : 1;
			if (!str_add(line, sizeof(line), &len, " %lld%s",
				(long long)db_get_i64(phones, k, CTL_CONTACT_ID),
				lost ? " (suspended)" : ""))
				break;
		}
		ctl_clean(name, 64, db_get_text(r, i, CTL_RECEIVER_NAME));
		if (n > 1)
			printf("phones of %s:%s\n", name, line);
	}
}

/* And whom an operation has for a time alone. */
static void
print_until(const struct db_rows *r)
{
	for (int i = 0; i < db_count(r); i++) {
		char name[64], until[INTAKE_VALUE_MAX];

		if (db_is_null(r, i, CTL_RECEIVER_UNTIL))
			continue;
		ctl_clean(name, sizeof(name), db_get_text(r, i, CTL_RECEIVER_NAME));
		ctl_receiver_value(r, i, INTAKE_UNTIL, until);
		printf("%s: until %s%s\n", name, until,
		    db_get_bool(r, i, CTL_RECEIVER_ENDED) ? ", ended: nobody asks it"
							  : "");
	}
}

/* Both lists; the caller frees all three in any case. */
static int
ask_all(
    struct ctl *c, struct db **db, struct db_rows **receivers, struct db_rows **phones)
{
	*receivers = *phones = NULL;
	*db = ctl_db(c, DB_CTL);
	if (*db != NULL)
		*receivers = ctl_ask(c, *db, ST_RECEIVER_LIST, NULL, 0);
	if (*receivers != NULL)
		*phones = ctl_ask(c, *db, ST_CONTACT_LIST, NULL, 0);
	return *phones == NULL ? CTL_NOT_DONE : CTL_DONE;
}

static void
free_all(struct db *db, struct db_rows *receivers, struct db_rows *phones)
{
	db_rows_free(phones);
	db_rows_free(receivers);
	db_free(db);
}

int
ctl_receiver_list(struct ctl *c)
{
	struct db_rows *r, *phones;
	struct db *db;
	int status = ask_all(c, &db, &r, &phones);

	if (status == CTL_DONE && c->json) {
		ctl_json_print(all_json(r, phones));
	} else if (status == CTL_DONE) {
		ctl_print_table(r, list_names, CTL_RECEIVER_KINDS, "(none)");
		print_phones(r, phones);
		print_until(r);
	}
	free_all(db, r, phones);
	return status;
}

/* Of the first region that is a place, else Kazakhstan's. */
static int
zone_of(const struct places *p, const char *regions)
{
	char first[16];
	unsigned i;

	if (!str_copy_bytes(first, sizeof(first), regions, strcspn(regions, " ")))
		first[0] = '\0';
	i = place_by_id(p, first);
	if (i == places_count(p))
		i = place_by_id(p, "KZ");
	return i == places_count(p) ? 0 : place_zone_minutes(p, i);
}

static void
print_contacts(const struct db_rows *r, int row, const struct db_rows *phones, int zone)
{
	for (int k = 0; k < db_count(phones); k++) {
		const char *role, *shift;
		char text[INTAKE_VALUE_MAX], when[INTAKE_VALUE_MAX];

		if (!is_of(phones, k, r, row))
			continue;
		role = db_get_text(phones, k, CTL_CONTACT_ROLE);
		shift = db_get_text(phones, k, CTL_CONTACT_SHIFT);
		ctl_clean(text, sizeof(text), role[0] == '\0' ? "-" : role);
		ctl_clean(when, sizeof(when), shift[0] == '\0' ? "always" : shift);
		printf("phone %-6lld %-12s %s (%s)%s\n",
		    (long long)db_get_i64(phones, k, CTL_CONTACT_ID), text, when,
		    shift_is_on(shift, clock_wall_ms(), zone) ? "on now" : "off now",
		    db_get_bool(phones, k, CTL_CONTACT_LOST)          ? " SUSPENDED"
			: !db_get_bool(phones, k, CTL_CONTACT_ACTIVE) ? " not in use"
								      : "");
	}
}

static void
print_one(const struct db_rows *r, int row, const struct db_rows *phones,
    const struct places *places)
{
	int zone = zone_of(places, db_get_text(r, row, CTL_RECEIVER_REGIONS));
	const char *hours = db_get_text(r, row, CTL_RECEIVER_HOURS);
	char value[INTAKE_VALUE_MAX], at[CTL_TIME_MAX];

	ctl_clean(value, sizeof(value), db_get_text(r, row, CTL_RECEIVER_NAME));
	printf("name       %s\n", value);
	printf("active     %s\n",
	    db_get_bool(r, row, CTL_RECEIVER_ACTIVE) ? "yes" : "no: suspended");
	for (int f = 0; f < INTAKE_FIELDS; f++) {
		if (column_of[f] == 0 || f == INTAKE_BEDS)
			continue;
		ctl_receiver_value(r, row, (enum intake_field)f, value);
		printf("%-10s %s%s%s\n", intake_fields[f],
		    ctl_receiver_word((enum intake_field)f, value),
		    f != INTAKE_HOURS || hours[0] == '\0'           ? ""
			: shift_is_on(hours, clock_wall_ms(), zone) ? " (open now)"
								    : " (closed now)",
		    f == INTAKE_UNTIL && db_get_bool(r, row, CTL_RECEIVER_ENDED)
			? " (ended: nobody asks it)"
			: "");
	}
	ctl_receiver_value(r, row, INTAKE_BEDS, value);
	if (value[0] == '\0')
		puts("beds       not known");
	else
		printf("beds       %s\n", value);
	if (!db_is_null(r, row, CTL_RECEIVER_AWAY)) {
		ctl_time(at, db_get_i64(r, row, CTL_RECEIVER_AWAY));
		printf("away       until %s\n", at);
	}
	print_contacts(r, row, phones, zone);
}

int
ctl_receiver_show(struct ctl *c)
{
	struct ctl_registry g;
	struct db_rows *r = NULL, *phones = NULL;
	struct db *db = NULL;
	int status = ctl_registry_open(c, &g), row = -1;

	if (status == CTL_DONE)
		status = ask_all(c, &db, &r, &phones);
	if (status == CTL_DONE) {
		row = ctl_receiver_row(r, c->words[0]);
		if (row < 0)
			status = ctl_wrong("no receiver of this name: `receiver list`");
	}
	if (status == CTL_DONE && c->json) {
		json_t *all = all_json(r, phones);

		ctl_json_print(json_incref(json_array_get(all, (size_t)row)));
		json_decref(all);
	} else if (status == CTL_DONE) {
		print_one(r, row, phones, g.places);
	}
	free_all(db, r, phones);
	ctl_registry_close(&g);
	return status;
}

/* A phone's row of the file; `k` -1: a receiver without one. */
static void
export_row(const struct db_rows *r, int row, const struct db_rows *phones, int k)
{
	static char values[CTL_RECEIVER_COLUMNS][INTAKE_VALUE_MAX];
	const char *field[CTL_RECEIVER_COLUMNS + 2];
	size_t n = 0;

	field[n++] = db_get_text(r, row, CTL_RECEIVER_NAME);
	for (size_t i = 0; i < CTL_RECEIVER_COLUMNS; i++) {
		enum intake_field f = ctl_receiver_columns[i];

		ctl_receiver_value(r, row, f, values[i]);
		field[n++] = is_yes_or_no(f) ? ctl_receiver_word(f, values[i])
		    : f == INTAKE_ROLE && k >= 0
		    ? db_get_text(phones, k, CTL_CONTACT_ROLE)
		    : f == INTAKE_SHIFT && k >= 0
		    ? db_get_text(phones, k, CTL_CONTACT_SHIFT)
		    : values[i];
	}
	field[n++] = "";
	csv_put(stdout, field, n);
}

static void
export_all(const struct db_rows *r, const struct db_rows *phones)
{
	const char *head[CTL_RECEIVER_COLUMNS + 2] = { "name" };

	for (size_t i = 0; i < CTL_RECEIVER_COLUMNS; i++)
		head[i + 1] = intake_fields[ctl_receiver_columns[i]];
	head[CTL_RECEIVER_COLUMNS + 1] = "number";
	csv_put(stdout, head, ARRAY_LEN(head));
	for (int i = 0; i < db_count(r); i++) {
		int mine = 0;

		for (int k = 0; k < db_count(phones); k++) {
			if (!is_of(phones, k, r, i))
				continue;
			export_row(r, i, phones, k);
			mine++;
		}
		if (mine == 0)
			export_row(r, i, phones, -1);
	}
}

int
ctl_receiver_export(struct ctl *c)
{
	struct db_rows *r, *phones;
	struct db *db;
	int status = ask_all(c, &db, &r, &phones);

	if (status == CTL_DONE && c->json)
		ctl_json_print(all_json(r, phones));
	else if (status == CTL_DONE)
		export_all(r, phones);
	free_all(db, r, phones);
	return status;
}
