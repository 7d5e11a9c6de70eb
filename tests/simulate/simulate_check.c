/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What must hold of each text that leaves, said without the code that is tested: who may be asked, when,
 * how often, with what; and when an operator must have heard. It writes nothing. Called by world_take.
 */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "gsm.h"
#include "log.h"
#include "simulate.h"
#include "str.h"

#define ANSWER_MS (90 * 1000)
#define WINDOW_MS (15 * MINUTE)
#define SLACK_MS 1500
#define PAGE_AGAIN_MS (15 * MINUTE) /* rules.desk_again */
#define CHILD_NEXT_MS (45 * MINUTE)
#define CHILD_OPERATOR_MS (90 * MINUTE)
#define SAFE_HOUR 22

static bool
is_key(const struct row *r, const char *key)
{
	return strcmp(r->key, key) == 0;
}

static bool
is_first(const struct row *r)
{
	return is_key(r, "ref.first") || is_key(r, "ref.operator");
}

/* Whose clock their hour is on: a relative tells of a case elsewhere. */
static const char *
home_of(const struct person *p)
{
	return p->persona == PERSONA_RELATIVE ? phone_country(&p->number) : p->where;
}

/* Unasked only in the hour that they named, in the window of a witness, or while they hold the phone. */
static void
check_push(struct person *p, const struct row *r)
{
	int64_t now = clock_wall_ms(), zone = turn_zone_minutes(home_of(p)) * MINUTE;
	int64_t local = now + zone;

	if (is_key(r, "knock")) {
		if (!p->wants_hour || local % DAY / HOUR != SAFE_HOUR)
			wrong(p, "a knock outside the safe time");
		if ((r->window_until + zone - SLACK_MS) % DAY / HOUR != SAFE_HOUR)
			wrong(p, "a knock that outlives the safe time");
		return;
	}
	if (now <= p->witness_until)
		return;
	if (now > p->t0 + WINDOW_MS + SLACK_MS ||
	    r->window_until > p->t0 + WINDOW_MS + SLACK_MS)
		wrong(p, "%s to a person outside the window", r->key);
}

static void
check_person(struct person *p, const struct row *r)
{
	int64_t now = clock_wall_ms();

	if (gsm_size_of(r->text).parts > 2)
		wrong(p, "%s to a person has more than two parts", r->key);
	if (p->stopped && !is_key(r, "stop.decoy"))
		wrong(p, "%s to a person after a stop", r->key);
	if (r->inbox_id == 0) {
		check_push(p, r);
		return;
	}
	if (now > p->t0 + ANSWER_MS + SLACK_MS ||
	    r->submit_by > p->t0 + ANSWER_MS + SLACK_MS)
		wrong(p, "%s to a person later than 90 s", r->key);
	if (r->window_until > p->t0 + WINDOW_MS + SLACK_MS)
		wrong(p, "%s to a person outlives the window", r->key);
}

/* Each phone of the receiver is waited for no more. */
static void
leaves(struct person *p, const struct asked *a)
{
	for (size_t i = 0; i < p->asks; i++) {
		if (p->ask[i].k->r != a->k->r || p->ask[i].case_id != a->case_id)
			continue;
		p->ask[i].gone = true;
		p->ask[i].holds = false;
	}
}

/* A phone of a receiver that has the case by another. */
static bool
is_colleague(const struct person *p, const struct asked *a)
{
	for (size_t i = 0; i < p->asks; i++) {
		const struct asked *o = &p->ask[i];

		if (o != a && o->k->r == a->k->r && o->case_id == a->case_id && o->holds)
			return true;
	}
	return false;
}

static bool
organisation_holds(const struct person *p, const struct asked *a)
{
	for (size_t i = 0; i < p->asks; i++) {
		const struct asked *o = &p->ask[i];

		if (o != a && o->case_id == a->case_id && o->holds &&
		    !receiver_is_police(o) && strcmp(o->k->r->kind, "embassy") != 0)
			return true;
	}
	return false;
}

static bool
is_child(const struct person *p)
{
	return p->persona == PERSONA_CHILD || p->persona == PERSONA_WITNESS;
}

static int64_t
next_ms(const struct person *p)
{
	int64_t ms =
	    policy_clocks(world.setup.policy, case_class_parse(p->class)).next_ms;

	return is_child(p) && ms > CHILD_NEXT_MS ? CHILD_NEXT_MS : ms;
}

