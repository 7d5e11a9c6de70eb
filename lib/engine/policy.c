/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The folder of policies read and proved, and its tables. It has no time of its own and asks nobody.
 * Called by the turn's ladder, flow_conf.c and the tools.
 */
#include "policy.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy_priv.h"
#include "str.h"

#define HOLIDAYS "holidays."

struct policy {
	struct policies *all;
};

static int
is_conf(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 5 && d->d_name[0] != '.' && strcmp(d->d_name + n - 5, ".conf") == 0;
}

static int
is_holidays(const struct dirent *d)
{
	return strncmp(d->d_name, HOLIDAYS, sizeof HOLIDAYS - 1) == 0 &&
	    strspn(d->d_name + sizeof HOLIDAYS - 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") ==
	    strlen(d->d_name) - (sizeof HOLIDAYS - 1);
}

static enum rc
fail(struct flow_err *err, const char *path, const char *name, const char *what)
{
	if (snprintf(err->s, sizeof err->s, "%s:1: %s: %s", path, name, what) < 0)
		err->s[0] = '\0';
	return RC_REFUSED;
}

static int
by_rank(const void *a, const void *b)
{
	const struct policy_file *const *x = a, *const *y = b;

	return ((*x)->rank > (*y)->rank) - ((*x)->rank < (*y)->rank);
}

/* Clocks that a policy has not are those of the one without conditions. */
static void
inherit(struct policies *p)
{
	const struct policy_file *base = policies_base(p);

	for (size_t i = 0; i < p->n; i++) {
		struct policy_file *f = p->v[i];

		for (unsigned c = CASE_OTHER; c <= CASE_DANGER; c++) {
			if (f->has[c])
				continue;
			f->clocks[c] = base->clocks[c];
			f->in_hours[c] = base->in_hours[c];
			f->morning[c] = base->morning[c];
		}
		f->clocks[CASE_NONE] = f->clocks[CASE_OTHER];
		f->in_hours[CASE_NONE] = f->in_hours[CASE_OTHER];
		f->morning[CASE_NONE] = f->morning[CASE_OTHER];
	}
	p->opening = base->opening;
}

static enum rc
prove_order(const struct policies *p, struct flow_err *err)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct policy_file *f = p->v[i];

		if (i + 1 < p->n && !f->when.any)
			return fail(err, f->path, "when",
			    "no condition, so what has a greater rank never decides; "
			    "allowed: in the last alone");
		if (i + 1 == p->n && f->when.any)
			return fail(err, f->path, "when",
			    "the last has conditions; allowed: one policy for all the rest");
		if (i > 0 && f->rank == p->v[i - 1]->rank)
			return fail(err, f->path, "rank", "another has the same");
		for (size_t k = 0; k < i; k++) {
			if (strcmp(p->v[k]->name, f->name) == 0)
				return fail(err, f->path, "name", "another has the same");
		}
	}
	return RC_OK;
}

static enum rc
read_files(struct policies *p, const char *dir, struct flow_err *err)
{
	struct dirent **found = NULL;
	int n = scandir(dir, &found, is_conf, alphasort);
	enum rc rc = RC_OK;

	if (n < 1 || n > POLICIES_MAX)
		rc = fail(err, dir, "file",
		    n < 1 ? "no policy; allowed: one or more" : "too many policies");
	for (int i = 0; i < n; i++) {
		char path[PATH_MAX];

		if (rc == RC_OK &&
		    snprintf(path, sizeof path, "%s/%s", dir, found[i]->d_name) >=
			(int)sizeof path)
			rc = fail(err, dir, "file", "its name is too long");
		if (rc == RC_OK) {
			p->v[p->n] = xcalloc(1, sizeof *p->v[0]);
			rc = policy_file_read(path, p->v[p->n++], err);
		}
		free(found[i]);
	}
	free(found);
	return rc;
}

static enum rc
read_holidays(struct policies *p, const char *dir, struct flow_err *err)
{
	struct dirent **found = NULL;
	int n = scandir(dir, &found, is_holidays, alphasort);
	enum rc rc = RC_OK;

	for (int i = 0; i < n; i++) {
		char path[PATH_MAX];

		if (rc == RC_OK &&
		    (p->calendars == COUNTRIES_MAX ||
			!str_copy(p->calendar[p->calendars].country,
			    sizeof p->calendar[0].country,
			    found[i]->d_name + sizeof HOLIDAYS - 1) ||
			snprintf(path, sizeof path, "%s/%s", dir, found[i]->d_name) >=
			    (int)sizeof path))
			rc = fail(err, dir, "holidays", "too many, or too long a name");
		if (rc == RC_OK) {
			struct policy_hours *h = &p->calendar[p->calendars++].hours;

			*h = p->opening;
			rc = policy_holidays_read(path, h, err);
		}
		free(found[i]);
	}
	if (n >= 0)
		free(found);
	return rc;
}

static void
policies_free(struct policies *p)
{
	for (size_t i = 0; p != NULL && i < p->n; i++)
		free(p->v[i]);
	free(p);
}

enum rc
policy_load(const char *dir, struct policy **out, struct flow_err *err)
{
	struct policy *p = xcalloc(1, sizeof *p);
	enum rc rc;

	*out = NULL;
	p->all = xcalloc(1, sizeof *p->all);
	rc = read_files(p->all, dir, err);
	if (rc == RC_OK) {
		qsort(p->all->v, p->all->n, sizeof p->all->v[0], by_rank);
		rc = prove_order(p->all, err);
	}
	if (rc == RC_OK) {
		inherit(p->all);
		rc = read_holidays(p->all, dir, err);
	}
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
	if (p != NULL)
		policies_free(p->all);
	free(p);
}

const struct policies *
policy_all(const struct policy *p)
{
	return p->all;
}

size_t
policies_count(const struct policies *p)
{
	return p->n;
}

const char *
policies_name(const struct policies *p, size_t i)
{
	return p->v[i]->name;
}

const char *
policies_file(const struct policies *p, size_t i)
{
	return p->v[i]->path;
}

struct clocks
policy_clocks(const struct policy *p, enum case_class c)
{
	return policies_base(p->all)->clocks[c];
}

const struct exceptions *
policy_exceptions(const struct policies *p)
{
	return &policies_base(p)->exceptions;
}

const struct policy_hours *
policy_hours(const struct policies *p, const char *country)
{
	for (size_t i = 0; i < p->calendars; i++) {
		if (strcmp(p->calendar[i].country, country) == 0)
			return &p->calendar[i].hours;
	}
	return &p->opening;
}

int
policy_closeness(const char *regions, const char *region)
{
	char country[FLOW_NAME_MAX];

	policy_country(country, region);
	if (region[0] != '\0' && str_has_word(regions, region))
		return strchr(region, '-') != NULL ? 3 : 2;
	if (country[0] != '\0' && str_has_word(regions, country))
		return 2;
	return str_has_word(regions, "*") ? 1 : 0;
}
