/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads conf/flows/ *.conf into tables, with texts, words and places beside them, and has them
 * proved. A file with one error is refused whole. Called at start, at reload and by the tools.
 */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "flow_priv.h"
#include "policy.h"
#include "str.h"
#include "tree_conf.h"

#define REFER_MAX_S 86400

/* A flow file being read. `want` holds names of steps until all are known. */
struct reading {
	struct tree *tree;
	struct flow *fl;
	struct {
		const struct config_setting_t *at;
		const char *name;
		uint8_t *into;
	} want[FLOW_STEPS * 4];
	unsigned wants;
};

static void
take_string(struct reading *r, const struct config_setting_t *group, const char *name,
    bool need, char *out, size_t size)
{
	const char *s = tree_string(r->tree, group, name, need);

	out[0] = '\0';
	if (s != NULL && (s[0] == '\0' || !str_copy(out, size, s)))
		tree_fail(r->tree, group,
		    "%s is empty or too long; allowed: 1 to %zu bytes", name, size - 1);
}

static void
take_next(struct reading *r, const struct config_setting_t *group, const char *name,
    bool need, uint8_t *into)
{
	const char *s = tree_string(r->tree, group, name, need);

	*into = STEP_NONE;
	if (s == NULL)
		return;
	if (r->wants == ARRAY_LEN(r->want)) {
		tree_fail(r->tree, group, "too many steps");
		return;
	}
	r->want[r->wants].at = group;
	r->want[r->wants].name = s;
	r->want[r->wants++].into = into;
}

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

static uint32_t
take_words(struct reading *r, const struct config_setting_t *group, const char *name)
{
	const struct config_setting_t *list = tree_list(r->tree, group, name, false);
	uint32_t bits = 0;

	for (unsigned i = 0; i < tree_len(list); i++) {
		enum word_class c = word_class_parse(tree_item_string(r->tree, list, i));

		if (c == WORD_CLASSES)
			tree_fail(r->tree, list,
			    "item %u is no class of words; allowed: those of "
			    "conf/words",
			    i + 1);
		else
			bits |= 1U << c;
	}
	return bits;
}

static void
read_options(struct reading *r, const struct config_setting_t *group, struct step *st)
{
	const struct config_setting_t *list = tree_list(r->tree, group, "options", true);

	if (tree_len(list) < 2 || tree_len(list) > FLOW_OPTIONS)
		tree_fail(
		    r->tree, group, "options: allowed: 2 to %d of them", FLOW_OPTIONS);
	for (unsigned i = 0; i < tree_len(list) && i < FLOW_OPTIONS; i++) {
		const struct config_setting_t *at = tree_item(list, i);
		struct option *o = &st->option[st->options++];

		tree_only(r->tree, at,
		    st->kind == STEP_CHOICE ? "digit code words class next"
					    : "digit code words class");
		o->digit = (uint8_t)tree_int(r->tree, at, "digit", 0, 9, -1);
		take_string(r, at, "code", true, o->code, sizeof o->code);
		o->words = take_words(r, at, "words");
		o->class = take_class(r, at);
		take_next(r, at, "next", st->kind == STEP_CHOICE, &o->next);
		for (unsigned k = 0; k < i; k++) {
			if (st->option[k].digit == o->digit)
				tree_fail(
				    r->tree, at, "digit %u is given twice", o->digit);
		}
	}
}

static void
read_ask(struct reading *r, const struct config_setting_t *group, struct step *st)
{
	static const struct {
		const char *kind;
		enum step_kind is;
		const char *names;
	} kinds[] = {
		{ "choice", STEP_CHOICE,
		    "name ask text after_intro slot options consent" },
		{ "several", STEP_SEVERAL,
		    "name ask text after_intro slot options next" },
		{ "number", STEP_NUMBER, "name ask text after_intro slot next" },
		{ "text", STEP_TEXT, "name ask text after_intro slot next" },
		{ "place", STEP_PLACE,
		    "name ask text after_intro slot region echo which next next_words next_skip" },
	};
	const char *ask = tree_string(r->tree, group, "ask", true);
	size_t i;

	for (i = 0; i < ARRAY_LEN(kinds); i++) {
		if (ask != NULL && strcmp(kinds[i].kind, ask) == 0)
			break;
	}
	if (i == ARRAY_LEN(kinds)) {
		tree_fail(r->tree, group,
		    "ask: unknown kind; allowed: choice several number text "
		    "place");
		return;
	}
	st->kind = kinds[i].is;
	tree_only(r->tree, group, kinds[i].names);
	take_string(r, group, "text", true, st->text, sizeof st->text);
	take_string(
	    r, group, "after_intro", false, st->after_intro, sizeof st->after_intro);
	take_string(r, group, "slot", true, st->slot, sizeof st->slot);
	if (st->slot[0] == '_')
		tree_fail(r->tree, group,
		    "slot: names with _ are the engine's; allowed: others");
	if (st->kind == STEP_CHOICE)
		take_string(r, group, "consent", false, st->consent, sizeof st->consent);
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
	}
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

		tree_only(r->tree, at, "slot is class next");
		take_string(r, at, "slot", false, rule->slot, sizeof rule->slot);
		is = tree_string(r->tree, at, "is", rule->slot[0] != '\0');
		if (is != NULL && !str_copy(rule->is, sizeof rule->is, is))
			tree_fail(r->tree, at, "is: too long");
		rule->class = take_class(r, at);
		if (rule->slot[0] == '\0' && rule->class == CASE_NONE)
			tree_fail(r->tree, at,
			    "a rule without a test; allowed: slot and is, class");
		take_next(r, at, "next", true, &rule->next);
	}
}