/* When somebody must have heard that nobody has taken it; `other` waits for the next working morning. */
static int64_t
operator_by(const struct person *p, int64_t from_ms)
{
	enum case_class class = case_class_parse(p->class);
	const struct policies *all = policy_all(world.setup.policy);

	if (class != CASE_OTHER)
		return from_ms + policy_clocks(world.setup.policy, class).operator_ms;
	return policy_next_morning(
	    policy_hours(all, p->where), from_ms, turn_zone_minutes(p->where));
}

static void
set_deadline(struct person *p, int64_t at_ms)
{
	p->deadline_ms = at_ms;
	event_at(at_ms + MINUTE, EVENT_DEADLINE, p, NULL, 0, "");
}

/* Of a person's several cases this one alone is danger: its clocks count from now. */
static void
note_danger(struct person *p, const struct row *r)
{
	for (size_t i = 0; strcmp(r->class, "danger") == 0 && i < p->asks; i++) {
		struct asked *a = &p->ask[i];

		if (a->case_id != r->case_id || a->danger)
			continue;
		a->danger = p->raised = true;
		if (!a->gone)
			a->at_ms = clock_wall_ms();
	}
}

static void
note_case(struct person *p, const struct row *r)
{
	int64_t now = clock_wall_ms(), by;
	bool danger = strcmp(r->class, "danger") == 0 && strcmp(p->class, "danger") != 0;

	note_danger(p, r);
	if (r->region[0] != '\0') {
		memcpy(p->where, r->region, 2);
		p->where[2] = '\0';
	}
	if (r->class[0] == '\0' || strcmp(r->class, p->class) == 0)
		return;
	(void)!str_copy(p->class, sizeof(p->class), r->class);
	if (p->first_ask_ms == 0)
		return;
	by = operator_by(p, danger ? now : p->first_ask_ms);
	set_deadline(p, by < now ? now : by);
}

static void
check_consent(struct person *p, const struct asked *a, const struct row *r)
{
	bool of_one = receiver_is_organisation(a) || strcmp(a->k->r->kind, "social") == 0;

	if (receiver_is_police(a) && !p->police_yes)
		wrong(p, "police were asked without a yes");
	if (of_one && !p->ngo_yes && strcmp(r->class, "danger") != 0 &&
	    p->persona != PERSONA_WITNESS)
		wrong(p, "an organisation was asked without a yes");
	if (p->withdrew_case == r->case_number && strcmp(r->class, "other") == 0)
		wrong(p, "%s was asked after the yes was taken back", a->k->r->name);
}

/* The one before must have had its minutes, unless it said no, gave it back or lost it. */
static void
check_minutes(struct person *p, const struct asked *a, const struct row *r)
{
	int64_t now = clock_wall_ms();

	for (size_t i = 0; receiver_is_organisation(a) && i < p->asks; i++) {
		const struct asked *o = &p->ask[i];

		if (o->case_id != a->case_id || o->k->r == a->k->r || o->gone ||
		    o->at_ms < p->moved_ms + SLACK_MS || !receiver_is_organisation(o) ||
		    (p->town->mobile && strcmp(o->role, r->role) != 0))
			continue;
		if (now - o->at_ms < next_ms(p) - SLACK_MS)
			wrong(p, "%s was asked %lld s after %s (%s)", a->k->r->name,
			    (long long)(now - o->at_ms) / 1000, o->k->r->name, p->class);
	}
}

/*
 * An operator who was asked for one role is asked once more, for the whole case; and whoever stood down, or said
 * no, when it came back since and nobody has it.
 */
static void
note_operator_again(struct person *p, struct asked *a, const struct row *r)
{
	if (a->firsts == 0 || !receiver_is_operator(a) ||
	    strcmp(r->role, "operator") != 0 ||
	    (strcmp(a->role, "lacking") != 0 && !a->gone))
		return;
	for (size_t i = 0; strcmp(a->role, "lacking") != 0 && i < p->asks; i++) {
		const struct asked *o = &p->ask[i];

		if (o->case_id == a->case_id && o->lead && o->holds && !o->gone)
			wrong(p, "%s was rung again while %s has it", a->k->r->name,
			    o->k->r->name);
	}
	a->firsts = a->downs = a->reminders = 0;
	a->off = a->gone = a->holds = false;
	(void)!str_copy(a->role, sizeof(a->role), r->role);
}

