/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A case to its plan: the first policy whose conditions hold, of its roles those that may be asked.
 * Nobody stands in a plan whose yes is missing and who is no exception. Called by the ladder and the tools.
 */
#include <stdio.h>
#include <string.h>

#include "policy_priv.h"
#include "str.h"

#define ALLOWED_MAX (4 * PLAN_KINDS_MAX)

/* Where the person is from: their number's country if it is one of ours, else the language's. */
static const char *
home_of(const struct case_facts *c, const struct policy_when *w)
{
	static const char *const by_lang[LANGS + 1] = {
		[LANG_KK] = "KZ",
		[LANG_UZ] = "UZ",
		[LANG_KY] = "KG",
		[LANG_TG] = "TJ",
		[LANG_TK] = "TM",
	};

	if (w->home != NULL && w->home[0] != '\0' &&
	    str_has_word("KZ KG UZ TJ TM", w->home))
		return w->home;
	return (unsigned)c->person_lang < LANGS && by_lang[c->person_lang] != NULL
	    ? by_lang[c->person_lang]
	    : "";
}

static void
add_words(char out[ALLOWED_MAX], const char *words)
{
	size_t len = strlen(out);

	(void)!str_add(out, ALLOWED_MAX, &len, "%s%s", len > 0 ? " " : "", words);
}

static void
allowed_kinds(const struct policies *p, const struct case_facts *c,
    const struct policy_when *w, const struct plan *plan, char out[ALLOWED_MAX])
{
	const struct policy_file *base = policies_base(p);
	unsigned held = exceptions_stated(&base->exceptions, w->home, plan->country);

	out[0] = '\0';
	/* those whom a witness tells of cannot be asked */
	if (w->ngo == CONSENT_YES || strcmp(policy_fact(c, "about"), "others") == 0)
		add_words(out, ORGANISATIONS);
	if (policy_is_child(c) && (held & EXCEPT_CHILD) != 0)
		add_words(out, base->child_asks);
	if (c->class == CASE_DANGER && (held & EXCEPT_DANGER) != 0)
		add_words(out, base->danger_asks);
	if ((w->police == CONSENT_YES || w->supervisors) &&
	    strcmp(policy_fact(c, "about_whom"), "police") != 0)
		add_words(out, "police");
	if (w->embassy == CONSENT_YES)
		add_words(out, "embassy");
}

/* What of `kinds` is allowed. */
static void
keep_allowed(char kinds[PLAN_KINDS_MAX], const char *allowed)
{
	char was[PLAN_KINDS_MAX], word[PLAN_KINDS_MAX];
	size_t len = 0;

	memcpy(was, kinds, sizeof was);
	memset(kinds, 0, PLAN_KINDS_MAX);
	for (const char *at = was; *at != '\0'; at += strspn(at, " ")) {
		size_t n = strcspn(at, " ");

		if (str_copy_bytes(word, sizeof word, at, n) &&
		    str_has_word(allowed, word))
			(void)!str_add(kinds, PLAN_KINDS_MAX, &len, "%s%s",
			    len > 0 ? " " : "", word);
		at += n;
	}
}

static const struct policy_file *
find_policy(const struct policies *p, const struct case_facts *c,
    const struct policy_when *w, const struct plan *plan)
{
	size_t i = 0;

	/* the last has no conditions */
	while (i + 1 < p->n && !policy_if_holds(&p->v[i]->when, c, w, plan))
		i++;
	return p->v[i];
}

static void
set_facts(const struct policies *p, const struct case_facts *c,
    const struct policy_when *w, struct plan *out)
{
	const char *region = policy_fact(c, "region");
	size_t n = strcspn(region, " ");

	memset(out, 0, sizeof *out);
	(void)!str_copy_bytes(out->region, sizeof out->region, region, n);
	policy_country(out->country, out->region);
	(void)!str_copy(out->home, sizeof out->home, home_of(c, w));
	(void)!str_copy(out->who, sizeof out->who, policy_fact(c, "who"));
	out->lang = (unsigned)c->person_lang < LANGS ? lang_code(c->person_lang) : "";
	out->zone_minutes = w->zone_minutes;
	out->hours = policy_hours(p, out->country[0] != '\0' ? out->country : out->home);
	out->vetted_only = policies_base(p)->vetted_only;
}

void
policy_plan(const struct policies *p, const struct case_facts *c,
    const struct policy_when *w, struct plan *out)
{
	char allowed[ALLOWED_MAX];
	const struct policy_file *f;

	set_facts(p, c, w, out);
	allowed_kinds(p, c, w, out, allowed);
	f = find_policy(p, c, w, out);
	out->policy = f->name;
	out->card = f->card;
	out->end = f->end;
	out->in_hours = f->in_hours[c->class];
	out->morning = f->morning[c->class];
	out->night = out->in_hours &&
	    !policy_is_open(out->hours, w->now_ms, w->zone_minutes);
	for (unsigned i = 0; i < f->n; i++) {
		struct plan_ask *a = &out->v[out->n];

		if (!policy_if_holds(&f->v[i].when, c, w, out))
			continue;
		*a = f->v[i].ask;
		keep_allowed(a->kinds, allowed);
		a->clocks = f->clocks[c->class];
		if (a->kinds[0] != '\0')
			out->n++;
		else
			memset(a, 0, sizeof *a);
	}
	if (strcmp(policy_fact(c, "about_whom"), "operator") == 0)
		out->end = PLAN_SUPERVISOR;
	else if (out->n == 0 && w->ngo == CONSENT_NO && out->end == PLAN_OPERATOR)
		out->end = PLAN_KEPT;
}
