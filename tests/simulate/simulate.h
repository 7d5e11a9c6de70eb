/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A month of persons, receivers and operators around the real turn, on a clock that is moved; what falls
 * due is run by children that are killed. It starts no daemon. Shared by the files of tests/simulate.
 */
#ifndef SHYRAQ_SIMULATE_H
#define SHYRAQ_SIMULATE_H

#include "setup.h"
#include "turn.h"

/*
 * Statements of simulate.sql, in its order, and SIM_NEXT: they stand behind those of sql/statements.sql,
 * and only the simulation's own copy of lib/db.c knows them (tests/simulate.mk).
 */
enum sim_stmt {
	SIM_CLOCK,
	SIM_GROUP,
	SIM_RECEIVER,
	SIM_CONTACT,
	SIM_PEER,
	SIM_TAKE,
	SIM_CASE,
	SIM_TASK_TAKE,
	SIM_ENDS,
	SIM_REFUSED,
	SIM_RINGS,
	SIM_NEXT,
};
#define SIM(name) ((enum db_stmt)((int)DB_STMTS + (int)(name)))
#ifndef DB_SIMULATE
#define DB_SIMULATE 0x200000u
#endif

#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define SAID_MAX 160
#define KEY_MAX 64

struct options {
	unsigned cases, days;
	uint64_t seed;
	double kill; /* chance of a kill, a look at what is due */
	double two;  /* chance of two dispatchers at once */
	const char *config;
	bool show;
};
extern struct options options;

/* Each person and each receiver draws from its own: one more draw of one moves no other. */
struct rng {
	uint64_t s;
};
unsigned draw(struct rng *r, unsigned n);
bool chance(struct rng *r, unsigned percent);
double draw_part(struct rng *r); /* 0 up to 1 */

enum persona {
	PERSONA_CALM,
	PERSONA_DANGER,
	PERSONA_URGENT,
	PERSONA_HELD,
	PERSONA_CHILD,
	PERSONA_WITNESS,
	PERSONA_RELATIVE,
	PERSONAS,
};

/* One phone of a receiver that was asked about a case, as that phone saw it. */
enum plan_of {
	PLAN_NEVER,
	PLAN_SOON,
	PLAN_LATE,
	PLAN_TWICE,
	PLAN_WRONG_CODE,
	PLAN_DECLINE,
	PLAN_BACK,
	PLAN_LAPSE,
	PLAN_BARE,
};
struct asked {
	struct contact *k;
	int64_t case_id;
	enum plan_of plan;
	char code[4];
	char role[PLAN_NAME_MAX];
	int64_t at_ms; /* the asking; moved by a case that became danger */
	unsigned firsts, reminders, downs;
	bool said_yes; /* it has said yes at some time */
	bool holds;    /* heard that the case is theirs, and has not lost it */
	bool
	    gone; /* declined, gave back, lapsed, or stood down: it is waited for no more */
	bool off;    /* stood down: hears nothing any more */
	bool danger; /* its case was danger when it was asked, or is since */
	bool lead;   /* its acceptance settles the case */
};

struct person {
	struct rng rng;
	struct phone number;
	struct seal_hash hash;
	int64_t peer_id, case_id, case_number;
	enum persona persona;
	enum lang lang;
	const struct town *town;
	unsigned short answers, silent_after; /* falls silent behind so many answers */
	bool ngo_no, wants_police, wants_hour, silent, stopped;
	bool police_yes;
	/* by number: about which these were asked, whose yes was taken back (0: none) */
	int64_t ngo_case, sure_case, withdrew_case;
	int64_t begins_ms, t0, begun_ms, taken_ms;
	char class[8], taken_class[8];
	char token[12]; /* in their words for the place and nowhere else */
	bool raised;    /* became danger after somebody was asked */
	bool by_operator;
	unsigned
	    answer_no; /* of the text read last: a reply to an earlier one is not said */
	unsigned police_no, kind_no, sure_no, ngo_q, window_q,
	    where_q; /* the texts that asked for these */
	bool takes_all_back, police_ever, ngo_yes;
	int64_t witness_until, moved_ms; /* another place: asked anew at once */
	char where[8];                   /* the country of the case */
	int64_t first_ask_ms, deadline_ms, last_told_ms;
	size_t asks, asks_cap;
	struct asked *ask;
	char *told; /* every text of theirs and about them, for when something is wrong */
	size_t told_len, told_cap;
};

