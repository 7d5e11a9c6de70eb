/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Texts of a batch: who wrote, repeats, parts, the session, one step of the engine, its effects.
 * It opens no transaction. Called by turn.c.
 */
#ifndef SHYRAQ_PEOPLE_H
#define SHYRAQ_PEOPLE_H

#include "casecode.h"
#include "guard.h"
#include "relay_words.h"
#include "say_limits.h"
#include "session.h"
#include "turn.h"

#define PEOPLE_ANSWER_MAX 512

/* What waits for a person: said only when they fetch it. */
struct waiting {
	int64_t relay; /* 0: nothing waits */
	char step[12], at[8];
	char words[RELAY_BYTES];
	int64_t job; /* 0: no answer to an offer check */
	char answer[PEOPLE_ANSWER_MAX];
	int64_t answered_ms;
};

/* One text of the batch on its way through the turn; lives for one transaction. */
struct person {
	struct turn_in *in;
	const char *link, *group; /* the way it came */
	struct phone phone;       /* "" when there is none to answer */
	bool known; /* hash says who it is: a number, or an anonymous dialogue */
	bool ussd;
	const char *country; /* of their number, also where it stays shut */
	bool repeat;         /* a USSD step that was done: its screen is rendered again */
	struct seal_hash hash, rhash, key;
	int64_t inbox_id;
	int64_t peer_id;    /* 0: no number */
	int64_t contact_id; /* 0: no receiver's phone */
	int64_t t0;         /* when the window begins, wall clock */
	int64_t lag_ms; /* our reading less SMSC time; OUT_NULL where it does not count */
	bool done; /* a repeat or a second one of the same peer: nothing more to do */
	bool late; /* past the time of an automatic answer */
	bool stopped;
	bool unreadable;
	bool own;      /* S13: a number of the service itself */
	bool due;      /* no network brought this: no window, no new end of the session */
	bool forget;   /* not their phone: the number is forgotten with the window */
	bool remember; /* a case of their own after all: not forgotten */
	bool gone;     /* erased: the session is not written again */
	bool knocked;  /* at this phone, and they have not written since */
	bool cut;      /* receivers heard that contact with the session's case is cut */
	bool down;     /* S19: what is due for the case was not done */
	bool helped;   /* the case is closed, and they were helped */
	bool has_own_stop; /* S4 */
	struct seal_hash own_stop;
	bool night;      /* nobody of whom the case waits for works now */
	bool own_case;   /* the case knows this number as its own */
	enum say_as say; /* what a text of this step is */
	int64_t until;   /* SAY_KNOCK, SAY_WITNESS, SAY_DESK: till then */
	struct session session;
	struct session hidden; /* S18 */
	enum case_state state;
	char taken_at[6];
	int64_t taken_by;    /* referral; 0: nobody */
	enum follow follow;  /* a question some weeks after: may it come, or be asked */
	int64_t follow_case; /* of this case, whatever the step opens */
	char code[CASECODE_DIGITS + 1]; /* of the session's case, or "" */
	char last_link[BUS_NAME_MAX];   /* the way their last SMS came */
	char rhythm[GUARD_LINE_MAX];
	int64_t guarded_ms; /* guarded until then; 0: not */
	struct waiting waiting;
	char *text;        /* what the engine reads; malloc'd, wiped at the end */
	const char *inbox; /* state of its inbox row */
	const char *error; /* why it is put aside, kept whole, whatever it was answered */
};

/* `error` of words that no key of a case worker can be sealed to: read again once there is one. */
#define NO_KEY_HOLDER "no key holder"

/* All texts of the batch; other kinds are passed over. */
MUST_CHECK enum rc people_run(struct turn *t, struct turn_in *const *v, size_t n);
/* Answers that an SMSC has heard for sure: their rows of inbox_key are open no more (people_key.c). */
MUST_CHECK enum rc people_confirm(struct turn *t, struct turn_in *const *v, size_t n);
/*
 * Puts the keys of all that are not done, finds the repeats, and answers them as done (people_key.c).
 */
MUST_CHECK enum rc people_keys(struct turn *t, struct person *v, size_t n);
/* Keyed hash of all that a message has of its own. */
struct seal_hash people_identity(const struct turn *t, const struct bus_sms_in *m);
/* One that was refused: kept sealed, with its error, for an operator. */
MUST_CHECK enum rc people_refuse(struct turn *t, struct turn_in *in);

/* p->text, sealed for case workers, is of p's case; without a key holder p->error says so (step.c). */
MUST_CHECK enum rc people_narrative(struct turn *t, struct person *p);

/* The engine's step for one person, and its effects as rows (step.c). */
MUST_CHECK enum rc people_step(struct turn *t, struct person *p, enum input_kind kind);

/* What the engine is told beside the text (people_input.c); borrows from *p. */
MUST_CHECK enum rc people_input(
    struct turn *t, struct person *p, enum input_kind kind, struct flow_input *in);

/* Where all of these stand, and when they wrote (people_read.c). */
MUST_CHECK enum rc people_read_all(struct turn *t, struct person *v, size_t n);
MUST_CHECK enum rc people_times(struct turn *t, struct person *v, size_t n);
/* Words that wait for a session's case, where that is not the one it was read with. */
MUST_CHECK enum rc people_read_waiting(struct turn *t, struct person *p);
enum case_state people_state(const char *state, bool due);

/* The screen of an open question, or its next page, into the input; pure but for that (ussd.c). */
MUST_CHECK enum rc people_screen(struct turn *t, struct person *p, const char *text);
/* A step of a dialogue: "98" turns the page, all else is the engine's (ussd.c). */
MUST_CHECK enum rc people_ussd(struct turn *t, struct person *p);

/* Reads where one person stands (their peer is locked): session, case, receiver's phone or not. */
MUST_CHECK enum rc people_read(struct turn *t, struct person *p);

#endif
