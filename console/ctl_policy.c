/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl policy check, try: whom conf/policies would ask, proved for all cases, shown for one.
 * It needs no database, asks nobody and changes nothing. Called by ctl.c.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "card.h"
#include "clock.h"
#include "ctl_flow.h"
#include "place.h"
#include "policy.h"
#include "str.h"

#define MINUTE_MS 60000LL
#define DAY_MS (1440 * MINUTE_MS)
#define TRY_STEPS 200
#define OF_A_KIND 2 /* invented receivers of each kind */

struct loaded {
	struct policy *policy;
	struct places *places;
	struct cards *cards;
	const char *dir;
};

/* What a person can ask for with ? or a dial, at an end, or when nothing works (S19). */
static const char *const heard[] = { "state.none", "state.sent", "state.night",
	"state.taken", "state.nobody", "state.closed", "state.nocountry", "end.sent",
	"end.dialled", "end.child", "end.kept", "end.complaint", "end.witness",
	"service.down" };

static int
load(struct loaded *l, const char *dir)
{
	char path[4096];
	struct flow_err err;

	l->dir = dir;
	if (snprintf(path, sizeof(path), "%s/policies", dir) >= (int)sizeof(path))
		return ctl_wrong("the folder's name is too long");
	if (policy_load(path, &l->policy, &err) != RC_OK ||
	    places_load(dir, &l->places, &err) != RC_OK ||
	    cards_load(dir, &l->cards, &err) != RC_OK)
		return ctl_wrong("%s", err.s);
	return CTL_DONE;
}

static void
unload(struct loaded *l)
{
	policy_free(l->policy);
	places_free(l->places);
	cards_free(l->cards);
}

/* policy check ------------------------------------------------------------------------------- */

static int
check_heard(const char *dir, unsigned *texts)
{
	struct flows *f = ctl_flow_load(dir);
	int status = f == NULL ? CTL_NOT_DONE : CTL_DONE;

	for (unsigned l = 0; status == CTL_DONE && l < LANGS; l++) {
		if (!texts_has_lang(flows_texts(f), (enum lang)l))
			continue;
		for (size_t i = 0; i < 2 * ARRAY_LEN(heard) && status == CTL_DONE; i++) {
			const char *s = text_get(flows_texts(f), (enum lang)l,
			    i % 2 == 0 ? TEXT_COVER : TEXT_PLAIN, heard[i / 2]);

			*texts += s != NULL && s[0] != '\0';
			if (s == NULL || s[0] == '\0')
				status = ctl_wrong(
				    "%s: no text for %s, so a person would hear nothing",
				    lang_code((enum lang)l), heard[i / 2]);
		}
	}
	flows_free(f);
	return status;
}

/* Who is abroad is told of an embassy: of each of the five countries, in each other of the list. */
static int
check_cards(const struct loaded *l, unsigned *n)
{
	static const char *const home[] = { "KZ", "KG", "UZ", "TJ", "TM" };
	struct case_facts facts = { .slots = 1, .slot = { { .name = "region" } } };
	struct policy_when when = { .ngo = CONSENT_YES };

	for (unsigned i = 0; i < places_count(l->places); i++) {
		const char *country = place_country(l->places, i);
		struct plan plan;

		if (strcmp(place_id(l->places, i), country) != 0 ||
		    !str_copy(facts.slot[0].code, FLOW_CODE_MAX, country))
			continue;
		policy_plan(policy_all(l->policy), &facts, &when, &plan);
		for (size_t h = 0; plan.card && h < ARRAY_LEN(home); h++, (*n)++) {
			if (card_find(l->cards, CARD_EMBASSY, home[h], country) == NULL)
				return ctl_wrong(
				    "no card of %s's embassy in %s", home[h], country);
		}
	}
	return CTL_DONE;
}