static void
note_first(struct person *p, struct asked *a, const struct row *r)
{
	int64_t now = clock_wall_ms();

	note_operator_again(p, a, r);
	a->firsts++;
	if (a->firsts > (p->raised ? 2U : 1U))
		wrong(p, "%s was asked %u times", a->k->r->name, a->firsts);
	if (a->off)
		wrong(p, "%s was asked after its stand-down", a->k->r->name);
	if (gsm_size_of(r->text).parts != 1)
		wrong(p, "a first text of more than one part: %s %s", r->key, r->text);
	check_consent(p, a, r);
	if (a->firsts > 1)
		return;
	check_minutes(p, a, r);
	a->at_ms = now;
	a->danger = strcmp(r->class, "danger") == 0;
	a->lead = r->lead;
	(void)!str_copy(a->role, sizeof(a->role), r->role);
	if (p->first_ask_ms != 0 && p->case_id == r->case_id)
		return;
	p->first_ask_ms = now;
	p->case_id = r->case_id;
	set_deadline(p, operator_by(p, now));
}

static void
note_down(struct person *p, struct asked *a, const struct row *r)
{
	if (r->inbox_id != 0 || is_colleague(p, a))
		return;
	a->downs++;
	if (a->downs > 1)
		wrong(p, "%s stood down %u times", a->k->r->name, a->downs);
	a->off = a->gone = true;
}

static void
note_taken(struct person *p, struct asked *a, const struct row *r)
{
	bool held = a->holds;

	leaves(p, a);
	for (size_t i = 0; i < p->asks; i++) {
		if (p->ask[i].k->r == a->k->r && p->ask[i].case_id == a->case_id)
			p->ask[i].off = false;
	}
	if (!held)
		event_at(clock_wall_ms() + MINUTE, EVENT_TAKEN, p, a, 0, "");
	a->holds = true;
	a->downs = 0;
	if (p->taken_ms != 0 || !(a->lead || receiver_is_operator(a)))
		return;
	p->taken_ms = clock_wall_ms();
	p->begun_ms = r->begun_ms;
	memcpy(p->taken_class, p->class, sizeof(p->taken_class));
	p->by_operator = receiver_is_operator(a);
}

/* It is nobody's again: who should have heard long ago hears now. */
static void
note_lost(struct person *p, struct asked *a)
{
	int64_t now = clock_wall_ms();
	bool led = a->lead && a->holds;

	leaves(p, a);
	if (led && p->deadline_ms != 0)
		set_deadline(p, p->deadline_ms > now ? p->deadline_ms : now);
}

static void
check_place(struct person *p, const struct asked *a, const struct row *r)
{
	if (strstr(r->text, p->token) == NULL)
		return;
	if (receiver_is_police(a) && !organisation_holds(p, a))
		wrong(p, "the place to police before an organisation took it");
	if (!a->said_yes && !is_colleague(p, a))
		wrong(p, "the place to %s, which has not accepted", a->k->r->name);
}

static void
check_receiver(struct person *p, struct asked *a, const struct row *r)
{
	bool reply = r->inbox_id != 0;

	if (a->off && !reply && !is_first(r) &&
	    !(receiver_is_police(a) && is_key(r, "ref.met_told")))
		wrong(p, "%s to %s after its stand-down", r->key, a->k->r->name);
	if (receiver_is_police(a) && !p->police_ever)
		wrong(p, "%s to police without a yes", r->key);
	if (is_key(r, "ref.reminder")) {
		if (++a->reminders > (p->raised ? 2U : 1U))
			wrong(p, "%s was reminded %u times", a->k->r->name, a->reminders);
		if (a->gone)
			wrong(p, "%s was reminded after its answer", a->k->r->name);
	}
	check_place(p, a, r);
}

static void
note_receiver(struct person *p, struct asked *a, const struct row *r)
{
	if (is_first(r))
		note_first(p, a, r);
	else if (is_key(r, "ref.taken_else") || is_key(r, "ref.withdrawn"))
		note_down(p, a, r);
	else if (is_key(r, "ref.detail") || is_key(r, "ref.on_the_way") ||
	    is_key(r, "ref.met"))
		note_taken(p, a, r);
	else if (is_key(r, "ref.given_back") || is_key(r, "ref.lapsed"))
		note_lost(p, a);
	else if (is_key(r, "ref.declined"))
		leaves(p, a);
}

/* How many tasks may ring within a quarter of an hour: one, and one a kind of those that never wait. */
static int64_t
rings_at_most(int64_t case_id)
{
	struct db_rows *r;
	int64_t n;

	if (db_run(world.db, SIM(SIM_RINGS), &r, db_i64(case_id)) != RC_OK)
		fatalx("simulate.rings", "sqlstate=%s", db_error(world.db));
	n = 1 + db_get_i64(r, 0, 0);
	db_rows_free(r);
	return n;
}

