/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl receiver add, list, suspend, resume. No number is ever printed, and none leaves unsealed.
 * Called by ctl.c; its check also by ctl_import.c.
 */
#include "ctl_receiver.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"
#include "seal.h"
#include "str.h"
#include "text.h"

#define ORDER_MOST 1000000

static const char *const kinds[] = { "shelter", "ngo", "police", "social", "embassy",
	"child", "legal", "health", "labour", "operator" };

static bool
no(char why[CTL_WHY_MAX], const char *name, const char *text)
{
	snprintf(why, CTL_WHY_MAX, "%s: %s", name, text);
	return false;
}

static bool
is_kind(const char *kind)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (strcmp(kinds[i], kind) == 0)
			return true;
	}
	return false;
}

/* "KZ", "KZ-47", "*"; parted by single blanks. */
static bool
is_region(const char *s, size_t n)
{
	if (n == 1 && s[0] == '*')
		return true;
	if (n < 2 || n > 6 || s[0] < 'A' || s[0] > 'Z' || s[1] < 'A' || s[1] > 'Z')
		return false;
	if (n == 2)
		return true;
	if (s[2] != '-' || n < 4)
		return false;
	for (size_t i = 3; i < n; i++) {
		if ((s[i] < 'A' || s[i] > 'Z') && (s[i] < '0' || s[i] > '9'))
			return false;
	}
	return true;
}

static bool
are_regions(const char *s)
{
	while (*s != '\0') {
		size_t n = strcspn(s, " ");

		if (!is_region(s, n))
			return false;
		s += n;
		if (*s == ' ' && *++s == '\0')
			return false;
	}
	return true;
}

static bool
is_given(const char *s)
{
	return s != NULL && s[0] != '\0';
}

/* A name goes into lists and logs of people: no line ends, no other controls, well-formed. */
static bool
is_name(const char *s)
{
	if (!str_is_utf8(s, strlen(s)))
		return false;
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	}
	return true;
}

static bool
read_order(const char *s, int *out)
{
	char *end;
	long n;

	*out = 0;
	if (!is_given(s))
		return true;
	errno = 0;
	n = strtol(s, &end, 10);
	if (errno != 0 || *end != '\0' || n < -ORDER_MOST || n > ORDER_MOST)
		return false;
	*out = (int)n;
	return true;
}

static bool
read_vetted(const char *s, bool *out)
{
	static const char *const yes[] = { "yes", "1", "true", "да", "иә", "ha" },
				 *const no_words[] = { "no", "0", "false", "нет", "жоқ",
					 "yo'q" };

	*out = false;
	if (!is_given(s))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
		if (strcmp(yes[i], s) == 0)
			*out = true;
		if (strcmp(yes[i], s) == 0 || strcmp(no_words[i], s) == 0)
			return true;
	}
	return false;
}

bool
ctl_receiver_check(const struct ctl_receiver_words *w, struct intake_receiver *out,
    char why[CTL_WHY_MAX])
{
	memset(out, 0, sizeof(*out));
	if (!is_given(w->name) || !is_name(w->name))
		return no(why, "name", "missing, or with a control character");
	if (!str_copy(out->name, sizeof(out->name), w->name))
		return no(why, "name", "longer than 63 bytes");
	if (!is_given(w->kind) || !is_kind(w->kind) ||
	    !str_copy(out->kind, sizeof(out->kind), w->kind))
		return no(why, "kind",
		    "allowed are shelter ngo police social embassy child legal health "
		    "labour operator");
	if (!is_given(w->regions) || !are_regions(w->regions))
		return no(why, "regions",
		    "allowed are codes of ISO 3166-2 or countries, parted by one blank "
		    "(KZ-47 KZ), or *");
	if (!str_copy(out->regions, sizeof(out->regions), w->regions))
		return no(why, "regions", "longer than 127 bytes");
	if (!is_given(w->lang) || lang_parse(w->lang) == LANG_NONE ||
	    !str_copy(out->lang, sizeof(out->lang), w->lang))
		return no(why, "lang", "allowed are kk ru uz ky tg tk en");
	if (!is_given(w->number) || phone_parse(w->number, &out->number) != RC_OK ||
	    phone_is_short(&out->number))
		return no(why, "number",
		    "not a number like +77022345678 (a spreadsheet may have shortened it)");
	if (!read_order(w->order, &out->order))
		return no(why, "order", "allowed is a whole number");
	if (!read_vetted(w->vetted, &out->vetted))
		return no(why, "vetted", "allowed are yes and no");
	return true;
}

/* One line of standard input: a number there stands in no history and no list of processes. */
static bool
read_line(char *out, size_t size)
{
	size_t n;

	if (isatty(STDIN_FILENO) == 1)
		fputs("number: ", stderr);
	if (fgets(out, (int)size, stdin) == NULL)
		return false;
	n = strcspn(out, "\r\n");
	out[n] = '\0';
	return n > 0;
}

#define LINE_MAX_BYTES 64

