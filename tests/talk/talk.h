/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The runner of talks: phones, receivers and a clock around the real turn and a real database.
 * It never goes over the bus and starts nothing. Shared by the files of tests/talk.
 */
#ifndef SHYRAQ_TALK_H
#define SHYRAQ_TALK_H

#include "flow.h"
#include "setup.h"
#include "turn.h"

/*
 * Statements of talk.sql, in its order: they stand behind those of sql/statements.sql, and only the
 * runner's own copy of lib/db.c knows them (tests/talk.mk).
 */
enum talk_stmt {
	TALK_CLOCK,
	TALK_RESET,
	TALK_GROUP,
	TALK_HOURS,
	TALK_DUTY,
	TALK_TAKE,
	TALK_PEER,
	TALK_CASE,
	TALK_SLOT,
	TALK_CONSENT,
	TALK_TASK,
	TALK_TASKS,
	TALK_ASKED,
	TALK_CODE,
	TALK_JOB,
	TALK_INTAKE,
	TALK_INTAKE_STATE,
	TALK_TASK_OPEN,
	TALK_CODE_OF,
	TALK_WRONG,
};
#define TALK(name) ((enum db_stmt)((int)DB_STMTS + (int)(name)))
#ifndef DB_TALK
#define DB_TALK 0x100000u
#endif

#define TALK_PHONES 4
#define TALK_SAID 640
#define TALK_KEY_MAX 64
#define TALK_NAMES 32
#define TALK_WORDING 128
#define TALK_MINUTE INT64_C(60000)

/* One text or screen that came to somebody, in order. */
struct said {
	char key[TALK_KEY_MAX];
	char text[FLOW_TEXT_MAX];
	enum lang lang;
	bool ussd;
	int64_t at_ms;
};

/* A person's phone. */
struct mobile {
	struct phone number; /* "" anonymous */
	struct seal_hash hash;
	int64_t peer_id, case_id;
	bool wrote;  /* anything */
	bool texted; /* by SMS */
	bool in_dialogue;
	uint64_t dialogue;
	uint32_t step;
	struct session session; /* as the last step left it */
	bool hidden;            /* S18: a conversation that a dial does not show */
	int64_t t0, window_t0; /* of the last message; of the last that opened a window */
	int64_t window_until;  /* as the database had it after the last step */
	bool stopped, knocked, asked_sms, plain_yes;
	bool referred, ngo_no;
	unsigned answered;
	char answer[TALK_NAMES][FLOW_NAME_MAX];
	char own_code[16]; /* the case's code, as it was told to this phone */
	size_t said_n, read;
	struct said said[TALK_SAID];
};

struct receiver {
	char letter;
	char of; /* another phone of that receiver, once a talk says so; 0: a receiver */
	const char *name, *kind, *regions, *number, *lang;
	int64_t id, contact_id;
	size_t said_n, read;
	struct said said[TALK_SAID];
};
extern struct receiver talk_receivers[];
extern const size_t talk_receivers_n;

/* What the engine did since heard_clear(); talk_heard.c stands in front of flow_step. */
struct heard {
	unsigned steps;
	enum rc rc;
	bool hidden, late;
	struct session before, after;
	struct effects e;
	const struct flows *f;
};
extern struct heard heard;
extern enum lang heard_forced; /* LANG_NONE: the person's words choose */
void heard_clear(void);
const struct effect *heard_say(void); /* NULL: nothing was said */

/* One talk on one bearer. */
struct talk {
	const char *file;
	unsigned line;
	enum bearer bearer;
	enum lang lang;
	int zone; /* minutes east of UTC */
	bool show;
	bool failed;
	bool begun;       /* something was said: the clock stands */
	bool time_passed; /* by a line of the talk, since the last words */
	bool skipped;
	bool of_sms;      /* written for texts, run as a dialogue */
	const char *next; /* what the next "<" line of this phone expects, or "" */
	int64_t late_ms;  /* the next text is read so late */
	bool is_opening;  /* the input in hand begins with nothing open */
	char words[BUS_TEXT_MAX];
	struct mobile
	    *turn_of; /* whose input the turn runs, or NULL: something fell due */
	size_t history_n;
	char history[4096];
	size_t why_n;
	char why[2048];
	struct mobile phone[TALK_PHONES];
};

struct world {
	struct setup setup;
	struct turn worker, dispatch;
	struct db *db; /* the runner's own */
	uint64_t *clock;
	uint64_t token;
	uint64_t dialogue;
};
extern struct world world;