static void
print_proof(const struct ctl *c, const struct loaded *l, const struct policy_proof *f,
    unsigned texts, unsigned cards)
{
	const struct policies *p = policy_all(l->policy);
	json_t *by = json_object();

	for (size_t i = 0; i < policies_count(p); i++) {
		json_object_set_new(
		    by, policies_name(p, i), json_integer((json_int_t)f->of[i]));
		if (!c->json)
			printf("%-16s %10llu cases   %s\n", policies_name(p, i),
			    (unsigned long long)f->of[i], policies_file(p, i));
	}
	if (c->json) {
		ctl_json_print(json_pack("{s:I,s:i,s:i,s:i,s:I,s:I,s:i,s:i,s:o}", "cases",
		    (json_int_t)f->cases, "regions", (int)f->regions, "moments",
		    (int)f->moments, "plans", (int)f->plans, "walks",
		    (json_int_t)f->walks, "longest_minutes",
		    (json_int_t)(f->longest_ms / MINUTE_MS), "texts", (int)texts, "cards",
		    (int)cards, "policies", by));
		return;
	}
	json_decref(by);
	printf(
	    "0 errors: %llu cases (%u regions and none, class, who, situation, consents, "
	    "%u moments)\n",
	    (unsigned long long)f->cases, f->regions, f->moments);
	printf(
	    "each ends at receivers, an operator or a supervisor; police and embassies only "
	    "by a yes\n");
	printf("%u plans walked %llu times: nobody twice, the operator after %lld min at "
	       "most\n",
	    f->plans, (unsigned long long)f->walks,
	    (long long)(f->longest_ms / MINUTE_MS));
	printf("%u texts say every state in every language; %u embassy cards\n", texts,
	    cards);
}

int
ctl_policy_check(struct ctl *c)
{
	struct loaded l = { .policy = NULL };
	struct policy_proof proof;
	struct flow_err err;
	unsigned texts = 0, cards = 0;
	int status = load(&l, ctl_flow_dir(c, c->words_n > 0 ? c->words[0] : NULL));

	if (status == CTL_DONE)
		status = check_heard(l.dir, &texts);
	if (status == CTL_DONE)
		status = check_cards(&l, &cards);
	if (status == CTL_DONE)
		ctl_progress("every region, class, consent and hour ...");
	if (status == CTL_DONE &&
	    policy_prove(policy_all(l.policy), l.places, NULL, &proof, &err) != RC_OK)
		status = ctl_wrong("%s", err.s);
	ctl_progress("%s", "");
	if (status == CTL_DONE)
		print_proof(c, &l, &proof, texts, cards);
	unload(&l);
	return status;
}

/* policy try --------------------------------------------------------------------------------- */

struct trial {
	const struct ctl *c;
	const struct loaded *l;
	struct case_facts facts;
	struct policy_when when;
	struct plan plan;
	struct plan_at at;
	int64_t
	    takes_ms; /* the first lead takes it so long after its asking; 0: nobody does */
	size_t n;
	struct candidate v[20];
	char regions[3 * FLOW_NAME_MAX];
	json_t *lines;
};

static void
line(struct trial *t, int64_t at_ms, const char *what, const char *whom, const char *how)
{
	int64_t minute = at_ms / MINUTE_MS + t->when.zone_minutes;
	int64_t days = minute / 1440 -
	    (t->at.begin_ms / MINUTE_MS + t->when.zone_minutes) / 1440;
	char clock[24], later[24] = "";

	snprintf(clock, sizeof(clock), "%02lld:%02lld", (long long)(minute % 1440 / 60),
	    (long long)(minute % 60));
	if (t->lines != NULL) {
		json_array_append_new(t->lines,
		    json_pack("{s:s,s:I,s:s,s:s,s:s}", "at", clock, "minutes",
			(json_int_t)((at_ms - t->at.begin_ms) / MINUTE_MS), "what", what,
			"whom", whom, "how", how));
		return;
	}
	if (days > 0)
		snprintf(later, sizeof(later), "+%lldd", (long long)days);
	printf("%s %-4s %-10s ", clock, later, what);
	ctl_cell(stdout, whom, 18);
	printf(" %s\n", how);
}