struct town {
	const char *name, *region, *country;
	bool mobile; /* a region with a mobile group */
};

struct receiver {
	char name[40], regions[48];
	const char *kind, *country;
	int zone;
	bool round_the_clock, weekends;
	unsigned good; /* per cent of its askings that it answers as it should */
	struct rng rng;
	int64_t id;
};
struct contact {
	struct receiver *r;
	int64_t id;
	int64_t paged_case, paged_ms; /* the last task that rang it, */
	int64_t paged;                /* and how many did within the quarter of an hour */
	struct phone number;
};

enum event_kind {
	EVENT_PERSON,   /* says `words` */
	EVENT_RECEIVER, /* says `words` */
	EVENT_DEADLINE, /* an operator must have heard by now */
	EVENT_OPERATOR, /* takes the tasks of a case */
	EVENT_TAKEN,    /* who was asked for the same must have stood down by now */
};
struct event {
	int64_t at_ms;
	uint64_t order;
	enum event_kind kind;
	uint32_t person, ask;
	unsigned
	    number; /* EVENT_PERSON: answers nothing any more when another was said; 0: always said */
	char words[SAID_MAX];
};

/* A text that a network took. */
struct row {
	int64_t id, inbox_id, peer_id, contact_id, case_id, submit_by, window_until;
	int64_t case_peer, case_number, begun_ms;
	char key[KEY_MAX], class[8], role[PLAN_NAME_MAX], state[16], region[16];
	bool lead;
	char text[1024];
};

/* simulate.c: what will happen, in order. */
void event_at(int64_t at_ms, enum event_kind kind, struct person *p,
    const struct asked *a, unsigned number, const char *words);
extern struct person *persons;
/* A line of what is said, shown at once with --show, and with what goes wrong; `p` NULL: about nobody. */
void told(struct person *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* One line on what went wrong with a case, once with all that was said, and the run has failed. */
void wrong(const struct person *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
extern unsigned wrongs;

/* simulate_world.c: clock, database, turn. */
struct world {
	struct setup setup;
	struct turn worker;
	struct db *db;
	uint64_t *clock;
	uint64_t token;
	int64_t inbox_late_ms;
};
extern struct world world;
void world_open(const char *config);
void world_close(void);
struct db *world_db(const char *user, unsigned roles);
void world_clock(int64_t wall_ms); /* never back */
int64_t world_next_due(void);      /* -1: nothing */
void world_say(const struct phone *from, const char *words, int64_t late_ms);
void world_take(void); /* hands each text that a network would take to on_text */
struct person *person_of_peer(int64_t peer_id);

/* simulate_registry.c */
extern const struct town towns[];
extern const size_t towns_n;
void registry_open(void);
struct contact *contact_of(int64_t id);

/* simulate_person.c, simulate_receiver.c: what they say to what they read. */
void person_new(struct person *p, unsigned i, int64_t begin_ms);
void person_reads(struct person *p, const struct row *r);
void person_decides(
    struct person *p, const struct event *e); /* what their next words mean */
void receiver_reads(struct person *p, struct asked *a, const struct row *r);
struct asked *asked_of(struct person *p, struct contact *k, int64_t case_id, bool make);
bool receiver_is_police(const struct asked *a);
bool receiver_is_operator(const struct asked *a);
bool receiver_is_organisation(const struct asked *a);

/* simulate_check.c: what must hold of each text; and of each clock. */
void on_text(struct row *r);
void check_deadline(struct person *p);
void check_taken(struct person *p, struct asked *a);
void check_said(const struct asked *a, const char *words);

/* simulate_dispatch.c: children that run what is due, and are killed. */
struct dispatch_counts {
	unsigned long looks, twins, kills, at_points, done;
};
extern struct dispatch_counts dispatch_counts;
void dispatch_open(void);
void dispatch_begin(void);   /* they run what is due now */
int64_t dispatch_wait(void); /* until nothing is, whoever dies; when the next thing is */
void dispatch_close(void);

/* simulate_ends.c: how each case ended, and the numbers as JSON on stdout. */
void ends_report(int64_t took_us);

#endif
