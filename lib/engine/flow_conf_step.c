/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads one step of a flow file: what it asks, tests or does, and where it
 * leads. It proves nothing that needs other steps. Called by flow_conf.c.
 */
#include <string.h>

#include "flow_conf.h"
#include "str.h"

#define REFER_MAX_S 86400
#define SILENCE_MAX_S 3600

static enum case_class
take_class(struct reading *r, const struct config_setting_t *group)
{
	const char *s = tree_string(r->tree, group, "class", false);
	enum case_class c = s != NULL ? case_class_parse(s) : CASE_NONE;

	if (s != NULL && c == CASE_NONE)
		tree_fail(
		    r->tree, group, "unknown class; allowed: other held urgent danger");
	return c;
}

/* The place of a member's word in `names`; n when absent. */
static size_t
take_one_of(struct reading *r, const struct config_setting_t *group, const char *name,
    const char *const *names, size_t n, const char *allowed)
{
	const char *s = tree_string(r->tree, group, name, false);

	if (s == NULL)
		return n;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(names[i], s) == 0)
			return i;
	}
	tree_fail(r->tree, member_of(group, name), "unknown; allowed: %s", allowed);
	return n;
}

static enum step_register
take_register(struct reading *r, const struct config_setting_t *group)
{
	static const char *const names[] = { "any", "cover", "plain" };
	size_t i = take_one_of(
	    r, group, "register", names + 1, ARRAY_LEN(names) - 1, "cover plain");

	return i < ARRAY_LEN(names) - 1 ? (enum step_register)(i + 1) : REGISTER_ANY;
}

static void
read_option(struct reading *r, const struct config_setting_t *at, struct step *st)
{
	bool choice = st->kind == STEP_CHOICE;
	struct option *o = &st->option[st->options++];

	tree_only(r->tree, at,
	    choice ? "digit code words class place next" : "digit code words class");
	o->digit = (uint8_t)tree_int(
	    r->tree, at, "digit", 0, choice ? FLOW_DIGIT_MAX : 9, -1);
	take_string(r, at, "code", !choice, o->code, sizeof o->code);
	o->words = take_words(r, at, "words");
	o->class = take_class(r, at);
	take_string(r, at, "place", false, o->place, sizeof o->place);
	take_next(r, at, "next", choice, &o->next);
	for (const struct option *b = st->option; b < o; b++) {
		if (b->digit == o->digit)
			tree_fail(r->tree, at, "digit %u is given twice", o->digit);
	}
}

static void
read_options(struct reading *r, const struct config_setting_t *group, struct step *st)
{
	const struct config_setting_t *list = tree_list(r->tree, group, "options", true);

	if (tree_len(list) < 2 || tree_len(list) > FLOW_OPTIONS)
		tree_fail(
		    r->tree, group, "options: allowed: 2 to %d of them", FLOW_OPTIONS);
	for (unsigned i = 0; i < tree_len(list) && i < FLOW_OPTIONS; i++)
		read_option(r, tree_item(list, i), st);
}

static void
read_silence(struct reading *r, const struct config_setting_t *group, struct step *st)
{
	const struct config_setting_t *in = tree_group(r->tree, group, "silence", false);

	if (in == NULL)
		return;
	tree_only(r->tree, in, "after_s next");
	st->silent_ms = 1000LL * tree_int(r->tree, in, "after_s", 1, SILENCE_MAX_S, 0);
	take_next(r, in, "next", true, &st->silent);
}

/* What only one kind of question has. */
static void
read_ask_kind(struct reading *r, const struct config_setting_t *group, struct step *st)
{
	if (st->kind == STEP_CHOICE) {
		take_string(r, group, "consent", false, st->consent, sizeof st->consent);
		take_string(r, group, "region", false, st->region, sizeof st->region);
	}
	if (st->kind == STEP_CHOICE || st->kind == STEP_SEVERAL)
		read_options(r, group, st);
	if (st->kind != STEP_CHOICE)
		take_next(r, group, "next", true, &st->next);
	if (st->kind == STEP_PLACE) {
		take_string(r, group, "region", true, st->region, sizeof st->region);
		take_string(r, group, "echo", true, st->echo, sizeof st->echo);
		take_string(r, group, "which", true, st->which, sizeof st->which);
		take_next(r, group, "next_words", true, &st->next_words);
		take_next(r, group, "next_skip", true, &st->next_skip);
		st->keep = take_yes(r, group, "keep");
	}
	if (st->kind == STEP_TEXT) {
		st->place = take_yes(r, group, "place");
		take_next(r, group, "skip", false, &st->skip);
	}
	if (st->kind == STEP_HOUR)
		take_next(r, group, "borrowed", false, &st->borrowed);
}

#define ASK_NAMES "name ask text after_intro plain silence "

