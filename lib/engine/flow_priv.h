/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of struct flows, and the work of one step, shared by the files of the flow engine.
 * Nobody else includes it: flow*.c and refer_text.c.
 */
#ifndef SHYRAQ_FLOW_PRIV_H
#define SHYRAQ_FLOW_PRIV_H

#include "except.h"
#include "place.h"
#include "words.h"

#define FLOWS_MAX 32 /* flows, each in every version that somebody may be on */
#define FLOW_STEPS 80
#define FLOW_OPTIONS 14
#define FLOW_RULES 8
#define FLOW_DIGIT_MAX 99
#define FLOW_KEY_MAX 48
#define FLOW_NUMBER_MAX 999
#define STEP_NONE 0xff

/* Texts that the engine itself says, whatever the flow. */
#define KEY_INTRO "first.intro"
#define KEY_SCREEN "first.screen"
#define KEY_ROW "first.row" /* made of the names of languages */
#define KEY_LANG_NAME "lang.name"
#define KEY_CALL "call.112"
#define KEY_DECOY "stop.decoy"
#define KEY_OWN_SET "own.set"
#define KEY_OWN_UNFIT "own.unfit"
#define KEY_DOWN "service.down"
#define KEY_STATE_NONE "state.none"
#define KEY_STATE_SENT "state.sent"
#define KEY_STATE_TAKEN "state.taken"
#define KEY_STATE_NOBODY "state.nobody"
#define KEY_STATE_CLOSED "state.closed"
#define KEY_STATE_NIGHT "state.night"
#define KEY_STATE_NOCOUNTRY "state.nocountry"
#define KEY_KNOCK "knock"
#define KEY_RESUME_WRONG "resume.wrong"
#define KEY_RESUME_LOCKED "resume.locked"
#define KEY_GO_ON "go.on"
#define KEY_URGENT_BACK "urgent.back@ussd"
#define KEY_CARD_LINE "card.line"
#define KEY_CARD_NONE "card.none"
#define KEY_JOB_ANSWER "job.answer"
#define KEY_GO_SENT "go.sent" /* what is known, before the next question */
#define KEY_GO_TAKEN "go.taken"
#define KEY_GO_NOBODY "go.nobody"
#define KEY_PLACE_OTHER "place.other" /* the last of a menu of towns */
#define KEY_ON_USSD "@ussd" /* what a key ends with that has a screen of its own */

/* Flows that the engine itself enters. */
#define FLOW_RESUME "resume"
#define FLOW_PHRASE "phrase"
#define FLOW_ERASE "erase"
#define FLOW_PLAIN "plain"
#define FLOW_FOLLOWUP "followup"
#define STEP_OFFER "offer" /* its steps that the engine enters */
#define STEP_HOW "how"

/* An answer: where who writes is, when the case lies elsewhere; "-" not known. */
#define SLOT_OWN_REGION "own_region"

/*
 * The engine's own slots: where a screen came from, what was done. They never become an answer, and
 * outlive the answers of a case, but for the two that belong to it.
 */
#define SLOT_FIRST "_first"   /* the screen begins with the first reply */
#define SLOT_ECHO "_echo"     /* it begins with the place; the step that asked for it */
#define SLOT_WHICH "_which"   /* it asks which of these place ids */
#define SLOT_SAY "_say"       /* it begins with this text */
#define SLOT_UNSAID "_unsaid" /* it was never said: the input was late */
#define SLOT_THEN "_then"     /* step to open after the language row; "-" for none */
#define SLOT_ROW "_row"       /* the row's languages, in order */
#define SLOT_TYPE "_type"     /* "other" on a screen's menu of towns: now it is typed */
#define SLOT_BACK "_back" /* the flow, then the questions before this one, oldest first */
#define SLOT_KNOCK "_knock"       /* the empty knock was said */
#define SLOT_REFERRED "_referred" /* of a case: a referral was ever due */
#define SLOT_CUT "_cut"           /* of a case: an operator was told that it broke off */
#define SLOT_TOLD "_told" /* the step on whose screen the way back unseen was told */
#define SLOT_RETURN \
	"_return" /* the question that waits while a receiver's words are read */
#define SLOT_PLACED "_placed" /* when the town was said, in minutes of the wall clock */
#define OWN_SLOTS 16
#define STEP_LANGUAGE "language"
#define STEP_GO \
	"_go" /* go on, or from the start: the engine's own question, like the row */

