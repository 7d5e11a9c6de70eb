/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whom to ask next about a case, and on which clocks. Reads and proves conf/policies/ *.conf.
 * No database, no time of its own. Called by the turn (ladder steps) and shyraqctl.
 */
#ifndef SHYRAQ_POLICY_H
#define SHYRAQ_POLICY_H

#include <stdbool.h>

#include "refer_text.h"

/* Minutes in the file, ms here. Reminder and next count from that receiver's asking, operator from the case's first. */
struct clocks {
	int64_t remind_ms;
	int64_t next_ms;
	int64_t operator_ms;
	int64_t lease_ms; /* of an acceptance */
};

/* The folder conf/policies. The file without conditions gives clocks and exceptions where others have none. */
struct policy;
struct policies;
MUST_CHECK enum rc policy_load(
    const char *dir, struct policy **out, struct flow_err *err);
void policy_free(struct policy *p);
/* Exchanges what two policies hold: whoever keeps a pointer sees the other one. */
void policy_swap(struct policy *a, struct policy *b);
/* All of the folder, for policy_plan; borrowed, lives as long as `p`. */
const struct policies *policy_all(const struct policy *p);
struct clocks policy_clocks(const struct policy *p, enum case_class c);

enum ask_state {
	ASK_NOT,
	ASK_WAITS, /* asked, no answer yet */
	ASK_TAKEN, /* accepted, and its lease stands */
	ASK_NO,    /* declined */
	ASK_BACK,  /* given back, or its lease has lapsed */
	ASK_OFF,   /* stood down, or suspended: its answer counts no more */
};

#define PLAN_ROLE_LACKS \
	"lacking" /* of an operator: a lead has it, another role is silent */

struct candidate {
	int64_t receiver;
	const char *kind; /* "ngo", "shelter", "police", "operator" ... */
	const char *
	    regions; /* blank-separated ISO 3166-2 codes or countries ("KZ-47 KZ", "*") */
	bool vetted;
	bool asked;    /* already asked about this case */
	int64_t order; /* smaller is asked first, ties by receiver id */
	/* Zero: never asked, in no group, for everybody. */
	int64_t group;        /* the group that it is a member of */
	const char *role;     /* of the plan, for which it was asked; NULL: by its kind */
	enum ask_state state; /* ASK_NOT with `asked` set counts as declined */
	int64_t asked_ms;
	bool bypassed; /* a complaint names it: neither asked nor told */
	bool away,
	    full; /* not now; no place free, or out of its hours: after the others */
	const char *langs; /* that it speaks ("kk ru"); NULL: unknown */
	const char *takes; /* answers to "who" that it takes; NULL: all */
	const char *of;    /* an embassy's country; NULL: unknown */
};

/* Each country's exceptions to "an organisation is asked only after the person's yes"; borrowed. */
struct exceptions;
const struct exceptions *policy_exceptions(const struct policies *p);

/* Opening hours and working days; `holiday` are days since 1970 or, below 0, -(100 month + day). */
#define HOLIDAYS_MAX 64
struct policy_hours {
	uint16_t from, to; /* minutes of a day, from < to */
	uint8_t days;      /* bit 0: Monday */
	uint8_t holidays, works;
	int32_t holiday[HOLIDAYS_MAX];
	int32_t work[HOLIDAYS_MAX]; /* worked although no working day */
};
/* Of a country ("KZ"), with its conf/policies/holidays.KZ; unknown countries have no holidays. */
const struct policy_hours *policy_hours(const struct policies *p, const char *country);
bool policy_is_open(const struct policy_hours *h, int64_t at_ms, int zone_minutes);
/* For hours of a receiver's own, which know no calendar: on a day off the same minute of a Sunday. */
int64_t policy_as_sunday(const struct policy_hours *h, int64_t at_ms, int zone_minutes);
/* `from_ms` and so many minutes of opening time; `h` NULL: round the clock. */
int64_t policy_add_minutes(
    const struct policy_hours *h, int64_t from_ms, int64_t minutes, int zone_minutes);
/* The first opening after `from_ms`: the next working morning. */
int64_t policy_next_morning(
    const struct policy_hours *h, int64_t from_ms, int zone_minutes);

enum consent {
	CONSENT_NONE, /* not asked, or not answered */
	CONSENT_YES,
	CONSENT_NO,
};
/* What is known beside the answers: consents come from their record, never from a slot. */
struct policy_when {
	int64_t now_ms;
	int zone_minutes; /* of the case's place */
	const char
	    *home; /* country of the person's number, a hint; "" or NULL: unknown */
	enum consent ngo, police, embassy;
	bool
	    supervisors; /* two supervisors let police know (S10), audited by the caller */
};

enum plan_mode {
	PLAN_FIRST, /* first takes it */
	PLAN_ALL,   /* all must answer */
};
enum plan_reach {
	PLAN_NEAR,    /* the region, else its country, else "*" */
	PLAN_LOCAL,   /* the region, else its country */
	PLAN_COUNTRY, /* who is there for a whole country */
	PLAN_HOME,    /* the person's own country */
};
enum plan_place {
	PLAN_PLACE_TAKEN,     /* to whoever accepts */
	PLAN_PLACE_AFTER_NGO, /* the same, but not before an organisation has accepted */
	PLAN_PLACE_NEVER,     /* who leads has it */
};
enum plan_end {
	PLAN_OPERATOR,
	PLAN_SUPERVISOR,
	PLAN_KEPT, /* the person said no to organisations: nobody is asked, nobody told */
};

