/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads conf/flows/ *.conf into tables, with texts, words and places beside
 * them, and has them proved. A file with one error is refused whole. Called at
 * start, at reload and by the tools.
 */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "card.h"
#include "flow_conf.h"
#include "flow_view.h"
#include "policy.h"
#include "str.h"

void
take_string(struct reading *r, const struct config_setting_t *group, const char *name,
    bool need, char *out, size_t size)
{
	const char *s = tree_string(r->tree, group, name, need);

	out[0] = '\0';
	if (s != NULL && (s[0] == '\0' || !str_copy(out, size, s)))
		tree_fail(r->tree, group,
		    "%s is empty or too long; allowed: 1 to %zu bytes", name, size - 1);
}

void
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

const struct config_setting_t *
member_of(const struct config_setting_t *group, const char *name)
{
	for (unsigned i = 0; i < tree_len(group); i++) {
		if (strcmp(tree_name(tree_item(group, i)), name) == 0)
			return tree_item(group, i);
	}
	return group;
}

bool
take_yes(struct reading *r, const struct config_setting_t *group, const char *name)
{
	const char *s = tree_string(r->tree, group, name, false);

	if (s != NULL && strcmp(s, "yes") != 0)
		tree_fail(r->tree, member_of(group, name),
		    "unknown; allowed: \"yes\", or nothing");
	return s != NULL;
}

uint64_t
take_words(struct reading *r, const struct config_setting_t *group, const char *name)
{
	const struct config_setting_t *list = tree_list(r->tree, group, name, false);
	uint64_t bits = 0;

	for (unsigned i = 0; i < tree_len(list); i++) {
		enum word_class c = word_class_parse(tree_item_string(r->tree, list, i));

		if (c == WORD_CLASSES)
			tree_fail(r->tree, list,
			    "item %u is no class of words; allowed: those of "
			    "conf/words",
			    i + 1);
		else
			bits |= CLASS_BIT(c);
	}
	return bits;
}

static void
read_case(struct reading *r, const struct config_setting_t *root)
{
	const char *s = tree_string(r->tree, root, "case", false);

	r->fl->opens = s != NULL && strcmp(s, "none") == 0 ? FLOW_CASE_NONE
							   : FLOW_CASE_OPEN;
	if (s != NULL && strcmp(s, "none") != 0 && strcmp(s, "open") != 0)
		tree_fail(
		    r->tree, member_of(root, "case"), "unknown; allowed: open none");
}

static void
read_opening(struct reading *r, const struct config_setting_t *root)
{
	const char *s = tree_string(r->tree, root, "opening", false);

	r->fl->opening = s != NULL;
	if (s != NULL && strcmp(s, "answers") != 0)
		tree_fail(
		    r->tree, member_of(root, "opening"), "unknown; allowed: answers");
}

static void
read_flow(struct reading *r)
{
	const struct config_setting_t *root = tree_root(r->tree);
	const struct config_setting_t *steps = tree_list(r->tree, root, "steps", true);

	tree_only(r->tree, root,
	    "name version case start danger again dial opening intents steps");
	take_string(r, root, "name", true, r->fl->name, sizeof r->fl->name);
	r->fl->version = (uint16_t)tree_int(r->tree, root, "version", 1, UINT16_MAX, 0);
	r->fl->intents = take_words(r, root, "intents");
	r->fl->dial = take_yes(r, root, "dial");
	read_case(r, root);
	read_opening(r, root);
	take_next(r, root, "start", true, &r->fl->start);
	take_next(r, root, "danger", false, &r->fl->danger);
	take_next(r, root, "again", false, &r->fl->again);
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
	f->exceptions = *policy_exceptions(policy_all(p));
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
		rc = service_load(f, dir, err);
	if (rc == RC_OK)
		rc = cards_load(dir, &f->cards, err);
	if (rc == RC_OK)
		rc = load_flows(f, dir, err);
	if (rc == RC_OK)
		rc = flow_prove(f, dir, err);
	if (rc == RC_OK && f->production)
		rc = flows_check_signed(f, err);
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
	cards_free(f->cards);
	free(f);
}

bool
flows_is_production(const struct flows *f)
{
	return f->production;
}

const struct texts *
flows_texts(const struct flows *f)
{
	return f->texts;
}
