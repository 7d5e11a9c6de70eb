/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A policy file read and proved, its clocks, and the choice of the next receiver. It has no time of
 * its own and asks nobody. Called by the turn's ladder, flow_conf.c and the tools.
 */
#include "policy.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "str.h"
#include "tree_conf.h"

#define KINDS_MAX 96
#define MINUTE_MS 60000LL
#define DAY_MINUTES 1440

struct policy {
	struct clocks clocks[CASE_DANGER + 1];
	char kinds[KINDS_MAX];       /* separated by blanks, may be asked */
	char child_kinds[KINDS_MAX]; /* the same when the person is a child */
	bool vetted_only;
	bool except_child, except_danger;
};

static const char names[] =
    "name kinds child_kinds vetted_only exceptions danger urgent held other";

static bool
has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = words; *at != '\0'; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");

		if (len == n && memcmp(at, word, n) == 0)
			return true;
		at += len;
	}
	return false;
}

static void
read_clocks(struct tree *t, enum case_class c, struct clocks *out)
{
	const struct config_setting_t *g = tree_group(
	    t, tree_root(t), case_class_name(c), true);

	tree_only(t, g, "remind next operator lease");
	out->remind_ms = MINUTE_MS * tree_int(t, g, "remind", 1, DAY_MINUTES, 0);
	out->next_ms = MINUTE_MS * tree_int(t, g, "next", 1, DAY_MINUTES, 0);
	out->operator_ms = MINUTE_MS * tree_int(t, g, "operator", 1, DAY_MINUTES, 0);
	out->lease_ms = MINUTE_MS * tree_int(t, g, "lease", 1, 7 * DAY_MINUTES, 0);
	if (out->remind_ms >= out->next_ms)
		tree_fail(t, g,
		    "the reminder is not before the next receiver; allowed: "
		    "remind < next");
}

static void
read_kinds(struct tree *t, const char *name, char out[KINDS_MAX])
{
	static const char allowed[] = "ngo shelter child";
	const struct config_setting_t *list = tree_list(t, tree_root(t), name, true);
	size_t len = 0;

	if (tree_len(list) == 0)
		tree_fail(t, list, "nobody may be asked; allowed: %s", allowed);
	for (unsigned i = 0; i < tree_len(list); i++) {
		const char *kind = tree_item_string(t, list, i);

		if (!has_word(allowed, kind))
			tree_fail(t, list,
			    "%s is never asked without the person's yes; allowed: "
			    "%s",
			    kind, allowed);
		else if (!str_add(out, KINDS_MAX, &len, "%s%s", len > 0 ? " " : "", kind))
			tree_fail(t, list, "too many kinds");
	}
}

static void
read_exceptions(struct tree *t, struct policy *p)
{
	const struct config_setting_t *list = tree_list(
	    t, tree_root(t), "exceptions", true);

	for (unsigned i = 0; i < tree_len(list); i++) {
		const char *s = tree_item_string(t, list, i);

		if (strcmp(s, "child") == 0)
			p->except_child = true;
		else if (strcmp(s, "danger") == 0)
			p->except_danger = true;
		else
			tree_fail(t, list, "unknown exception; allowed: child danger");
	}
}

static enum rc
read_policy(const char *path, struct policy *p, struct flow_err *err)
{
	struct tree *t;
	const char *vetted;
	enum rc rc = tree_open(path, &t, err);

	if (rc != RC_OK)
		return rc;
	tree_only(t, tree_root(t), names);
	(void)tree_string(t, tree_root(t), "name", true);
	vetted = tree_string(t, tree_root(t), "vetted_only", true);
	if (vetted != NULL && strcmp(vetted, "yes") != 0 && strcmp(vetted, "no") != 0)
		tree_fail(t, tree_root(t), "vetted_only: allowed: \"yes\" \"no\"");
	p->vetted_only = vetted == NULL || strcmp(vetted, "yes") == 0;
	for (unsigned c = CASE_OTHER; c <= CASE_DANGER; c++)
		read_clocks(t, (enum case_class)c, &p->clocks[c]);
	p->clocks[CASE_NONE] = p->clocks[CASE_OTHER];
	read_kinds(t, "kinds", p->kinds);
	read_kinds(t, "child_kinds", p->child_kinds);
	read_exceptions(t, p);
	rc = tree_result(t, err);
	tree_free(t);
	return rc;
}