/* A task that cannot wait rings operators alone, and about one case no more often than that. */
static void
check_page(struct person *p, struct contact *k, const struct row *r)
{
	int64_t now = clock_wall_ms();
	bool again = k->paged_case == r->case_id &&
	    now - k->paged_ms < PAGE_AGAIN_MS - SLACK_MS;

	if (strcmp(k->r->kind, "operator") != 0)
		wrong(p, "%s to %s", r->key, k->r->name);
	k->paged = again ? k->paged + 1 : 1;
	if (again && k->paged > rings_at_most(r->case_id))
		wrong(p, "%s was paged twice in %lld s", k->r->name,
		    (long long)(now - k->paged_ms) / 1000);
	k->paged_case = r->case_id;
	k->paged_ms = now;
}

static void
text_to_receiver(struct row *r)
{
	struct contact *k = contact_of(r->contact_id);
	struct person *p = person_of_peer(r->case_peer);
	struct asked *a;

	if (k == NULL || (p == NULL && r->case_id != 0)) {
		wrong(p, "%s to nobody who is known", r->key);
		return;
	}
	if (is_key(r, "ref.task") || is_key(r, "ref.task_none")) {
		check_page(p, k, r);
		return;
	}
	if (p == NULL) {
		if (r->inbox_id == 0)
			wrong(NULL, "%s to %s of no case", r->key, k->r->name);
		return;
	}
	p->case_number = r->case_number;
	note_case(p, r);
	a = asked_of(p, k, r->case_id, is_first(r));
	if (a == NULL) {
		wrong(p, "%s to %s, which was never asked", r->key, k->r->name);
		return;
	}
	check_receiver(p, a, r);
	receiver_reads(p, a, r);
	note_receiver(p, a, r);
}

static void
show(const struct row *r)
{
	bool person = r->peer_id != 0;

	told(person_of_peer(person ? r->peer_id : r->case_peer),
	    "case %lld %s %lld < %s%s%s", (long long)r->case_number,
	    person ? "person" : "contact",
	    (long long)(person ? r->peer_id : r->contact_id), r->key, person ? "" : " ",
	    person ? "" : r->text);
}

void
on_text(struct row *r)
{
	struct person *p;

	show(r);
	if (r->peer_id == 0) {
		text_to_receiver(r);
		return;
	}
	p = person_of_peer(r->peer_id);
	if (p == NULL) {
		wrong(NULL, "%s to a person who never wrote", r->key);
		return;
	}
	if (r->case_number != 0)
		p->case_number = r->case_number;
	note_case(p, r);
	check_person(p, r);
	person_reads(p, r);
}

/* A wrong code may be that of another case of theirs by now: then it is a yes to that one. */
void
check_said(const struct asked *a, const char *words)
{
	static const char *const no[] = { "нет", "не нашли", "алмаймыз" };
	bool yes = !(strchr("267", words[0]) != NULL && words[1] == ' ');

	for (size_t i = 0; i < ARRAY_LEN(no); i++)
		yes = yes && strstr(words, no[i]) == NULL;
	for (unsigned i = 0; yes && i < options.cases; i++) {
		for (size_t k = 0; k < persons[i].asks; k++) {
			struct asked *o = &persons[i].ask[k];

			if (o->k == a->k && o->code[0] != '\0' &&
			    strstr(words, o->code) != NULL)
				o->said_yes = true;
		}
	}
}

void
check_deadline(struct person *p)
{
	struct db_rows *r;
	int64_t rest;
	bool open;

	if (db_run(world.db, SIM(SIM_CASE), &r, db_i64(p->case_id)) != RC_OK)
		fatalx("simulate.deadline", "sqlstate=%s", db_error(world.db));
	open = db_count(r) > 0 &&
	    (strcmp(db_get_text(r, 0, 0), "open") == 0 ||
		strcmp(db_get_text(r, 0, 0), "referred") == 0) &&
	    !db_get_bool(r, 0, 1) && (db_is_null(r, 0, 2) || db_get_bool(r, 0, 2));
	rest = db_count(r) > 0 ? db_get_i64(r, 0, 3) : 0;
	db_rows_free(r);
	if (open && rest + MINUTE > clock_wall_ms())
		set_deadline(p, rest);
	else if (open)
		wrong(p, "no operator heard of it in time (%s)", p->class);
}

/* A minute ago: who waited in the same role has heard that they need not come; operators share a case. */
void
check_taken(struct person *p, struct asked *a)
{
	for (size_t i = 0; a->holds && !receiver_is_operator(a) && i < p->asks; i++) {
		const struct asked *o = &p->ask[i];

		if (o->case_id == a->case_id && o->k->r != a->k->r && !o->gone &&
		    strcmp(o->role, a->role) == 0)
			wrong(p, "%s did not hear that %s took it", o->k->r->name,
			    a->k->r->name);
	}
}
