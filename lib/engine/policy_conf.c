/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One file of conf/policies read and proved: rank, conditions, clocks, steps with their roles.
 * Police and embassies stand in no step that does not say whose yes it needs. Called by policy.c.
 */
#include <stdio.h>
#include <string.h>

#include "policy_priv.h"
#include "str.h"

static const char names[] =
    "name rank when steps beside end card vetted_only exceptions exceptions_in child_asks "
    "danger_asks opening danger urgent held other";
static const char kinds_all[] =
    "ngo shelter child social legal health labour police embassy";

/* The word's place in `allowed`; 0 when it is absent, or no such word: then it fails. */
static unsigned
read_choice(struct tree *t, const struct config_setting_t *group, const char *name,
    const char *const *allowed, size_t n)
{
	const char *s = tree_string(t, group, name, false);
	char list[128] = "";
	size_t len = 0;

	if (s == NULL)
		return 0;
	for (unsigned i = 0; i < n; i++) {
		if (strcmp(s, allowed[i]) == 0)
			return i;
		(void)!str_add(list, sizeof list, &len, " \"%s\"", allowed[i]);
	}
	tree_fail(t, group, "%s: allowed:%s", name, list);
	return 0;
}

static bool
read_flag(
    struct tree *t, const struct config_setting_t *group, const char *name, bool fallback)
{
	static const char *const words[] = { "no", "yes" };

	if (tree_string(t, group, name, false) == NULL)
		return fallback;
	return read_choice(t, group, name, words, ARRAY_LEN(words)) == 1;
}

static void
read_name(struct tree *t, const struct config_setting_t *group, const char *name,
    bool need, char out[PLAN_NAME_MAX])
{
	const char *s = tree_string(t, group, name, need);

	if (s == NULL)
		return;
	if (s[0] == '\0' ||
	    s[strspn(s, "abcdefghijklmnopqrstuvwxyz_0123456789")] != '\0' ||
	    !str_copy(out, PLAN_NAME_MAX, s))
		tree_fail(t, group, "%s: no name; allowed: up to %d of a-z 0-9 _", name,
		    PLAN_NAME_MAX - 1);
}

static void
read_clocks(struct tree *t, enum case_class c, struct policy_file *f)
{
	static const char *const hours[] = { "round", "open" };
	struct clocks *out = &f->clocks[c];
	const struct config_setting_t *g = tree_group(
	    t, tree_root(t), case_class_name(c), !f->when.any);

	f->has[c] = g != NULL;
	if (g == NULL)
		return;
	tree_only(t, g, "remind next operator lease hours morning");
	out->remind_ms = MINUTE_MS * tree_int(t, g, "remind", 1, DAY_MINUTES, 0);
	out->next_ms = MINUTE_MS * tree_int(t, g, "next", 1, DAY_MINUTES, 0);
	out->operator_ms = MINUTE_MS * tree_int(t, g, "operator", 1, DAY_MINUTES, 0);
	out->lease_ms = MINUTE_MS * tree_int(t, g, "lease", 1, 7 * DAY_MINUTES, 0);
	f->in_hours[c] = read_choice(t, g, "hours", hours, ARRAY_LEN(hours)) == 1;
	f->morning[c] = read_flag(t, g, "morning", false);
	if (out->remind_ms >= out->next_ms)
		tree_fail(t, g,
		    "the reminder is not before the next receiver; allowed: "
		    "remind < next");
	else if (out->operator_ms < out->next_ms)
		tree_fail(t, g,
		    "the operator comes before the next receiver; allowed: next <= operator");
	else if ((f->in_hours[c] || f->morning[c]) && c == CASE_DANGER)
		tree_fail(t, g, "danger waits for no hours; allowed: round the clock");
}

static void
read_kinds(struct tree *t, const struct config_setting_t *g, struct plan_ask *a)
{
	const char *const yes = tree_string(t, g, "yes", false);
	bool own = yes != NULL &&
	    (strcmp(yes, "police") == 0 || strcmp(yes, "embassy") == 0);

	if (tree_list(t, g, "kinds", true) == NULL)
		return;
	policy_read_words(t, g, "kinds", kinds_all, a->kinds, sizeof a->kinds);
	if (yes != NULL && !own)
		tree_fail(t, g, "yes: allowed: \"police\" \"embassy\"");
	else if (own && strcmp(a->kinds, yes) != 0)
		tree_fail(t, g,
		    "yes: this yes is for %s alone; allowed: kinds = [\"%s\"]", yes, yes);
	else if (!own && policy_shares(a->kinds, "police embassy"))
		tree_fail(t, tree_list(t, g, "kinds", true),
		    "%s is never asked without the person's yes; allowed: " ORGANISATIONS
		    ", or alone with yes = \"%s\"",
		    str_has_word(a->kinds, "police") ? "police" : "embassy",
		    str_has_word(a->kinds, "police") ? "police" : "embassy");
}