static void
add(struct trial *t, const char *kind, const char *regions)
{
	t->v[t->n] = (struct candidate){
		.receiver = (int64_t)t->n,
		.kind = kind,
		.regions = regions,
		.vetted = true,
		.order = (int64_t)t->n,
	};
	t->n++;
}

static void
invent(struct trial *t)
{
	static const char *const kinds[] = { "ngo", "shelter", "child", "social",
		"police", "embassy", "legal", "health", "labour" };
	size_t len = 0;

	(void)!str_add(t->regions, sizeof(t->regions), &len, "%s %s", t->plan.region,
	    t->plan.country);
	for (size_t i = 0; i < ARRAY_LEN(kinds) * OF_A_KIND; i++) {
		add(t, kinds[i / OF_A_KIND],
		    i % OF_A_KIND == 0 ? t->regions : t->plan.country);
		t->v[i].group = i % OF_A_KIND == 0 ? 1 : 0;
	}
	add(t, "ngo", t->plan.home);
	add(t, "ngo", "*");
}

static void
whom(const struct trial *t, size_t i, char out[48])
{
	const struct candidate *c = &t->v[i];

	snprintf(out, 48, "%s %c%s", c->kind, (char)('A' + (int)i),
	    c->regions == t->plan.home         ? " at home"
		: strcmp(c->regions, "*") == 0 ? " anywhere"
					       : "");
}

static void
try_ask(struct trial *t, const struct next *next)
{
	for (unsigned k = 0; k < next->n; k++) {
		const struct plan_ask *a = &t->plan.v[next->v[k].ask];
		struct candidate *c = &t->v[next->v[k].candidate];
		char who[48], how[160];

		whom(t, next->v[k].candidate, who);
		snprintf(how, sizeof(how), "as %s, text %s, %s%s", a->role, a->text,
		    a->mode == PLAN_ALL ? "all must answer" : "first takes it",
		    a->place == PLAN_PLACE_AFTER_NGO
			? "; place once an organisation has accepted"
			: "");
		c->asked = true;
		c->asked_ms = t->at.now_ms;
		c->role = a->role;
		c->state = ASK_WAITS;
		line(t, t->at.now_ms, "ask", who, how);
	}
}

/* Whoever else was asked for it hears once that it is taken, and is reminded of nothing. */
static void
stand_down(struct trial *t, size_t taker, unsigned ask)
{
	const struct plan_ask *a = &t->plan.v[ask];

	for (size_t i = 0; i < t->n; i++) {
		unsigned other = plan_ask_of(&t->plan, &t->v[i]);
		char who[48];

		if (i == taker || t->v[i].state != ASK_WAITS || other == t->plan.n ||
		    (other != ask &&
			!(a->lead && t->plan.v[other].lead && a->mode == PLAN_FIRST)))
			continue;
		t->v[i].state = ASK_OFF;
		whom(t, i, who);
		line(t, t->at.now_ms, "stand down", who,
		    "once; a late answer has its reply");
	}
}

static void
take(struct trial *t, size_t i, unsigned ask)
{
	char who[48];

	t->v[i].state = ASK_TAKEN;
	whom(t, i, who);
	line(t, t->at.now_ms, "takes it", who,
	    t->plan.v[ask].lead ? "the case is taken, its lease begins"
				: "this role is filled");
	stand_down(t, i, ask);
}

/* Reminders and, with --takes, acceptances: up to `to`, or the minute of the first acceptance. */
static void
pass_time(struct trial *t, int64_t to)
{
	bool taken = false;

	while (t->at.now_ms < to && !taken) {
		t->at.now_ms += MINUTE_MS;
		for (size_t i = 0; i < t->n; i++) {
			const struct candidate *c = &t->v[i];
			unsigned ask = plan_ask_of(&t->plan, c);
			char who[48];

			if (c->state != ASK_WAITS || ask == t->plan.n)
				continue;
			whom(t, i, who);
			if (t->takes_ms > 0 &&
			    t->at.now_ms == c->asked_ms + t->takes_ms) {
				take(t, i, ask);
				taken = true;
			} else if (plan_dues(&t->plan, ask, c->asked_ms).remind_ms ==
			    t->at.now_ms) {
				line(t, t->at.now_ms, "remind", who, "");
			}
		}
	}
}

