/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl receiver add, set, suspend, resume. No number is ever printed, and none leaves unsealed.
 * Called by ctl.c; what checks values also by ctl_import.c.
 */
#include "ctl_receiver.h"

#include <string.h>
#include <unistd.h>

#include "intake.h"
#include "seal.h"
#include "service.h"
#include "str.h"

#define LINE_MAX_BYTES 64

int
ctl_registry_open(const struct ctl *c, struct ctl_registry *g)
{
	struct flow_err err;

	*g = (struct ctl_registry){ 0 };
	if (places_load(c->conf_dir, &g->places, &err) != RC_OK ||
	    service_mode(c->conf_dir, &g->production, &err) != RC_OK)
		return ctl_wrong("%s", err.s);
	return CTL_DONE;
}

void
ctl_registry_close(struct ctl_registry *g)
{
	places_free(g->places);
	g->places = NULL;
}

bool
ctl_receiver_give(const struct ctl_registry *g, struct intake_receiver *r,
    enum intake_field f, const char *written, char why[REGISTRY_WHY_MAX])
{
	if (!registry_give(r, f, written, g->places, why))
		return false;
	if (f != INTAKE_SAMPLE || !g->production || r->value[f][0] == '0')
		return true;
	snprintf(why, REGISTRY_WHY_MAX,
	    "sample: conf/service.conf says production, where nobody invented is asked");
	return false;
}

bool
ctl_receiver_name(struct intake_receiver *r, const char *name, char why[REGISTRY_WHY_MAX])
{
	const char *wrong = NULL;

	if (name == NULL || !registry_is_name(name))
		wrong = "missing, or with a control character";
	else if (!str_copy(r->name, sizeof(r->name), name))
		wrong = "longer than 63 bytes";
	if (wrong != NULL)
		snprintf(why, REGISTRY_WHY_MAX, "name: %s", wrong);
	return wrong == NULL;
}