enum step_kind {
	STEP_SAY,
	STEP_CHOICE,
	STEP_SEVERAL,
	STEP_NUMBER,
	STEP_TEXT,
	STEP_PLACE,
	STEP_NOTICE,
	STEP_HOUR,
	STEP_BRANCH,
	STEP_SET,
	STEP_REFER,
	STEP_DO,
	STEP_FLOW, /* leaves for another flow */
	STEP_END,
};

/* A person's register that a step sets or a rule asks for. */
enum step_register {
	REGISTER_ANY,
	REGISTER_COVER,
	REGISTER_PLAIN,
};

struct option {
	uint8_t digit;
	uint8_t next;          /* choice only */
	uint64_t words;        /* CLASS_BIT of the classes that mean it too */
	enum case_class class; /* the case becomes at least this */
	char code[FLOW_NAME_MAX];
	char place
	    [PLACE_ID_MAX]; /* a country: a place in it, typed, means it too; "" none */
};

/* All that is given must hold; the first rule that does decides. */
struct rule {
	char slot[FLOW_NAME_MAX]; /* "" none */
	char is[FLOW_NAME_MAX];   /* "" not answered */
	enum case_class class;    /* CASE_NONE: not asked */
	bool by_bearer, by_state; /* whether these are asked */
	bool abroad;              /* the region is none of the five countries */
	bool old;        /* the town was said longer ago than a person stays in one */
	unsigned except; /* this exception holds for the person; 0: not asked */
	enum bearer bearer;
	enum case_state state;
	enum step_register reg; /* REGISTER_ANY: not asked */
	uint8_t next;
};

struct step {
	char name[FLOW_NAME_MAX];
	enum step_kind kind;
	unsigned line;
	char text[FLOW_KEY_MAX];
	char after_intro
	    [FLOW_KEY_MAX]; /* in place of text behind the first reply; "" the same */
	char slot[FLOW_NAME_MAX];
	char region[FLOW_NAME_MAX]; /* place: the slot of the region */
	char echo[FLOW_KEY_MAX];    /* place: what the next question begins with */
	char which[FLOW_KEY_MAX];   /* place: the question when two have the name */
	char consent[FLOW_NAME_MAX];
	uint8_t next, next_words, next_skip; /* place: found, not on the list, not told */
	uint8_t skip;                        /* text: digit 0 leads there */
	uint8_t borrowed;                    /* hour: "not my phone" leads there */
	uint8_t silent; /* an ask: no answer for silent_ms leads there */
	int64_t silent_ms;
	bool plain; /* an ask: in plain words, and only with leave (S3) */
	bool place; /* text: the words say the place, they are no narrative */
	bool keep;  /* place: not told, the town that was known stays */
	bool fetch; /* end: what waits, or is known, is said */
	uint8_t options, rules;
	struct option option[FLOW_OPTIONS];
	struct rule rule[FLOW_RULES];
	enum case_class class;       /* set */
	char code[FLOW_NAME_MAX];    /* set: of slot */
	char task[FLOW_NAME_MAX];    /* set */
	enum step_register reg;      /* set */
	int64_t after_ms;            /* refer */
	char under[FLOW_NAME_MAX];   /* refer: the consent or exception that allows it */
	char deed[FLOW_NAME_MAX];    /* do: one of FLOW_DO, */
	char code_of[FLOW_NAME_MAX]; /* and the slot whose code goes with it, or "" */
	char goto_flow[FLOW_NAME_MAX], goto_at[FLOW_NAME_MAX]; /* flow; "" its start */
};

/* Whether a person in this flow has a case, from the first text with an intent or the first answer. */
enum flow_case {
	FLOW_CASE_OPEN,
	FLOW_CASE_NONE,
};

struct flow {
	char name[FLOW_NAME_MAX];
	char file[FLOW_NAME_MAX + 8];
	uint16_t version;
	uint8_t start, danger;
	uint8_t again; /* where "go on" enters; STEP_NONE: the open question */
	enum flow_case opens;
	bool dial;        /* a dial opens it */
	bool opening;     /* the opening text may answer its first question */
	uint64_t intents; /* CLASS_BIT of the classes that open it */
	uint8_t steps;
	struct step step[FLOW_STEPS];
};

struct flows {
	struct texts *texts;
	struct words *words;
	struct places *places;
	unsigned langs;
	struct exceptions exceptions; /* the policy's; the first reply states them */
	struct cards *cards;          /* whom to call */
	char dial[24];                /* what people dial */
	bool production; /* unsigned texts of what matters most are refused */
	uint8_t n;
	struct flow flow[FLOWS_MAX];
};