static void
prove_ask(struct tree *t, const struct config_setting_t *g, const struct plan_ask *a)
{
	bool police = strcmp(a->kinds, "police") == 0;

	if (a->lead && (police || strcmp(a->kinds, "embassy") == 0))
		tree_fail(t, g, "lead: a case is settled by an organisation alone");
	else if (police && a->place != PLAN_PLACE_AFTER_NGO)
		tree_fail(t, g,
		    "police gets the place after an organisation has accepted; allowed: "
		    "place = \"after_ngo\"");
	else if (a->lead && (a->accepted || a->place != PLAN_PLACE_TAKEN))
		tree_fail(t, g, "lead: who settles a case waits for nobody");
}

static void
read_ask(struct tree *t, const struct config_setting_t *g, struct policy_ask *out,
    const struct plan_ask *step)
{
	static const char *const reaches[] = { "near", "local", "country", "home" };
	static const char *const begins[] = { "start", "accepted" };
	static const char *const places[] = { "accepted", "after_ngo", "never" };
	struct plan_ask *a = &out->ask;

	*a = *step;
	tree_only(t, g,
	    "role kinds yes text lead must at_once reach place begins grouped after when");
	policy_if_read(t, tree_group(t, g, "when", false), &out->when);
	read_name(t, g, "role", true, a->role);
	(void)!str_copy(a->text, sizeof a->text, "first");
	read_name(t, g, "text", false, a->text);
	read_kinds(t, g, a);
	a->lead = read_flag(t, g, "lead",
	    step->stage > 0 && !policy_shares(a->kinds, "police embassy social"));
	a->must = read_flag(t, g, "must", !str_has_word(a->kinds, "social"));
	a->at_once = (uint8_t)tree_int(t, g, "at_once", 1, 8, 1);
	a->reach = (enum plan_reach)read_choice(
	    t, g, "reach", reaches, ARRAY_LEN(reaches));
	a->place = (enum plan_place)read_choice(t, g, "place", places, ARRAY_LEN(places));
	a->accepted = read_choice(t, g, "begins", begins, ARRAY_LEN(begins)) == 1;
	a->grouped = read_flag(t, g, "grouped", step->grouped);
	a->after_ms = MINUTE_MS *
	    tree_int(t, g, "after", 0, DAY_MINUTES, (int)(step->after_ms / MINUTE_MS));
	prove_ask(t, g, a);
}

static void
read_asks(struct tree *t, const struct config_setting_t *list, struct policy_file *f,
    const struct plan_ask *step)
{
	bool lead = false;

	for (unsigned i = 0; i < tree_len(list); i++) {
		const struct config_setting_t *g = tree_item(list, i);
		struct policy_ask *a = &f->v[f->n];

		if (f->n == PLAN_ASKS) {
			tree_fail(t, list, "too many roles; allowed: %d in a policy",
			    PLAN_ASKS);
			return;
		}
		read_ask(t, g, a, step);
		for (unsigned k = 0; k < f->n; k++) {
			if (f->v[k].ask.stage == a->ask.stage &&
			    strcmp(f->v[k].ask.role, a->ask.role) == 0)
				tree_fail(t, g, "the role %s stands twice in its step",
				    a->ask.role);
		}
		lead = lead || a->ask.lead;
		f->n++;
	}
	if (step->stage > 0 && !lead)
		tree_fail(t, list,
		    "nobody here can settle the case; allowed: a role that leads");
}

static void
read_steps(struct tree *t, struct policy_file *f)
{
	static const char *const modes[] = { "first", "all" };
	const struct config_setting_t *list = tree_list(t, tree_root(t), "steps", true);
	const struct config_setting_t *beside = tree_list(
	    t, tree_root(t), "beside", false);
	struct plan_ask step = { .at_once = 1 };

	for (unsigned i = 0; i < tree_len(list); i++) {
		const struct config_setting_t *g = tree_item(list, i);
		char name[PLAN_NAME_MAX];

		tree_only(t, g, "name mode grouped after ask");
		read_name(t, g, "name", true, name);
		step.stage = (uint8_t)(i + 1);
		step.mode = (enum plan_mode)read_choice(
		    t, g, "mode", modes, ARRAY_LEN(modes));
		step.grouped = read_flag(t, g, "grouped", false);
		step.after_ms = MINUTE_MS * tree_int(t, g, "after", 0, DAY_MINUTES, 0);
		read_asks(t, tree_list(t, g, "ask", true), f, &step);
	}
	step = (struct plan_ask){ .at_once = 1 };
	read_asks(t, beside, f, &step);
}