int
ctl_receiver_add(struct ctl *c)
{
	struct ctl_receiver_words w = {
		.name = ctl_option(c, "--name"),
		.kind = ctl_option(c, "--kind"),
		.regions = ctl_option(c, "--region"),
		.lang = ctl_option(c, "--lang"),
		.number = ctl_option(c, "--number"),
		.order = ctl_option(c, "--order"),
		.vetted = ctl_flag(c, "--vetted") ? "yes" : "no",
	};
	struct intake_receiver r;
	char text[INTAKE_MAX], why[CTL_WHY_MAX], number[LINE_MAX_BYTES];
	size_t n;
	int status;

	if (w.name == NULL || w.kind == NULL || w.regions == NULL || w.lang == NULL ||
	    w.number == NULL)
		return ctl_wrong_usage(c,
		    "receiver add needs --name, --kind, --region, --lang and --number");
	if (strcmp(w.number, "-") == 0)
		w.number = read_line(number, sizeof(number)) ? number : "";
	if (!ctl_receiver_check(&w, &r, why))
		return ctl_wrong_usage(c, "%s", why);
	r.sample = ctl_flag(c, "--sample");
	n = intake_pack(&r, text);
	status = n == 0 ? ctl_wrong("the values are too long together")
			: ctl_intake(c, INTAKE_RECEIVER, text, n, "stored by dispatch");
	seal_wipe(text, sizeof(text));
	seal_wipe(&r, sizeof(r));
	return status;
}

static const char *const list_names[] = { "id", "name", "kind", "lang", "regions",
	"active", "phones", "vetted", "order", "sample" };
static const char list_kinds[] = "IttttbibiB";

/* Each receiver's phones behind it, by id: [{id, active, suspended}]. */
static void
print_json(const struct db_rows *r, const struct db_rows *phones)
{
	json_t *all = ctl_json_rows(r, list_names, list_kinds);

	for (int i = 0; i < db_count(r); i++) {
		json_t *mine = json_array();

		for (int k = 0; k < db_count(phones); k++) {
			if (db_get_i64(phones, k, 1) != db_get_i64(r, i, 0))
				continue;
			json_array_append_new(mine,
			    json_pack("{s:I,s:b,s:b}", "id",
				(json_int_t)db_get_i64(phones, k, 0), "active",
				(int)db_get_bool(phones, k, 2), "suspended",
				(int)db_get_bool(phones, k, 3)));
		}
		json_object_set_new(json_array_get(all, (size_t)i), "contacts", mine);
	}
	ctl_json_print(all);
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
			if (db_get_i64(phones, k, 1) != db_get_i64(r, i, 0))
				continue;
			n += db_get_bool(phones, k, 3) ? 2 : 1;
			if (!str_add(line, sizeof(line), &len, " %lld%s",
				(long long)db_get_i64(phones, k, 0),
				db_get_bool(phones, k, 3) ? " (suspended)" : ""))
				break;
		}
		ctl_clean(name, 64, db_get_text(r, i, 1));
		if (n > 1)
			printf("phones of %s:%s\n", name, line);
	}
}

int
ctl_receiver_list(struct ctl *c)
{
	struct db *db = ctl_db(c, DB_CTL);
	struct db_rows *r = db == NULL ? NULL : ctl_ask(c, db, ST_RECEIVER_LIST, NULL, 0);
	struct db_rows *phones = r == NULL ? NULL
					   : ctl_ask(c, db, ST_CONTACT_LIST, NULL, 0);
	int status = phones == NULL ? CTL_NOT_DONE : CTL_DONE;

	if (phones != NULL && c->json) {
		print_json(r, phones);
	} else if (phones != NULL) {
		ctl_print_table(r, list_names, list_kinds, "(none)");
		print_phones(r, phones);
	}
	db_rows_free(phones);
	db_rows_free(r);
	db_free(db);
	return status;
}

/* "12", an id of `receiver list`, or "-": the number stands on standard input. */
static int
read_contact(const struct ctl *c, const char *word, struct intake_active *a)
{
	char line[LINE_MAX_BYTES];
	bool fine;

	if (strcmp(word, "-") != 0)
		return ctl_number(word, "--contact", &a->contact) ? -1 : CTL_WRONG_USAGE;
	fine = read_line(line, sizeof(line)) && phone_parse(line, &a->number) == RC_OK &&
	    !phone_is_short(&a->number);
	seal_wipe(line, sizeof(line));
	return fine ? -1
		    : ctl_wrong_usage(c,
			  "--contact -: no number like +77022345678 on standard input");
}

static int
set_active(struct ctl *c, bool active)
{
	const char *contact = ctl_option(c, "--contact");
	struct intake_active a = { .active = active };
	char text[INTAKE_MAX];
	size_t n;
	int status;

	if (!str_copy(a.name, sizeof(a.name), c->words[0]) || !is_name(a.name) ||
	    a.name[0] == '\0')
		return ctl_wrong_usage(c, "that is not the name of a receiver");
	status = contact == NULL ? -1 : read_contact(c, contact, &a);
	if (status >= 0)
		return status;
	n = intake_pack_active(&a, text);
	status = ctl_intake(c, INTAKE_ACTIVE, text, n, "told to dispatch");
	seal_wipe(text, sizeof(text));
	seal_wipe(&a, sizeof(a));
	return status;
}

int
ctl_receiver_suspend(struct ctl *c)
{
	return set_active(c, false);
}

int
ctl_receiver_resume(struct ctl *c)
{
	return set_active(c, true);
}