bool
ctl_receiver_number(
    struct intake_receiver *r, const char *number, char why[REGISTRY_WHY_MAX])
{
	if (number != NULL && phone_parse(number, &r->number) == RC_OK &&
	    !phone_is_short(&r->number))
		return true;
	snprintf(why, REGISTRY_WHY_MAX,
	    "number: not a number like +77022345678 (a spreadsheet may have shortened it)");
	return false;
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

static int
hand_in(struct ctl *c, const struct intake_receiver *r, const char *note)
{
	char text[INTAKE_MAX];
	size_t n = intake_pack(r, text);
	int status = n == 0 ? ctl_wrong("the values are too long together")
			    : ctl_intake(c, INTAKE_RECEIVER, text, n, note);

	seal_wipe(text, sizeof(text));
	return status;
}

static const struct {
	const char *option;
	enum intake_field field;
	bool flag, needed;
} add_options[] = {
	{ "--kind", INTAKE_KIND, false, true },
	{ "--region", INTAKE_REGIONS, false, true },
	{ "--lang", INTAKE_LANG, false, true },
	{ "--order", INTAKE_ORDER, false, false },
	{ "--vetted", INTAKE_VETTED, true, false },
	{ "--group", INTAKE_GROUP, false, false },
	{ "--langs", INTAKE_LANGS, false, false },
	{ "--takes", INTAKE_TAKES, false, false },
	{ "--services", INTAKE_SERVICES, false, false },
	{ "--of", INTAKE_OF, false, false },
	{ "--hours", INTAKE_HOURS, false, false },
	{ "--beds", INTAKE_BEDS, false, false },
	{ "--role", INTAKE_ROLE, false, false },
	{ "--shift", INTAKE_SHIFT, false, false },
	{ "--sample", INTAKE_SAMPLE, true, false },
	{ "--until", INTAKE_UNTIL, false, false },
};

static bool
read_options(const struct ctl *c, const struct ctl_registry *g, struct intake_receiver *r,
    char why[REGISTRY_WHY_MAX])
{
	for (size_t i = 0; i < ARRAY_LEN(add_options); i++) {
		const char *name = add_options[i].option;
		const char *v = add_options[i].flag ? (ctl_flag(c, name) ? "yes" : NULL)
						    : ctl_option(c, name);

		if (v != NULL && !ctl_receiver_give(g, r, add_options[i].field, v, why))
			return false;
	}
	return registry_fits(r, why);
}

int
ctl_receiver_add(struct ctl *c)
{
	const char *name = ctl_option(c, "--name"), *number = ctl_option(c, "--number");
	char why[REGISTRY_WHY_MAX], line[LINE_MAX_BYTES];
	struct intake_receiver r = { 0 };
	struct ctl_registry g;
	bool there = name != NULL && number != NULL;
	int status;

	for (size_t i = 0; i < ARRAY_LEN(add_options); i++)
		there = there &&
		    (!add_options[i].needed ||
			ctl_option(c, add_options[i].option) != NULL);
	if (!there)
		return ctl_wrong_usage(c,
		    "receiver add needs --name, --kind, --region, --lang and --number");
	status = ctl_registry_open(c, &g);
	if (status == CTL_DONE && strcmp(number, "-") == 0)
		number = read_line(line, sizeof(line)) ? line : "";
	if (status == CTL_DONE &&
	    (!ctl_receiver_name(&r, name, why) || !read_options(c, &g, &r, why) ||
		!ctl_receiver_number(&r, number, why)))
		status = ctl_wrong_usage(c, "%s", why);
	ctl_registry_close(&g);
	if (status == CTL_DONE)
		status = hand_in(c, &r, "stored by dispatch");
	seal_wipe(&r, sizeof(r));
	return status;
}

/* "beds=3"; what may not be told is that this is no field. */
static bool
read_pair(const struct ctl_registry *g, struct intake_receiver *r, const char *pair,
    char why[REGISTRY_WHY_MAX])
{
	const char *eq = strchr(pair, '=');
	size_t len = 0;

	for (int f = 0; eq != NULL && f < INTAKE_FIELDS; f++) {
		size_t n = strlen(intake_fields[f]);

		if (n == (size_t)(eq - pair) && memcmp(pair, intake_fields[f], n) == 0)
			return ctl_receiver_give(g, r, (enum intake_field)f, eq + 1, why);
	}
	(void)!str_add(why, REGISTRY_WHY_MAX, &len, "allowed are NAME=VALUE of:");
	for (int f = 0; f < INTAKE_FIELDS; f++)
		(void)!str_add(why, REGISTRY_WHY_MAX, &len, " %s", intake_fields[f]);
	return false;
}

int
ctl_receiver_set(struct ctl *c)
{
	const char *contact = ctl_option(c, "--contact");
	struct intake_receiver r = { .change = true };
	char why[REGISTRY_WHY_MAX];
	struct ctl_registry g;
	bool phone;
	int status;

	if (!ctl_receiver_name(&r, c->words[0], why))
		return ctl_wrong_usage(c, "%s", why);
	if (contact != NULL && !ctl_number(contact, "--contact", &r.contact))
		return CTL_WRONG_USAGE;
	status = ctl_registry_open(c, &g);
	for (int i = 1; status == CTL_DONE && i < c->words_n; i++) {
		if (!read_pair(&g, &r, c->words[i], why))
			status = ctl_wrong_usage(c, "%s", why);
	}
	if (status == CTL_DONE && !registry_fits(&r, why))
		status = ctl_wrong_usage(c, "%s", why);
	ctl_registry_close(&g);
	phone = intake_given(&r, INTAKE_ROLE) != NULL ||
	    intake_given(&r, INTAKE_SHIFT) != NULL;
	if (status == CTL_DONE && phone != (contact != NULL))
		status = ctl_wrong_usage(c,
		    "role and shift are of one phone: --contact ID, as `receiver show` "
		    "has it, and they alone");
	return status == CTL_DONE ? hand_in(c, &r, "changed by dispatch") : status;
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

	if (!registry_is_name(c->words[0]) ||
	    !str_copy(a.name, sizeof(a.name), c->words[0]))
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