/* talk_world.c: phones and receivers in front of the turn, and the clock. */
void world_open(const char *conf);
void world_close(void);
/* On which day a talk begins. */
enum talk_day {
	TALK_WORKING, /* a Wednesday, with another working day behind it */
	TALK_SUNDAY,
	TALK_HOLIDAY, /* of Kazakhstan, from Monday to Friday, a working day behind it */
};
void world_begin(struct talk *k, int minute_of_day, enum talk_day what);
MUST_CHECK bool world_sms(struct talk *k, struct mobile *m, const char *words);
MUST_CHECK bool world_data(struct talk *k, struct mobile *m);
MUST_CHECK bool world_key(struct talk *k, struct mobile *m, const char *words);
MUST_CHECK bool world_dial(struct talk *k, struct mobile *m);
MUST_CHECK bool world_cut(struct talk *k, struct mobile *m);
MUST_CHECK bool world_answer(struct talk *k, struct receiver *r, const char *words);
/* What a person at a console seals to dispatch; *done: it was not refused. */
MUST_CHECK bool world_intake(
    struct talk *k, const char *kind, const void *text, size_t n, bool *done);
MUST_CHECK bool world_until(struct talk *k, int64_t wall_ms);
/* Receivers by letter: one mobile group (talk_registry.c). */
void world_group(const char *letters);
/* "A 09:00-18:00 mon-fri": when it works; false: no such receiver. */
bool registry_hours(const char *line);
/* "caseworker O": that phone is on duty for the part. */
bool registry_duty(const char *line);
/* "D": that phone is one of its receiver's from now on. */
bool registry_colleague(const char *letter);
/* Stored in the world's database, once. */
void registry_put(struct receiver *r);
int world_minute_of_day(const struct talk *k);

/* talk_facts.c: what the database says. */
struct facts {
	int64_t id, number;
	char state[16], class[16], region[FLOW_NAME_MAX];
	int64_t safe_from, safe_to, safe_until, follow_until; /* -1: none */
	char answers[512];                                    /* " slot=code code; ..." */
};
bool facts_case(struct mobile *m, struct facts *out); /* false: no case */
bool facts_slot(struct mobile *m, const char *slot, char code[FLOW_CODE_MAX]);
bool facts_consent(struct mobile *m, const char *kind, bool *yes);
/* Which words were said yes or no to, as the database has them; "" for none. */
void facts_wording(struct mobile *m, const char *kind, char out[TALK_WORDING]);
bool facts_task(struct mobile *m, const char *kind);
bool facts_task_open(struct mobile *m, const char *kind);
int64_t facts_job(const struct mobile *m); /* 0: no offer check */
bool facts_asked(int64_t case_id, int64_t receiver);
bool facts_code(const struct receiver *r, char code[4]);
bool facts_code_of(const struct receiver *who, int64_t case_id, char code[4]);
void facts_wrong(const struct receiver *who, char code[4]);
bool facts_police_may(int64_t case_id);
int64_t facts_witness_until(const struct mobile *m); /* 0: none */
int64_t facts_window_until(const struct mobile *m);

/* talk_rules.c: what holds after every line, whatever the talk says. */
void rules_open(const char *conf_dir);
bool rules_after_step(struct talk *k, struct mobile *m);
struct row {
	int64_t id, inbox_id, peer_id, contact_id, case_id, submit_by, window_until;
};
bool rules_person_row(
    struct talk *k, struct mobile *m, const struct row *r, const struct said *s);
bool rules_receiver_row(
    struct talk *k, struct receiver *r, const struct row *row, const struct said *s);
bool rules_screen(struct talk *k, struct mobile *m, const char *screen);
/* Whether `text` holds the words of the template, placeholders aside, from *at on. */
bool rules_holds(const char *text, size_t *at, const char *tmpl);

/* talk_lines.c */
bool lines_run(struct talk *k, char *const *line, size_t n);

/* talk_says.c: who says what. */
typedef bool talk_command(struct talk *k, struct mobile *m, const char *arg);
struct command {
	const char *word;
	talk_command *run;
};
talk_command says, says_dial, says_cut, says_menu, says_data, says_flood, says_job,
    says_job_refused, says_press;
/* talk_console.c: what a person at a console decides about the case of a phone. */
talk_command says_console, says_console_refused;
bool says_of_receiver(struct talk *k, struct receiver *r, const char *words);
bool talk_no_more(struct talk *k, struct mobile *m);
bool talk_is_key(const char *said, const char *want);

/* talk_checks.c: what must stand in the database, and who was asked. */
extern const struct command talk_checks[];
extern const size_t talk_checks_n;
struct receiver *talk_receiver_by(char letter);

/* talk.c */
bool fail(struct talk *k, const char *fmt, ...) PRINTF_LIKE(2, 3); /* always false */
void history(struct talk *k, const char *fmt, ...) PRINTF_LIKE(2, 3);
void show(const struct talk *k, const char *who, const char *dir, const char *key,
    const char *text);
void talk_local(const struct talk *k, int64_t wall_ms, char out[6]);

#endif