/* The newest version: whoever begins now begins on it. */
const struct flow *flow_by_name(const struct flows *f, const char *name);
/* The version a session began with; the newest when that is not there any more. NULL: no such flow. */
const struct flow *flow_of_session(const struct flows *f, const struct session *s);
bool flow_is_newest(const struct flows *f, const struct flow *fl);
uint8_t flow_step_index(const struct flow *fl, const char *name);
bool step_asks(const struct step *st);
MUST_CHECK enum rc flow_prove(
    const struct flows *f, const char *dir, struct flow_err *err);
unsigned flow_parts_of(
    const struct flows *f, enum lang l, enum text_register r, const char *key);

/* flow_say.c: a text being put together. */
struct saying {
	const struct flows *f;
	enum lang lang;
	enum text_register reg;
	enum bearer bearer;
	unsigned except;             /* what the first reply states */
	const struct session *s;     /* NULL in the proofs */
	const struct flow_input *in; /* what texts may name; in the proofs the widest */
	char *out;                   /* FLOW_TEXT_MAX bytes */
	size_t len;
	bool failed;
};
struct saying saying_begin(
    const struct flows *f, enum lang l, enum text_register r, char out[FLOW_TEXT_MAX]);
void say_text(struct saying *y, const char *key, const struct text_arg *args, size_t n);
void say_key(struct saying *y, const char *key);
void say_intro(struct saying *y);
void say_echo(struct saying *y, const struct step *st, unsigned place);
void say_which(
    struct saying *y, const struct step *st, const unsigned *place, unsigned n);
void say_row(struct saying *y, const char *order);
void say_open_question(struct saying *y, const struct flow *fl, const struct session *s);
enum text_register session_register(const struct session *s);
bool session_lang_ok(const struct flows *f, const struct session *s);
/* The loaded languages, the country's likeliest first, as "kk ru uz". */
void row_order(const struct flows *f, const char *country, char out[FLOW_CODE_MAX]);

/* One step's work; flow_turn.c. */
struct turn {
	const struct flows *f;
	const struct flow *flow; /* NULL: none */
	const struct step *open; /* NULL: no question open */
	struct session *s;
	const struct flow_input *in;
	struct effects *e;
	struct folded folded;
	struct words_found words;
	bool danger;
	bool answered; /* the text was a coded answer: no words of theirs */
	bool first;    /* the next question follows the first reply */
	bool asked;    /* the text said holds the open question */
	bool fresh;    /* it is asked by an answer just taken, not again */
	bool missed;   /* taken, but it answered nothing: the question was asked again */
	bool erased;   /* S16: asked for in this step, on their own phone */
	bool opened;   /* a case was opened in this step */
	bool stranger;
	bool backward;    /* the question asked now is an earlier one */
	const char *echo; /* step whose place the next question repeats, or NULL */
	const char *say;  /* text before the next question, or NULL */
	const char *key;  /* of the text said, or NULL */
	bool broken;      /* a text failed: never after flow_prove */
};

void slot_set(struct session *s, const char *name, const char *code);
void slot_drop(struct session *s, const char *name);
struct effect *effect_add(
    struct turn *t, enum effect_kind kind, const char *name, const char *code);
void turn_raise_class(struct turn *t, enum case_class c);
void turn_answer(struct turn *t, const char *slot, const char *code);
void turn_go(struct turn *t, uint8_t next);
void turn_ask_again(struct turn *t);
void turn_open_case(struct turn *t, enum case_class c);
/* Answers, and what the engine noted of a case, belong to the one case. */
void turn_drop_answers(struct session *s);
void turn_keep_words(struct turn *t);
void turn_choose_lang(struct turn *t);
void turn_ask_row(struct turn *t);
void turn_say(struct turn *t, const char *key, const struct text_arg *args, size_t n);
bool session_has_case(const struct session *s);
/* What was stated to who writes, and holds where they are. */
unsigned session_exceptions(
    const struct flows *f, const struct session *s, const struct flow_input *in);
bool session_is_abroad(
    const struct session *s); /* the place is in none of the five countries */
bool folded_has_letters(const struct folded *f);

/* flow_answer.c: the text as an answer to t->open; false when it is none. */
bool turn_take_answer(struct turn *t);
bool turn_take_age(
    struct turn *t); /* an age under 18 at the question who; flow_guess.c */