static unsigned
read_table(struct tree *t, const struct config_setting_t *list)
{
	unsigned held = 0;

	for (unsigned i = 0; i < tree_len(list); i++) {
		unsigned one = exception_parse(tree_item_string(t, list, i));

		if (one == 0)
			tree_fail(t, list, "unknown exception; allowed: child danger");
		held |= one;
	}
	return held;
}

static bool
is_country(const char *s)
{
	return strlen(s) == 2 && strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 2;
}

static void
read_exceptions(struct tree *t, struct policy_file *f)
{
	const struct config_setting_t *root = tree_root(t);
	const struct config_setting_t *in = tree_group(t, root, "exceptions_in", false);
	struct exceptions *e = &f->exceptions;

	e->base = read_table(t, tree_list(t, root, "exceptions", true));
	for (unsigned i = 0; in != NULL && i < tree_len(in); i++) {
		const char *code = tree_name(tree_item(in, i));

		if (e->n == EXCEPT_COUNTRIES) {
			tree_fail(t, in, "too many countries");
			return;
		}
		if (!is_country(code) ||
		    !str_copy(e->v[e->n].country, sizeof e->v[e->n].country, code))
			tree_fail(t, in,
			    "%.40s: no country; allowed: two capitals, as KG", code);
		else
			e->v[e->n++].held = read_table(t, tree_list(t, in, code, true));
	}
	(void)!str_copy(f->child_asks, sizeof f->child_asks, "child");
	(void)!str_copy(f->danger_asks, sizeof f->danger_asks, "ngo shelter");
	if (tree_list(t, root, "child_asks", false) != NULL)
		policy_read_words(t, root, "child_asks", ORGANISATIONS, f->child_asks,
		    sizeof f->child_asks);
	if (tree_list(t, root, "danger_asks", false) != NULL)
		policy_read_words(t, root, "danger_asks", ORGANISATIONS, f->danger_asks,
		    sizeof f->danger_asks);
}

static void
read_opening(struct tree *t, struct policy_hours *h)
{
	const struct config_setting_t *g = tree_group(t, tree_root(t), "opening", false);
	const char *from = "09:00", *to = "18:00";
	int16_t a = 0, b = 0;

	*h = (struct policy_hours){ .days = 0x1f };
	if (g != NULL) {
		tree_only(t, g, "from to days");
		from = tree_string(t, g, "from", true);
		to = tree_string(t, g, "to", true);
		if (policy_read_days(t, g, &h->days) && h->days == 0)
			tree_fail(t, g, "days: no day is open");
	}
	if (from == NULL || to == NULL || !policy_read_hour(from, &a) ||
	    !policy_read_hour(to, &b) || a >= b)
		tree_fail(t, g,
		    "opening: allowed: from = \"09:00\"; to = \"18:00\"; from < to");
	h->from = (uint16_t)a;
	h->to = (uint16_t)b;
	if (h->days == 0)
		h->days = 0x1f;
}

static void
read_base(struct tree *t, struct policy_file *f)
{
	static const char *const own[] = { "vetted_only", "exceptions", "exceptions_in",
		"child_asks", "danger_asks", "opening" };

	if (!f->when.any) {
		f->vetted_only = read_flag(t, tree_root(t), "vetted_only", true);
		read_exceptions(t, f);
		read_opening(t, &f->opening);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(own); i++) {
		for (unsigned k = 0; k < tree_len(tree_root(t)); k++) {
			const struct config_setting_t *at = tree_item(tree_root(t), k);

			if (strcmp(tree_name(at), own[i]) == 0)
				tree_fail(t, at,
				    "stands in the policy without conditions alone");
		}
	}
}

enum rc
policy_file_read(const char *path, struct policy_file *f, struct flow_err *err)
{
	static const char *const ends[] = { "operator", "supervisor" };
	const struct config_setting_t *root;
	struct tree *t;
	enum rc rc = tree_open(path, &t, err);

	if (rc != RC_OK)
		return rc;
	root = tree_root(t);
	tree_only(t, root, names);
	(void)!str_copy(f->path, sizeof f->path, path);
	read_name(t, root, "name", true, f->name);
	f->rank = tree_int(t, root, "rank", 1, 1000, 0);
	policy_if_read(t, tree_group(t, root, "when", false), &f->when);
	for (unsigned c = CASE_OTHER; c <= CASE_DANGER; c++)
		read_clocks(t, (enum case_class)c, f);
	read_steps(t, f);
	f->end = (enum plan_end)read_choice(t, root, "end", ends, ARRAY_LEN(ends));
	f->card = read_flag(t, root, "card", false);
	read_base(t, f);
	rc = tree_result(t, err);
	tree_free(t);
	return rc;
}
