/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pure core of a conversation: (flows, session, input) to (session, effects).
 * No socket, no database, no clock of its own: the caller gives the time and carries out the effects.
 * Called by the turn, by the authoring tools and by the tests.
 */
#ifndef SHYRAQ_FLOW_H
#define SHYRAQ_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"
#include "text.h"

#define FLOW_NAME_MAX 24
#define FLOW_CODE_MAX 64
#define FLOW_SLOTS 56
#define FLOW_TEXT_MAX 1024 /* a rendered text, bytes with NUL */
#define FLOW_EFFECTS 40
#define FLOW_INPUT_MAX \
	8192 /* bytes of a person's text; longer is cut on a character's border */
#define SLOT_RESUMED \
	"_resumed" /* of a session: its case was opened by a code, perhaps from another phone */

enum bearer {
	BEARER_SMS,
	BEARER_USSD,
};

/* How fast a case's clocks run; the order is the order of urgency. Stored by name (case_class_name). */
enum case_class {
	CASE_NONE,
	CASE_OTHER,
	CASE_HELD,   /* held, or a child but calm */
	CASE_URGENT, /* a bed tonight */
	CASE_DANGER,
};
const char *case_class_name(enum case_class c);
enum case_class case_class_parse(const char *name);

/*
 * A coded answer: name of the slot, codes separated by blanks ("papers held", "KZ-47", "7"). Names that
 * begin with "_" are the engine's own (which screen is open): kept with the session, never an answer.
 */
struct slot {
	char name[FLOW_NAME_MAX];
	char code[FLOW_CODE_MAX];
};

/* Where a person stands. Holds codes only: never a number, never their words. Plain value. */
struct session {
	char flow[FLOW_NAME_MAX]; /* "" before the first message */
	uint16_t version;
	char step[FLOW_NAME_MAX]; /* the open question; "" when none is open */
	enum lang lang;           /* LANG_NONE until decided */
	bool lang_chosen;         /* by the person, not guessed */
	bool plain;               /* asked for plain words */
	bool stopped;   /* S4: nothing is sent until help, danger, ? or a dial */
	uint8_t misses; /* answers in a row that fitted nothing */
	uint8_t page; /* USSD: which page of the open screen was shown; the turn's own */
	int64_t
	    case_id; /* 0: none; set by the caller when it carries out EFFECT_CASE_OPEN */
	enum case_class class;
	int64_t expires_ms; /* wall clock; 72 h after the last message */
	int64_t timer_ms;   /* wall clock; INPUT_TIMER is due then; 0: none */
	uint8_t slots;
	struct slot slot[FLOW_SLOTS];
};
const char *session_slot(
    const struct session *s, const char *name); /* "" when not answered */

/* What the person may be told about the case when they ask with "?". */
enum case_state {
	CASE_STATE_NONE, /* no case, or not referred */
	CASE_STATE_SENT, /* referral left or due, nobody answered yet */
	CASE_STATE_TAKEN, /* accepted; `taken_at` says when, local time of the case's place */
	CASE_STATE_NOBODY, /* all were asked, with the operator now */
	CASE_STATE_CLOSED,
};

/* The question how it is, some weeks after the session's case has ended. */
enum follow {
	FOLLOW_NONE,
	FOLLOW_OFFER, /* a person was met, an hour is known, and whether it may come was not asked */
	FOLLOW_ASK, /* its knock went, and it was not answered */
};

enum input_kind {
	INPUT_TEXT,
	INPUT_UNREADABLE, /* 8-bit, undecodable: answered like an empty text (S8) */
	INPUT_DIAL, /* USSD: a dialogue begins; `text` is "" or what follows the code */
	INPUT_EXPIRED, /* the session's end fell due */
	INPUT_TIMER,   /* session.timer_ms fell due: silence; nothing is said */
	INPUT_KNOCK,   /* a safe time has begun and something waits: the empty knock */
};

/* What a ten-digit case code in this text turned out to be; the turn looks it up beforehand. */
enum resume {
	RESUME_NONE,   /* the text is no code */
	RESUME_OK,     /* `resumed` is the case */
	RESUME_WRONG,  /* a wrong digit, dead, or unknown */
	RESUME_LOCKED, /* too many wrong codes: never looked at */
};

/* Words of a receiver that wait for the person. Borrowed from the turn; only said when fetched. */
struct flow_waiting {
	const char *
	    step; /* step of the flow "phrase" that says and asks it; NULL: nothing waits */
	const char *at; /* "04:00" or "" */
	const char
	    *words; /* the slot of at most 40 characters, in the person's script, or "" */
};
struct flow_input {
	enum input_kind kind;
	enum bearer bearer;
	const char *text;      /* well-formed UTF-8, borrowed; "" for an empty text */
	const char *country;   /* phone_country() of the sender: a hint, never proof */
	int64_t now_ms;        /* wall clock */
	int64_t session_ms;    /* how long a session stands; 0: 72 h */
	int64_t redial_ms;     /* a dial offers to go on for so long; 0: 24 h */
	bool late;             /* read after t0 + 90 s: state moves, nothing is said */
	enum case_state state; /* of the session's case */
	bool helped;           /* it is closed, and they were helped */
	char taken_at[6];      /* "21:49" */
	bool own_stop;      /* S4: the whole text is the stop word of this person's own */
	bool down;          /* S19: what is due for this case was not done for minutes */
	enum follow follow; /* said when they fetch it, never before */
	bool night;         /* out of the hours of whom this case waits for (S19) */
	const char *code; /* the session's case's code, ten digits; NULL or "": no case */
	enum resume resume;
	int64_t resumed;               /* RESUME_OK: the case, */
	enum case_class resumed_class; /* its class, */
	enum case_state resumed_state; /* and state */
	struct flow_waiting waiting;   /* of the session's case */
	const char *job_answer; /* a human's answer to their offer check, or NULL, */
	char job_at[6];         /* and its day, "22.11" */
	struct session *
	    hidden; /* S18: the conversation that a dial must not show; flow "" for none; NULL: SMS */
};