static void
try_walk(struct trial *t)
{
	for (unsigned i = 0; i < TRY_STEPS; i++) {
		struct next next;

		plan_next(&t->plan, t->v, t->n, &t->at, &next);
		if (next.kind == NEXT_DONE) {
			line(t, t->at.now_ms, "rest", "",
			    next.taken ? "taken; nobody else is asked"
				: t->plan.end == PLAN_KEPT
				? "a no to organisations: nobody is asked, nobody told"
				: t->plan.end == PLAN_SUPERVISOR
				? "with the supervisor; nobody else is asked"
				: "with the operator; nobody else is asked");
			return;
		}
		if (next.kind == NEXT_ASK) {
			try_ask(t, &next);
		} else if (next.kind == NEXT_OPERATOR) {
			t->at.operator_told = true;
			line(t, t->at.now_ms,
			    t->plan.end == PLAN_SUPERVISOR ? "supervisor" : "operator",
			    "on duty", "a task, and a text");
		} else {
			pass_time(t, next.due_ms);
		}
	}
}

static bool
set(struct trial *t, const char *name, const char *code)
{
	struct slot *s = &t->facts.slot[t->facts.slots];

	if (code == NULL || code[0] == '\0')
		return true;
	t->facts.slots++;
	return str_copy(s->name, sizeof(s->name), name) &&
	    str_copy(s->code, sizeof(s->code), code);
}

static bool
consent(const struct ctl *c, const char *name, enum consent fallback, enum consent *out)
{
	const char *s = ctl_option(c, name);

	*out = fallback;
	if (s == NULL)
		return true;
	*out = strcmp(s, "yes") == 0 ? CONSENT_YES
	    : strcmp(s, "no") == 0   ? CONSENT_NO
				     : CONSENT_NONE;
	return *out != CONSENT_NONE || strcmp(s, "none") == 0;
}

static int
read_clock(struct trial *t)
{
	const char *at = ctl_option(t->c, "--at"), *takes = ctl_option(t->c, "--takes");
	int64_t now = clock_wall_ms(), zone = t->when.zone_minutes * MINUTE_MS;
	int h, m, used = 0;
	int64_t minutes = 0;

	if (at != NULL &&
	    (sscanf(at, "%2d:%2d%n", &h, &m, &used) != 2 || at[used] != '\0' || h < 0 ||
		h > 23 || m < 0 || m > 59))
		return ctl_wrong_usage(t->c, "--at %.10s: no hour; as 02:11", at);
	if (takes != NULL && !ctl_number(takes, "--takes", &minutes))
		return CTL_WRONG_USAGE;
	if (at != NULL)
		now = (now + zone) / DAY_MS * DAY_MS + (h * 60 + m) * MINUTE_MS - zone;
	now -= now % MINUTE_MS;
	t->takes_ms = minutes * MINUTE_MS;
	t->when.now_ms = now;
	t->at.now_ms = now;
	t->at.begin_ms = now;
	return CTL_DONE;
}