static void
read_act(struct reading *r, const struct config_setting_t *group, struct step *st)
{
	const struct config_setting_t *in;

	in = tree_group(r->tree, group, "set", false);
	if (in != NULL) {
		st->kind = STEP_SET;
		tree_only(r->tree, group, "name set next");
		tree_only(r->tree, in, "slot code class task");
		take_string(r, in, "slot", false, st->slot, sizeof st->slot);
		take_string(
		    r, in, "code", st->slot[0] != '\0', st->code, sizeof st->code);
		take_string(r, in, "task", false, st->task, sizeof st->task);
		st->class = take_class(r, in);
	} else if ((in = tree_group(r->tree, group, "refer", false)) != NULL) {
		st->kind = STEP_REFER;
		tree_only(r->tree, group, "name refer next");
		tree_only(r->tree, in, "after_s under");
		st->after_ms = 1000LL *
		    tree_int(r->tree, in, "after_s", 0, REFER_MAX_S, -1);
		take_string(r, in, "under", true, st->under, sizeof st->under);
	} else if (tree_string(r->tree, group, "say", false) != NULL) {
		st->kind = STEP_SAY;
		tree_only(r->tree, group, "name say next");
		take_string(r, group, "say", true, st->text, sizeof st->text);
	} else if (tree_string(r->tree, group, "end", false) != NULL) {
		st->kind = STEP_END;
		tree_only(r->tree, group, "name end");
		take_string(r, group, "end", true, st->text, sizeof st->text);
	} else {
		tree_fail(r->tree, group,
		    "a step that does nothing; allowed: say ask branch set refer end");
	}
	if (st->kind != STEP_END)
		take_next(r, group, "next", true, &st->next);
}

static bool
has(const struct config_setting_t *group, const char *name)
{
	for (unsigned i = 0; i < tree_len(group); i++) {
		if (strcmp(tree_name(tree_item(group, i)), name) == 0)
			return true;
	}
	return false;
}