static void
read_ask(struct reading *r, const struct config_setting_t *group, struct step *st)
{
	static const struct {
		const char *kind;
		enum step_kind is;
		const char *names;
	} kinds[] = {
		{ "choice", STEP_CHOICE, ASK_NAMES "slot options consent region" },
		{ "several", STEP_SEVERAL, ASK_NAMES "slot options next" },
		{ "number", STEP_NUMBER, ASK_NAMES "slot next" },
		{ "text", STEP_TEXT, ASK_NAMES "slot place skip next" },
		{ "place", STEP_PLACE,
		    ASK_NAMES "slot region echo which keep next next_words next_skip" },
		{ "notice", STEP_NOTICE, ASK_NAMES "next" },
		{ "hour", STEP_HOUR, ASK_NAMES "slot borrowed next" },
	};
	const char *ask = tree_string(r->tree, group, "ask", true);
	size_t i;

	for (i = 0; i < ARRAY_LEN(kinds); i++) {
		if (ask != NULL && strcmp(kinds[i].kind, ask) == 0)
			break;
	}
	if (i == ARRAY_LEN(kinds)) {
		tree_fail(r->tree, group,
		    "ask: unknown kind; allowed: choice several number text place notice "
		    "hour");
		return;
	}
	st->kind = kinds[i].is;
	tree_only(r->tree, group, kinds[i].names);
	take_string(r, group, "text", true, st->text, sizeof st->text);
	take_string(
	    r, group, "after_intro", false, st->after_intro, sizeof st->after_intro);
	if (st->kind != STEP_NOTICE)
		take_string(r, group, "slot", true, st->slot, sizeof st->slot);
	if (st->slot[0] == '_')
		tree_fail(r->tree, group,
		    "slot: names with _ are the engine's; allowed: others");
	st->plain = take_yes(r, group, "plain");
	read_silence(r, group, st);
	read_ask_kind(r, group, st);
}

/* The tests of a rule that are not of a slot. */
static void
read_tests(struct reading *r, const struct config_setting_t *at, struct rule *rule)
{
	static const char *const bearers[] = {
		[BEARER_SMS] = "sms", [BEARER_USSD] = "ussd"
	};
	static const char *const states[] = { [CASE_STATE_NONE] = "none",
		[CASE_STATE_SENT] = "sent",
		[CASE_STATE_TAKEN] = "taken",
		[CASE_STATE_NOBODY] = "nobody",
		[CASE_STATE_CLOSED] = "closed" };
	static const char *const excepts[] = { "child", "danger" };
	size_t bearer, state, except;

	rule->class = take_class(r, at);
	rule->reg = take_register(r, at);
	rule->abroad = take_yes(r, at, "abroad");
	rule->old = take_yes(r, at, "old");
	except = take_one_of(
	    r, at, "except", excepts, ARRAY_LEN(excepts), "child danger");
	rule->except = except < ARRAY_LEN(excepts) ? exception_parse(excepts[except]) : 0;
	bearer = take_one_of(r, at, "bearer", bearers, ARRAY_LEN(bearers), "sms ussd");
	rule->by_bearer = bearer < ARRAY_LEN(bearers);
	if (rule->by_bearer)
		rule->bearer = (enum bearer)bearer;
	state = take_one_of(
	    r, at, "state", states, ARRAY_LEN(states), "none sent taken nobody closed");
	rule->by_state = state < ARRAY_LEN(states);
	if (rule->by_state)
		rule->state = (enum case_state)state;
	if (rule->slot[0] == '\0' && rule->class == CASE_NONE && !rule->abroad &&
	    !rule->old && rule->except == 0 && rule->reg == REGISTER_ANY &&
	    !rule->by_bearer && !rule->by_state)
		tree_fail(r->tree, at,
		    "a rule without a test; allowed: slot and is, class, bearer, state, "
		    "abroad, old, except, register");
}

static void
read_branch(struct reading *r, const struct config_setting_t *group, struct step *st)
{
	const struct config_setting_t *list = tree_list(r->tree, group, "branch", true);

	st->kind = STEP_BRANCH;
	tree_only(r->tree, group, "name branch else");
	take_next(r, group, "else", true, &st->next);
	if (tree_len(list) < 1 || tree_len(list) > FLOW_RULES)
		tree_fail(r->tree, group, "branch: allowed: 1 to %d rules", FLOW_RULES);
	for (unsigned i = 0; i < tree_len(list) && i < FLOW_RULES; i++) {
		const struct config_setting_t *at = tree_item(list, i);
		struct rule *rule = &st->rule[st->rules++];
		const char *is;

		tree_only(r->tree, at,
		    "slot is class bearer state abroad old except register next");
		take_string(r, at, "slot", false, rule->slot, sizeof rule->slot);
		is = tree_string(r->tree, at, "is", rule->slot[0] != '\0');
		if (is != NULL && !str_copy(rule->is, sizeof rule->is, is))
			tree_fail(r->tree, at, "is: too long");
		read_tests(r, at, rule);
		take_next(r, at, "next", true, &rule->next);
	}
}

