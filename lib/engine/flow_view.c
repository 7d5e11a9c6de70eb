/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Looking into loaded flows from outside the engine: what each step is, where it leads, what it says.
 * It changes nothing. Called by shyraqctl's authoring tools and, for signatures, by who loads flows.
 */
#include "flow_view.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow_priv.h"
#include "gsm.h"
#include "str.h"

#define CARD_PHONE "+7 000 000 00 01"

unsigned
flow_views(const struct flows *f)
{
	return f->n;
}

struct flow_view
flow_view_at(const struct flows *f, unsigned i)
{
	const struct flow *fl = &f->flow[i];

	return (struct flow_view){ .name = fl->name,
		.version = fl->version,
		.steps = fl->steps,
		.start = fl->start,
		.danger = fl->danger,
		.again = fl->again,
		.newest = flow_is_newest(f, fl) };
}

unsigned
flow_view_find(const struct flows *f, const char *name)
{
	const struct flow *fl = flow_by_name(f, name);

	return fl != NULL ? (unsigned)(fl - f->flow) : f->n;
}

bool
flow_view_has_lang(const struct flows *f, enum lang l)
{
	return l < LANGS && (f->langs & 1U << l) != 0;
}

const char *
flow_view_dial(const struct flows *f)
{
	return f->dial;
}

/* Appends; what does not fit a label is left out. */
static PRINTF_LIKE(2, 3) void label_add(char out[VIEW_LABEL_MAX], const char *fmt, ...)
{
	size_t len = strlen(out);
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(out + len, VIEW_LABEL_MAX - len, fmt, ap) < 0)
		out[len] = '\0';
	va_end(ap);
}

static void
add_key(struct step_view *v, const char *key)
{
	if (key[0] != '\0' && v->keys < VIEW_KEYS_MAX)
		v->key[v->keys++] = key;
}

static void
look_at_set(const struct step *st, struct step_view *v)
{
	v->kind = VIEW_SET;
	if (st->slot[0] != '\0')
		label_add(v->does, "%s = %s", st->slot, st->code);
	if (st->class != CASE_NONE)
		label_add(v->does, "%sclass %s", v->does[0] != '\0' ? ", " : "",
		    case_class_name(st->class));
	if (st->task[0] != '\0')
		label_add(v->does, "%stask %s", v->does[0] != '\0' ? ", " : "", st->task);
	if (st->reg != REGISTER_ANY)
		label_add(v->does, "%s%s words", v->does[0] != '\0' ? ", " : "",
		    st->reg == REGISTER_PLAIN ? "plain" : "cover");
}

static void
look_at_refer(const struct step *st, struct step_view *v)
{
	v->kind = VIEW_REFER;
	if (st->after_ms == 0)
		label_add(v->does, "refer at once, under %s", st->under);
	else
		label_add(v->does, "refer after %lld s, under %s",
		    (long long)(st->after_ms / 1000), st->under);
}

static void
look_at_question(const struct step *st, struct step_view *v, const char *asks)
{
	v->kind = VIEW_ASK;
	v->asks = asks;
	v->slot = st->slot;
	v->consent = st->consent;
	v->plain = st->plain;
	v->text = st->text;
	add_key(v, st->text);
	add_key(v, st->after_intro);
	add_key(v, st->echo);
	add_key(v, st->which);
}

