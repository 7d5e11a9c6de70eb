/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The places and some sixty receivers of all kinds, with plainly invented numbers, and mobile groups.
 * It decides nothing. Called by simulate.c.
 */
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "simulate.h"
#include "str.h"

const struct town towns[] = {
	{ "Актау", "KZ-47", "KZ", true },
	{ "Жетыбай", "KZ-47", "KZ", true },
	{ "Туркестан", "KZ-61", "KZ", true },
	{ "Сарыағаш", "KZ-61", "KZ", true },
	{ "Караганда", "KZ-35", "KZ", true },
	{ "Алматы", "KZ-75", "KZ", false },
	{ "Астана", "KZ-71", "KZ", false },
	{ "Шымкент", "KZ-79", "KZ", false },
	{ "Toshkent", "UZ-TK", "UZ", false },
	{ "Samarqand", "UZ-SA", "UZ", false },
	{ "Buxoro", "UZ-BU", "UZ", false },
	{ "Nukus", "UZ-QR", "UZ", false },
	{ "Бишкек", "KG-GB", "KG", false },
	{ "Ош", "KG-GO", "KG", false },
	{ "Каракол", "KG-Y", "KG", false },
	{ "Душанбе", "TJ-DU", "TJ", false },
	{ "Худжанд", "TJ-SU", "TJ", false },
	{ "Ашхабад", "TM-S", "TM", false },
	{ "Мары", "TM-M", "TM", false },
	{ "Москва", "RU-MOW", "RU", false },
	{ "Стамбул", "TR", "TR", false },
	{ "не знаю", "", "KZ", false },
};
const size_t towns_n = sizeof(towns) / sizeof(towns[0]);

#define RECEIVERS 96
#define CONTACTS 192
static struct receiver receivers[RECEIVERS];
static struct contact contacts[CONTACTS];
static size_t receivers_n, contacts_n;

static const char *
lang_of(const char *country, unsigned i)
{
	static const struct {
		char country[3];
		const char *lang;
	} langs[] = { { "KZ", "kk" }, { "UZ", "uz" }, { "KG", "ky" }, { "TJ", "tg" },
		{ "TM", "tk" } };

	for (size_t k = 0; i % 2 == 1 && k < ARRAY_LEN(langs); k++) {
		if (strcmp(langs[k].country, country) == 0)
			return langs[k].lang;
	}
	return "ru";
}

static void
put_contact(struct receiver *r)
{
	struct contact *k = &contacts[contacts_n++];
	const struct keys *keys = &world.setup.keys;
	uint8_t sealed[SEALED_NUMBER];
	struct db_rows *rows;
	struct seal_hash h;
	char number[24];

	snprintf(number, sizeof(number), "+7702%07zu", contacts_n);
	if (phone_parse(number, &k->number) != RC_OK)
		fatalx("simulate.receiver", "a number that is none");
	h = keys_hash_number(keys, SEAL_RECEIVER_LOOKUP, &k->number);
	keys_seal_number(keys, SEAL_RECEIVER_SEAL, &k->number, sealed);
	if (db_run(world.db, SIM(SIM_CONTACT), &rows, db_i64(r->id),
		db_bytes(h.b, sizeof(h.b)), db_bytes(sealed, sizeof(sealed))) != RC_OK)
		fatalx("simulate.receiver", "sqlstate=%s", db_error(world.db));
	k->id = db_get_i64(rows, 0, 0);
	k->r = r;
	db_rows_free(rows);
}

static void
put(const char *kind, const char *regions, const char *country, int64_t group,
    const char *of)
{
	unsigned i = (unsigned)receivers_n;
	struct receiver *r = &receivers[receivers_n++];
	bool duty = strcmp(kind, "operator") == 0 || strcmp(kind, "police") == 0;
	struct db_rows *rows;

	if (receivers_n == RECEIVERS)
		fatalx("simulate.receiver", "too many");
	r->rng.s = options.seed * 7919 + i;
	r->kind = kind;
	r->country = country;
	r->zone = turn_zone_minutes(country);
	r->round_the_clock = duty || chance(&r->rng, 40);
	r->weekends = duty || chance(&r->rng, 60);
	r->good = 45 + draw(&r->rng, 40);
	snprintf(r->name, sizeof(r->name), "%s %u", kind, i);
	(void)!str_copy(r->regions, sizeof(r->regions), regions);
	if (db_run(world.db, SIM(SIM_RECEIVER), &rows, db_text(r->name), db_text(kind),
		db_text(lang_of(country, i)), db_text(regions), db_i64(draw(&r->rng, 5)),
		db_i64(group),
		db_text(strcmp(kind, "shelter") == 0 && chance(&r->rng, 30)
			? "woman woman_children"
			: ""),
		db_text(of)) != RC_OK)
		fatalx("simulate.receiver", "sqlstate=%s", db_error(world.db));
	r->id = db_get_i64(rows, 0, 0);
	db_rows_free(rows);
	put_contact(r);
	if (chance(&r->rng, 35))
		put_contact(r);
}

static int64_t
put_group(const char *name)
{
	struct db_rows *rows;
	int64_t id;

	if (db_run(world.db, SIM(SIM_GROUP), &rows, db_text(name)) != RC_OK)
		fatalx("simulate.group", "sqlstate=%s", db_error(world.db));
	id = db_get_i64(rows, 0, 0);
	db_rows_free(rows);
	return id;
}

void
registry_open(void)
{
	static const char *const countries[] = { "KZ", "UZ", "KG", "TJ", "TM" };
	const char *last = "";

	for (size_t i = 0; i < towns_n; i++) {
		const struct town *t = &towns[i];
		int64_t group = 0;

		if (t->region[0] == '\0' || strcmp(t->region, last) == 0)
			continue;
		last = t->region;
		if (t->mobile) {
			group = put_group(t->region);
			put("social", t->region, t->country, group, "");
			put("police", t->region, t->country, group, "");
		}
		put("ngo", t->region, t->country, group, "");
		if (strcmp(t->country, "RU") != 0 && strcmp(t->country, "TR") != 0)
			put("shelter", t->region, t->country, 0, "");
		else
			put("embassy", t->country, t->country, 0, "UZ");
	}
	for (size_t i = 0; i < ARRAY_LEN(countries); i++) {
		put("ngo", countries[i], countries[i], 0, "");
		put("shelter", countries[i], countries[i], 0, "");
		put("child", countries[i], countries[i], 0, "");
		put("police", countries[i], countries[i], 0, "");
	}
	put("operator", "*", "KZ", 0, "");
	put("operator", "*", "UZ", 0, "");
}

struct contact *
contact_of(int64_t id)
{
	for (size_t i = 0; i < contacts_n; i++) {
		if (contacts[i].id == id)
			return &contacts[i];
	}
	return NULL;
}