void turn_follow_lang(struct turn *t); /* a guessed language follows words of need */
/* The digits of a text that is little else, as one string ("23" for "2, 3"); false otherwise. */
MUST_CHECK bool turn_digits(const struct turn *t, char *out, size_t size, unsigned *runs);
/* Nothing but abuse; all gone, or the yes taken back: no question of free words keeps these. */
bool turn_is_abuse(const struct turn *t);
bool turn_takes_back(const struct turn *t);
/* Taken, and no answer: asked again; after some of these in a row an operator has a task. */
void turn_miss(struct turn *t); /* flow.c */

/* flow_place.c: the text as an answer to where. */
bool turn_take_place(struct turn *t);
bool session_place_is_old(const struct session *s, int64_t now_ms);
/* Rules: in danger a town is heard wherever it is said, while none is known. */
bool on_street(struct turn *t);
bool on_town(struct turn *t);

/*
 * Enters a flow: session, version, no steps back; answers that it has no use for go when there is no
 * room. It says nothing. turn_start_flow goes on to a step (STEP_NONE: the flow's start).
 */
void turn_enter(struct turn *t, const struct flow *fl);
void turn_start_flow(struct turn *t, const struct flow *fl, uint8_t at);
/* Opens the case, of class other, when there is none and the flow has one. */
void turn_need_case(struct turn *t);
/* Asks the question before the open one; false when there is none. */
bool turn_back(struct turn *t);
/* Takes an option as the answer; where it leads. */
MUST_CHECK uint8_t turn_choose(
    struct turn *t, const struct step *st, const struct option *o);
/* Slots that a flow fills, the region too. */
unsigned flow_slots_of(const struct flow *fl);
/* flow_hour.c: "2200-2300", at most two hours; false, and "", when the text is no such time. */
#define HOUR_CODE_MAX 10
MUST_CHECK bool hour_read(char out[HOUR_CODE_MAX], const struct words *w,
    const struct folded *f, const char *text);
/* The towns on a screen's menu, for an open place step with no SLOT_WHICH and no SLOT_TYPE; 0: none. */
unsigned step_place_menu(const struct flows *f, const struct session *s,
    const struct step *st, unsigned out[PLACE_FOUND_MAX]);

#define SESSION_MS (72LL * 60 * 60 * 1000)

/* flow_say.c */
struct saying saying_to(const struct flows *f, const struct session *s,
    const struct flow_input *in, char out[FLOW_TEXT_MAX]);
void say_place(struct saying *y, unsigned place);

/* flow.c: the one digit that the whole text is; '\0' when it is none. */
char lone_digit(const struct turn *t);

/* flow_dial.c: rules for a dial and a dialogue's keys; whether S18 hides this conversation from a dial. */
bool dial_must_hide(const struct session *s);
void dial_cut(struct turn *t); /* flow.c */
void dial_begin(struct turn *t);
bool on_dial(struct turn *t);
bool on_keys(struct turn *t);
void dial_tell_way_back(struct turn *t, const struct flow *fl);

/* flow_fetch.c: rules for what a person fetches. */
bool fetch_waiting(struct turn *t);
/* A receiver's words, else the state: an end of a flow that says so. */
void fetch_end(struct turn *t);
bool fetch_job(struct turn *t);
bool fetch_followup(struct turn *t);
void fetch_state(struct turn *t);
void fetch_return(struct turn *t);
void fetch_keep_question(struct turn *t);
bool on_state(struct turn *t);
bool on_knocked(struct turn *t);
bool on_knock(struct turn *t);
bool on_resume(struct turn *t);

/* flow_closed.c: the session's case is closed, and none was opened in its place in this step. */
bool turn_case_closed(const struct turn *t);
/* The session has it no more, nor what was answered for it. */
void turn_leave_case(struct turn *t);
bool flow_refers(const struct flow *fl); /* somebody may be asked by this flow */
bool on_closed(struct turn *t);

/* flow.c: the first question of a flow, or what danger leads to; its case is opened. */
void turn_begin(struct turn *t, const struct flow *fl, bool danger);

/* flow_own.c */
bool on_own_word(struct turn *t);
void turn_stop_lang(struct turn *t);
bool turn_stops_with_digits(const struct turn *t);

/* service.c */
MUST_CHECK enum rc service_load(struct flows *f, const char *dir, struct flow_err *err);

#endif