static void
look_at(const struct step *st, struct step_view *v)
{
	switch (st->kind) {
	case STEP_CHOICE:
		look_at_question(st, v, "choice");
		break;
	case STEP_SEVERAL:
		look_at_question(st, v, "several");
		break;
	case STEP_NUMBER:
		look_at_question(st, v, "number");
		break;
	case STEP_TEXT:
		look_at_question(st, v, "text");
		break;
	case STEP_PLACE:
		look_at_question(st, v, "place");
		break;
	case STEP_SAY:
	case STEP_END:
		v->kind = st->kind == STEP_SAY ? VIEW_SAY : VIEW_END;
		v->text = st->text;
		add_key(v, st->text);
		break;
	case STEP_BRANCH:
		v->kind = VIEW_BRANCH;
		break;
	case STEP_SET:
		look_at_set(st, v);
		break;
	case STEP_REFER:
		look_at_refer(st, v);
		break;
	case STEP_NOTICE:
		look_at_question(st, v, "notice");
		break;
	case STEP_HOUR:
		look_at_question(st, v, "hour");
		break;
	case STEP_DO:
		v->kind = VIEW_DEED;
		label_add(v->does, "do %s%s%s", st->deed,
		    st->code_of[0] != '\0' ? " with " : "", st->code_of);
		break;
	case STEP_FLOW:
		v->kind = VIEW_JUMP;
		label_add(v->does, "flow %s%s%s", st->goto_flow,
		    st->goto_at[0] != '\0' ? " at " : "", st->goto_at);
		break;
	}
}

struct step_view
flow_view_step(const struct flows *f, unsigned flow, unsigned step)
{
	const struct step *st = &f->flow[flow].step[step];
	struct step_view v = {
		.name = st->name, .asks = "", .text = "", .slot = "", .consent = ""
	};

	look_at(st, &v);
	return v;
}

static struct way_view *
add_way(struct way_view out[VIEW_WAYS_MAX], unsigned *n, unsigned to)
{
	struct way_view *w = &out[*n];

	if (to == STEP_NONE || *n == VIEW_WAYS_MAX)
		return NULL;
	*w = (struct way_view){ .to = to };
	(*n)++;
	return w;
}

static const char *const state_names[] = { [CASE_STATE_NONE] = "not sent",
	[CASE_STATE_SENT] = "sent",
	[CASE_STATE_TAKEN] = "taken",
	[CASE_STATE_NOBODY] = "nobody yet",
	[CASE_STATE_CLOSED] = "closed" };

static void
rule_label(char out[VIEW_LABEL_MAX], const struct rule *r)
{
	if (r->slot[0] != '\0' && r->is[0] == '\0')
		label_add(out, "no %s yet", r->slot);
	else if (r->slot[0] != '\0')
		label_add(out, "%s = %s", r->slot, r->is);
	if (r->class != CASE_NONE)
		label_add(out, "%sclass %s", out[0] != '\0' ? ", " : "",
		    case_class_name(r->class));
	if (r->by_bearer)
		label_add(out, "%s%s", out[0] != '\0' ? ", " : "",
		    r->bearer == BEARER_USSD ? "USSD" : "SMS");
	if (r->by_state)
		label_add(out, "%s%s", out[0] != '\0' ? ", " : "", state_names[r->state]);
	if (r->except != 0)
		label_add(out, "%sexcept %s", out[0] != '\0' ? ", " : "",
		    r->except == EXCEPT_CHILD ? "child" : "danger");
	if (r->abroad)
		label_add(out, "%sabroad", out[0] != '\0' ? ", " : "");
	if (r->reg != REGISTER_ANY)
		label_add(out, "%s%s words", out[0] != '\0' ? ", " : "",
		    r->reg == REGISTER_PLAIN ? "plain" : "cover");
}

unsigned
flow_view_ways(const struct flows *f, unsigned flow, unsigned step,
    struct way_view out[VIEW_WAYS_MAX])
{
	const struct step *st = &f->flow[flow].step[step];
	bool several = st->kind == STEP_SEVERAL;
	struct way_view *w;
	unsigned n = 0;