static void
read_step(struct reading *r, const struct config_setting_t *group)
{
	struct step *st = &r->fl->step[r->fl->steps];

	*st = (struct step){ .line = tree_line(group),
		.next = STEP_NONE,
		.next_words = STEP_NONE,
		.next_skip = STEP_NONE };
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

static void
read_flow(struct reading *r)
{
	const struct config_setting_t *root = tree_root(r->tree);
	const struct config_setting_t *steps = tree_list(r->tree, root, "steps", true);

	tree_only(r->tree, root, "name version start danger intents steps");
	take_string(r, root, "name", true, r->fl->name, sizeof r->fl->name);
	r->fl->version = (uint16_t)tree_int(r->tree, root, "version", 1, UINT16_MAX, 0);
	r->fl->intents = take_words(r, root, "intents");
	take_next(r, root, "start", true, &r->fl->start);
	take_next(r, root, "danger", false, &r->fl->danger);
	if (tree_len(steps) > FLOW_STEPS)
		tree_fail(r->tree, steps, "too many steps; allowed: %d", FLOW_STEPS);
	for (unsigned i = 0; i < tree_len(steps) && i < FLOW_STEPS; i++)
		read_step(r, tree_item(steps, i));
	for (unsigned i = 0; i < r->wants; i++) {
		*r->want[i].into = flow_step_index(r->fl, r->want[i].name);
		if (*r->want[i].into == STEP_NONE)
			tree_fail(r->tree, r->want[i].at, "no step is named %s",
			    r->want[i].name);
	}
}

static enum rc
load_flow(struct flows *f, const char *folder, const char *file, struct flow_err *err)
{
	struct reading *r = xcalloc(1, sizeof *r);
	char path[PATH_MAX];
	enum rc rc = RC_REFUSED;

	r->fl = &f->flow[f->n];
	if (f->n == FLOWS_MAX || !str_copy(r->fl->file, sizeof r->fl->file, file) ||
	    snprintf(path, sizeof path, "%s/%s", folder, file) >= (int)sizeof path) {
		if (snprintf(err->s, sizeof err->s,
			"%s/%s:1: file: too many flows, or the name "
			"is too long; allowed: %d",
			folder, file, FLOWS_MAX) < 0)
			err->s[0] = '\0';
		goto out;
	}
	rc = tree_open(path, &r->tree, err);
	if (rc != RC_OK)
		goto out;
	read_flow(r);
	rc = tree_result(r->tree, err);
	tree_free(r->tree);
	if (rc == RC_OK && flows_has(f, r->fl->name, r->fl->version)) {
		if (snprintf(err->s, sizeof err->s,
			"%s/%s:1: version: flow %s has version %u in another file too; "
			"allowed: another number",
			folder, file, r->fl->name, r->fl->version) < 0)
			err->s[0] = '\0';
		rc = RC_REFUSED;
	}
	f->n++;
out:
	free(r);
	return rc;
}

static int
is_conf(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 5 && d->d_name[0] != '.' && strcmp(d->d_name + n - 5, ".conf") == 0;
}

static enum rc
load_flows(struct flows *f, const char *dir, struct flow_err *err)
{
	struct dirent **names = NULL;
	char folder[PATH_MAX - 300];
	enum rc rc = RC_OK;
	int n = -1;

	if (snprintf(folder, sizeof folder, "%s/flows", dir) < (int)sizeof folder)
		n = scandir(folder, &names, is_conf, alphasort);
	if (n <= 0) {
		rc = RC_REFUSED;
		if (snprintf(err->s, sizeof err->s, "%s/flows:1: file: no flows", dir) <
		    0)
			err->s[0] = '\0';
	}
	for (int i = 0; i < n; i++) {
		if (rc == RC_OK)
			rc = load_flow(f, folder, names[i]->d_name, err);
		free(names[i]);
	}
	free(names);
	return rc;
}

static enum rc
load_texts(struct flows *f, const char *dir, struct flow_err *err)
{
	char folder[PATH_MAX], path[PATH_MAX];
	struct text_err terr;
	enum rc rc;

	if (snprintf(folder, sizeof folder, "%s/po", dir) >= (int)sizeof folder)
		folder[0] = '\0';
	for (unsigned l = 0; l < LANGS; l++) {
		if (snprintf(path, sizeof path, "%s/%s.po", folder,
			lang_code((enum lang)l)) < (int)sizeof path &&
		    access(path, F_OK) == 0)
			f->langs |= 1U << l;
	}
	rc = texts_load(folder, f->langs, &f->texts, &terr);
	if (rc != RC_OK || f->langs == 0) {
		if (snprintf(err->s, sizeof err->s, "%s",
			rc != RC_OK ? terr.s : "conf/po:1: file: no language") < 0)
			err->s[0] = '\0';
		return RC_REFUSED;
	}
	return RC_OK;
}

static enum rc
load_exceptions(struct flows *f, const char *dir, struct flow_err *err)
{
	char folder[PATH_MAX];
	struct policy *p;
	enum rc rc;

	if (snprintf(folder, sizeof folder, "%s/policies", dir) >= (int)sizeof folder)
		return RC_REFUSED;
	rc = policy_load(folder, &p, err);
	if (rc != RC_OK)
		return rc;
	f->exceptions = (policy_excepts(p, "child") ? EXCEPT_CHILD : 0U) |
	    (policy_excepts(p, "danger") ? EXCEPT_DANGER : 0U);
	policy_free(p);
	return RC_OK;
}

enum rc
flows_load(const char *dir, struct flows **out, struct flow_err *err)
{
	struct flows *f = xcalloc(1, sizeof *f);
	enum rc rc;

	*out = NULL;
	err->s[0] = '\0';
	rc = load_texts(f, dir, err);
	if (rc == RC_OK)
		rc = words_load(dir, &f->words, err);
	if (rc == RC_OK)
		rc = places_load(dir, &f->places, err);
	if (rc == RC_OK)
		rc = load_exceptions(f, dir, err);
	if (rc == RC_OK)
		rc = load_flows(f, dir, err);
	if (rc == RC_OK)
		rc = flow_prove(f, dir, err);
	if (rc != RC_OK) {
		flows_free(f);
		return rc;
	}
	*out = f;
	return RC_OK;
}

void
flows_free(struct flows *f)
{
	if (f == NULL)
		return;
	texts_free(f->texts);
	words_free(f->words);
	places_free(f->places);
	free(f);
}

const struct texts *
flows_texts(const struct flows *f)
{
	return f->texts;
}
