/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Texts of a batch: who wrote, repeats, parts, the session, one step of the engine, its effects.
 * It opens no transaction. Called by turn.c.
 */
#ifndef SHYRAQ_PEOPLE_H
#define SHYRAQ_PEOPLE_H

#include "session.h"
#include "turn.h"

/* One text of the batch on its way through the turn; lives for one transaction. */
struct person {
	struct turn_in *in;
	const char *link, *group; /* the way it came */
	struct phone phone;       /* "" when there is none to answer */
	bool known; /* hash says who it is: a number, or an anonymous dialogue */
	bool ussd;
	bool repeat; /* a USSD step that was done: its screen is rendered again */
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
	struct session session;
	enum case_state state;
	char taken_at[6];
	char *text;        /* what the engine reads; malloc'd, wiped at the end */
	const char *inbox; /* state of its inbox row */
	const char *error;
};

/* All texts of the batch; other kinds are passed over. */
MUST_CHECK enum rc people_run(struct turn *t, struct turn_in *const *v, size_t n);
/* One that was refused: kept sealed, with its error, for an operator. */
MUST_CHECK enum rc people_refuse(struct turn *t, struct turn_in *in);

/* The engine's step for one person, and its effects as rows (step.c). */
MUST_CHECK enum rc people_step(struct turn *t, struct person *p, enum input_kind kind);

/* The screen of an open question, or its next page, into the input; pure but for that (ussd.c). */
MUST_CHECK enum rc people_screen(struct turn *t, struct person *p, const char *text);
/* A step of a dialogue: "98" turns the page, all else is the engine's (ussd.c). */
MUST_CHECK enum rc people_ussd(struct turn *t, struct person *p);

/* Reads where one person stands (their peer is locked): session, case, receiver's phone or not. */
MUST_CHECK enum rc people_read(struct turn *t, struct person *p);

#endif