static int
is_conf(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 5 && d->d_name[0] != '.' && strcmp(d->d_name + n - 5, ".conf") == 0;
}

enum rc
policy_load(const char *dir, struct policy **out, struct flow_err *err)
{
	struct policy *p = xcalloc(1, sizeof *p);
	struct dirent **found = NULL;
	char path[PATH_MAX];
	enum rc rc = RC_REFUSED;
	int n = scandir(dir, &found, is_conf, alphasort);

	*out = NULL;
	if (n != 1) {
		if (snprintf(err->s, sizeof err->s,
			"%s:1: file: %d policies; allowed: one file", dir,
			n > 0 ? n : 0) < 0)
			err->s[0] = '\0';
	} else if (snprintf(path, sizeof path, "%s/%s", dir, found[0]->d_name) <
	    (int)sizeof path) {
		rc = read_policy(path, p, err);
	}
	for (int i = 0; i < n; i++)
		free(found[i]);
	free(found);
	if (rc == RC_OK)
		*out = p;
	else
		policy_free(p);
	return rc;
}

void
policy_swap(struct policy *a, struct policy *b)
{
	struct policy was = *a;

	*a = *b;
	*b = was;
}

void
policy_free(struct policy *p)
{
	free(p);
}

struct clocks
policy_clocks(const struct policy *p, enum case_class c)
{
	return p->clocks[c];
}

bool
policy_excepts(const struct policy *p, const char *name)
{
	return (p->except_child && strcmp(name, "child") == 0) ||
	    (p->except_danger && strcmp(name, "danger") == 0);
}

static const char *
fact(const struct case_facts *c, const char *name)
{
	for (unsigned i = 0; i < c->slots && i < FLOW_SLOTS; i++) {
		if (strcmp(c->slot[i].name, name) == 0)
			return c->slot[i].code;
	}
	return "";
}

#define CLOSEST 3

/* 3 the region itself, 2 its country, 1 anywhere, 0 not covered. */
static int
closeness(const char *regions, const char *region)
{
	char country[3] = "";

	if (region[0] != '\0' && has_word(regions, region))
		return strchr(region, '-') != NULL ? 3 : 2;
	if (strlen(region) >= 2 && str_copy_bytes(country, sizeof country, region, 2) &&
	    has_word(regions, country))
		return 2;
	return has_word(regions, "*") ? 1 : 0;
}

int
policy_choose(const struct policy *p, const struct case_facts *c,
    const struct candidate *v, size_t n)
{
	const char *region = fact(c, "region");
	bool child = strcmp(fact(c, "who"), "child") == 0;
	const char *kinds = child ? p->child_kinds : p->kinds;
	int best = -1, best_close = 0;

	for (size_t i = 0; i < n && i < INT_MAX; i++) {
		int close = closeness(v[i].regions, region);

		/* S15: whoever is there for children comes before the nearest of the others */
		if (child && close > 0 && strcmp(v[i].kind, "child") == 0)
			close += CLOSEST;

		if (v[i].asked || close == 0 || !has_word(kinds, v[i].kind) ||
		    (p->vetted_only && !v[i].vetted))
			continue;
		if (best >= 0) {
			const struct candidate *b = &v[best];

			if (close < best_close ||
			    (close == best_close && b->order < v[i].order) ||
			    (close == best_close && b->order == v[i].order &&
				b->receiver < v[i].receiver))
				continue;
		}
		best = (int)i;
		best_close = close;
	}
	return best;
}