static void
read_set(struct reading *r, const struct config_setting_t *group,
    const struct config_setting_t *in, struct step *st)
{
	st->kind = STEP_SET;
	tree_only(r->tree, group, "name set next");
	tree_only(r->tree, in, "slot code class task register");
	take_string(r, in, "slot", false, st->slot, sizeof st->slot);
	if (st->slot[0] == '_')
		tree_fail(
		    r->tree, in, "slot: names with _ are the engine's; allowed: others");
	take_string(r, in, "code", st->slot[0] != '\0', st->code, sizeof st->code);
	take_string(r, in, "task", false, st->task, sizeof st->task);
	st->class = take_class(r, in);
	st->reg = take_register(r, in);
}

static void
read_refer(struct reading *r, const struct config_setting_t *group,
    const struct config_setting_t *in, struct step *st)
{
	st->kind = STEP_REFER;
	tree_only(r->tree, group, "name refer next");
	tree_only(r->tree, in, "after_s under");
	st->after_ms = 1000LL * tree_int(r->tree, in, "after_s", 0, REFER_MAX_S, -1);
	take_string(r, in, "under", true, st->under, sizeof st->under);
}

static bool
has(const struct config_setting_t *group, const char *name)
{
	return member_of(group, name) != group;
}

static void
read_do(struct reading *r, const struct config_setting_t *group, struct step *st)
{
	st->kind = STEP_DO;
	tree_only(r->tree, group, "name do code_of next");
	take_string(r, group, "do", true, st->deed, sizeof st->deed);
	take_string(r, group, "code_of", false, st->code_of, sizeof st->code_of);
	if (!str_has_word(FLOW_DO, st->deed))
		tree_fail(r->tree, member_of(group, "do"), "unknown deed; allowed: %s",
		    FLOW_DO);
}

/* Steps that ask nothing and test nothing. */
static void
read_act(struct reading *r, const struct config_setting_t *group, struct step *st)
{
	const struct config_setting_t *in;

	if ((in = tree_group(r->tree, group, "set", false)) != NULL) {
		read_set(r, group, in, st);
	} else if ((in = tree_group(r->tree, group, "refer", false)) != NULL) {
		read_refer(r, group, in, st);
	} else if (has(group, "do")) {
		read_do(r, group, st);
	} else if (has(group, "say")) {
		st->kind = STEP_SAY;
		tree_only(r->tree, group, "name say next");
		take_string(r, group, "say", true, st->text, sizeof st->text);
	} else if (has(group, "flow")) {
		st->kind = STEP_FLOW;
		tree_only(r->tree, group, "name flow at");
		take_string(r, group, "flow", true, st->goto_flow, sizeof st->goto_flow);
		take_string(r, group, "at", false, st->goto_at, sizeof st->goto_at);
	} else if (has(group, "end")) {
		st->kind = STEP_END;
		tree_only(r->tree, group, "name end");
		take_string(r, group, "end", true, st->text, sizeof st->text);
		if (strcmp(st->text, "-") == 0)
			st->text[0] = '\0'; /* nothing is said */
		st->fetch = strcmp(st->text, "?") == 0;
		if (st->fetch)
			st->text[0] = '\0';
	} else {
		tree_fail(r->tree, group,
		    "a step that does nothing; allowed: say ask branch set refer do flow "
		    "end");
	}
	if (st->kind != STEP_END && st->kind != STEP_FLOW)
		take_next(r, group, "next", true, &st->next);
}

void
read_step(struct reading *r, const struct config_setting_t *group)
{
	struct step *st = &r->fl->step[r->fl->steps];

	/* zeroed by the caller: whole steps are compared, byte by byte */
	st->line = tree_line(group);
	st->next = st->next_words = st->next_skip = STEP_NONE;
	st->skip = st->borrowed = st->silent = STEP_NONE;
	for (unsigned i = 0; i < FLOW_OPTIONS; i++)
		st->option[i].next = STEP_NONE;
	for (unsigned i = 0; i < FLOW_RULES; i++)
		st->rule[i].next = STEP_NONE;
	take_string(r, group, "name", true, st->name, sizeof st->name);
	if (flow_step_index(r->fl, st->name) != STEP_NONE)
		tree_fail(r->tree, group, "the step %s is there twice", st->name);
	if (strcmp(st->name, STEP_LANGUAGE) == 0)
		tree_fail(r->tree, group, "language is the engine's own step");
	if (has(group, "ask"))
		read_ask(r, group, st);
	else if (has(group, "branch"))
		read_branch(r, group, st);
	else
		read_act(r, group, st);
	r->fl->steps++;
}
