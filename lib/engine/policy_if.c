/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Conditions of a policy or of one of its roles: read, and held against a case.
 * It has no time of its own and guesses no missing answer. Called by policy_conf.c and policy_plan.c.
 */
#include <string.h>

#include "policy_priv.h"
#include "str.h"

static const char names[] =
    "regions countries homes who what need about langs classes ngo police embassy child "
    "place abroad complaint hours days";
static const char *const day_names[] = { "mon", "tue", "wed", "thu", "fri", "sat",
	"sun" };

bool
policy_shares(const char *a, const char *b)
{
	char word[FLOW_CODE_MAX];

	for (const char *at = b; *at != '\0'; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");

		if (len > 0 && str_copy_bytes(word, sizeof word, at, len) &&
		    str_has_word(a, word))
			return true;
		at += len;
	}
	return false;
}

void
policy_country(char out[FLOW_NAME_MAX], const char *region)
{
	size_t n = strcspn(region, "- ");

	if (!str_copy_bytes(out, FLOW_NAME_MAX, region, n))
		out[0] = '\0';
}

void
policy_read_words(struct tree *t, const struct config_setting_t *group, const char *name,
    const char *allowed, char *out, size_t size)
{
	const struct config_setting_t *list = tree_list(t, group, name, false);
	size_t len = 0;

	for (unsigned i = 0; i < tree_len(list); i++) {
		const char *word = tree_item_string(t, list, i);

		if (word[0] == '\0' || strchr(word, ' ') != NULL)
			tree_fail(t, list, "item %u is no single word", i + 1);
		else if (allowed != NULL && !str_has_word(allowed, word))
			tree_fail(t, list, "%.40s: unknown; allowed: %s", word, allowed);
		else if (!str_add(out, size, &len, "%s%s", len > 0 ? " " : "", word))
			tree_fail(t, list, "too many words");
	}
	if (list != NULL && tree_len(list) == 0)
		tree_fail(
		    t, list, "an empty list would never hold; allowed: leave it out");
}

static void
read_yes(
    struct tree *t, const struct config_setting_t *group, const char *name, char out[8])
{
	const char *s = tree_string(t, group, name, false);

	if (s == NULL)
		return;
	if ((strcmp(s, "yes") != 0 && strcmp(s, "no") != 0) || !str_copy(out, 8, s))
		tree_fail(t, group, "%s: allowed: \"yes\" \"no\"", name);
}

bool
policy_read_hour(const char *s, int16_t *out)
{
	int v;

	if (strlen(s) != 5 || s[2] != ':' || strspn(s, "0123456789") != 2 ||
	    strspn(s + 3, "0123456789") != 2)
		return false;
	v = ((s[0] - '0') * 10 + s[1] - '0') * 60 + (s[3] - '0') * 10 + s[4] - '0';
	*out = (int16_t)v;
	return v <= DAY_MINUTES && s[3] < '6';
}

bool
policy_read_days(struct tree *t, const struct config_setting_t *group, uint8_t *out)
{
	const struct config_setting_t *list = tree_list(t, group, "days", false);
	unsigned days = 0;

	for (unsigned i = 0; i < tree_len(list); i++) {
		const char *day = tree_item_string(t, list, i);
		unsigned k;

		for (k = 0; k < ARRAY_LEN(day_names); k++) {
			if (strcmp(day, day_names[k]) == 0)
				break;
		}
		if (k == ARRAY_LEN(day_names))
			tree_fail(t, list, "allowed: mon tue wed thu fri sat sun");
		else
			days |= 1U << k;
	}
	*out = (uint8_t)days;
	return list != NULL;
}

static void
read_hours(struct tree *t, const struct config_setting_t *group, struct policy_if *out)
{
	const char *s = tree_string(t, group, "hours", false);
	char from[8];

	out->hour_from = ANY_HOUR;
	out->hour_to = ANY_HOUR;
	if (s == NULL)
		return;
	if (strlen(s) != 11 || s[5] != '-' || !str_copy_bytes(from, sizeof from, s, 5) ||
	    !policy_read_hour(from, &out->hour_from) ||
	    !policy_read_hour(s + 6, &out->hour_to) || out->hour_from == out->hour_to)
		tree_fail(t, group, "hours: allowed: \"22:00-06:00\"");
}