static int
read_case(struct trial *t)
{
	const struct ctl *c = t->c;
	const char *region = ctl_option(c, "--region"), *class = ctl_option(c, "--class");
	int status = CTL_DONE;
	unsigned place;

	t->when.home = ctl_option(c, "--home");
	t->facts.class = class == NULL ? CASE_OTHER : case_class_parse(class);
	if (class != NULL && t->facts.class == CASE_NONE)
		return ctl_wrong_usage(
		    c, "--class %.20s: allowed: other held urgent danger", class);
	if (!ctl_flow_lang(c, LANG_NONE, &t->facts.person_lang, &status))
		return status;
	if (!consent(c, "--ngo", CONSENT_YES, &t->when.ngo) ||
	    !consent(c, "--police", CONSENT_NONE, &t->when.police) ||
	    !consent(c, "--embassy", CONSENT_NONE, &t->when.embassy))
		return ctl_wrong_usage(
		    c, "--ngo --police --embassy: allowed: yes no none");
	if (region != NULL) {
		place = place_by_id(t->l->places, region);
		if (place == places_count(t->l->places))
			return ctl_wrong("%.30s: no place of the list", region);
		region = place_region(t->l->places, place);
		t->when.zone_minutes = place_zone_minutes(t->l->places, place);
	}
	if (!set(t, "region", region) || !set(t, "who", ctl_option(c, "--who")) ||
	    !set(t, "what", ctl_option(c, "--what")) ||
	    !set(t, "need", ctl_option(c, "--need")) ||
	    !set(t, "about", ctl_option(c, "--about")) ||
	    !set(t, "about_whom", ctl_option(c, "--complaint")) ||
	    !set(t, "child", ctl_flag(c, "--child") ? "yes" : NULL))
		return ctl_wrong_usage(c, "an answer is too long");
	return read_clock(t);
}

static void
print_head(struct trial *t)
{
	const struct policies *all = policy_all(t->l->policy);
	const char *file = "";

	for (size_t i = 0; i < policies_count(all); i++) {
		if (strcmp(policies_name(all, i), t->plan.policy) == 0)
			file = policies_file(all, i);
	}
	printf("policy %s (%s)\n", t->plan.policy, file);
	printf("clocks %s%s; local time of the place, UTC%+d:%02d; ",
	    t->plan.in_hours ? "count opening hours" : "round the clock",
	    t->plan.morning ? ", the operator next working morning" : "",
	    t->when.zone_minutes / 60, t->when.zone_minutes % 60);
	printf("two invented receivers of a kind, %s\n",
	    t->takes_ms > 0 ? "the first asked takes it" : "all silent");
}

static void
print_tail(struct trial *t)
{
	bool police = false, embassy = false;

	for (unsigned i = 0; i < t->plan.n; i++) {
		police = police || strstr(t->plan.v[i].kinds, "police") != NULL;
		embassy = embassy || strstr(t->plan.v[i].kinds, "embassy") != NULL;
	}
	printf("never asked: %s%s%s\n", police ? "" : "police, ",
	    embassy ? "" : "embassies, ",
	    "whoever is not vetted or named by a complaint");
	if (t->plan.end == PLAN_KEPT)
		puts("on ? the person hears: state.none");
	else if (t->plan.n == 0 && t->plan.end == PLAN_SUPERVISOR)
		puts("the person has heard: end.complaint");
	else
		printf(
		    "on ? the person hears: %s, state.taken, or state.nobody once it is "
		    "with the operator\n",
		    t->plan.night ? "state.night" : "state.sent");
	if (t->plan.card)
		printf("the person is given the embassy's card%s%s\n",
		    t->plan.home[0] != '\0' ? " of " : "", t->plan.home);
}

int
ctl_policy_try(struct ctl *c)
{
	struct loaded l = { .policy = NULL };
	struct trial *t = xcalloc(1, sizeof(*t));
	int status = load(&l, ctl_flow_dir(c, ctl_option(c, "--conf")));

	t->c = c;
	t->l = &l;
	if (status == CTL_DONE)
		status = read_case(t);
	if (status == CTL_DONE) {
		policy_plan(policy_all(l.policy), &t->facts, &t->when, &t->plan);
		invent(t);
		t->lines = c->json ? json_array() : NULL;
		if (!c->json)
			print_head(t);
		try_walk(t);
		if (c->json)
			ctl_json_print(json_pack("{s:s,s:b,s:b,s:o}", "policy",
			    t->plan.policy, "night", t->plan.night, "card", t->plan.card,
			    "timeline", t->lines));
		else
			print_tail(t);
	}
	unload(&l);
	free(t);
	return status;
}
