/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of struct flows, and the work of one step, shared by the files of the flow engine.
 * Nobody else includes it: flow*.c and refer_text.c.
 */
#ifndef SHYRAQ_FLOW_PRIV_H
#define SHYRAQ_FLOW_PRIV_H

#include "place.h"
#include "words.h"

#define FLOWS_MAX 32 /* flows, each in every version that somebody may be on */
#define FLOW_STEPS 64
#define FLOW_OPTIONS 9
#define FLOW_RULES 6
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
#define KEY_STATE_NONE "state.none"
#define KEY_STATE_SENT "state.sent"
#define KEY_STATE_TAKEN "state.taken"
#define KEY_STATE_NOBODY "state.nobody"
#define KEY_STATE_CLOSED "state.closed"

/* The engine's own slots: where a screen came from. They never become an answer. */
#define SLOT_FIRST "_first"   /* the screen begins with the first reply */
#define SLOT_ECHO "_echo"     /* it begins with the place; the step that asked for it */
#define SLOT_WHICH "_which"   /* it asks which of these place ids */
#define SLOT_SAY "_say"       /* it begins with this text */
#define SLOT_UNSAID "_unsaid" /* it was never said: the input was late */
#define SLOT_THEN "_then"     /* step to open after the language row; "-" for none */
#define SLOT_ROW "_row"       /* the row's languages, in order */
#define STEP_LANGUAGE "language"

enum step_kind {
	STEP_SAY,
	STEP_CHOICE,
	STEP_SEVERAL,
	STEP_NUMBER,
	STEP_TEXT,
	STEP_PLACE,
	STEP_BRANCH,
	STEP_SET,
	STEP_REFER,
	STEP_END,
};

struct option {
	uint8_t digit;
	uint8_t next;          /* choice only */
	uint32_t words;        /* bits of word classes that mean it too */
	enum case_class class; /* the case becomes at least this */
	char code[FLOW_NAME_MAX];
};

/* All that is given must hold; the first rule that does decides. */
struct rule {
	char slot[FLOW_NAME_MAX]; /* "" none */
	char is[FLOW_NAME_MAX];   /* "" not answered */
	enum case_class class;    /* CASE_NONE: not asked */
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
	uint8_t options, rules;
	struct option option[FLOW_OPTIONS];
	struct rule rule[FLOW_RULES];
	enum case_class class;     /* set */
	char code[FLOW_NAME_MAX];  /* set: of slot */
	char task[FLOW_NAME_MAX];  /* set */
	int64_t after_ms;          /* refer */
	char under[FLOW_NAME_MAX]; /* refer: the consent or exception that allows it */
};

struct flow {
	char name[FLOW_NAME_MAX];
	char file[FLOW_NAME_MAX + 8];
	uint16_t version;
	uint8_t start, danger;
	uint32_t intents; /* bits of word classes that open it */
	uint8_t steps;
	struct step step[FLOW_STEPS];
};

/* Exceptions to "an NGO only after yes"; the first reply states them, routing keeps to them. */
enum exception {
	EXCEPT_CHILD = 1,
	EXCEPT_DANGER = 2,
};

struct flows {
	struct texts *texts;
	struct words *words;
	struct places *places;
	unsigned langs;
	unsigned exceptions; /* from the policy */
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
	char *out; /* FLOW_TEXT_MAX bytes */
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
	bool stranger;
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
void turn_keep_words(struct turn *t);
void turn_choose_lang(struct turn *t);
void turn_ask_row(struct turn *t);
void turn_say(struct turn *t, const char *key, const struct text_arg *args, size_t n);
bool session_has_case(const struct session *s);
bool folded_has_letters(const struct folded *f);

/* flow_answer.c: the text as an answer to t->open; false when it is none. */
bool turn_take_answer(struct turn *t);

#endif