/* Whom to ask for one role. Asks of one stage run side by side; stage 0 is beside all others. */
#define PLAN_NAME_MAX 24
#define PLAN_KINDS_MAX 96
#define PLAN_ASKS 20
struct plan_ask {
	char role[PLAN_NAME_MAX];
	char text[PLAN_NAME_MAX]; /* which first text: "first", "police" ... */
	char kinds[PLAN_KINDS_MAX];
	uint8_t stage;
	uint8_t at_once;
	bool lead;     /* its acceptance settles the case */
	bool must;     /* an operator hears when nobody takes this role */
	bool grouped;  /* members of one group of the region alone */
	bool accepted; /* begins when a lead has accepted */
	enum plan_mode mode;
	enum plan_reach reach;
	enum plan_place place;
	int64_t after_ms; /* from the case's beginning */
	struct clocks clocks;
};
struct plan {
	const char *policy; /* its name; borrowed from the policies */
	unsigned n;
	struct plan_ask v[PLAN_ASKS];
	enum plan_end end;
	bool card;        /* the person is given the embassy's card */
	bool vetted_only; /* others are never asked */
	bool in_hours;    /* clocks count opening hours */
	bool morning;     /* the operator's clock is the next working morning */
	bool
	    night; /* nobody works now and no clock runs: "state.night" is what the person hears */
	const struct policy_hours *hours;
	int zone_minutes;
	char region[FLOW_NAME_MAX], country[FLOW_NAME_MAX], home[FLOW_NAME_MAX];
	char who[FLOW_NAME_MAX];
	const char *lang;
};
/* Ordered; pure. Made anew whenever an answer, a class or a consent changes. */
void policy_plan(const struct policies *p, const struct case_facts *c,
    const struct policy_when *w, struct plan *out);

struct plan_at {
	int64_t now_ms,
	    begin_ms;          /* begin: when the referral fell due or danger was heard */
	int64_t rest_until_ms; /* a bare yes rests the ladder; 0: none */
	bool operator_told;
};
struct plan_pick {
	size_t candidate;
	unsigned ask;               /* of the plan: role, text, mode, place */
	int64_t remind_ms, next_ms; /* wall clock */
};
enum next_kind {
	NEXT_ASK, /* `v` now; call again when they are asked */
	NEXT_OPERATOR, /* tell the end of the plan (operator or supervisor); call again when told */
	NEXT_WAIT, /* call again at due_ms, or when somebody answers */
	NEXT_DONE, /* nobody else is asked: taken, or with the operator */
};
#define PLAN_PICKS 16
struct next {
	enum next_kind kind;
	bool taken;     /* a lead has accepted */
	int64_t due_ms; /* NEXT_WAIT */
	unsigned n;
	struct plan_pick v[PLAN_PICKS];
};
/* Where no plan says what somebody who was asked is for: never who settles a case, never told the place. */
bool plan_kind_leads(const char *kind);
bool plan_kind_has_place(const char *kind);
void plan_next(const struct plan *p, const struct candidate *v, size_t n,
    const struct plan_at *at, struct next *out);
/*
 * Whether the answer of a candidate that was asked still counts: nobody has taken its role, and no
 * acceptance has settled the case but for roles that are asked beside it. Else it stands down.
 */
bool plan_still_asked(
    const struct plan *p, const struct candidate *v, size_t n, size_t i);
/* When each clock of an asking runs out. The operator's counts from the case's first asking. */
struct clocks plan_dues(const struct plan *p, unsigned ask, int64_t asked_ms);
/* Which ask of the plan a candidate that was asked belongs to; p->n: none. */
unsigned plan_ask_of(const struct plan *p, const struct candidate *c);
/* Whether this receiver may be told the place: it accepted and, where the plan says so, an NGO did. */
bool plan_may_have_place(
    const struct plan *p, const struct candidate *v, size_t n, size_t i);

/*
 * Every region of the places, class, answer to who, situation, consent and hour that makes a difference:
 * each ends at a receiver kind, an operator or a supervisor, with clocks in order; no police, embassy or
 * organisation without their yes or an exception; a child is a child receiver's first; and every plan, run
 * against receivers that are silent, decline, or are not there, comes to its end and asks nobody twice.
 * `country` NULL: all. RC_REFUSED: *err names the case.
 */
struct places;
struct policy_proof {
	uint64_t cases, walks;
	uint64_t of[24]; /* cases by policy, in order of rank */
	unsigned plans;  /* different ones */
	unsigned regions, moments;
	int64_t longest_ms; /* until the operator, when all are silent */
};
MUST_CHECK enum rc policy_prove(const struct policies *p, const struct places *places,
    const char *country, struct policy_proof *out, struct flow_err *err);

/* For checks and lists. */
size_t policies_count(const struct policies *p);
const char *policies_name(const struct policies *p, size_t i);
const char *policies_file(const struct policies *p, size_t i);

#endif