void
policy_if_read(
    struct tree *t, const struct config_setting_t *group, struct policy_if *out)
{
	const struct {
		const char *name, *allowed;
		char *to;
	} lists[] = {
		{ "regions", NULL, out->regions },
		{ "countries", NULL, out->countries },
		{ "homes", NULL, out->homes },
		{ "who", "man woman woman_children child", out->who },
		{ "what", "unpaid papers held sex other", out->what },
		{ "need", "bed doctor advice papers way wages none", out->need },
		{ "about", "self others relative", out->about },
		{ "langs", "kk ru uz ky tg tk en", out->langs },
		{ "classes", "other held urgent danger", out->classes },
		{ "ngo", "yes no none", out->ngo },
		{ "police", "yes no none", out->police },
		{ "embassy", "yes no none", out->embassy },
	};

	memset(out, 0, sizeof *out);
	out->hour_from = ANY_HOUR;
	out->hour_to = ANY_HOUR;
	if (group == NULL)
		return;
	tree_only(t, group, names);
	out->any = tree_len(group) > 0;
	if (!out->any)
		tree_fail(
		    t, group, "no condition; allowed: one or more, or leave it out");
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		policy_read_words(
		    t, group, lists[i].name, lists[i].allowed, lists[i].to, WORDS_MAX);
	read_yes(t, group, "child", out->child);
	read_yes(t, group, "place", out->place);
	read_yes(t, group, "abroad", out->abroad);
	read_yes(t, group, "complaint", out->complaint);
	read_hours(t, group, out);
	(void)policy_read_days(t, group, &out->days);
}

const char *
policy_fact(const struct case_facts *c, const char *name)
{
	for (unsigned i = 0; i < c->slots && i < FLOW_SLOTS; i++) {
		if (strcmp(c->slot[i].name, name) == 0)
			return c->slot[i].code;
	}
	return "";
}

bool
policy_is_child(const struct case_facts *c)
{
	return strcmp(policy_fact(c, "who"), "child") == 0 ||
	    strcmp(policy_fact(c, "child"), "yes") == 0;
}

static bool
is_yes(const char *want, bool so)
{
	return want[0] == '\0' || (strcmp(want, "yes") == 0) == so;
}

static bool
is_in(const char *want, const char *have)
{
	return want[0] == '\0' || (have[0] != '\0' && policy_shares(want, have));
}

static bool
consent_holds(const char *want, enum consent have)
{
	static const char *const words[] = {
		[CONSENT_NONE] = "none",
		[CONSENT_YES] = "yes",
		[CONSENT_NO] = "no",
	};

	return want[0] == '\0' || str_has_word(want, words[have]);
}

static bool
time_holds(const struct policy_if *c, const struct policy_when *w)
{
	int64_t local = w->now_ms / MINUTE_MS + w->zone_minutes;
	int64_t minute = local % DAY_MINUTES;
	/* 1970 began on a Thursday */
	unsigned day = (unsigned)((local / DAY_MINUTES + 3) % 7);

	if (c->days != 0 && (c->days >> day & 1U) == 0)
		return false;
	if (c->hour_from == ANY_HOUR)
		return true;
	if (c->hour_from < c->hour_to)
		return minute >= c->hour_from && minute < c->hour_to;
	return minute >= c->hour_from || minute < c->hour_to;
}

/* A country the service is at home in is where its people come from. */
static bool
is_abroad(const char *country)
{
	return country[0] != '\0' && !str_has_word("KZ KG UZ TJ TM", country);
}

bool
policy_if_holds(const struct policy_if *c, const struct case_facts *facts,
    const struct policy_when *w, const struct plan *plan)
{
	enum case_class class = facts->class == CASE_NONE ? CASE_OTHER : facts->class;

	return !c->any ||
	    (is_in(c->regions, plan->region) && is_in(c->countries, plan->country) &&
		is_in(c->homes, plan->home) && is_in(c->who, plan->who) &&
		is_in(c->what, policy_fact(facts, "what")) &&
		is_in(c->need, policy_fact(facts, "need")) &&
		is_in(c->about, policy_fact(facts, "about")) &&
		is_in(c->langs, plan->lang) &&
		is_in(c->classes, case_class_name(class)) &&
		consent_holds(c->ngo, w->ngo) && consent_holds(c->police, w->police) &&
		consent_holds(c->embassy, w->embassy) &&
		is_yes(c->child, policy_is_child(facts)) &&
		is_yes(c->place, plan->region[0] != '\0') &&
		is_yes(c->abroad, is_abroad(plan->country)) &&
		is_yes(c->complaint, policy_fact(facts, "about_whom")[0] != '\0') &&
		time_holds(c, w));
}