	for (unsigned i = 0; i < st->options && !several; i++) {
		w = add_way(out, &n, st->option[i].next);
		if (w == NULL)
			continue;
		label_add(w->label, "%u%s%s", st->option[i].digit,
		    st->option[i].code[0] != '\0' ? " " : "", st->option[i].code);
		w->class = st->option[i].class;
	}
	for (unsigned i = 0; i < st->rules; i++) {
		w = add_way(out, &n, st->rule[i].next);
		if (w != NULL)
			rule_label(w->label, &st->rule[i]);
	}
	w = add_way(out, &n, st->next);
	if (w != NULL) {
		w->otherwise = st->kind == STEP_BRANCH;
		if (st->kind == STEP_PLACE)
			label_add(w->label, "on the list");
		for (unsigned i = 0; i < st->options && several; i++)
			label_add(w->label, "%s%u %s", i > 0 ? "\n" : "",
			    st->option[i].digit, st->option[i].code);
	}
	if (st->silent_ms > 0 && (w = add_way(out, &n, st->silent)) != NULL)
		label_add(
		    w->label, "silent for %lld s", (long long)(st->silent_ms / 1000));
	if (st->kind == STEP_TEXT && (w = add_way(out, &n, st->skip)) != NULL)
		label_add(w->label, "0 skip");
	if (st->kind == STEP_HOUR && (w = add_way(out, &n, st->borrowed)) != NULL)
		label_add(w->label, "not my phone");
	if (st->kind == STEP_FLOW && n < VIEW_WAYS_MAX)
		out[n++] = (struct way_view){ .to = VIEW_NONE, .flow = st->goto_flow };
	w = add_way(out, &n, st->next_words);
	if (w != NULL)
		label_add(w->label, "other words");
	w = add_way(out, &n, st->next_skip);
	if (w != NULL)
		label_add(w->label, "0 not told");
	return n;
}

/* The places with the longest names: PLACE_FOUND_MAX of them, longest first. */
static unsigned
longest_places(const struct flows *f, enum lang l, unsigned out[PLACE_FOUND_MAX])
{
	unsigned units[PLACE_FOUND_MAX] = { 0 }, n = 0;

	for (unsigned i = 0; i < places_count(f->places); i++) {
		unsigned size = gsm_size_of(place_name(f->places, i, l)).units, at = n;

		while (at > 0 && units[at - 1] < size)
			at--;
		if (at == PLACE_FOUND_MAX)
			continue;
		n += n < PLACE_FOUND_MAX;
		for (unsigned k = n - 1; k > at; k--) {
			units[k] = units[k - 1];
			out[k] = out[k - 1];
		}
		units[at] = size;
		out[at] = i;
	}
	return n;
}

/* A town with its region, as an echo says it, the longest. */
static void
longest_town(const struct flows *f, struct view_args *v)
{
	const struct places *p = f->places;
	unsigned most = 0;

	for (unsigned i = 0; i < places_count(p); i++) {
		unsigned region = place_by_id(p, place_region(p, i)), size;
		bool alone = place_is_region(p, i) || region == places_count(p);

		size = gsm_size_of(place_name(p, i, v->lang)).units +
		    (alone ? 0 : gsm_size_of(place_name(p, region, v->lang)).units + 2);
		if (size <= most)
			continue;
		most = size;
		if (snprintf(v->town, sizeof(v->town), "%s%s%s",
			place_name(p, i, v->lang), alone ? "" : ", ",
			alone ? "" : place_name(p, region, v->lang)) < 0)
			v->town[0] = '\0';
	}
}

/* The menu of towns of the country where it is longest, as a screen says it. */
static void
longest_menu(const struct flows *f, struct view_args *v)
{
	const struct places *p = f->places;
	const char *other = text_get(
	    f->texts, v->lang, v->reg, KEY_PLACE_OTHER KEY_ON_USSD);
	unsigned town[PLACE_MENU], most = 0;

	if (other == NULL)
		other = text_get(f->texts, v->lang, v->reg, KEY_PLACE_OTHER);
	for (unsigned i = 0; i < places_count(p) && other != NULL; i++) {
		unsigned n = strlen(place_id(p, i)) == 2
		    ? place_menu(p, place_id(p, i), town)
		    : 0;
		char list[sizeof(v->menu)];
		size_t len = 0;
		bool fits = n > 0;

		for (unsigned k = 0; k < n; k++)
			fits = fits &&
			    str_add(list, sizeof(list), &len, "%s%u %s", k > 0 ? " " : "",
				k + 1, place_short_name(p, town[k], v->lang));
		if (!fits || !str_add(list, sizeof(list), &len, " %u %s", n + 1, other) ||
		    gsm_size_of(list).units <= most)
			continue;
		most = gsm_size_of(list).units;
		memcpy(v->menu, list, sizeof(v->menu));
	}
}