enum effect_kind {
	EFFECT_SAY, /* `text` to the person; `key` names it; `stranger`: S18, opens no window */
	EFFECT_CASE_OPEN,  /* a new case of `class` */
	EFFECT_CASE_CLASS, /* the open case becomes `class` (only ever more urgent) */
	EFFECT_ANSWER,     /* slot `name` has the coded answer `code` */
	EFFECT_NARRATIVE,  /* this input's text is the person's own words: to be sealed */
	EFFECT_PLACE, /* this input's text says the place: to be sealed under the place key, cut at 70 characters */
	EFFECT_CONSENT, /* for `name` ("ngo", "police"); `code` "yes" or "no"; `key` the text that asked */
	EFFECT_REFER, /* the referral is due in `ms` (0: at once); an earlier due time stands, unless ms is 0 */
	EFFECT_TASK, /* for an operator, kind `name` ("danger", "unanswerable"); of the case `ms` when that is not 0 */
	EFFECT_STOP, /* S4: texts to the person end; unsent ones are withdrawn */
	EFFECT_OWN_STOP, /* `code`, folded, stops from now on like a stop word (S4); kept as a hash alone */
	EFFECT_DO, /* what only the turn can do: `name` is one of FLOW_DO, `code` an answer that goes with it */
	EFFECT_READ, /* the waiting words, or the job's answer (`name` "job"), were said */
	EFFECT_END,  /* the conversation is over: no question open */
};

/*
 * Deeds that a flow may name in a step `do`. The turn carries them out after all answers of the step.
 *  safe_time      slot "hour" ("2200-2300") is the case's safe time for seven days
 *  forget_phone   not their phone: no safe time, no memory of the number; the code opens the case
 *  witness_window questions with content may go to this number for 24 h
 *  erase          S16
 *  withdraw       S14; `code` is the kind: "ngo" (all), "police", "embassy"
 *  job            an offer check: a task for a human, slots job_*
 *  complaint      a task for a supervisor, past whom it names (slot "about_whom")
 *  told           the person answered a receiver's phrase; `code` is the answer's
 *  follow_agree   `code` yes or no: may be asked once, some weeks later, how it is
 *  follow_said    their answer to that: `code` is well, help, no_more
 */
#define FLOW_DO                                                              \
	"safe_time forget_phone witness_window erase withdraw job complaint" \
	" told follow_agree follow_said"

struct effect {
	enum effect_kind kind;
	const char *key; /* borrowed from `flows`, or NULL */
	char name[FLOW_NAME_MAX];
	char code[FLOW_CODE_MAX];
	enum case_class class;
	int64_t ms;
	bool stranger;
};
struct effects {
	uint8_t n;
	struct effect v[FLOW_EFFECTS];
	char text
	    [FLOW_TEXT_MAX]; /* of the one EFFECT_SAY a step may have; "" when nothing is said */
};

/* "2200-2330" as people write it: "22-23:30"; "" for anything else. */
#define FLOW_HOUR_TEXT 12
void flow_hour_text(const char *code, char out[FLOW_HOUR_TEXT]);

struct
    flows; /* flows, words, places and texts of one load; immutable, shared by all sessions */

#define FLOW_ERR_MAX 512
struct flow_err {
	char s[FLOW_ERR_MAX]; /* "FILE:LINE: name: what is wrong; allowed: ..." */
};

/* Reads and proves DIR/flows, DIR/words, DIR/places, DIR/po (flow_conf.c). *out: flows_free. */
MUST_CHECK enum rc flows_load(const char *dir, struct flows **out, struct flow_err *err);
void flows_free(struct flows *f);
const struct texts *flows_texts(const struct flows *f);
/* Whether conf/service.conf says "production": no receiver that is marked as a sample is asked. */
bool flows_is_production(const struct flows *f);

/* Whether this very version of a flow was loaded: a session finishes on the version it began with. */
bool flows_has(const struct flows *f, const char *name, uint16_t version);
/* RC_REFUSED: a flow was changed and kept its version, although people may be on it. */
MUST_CHECK enum rc flows_follow(
    const struct flows *old, const struct flows *new, struct flow_err *err);

/* Whether a text holds a danger or help word of any language: from a receiver's phone it opens a case. */
bool flows_is_danger(const struct flows *f, const char *text);
/* A danger word alone: HELP may have been meant otherwise by who works with us. */
bool flows_says_danger(const struct flows *f, const char *text);

/*
 * One step. `s` is changed in place, `e` is overwritten. RC_REFUSED: the session names a flow or step
 * that does not exist (the message is put aside for an operator). Never RC_AGAIN or RC_BROKEN.
 */
MUST_CHECK enum rc flow_step(const struct flows *f, struct session *s,
    const struct flow_input *in, struct effects *e);

/* A word as one's own stop word, folded: one of 4 to 20 letters; false, and "", for anything else (flow_own.c). */
MUST_CHECK bool flow_own_word(const char *text, char out[FLOW_CODE_MAX]);

/*
 * The text of the open question again, as the last step said it (a repeated USSD step). Pure. Of `in` only
 * what texts name is read: bearer, country, taken_at, code, waiting, job_answer, job_at.
 */
MUST_CHECK enum rc flow_screen(const struct flows *f, const struct session *s,
    const struct flow_input *in, char out[FLOW_TEXT_MAX]);

#endif