/* Whether a key is a question about like names, on whatever bearer. */
static bool
asks_which(const struct flows *f, const char *key)
{
	size_t n = strcspn(key, "@");

	for (unsigned i = 0; i < f->n; i++) {
		for (unsigned k = 0; k < f->flow[i].steps; k++) {
			const char *which = f->flow[i].step[k].which;

			if (strlen(which) == n && memcmp(which, key, n) == 0)
				return true;
		}
	}
	return false;
}

void
flow_view_args(
    const struct flows *f, enum lang l, enum text_register r, struct view_args *out)
{
	static const char *const excepts[] = { "except.none", "except.child",
		"except.danger", "except.child_danger" };
	unsigned place[PLACE_FOUND_MAX], n = longest_places(f, l, place);
	unsigned told[EXCEPT_TABLES];
	const char *except = NULL;
	size_t len = 0;
	bool fits = true;

	*out = (struct view_args){ .lang = l, .reg = r };
	/* the longest of what somebody is told */
	for (size_t i = exceptions_told(&f->exceptions, told); i-- > 0;) {
		const char *one = text_get(f->texts, l, r, excepts[told[i]]);

		if (one != NULL &&
		    (except == NULL ||
			gsm_size_of(one).units > gsm_size_of(except).units))
			except = one;
	}
	longest_town(f, out);
	longest_menu(f, out);
	for (unsigned i = 0; i < n; i++)
		fits = str_add(out->list, sizeof(out->list), &len, "%s%u %s",
			   i > 0 ? " " : "", i + 1, place_name(f->places, place[i], l)) &&
		    fits;
	if (!fits || except == NULL ||
	    !str_copy(out->except, sizeof(out->except), except))
		out->except[0] = '\0';
}

const char *
flow_view_list(const struct flows *f, const struct view_args *args, const char *key)
{
	if (strncmp(key, KEY_CARD_LINE, strlen(KEY_CARD_LINE)) == 0)
		return CARD_PHONE;
	return asks_which(f, key) ? args->list : args->menu;
}

enum rc
flow_view_text(const struct flows *f, const struct view_args *args, const char *key,
    char out[FLOW_TEXT_MAX])
{
	const struct text_arg v[] = { { "list", flow_view_list(f, args, key) },
		{ "at", "23:59" }, { "hour", "22-23" }, { "code", "48217 73100" },
		{ "card", CARD_PHONE },
		{ "words", "1234567890123456789012345678901234567890" },
		{ "town", args->town }, { "except", args->except }, { "dial", f->dial } };
	const char *tmpl = text_get(f->texts, args->lang, args->reg, key);

	out[0] = '\0';
	if (tmpl == NULL)
		return RC_REFUSED;
	return text_fill(out, FLOW_TEXT_MAX, tmpl, v, ARRAY_LEN(v));
}

enum rc
flows_check_signed(const struct flows *f, struct flow_err *err)
{
	struct text_err text = { .s = "" };
	enum rc rc = texts_check_signed(f->texts, &text);

	for (unsigned i = 0; i < f->n && rc == RC_OK; i++) {
		for (unsigned k = 0; k < f->flow[i].steps && rc == RC_OK; k++) {
			const struct step *st = &f->flow[i].step[k];

			if (st->consent[0] != '\0')
				rc = texts_check_signed_key(f->texts, st->text, &text);
		}
	}
	if (rc != RC_OK && !str_copy(err->s, sizeof(err->s), text.s))
		err->s[0] = '\0';
	return rc;
}

struct flows *
flow_view_opening(const struct flows *f, const char *flow)
{
	unsigned at = flow_view_find(f, flow);
	struct flows *only;

	if (at == f->n)
		return NULL;
	only = xmalloc(sizeof(*only));
	*only = *f;
	for (unsigned i = 0; i < only->n; i++) {
		only->flow[i].intents = i == at ? CLASS_BIT(WORD_HELP) : 0;
		only->flow[i].dial = i == at;
	}
	return only;
}
