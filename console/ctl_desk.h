/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The live desk from the inside: what it knows of the cases, the one that is open, what is being written.
 * Words of people stand in here alone, never in a file, and go when it is idle. Included by console/ctl_desk*.c.
 */
#ifndef SHYRAQ_CTL_DESK_H
#define SHYRAQ_CTL_DESK_H

#include "ctl.h"
#include "intake.h"
#include "seal.h"
#include "text.h"

#define DESK_CASES 100
#define DESK_NOTE 200
#define DESK_LOGIN 64

/* One row of the list. Times in ms of the server's clock; 0: never. */
struct desk_case {
	int64_t id, number, asked_ms, looked_ms, claimed_ms, window_ms, waiting;
	char class[12], state[12], lang[4], by[DESK_LOGIN], answers[512];
	bool dialled, cut, plain, here;
};

enum desk_whose {
	WORDS_THEIRS,
	WORDS_SHUT, /* sealed, and not for this key */
	WORDS_OURS,
};
struct desk_line {
	int64_t at_ms;
	enum desk_whose whose;
	char *text; /* malloc'd, wiped */
};

enum desk_mode {
	DESK_LIST,
	DESK_CASE,
	DESK_WRITE, /* free words, or a phrase's time and words */
	DESK_HAND,  /* the login that gets it */
	DESK_IDLE,  /* nothing is shown, nothing is kept */
};

struct flows;
struct desk {
	struct ctl *c;
	struct db *db;
	struct seal_key sec, pub;
	struct flows *flows;
	char me[DESK_LOGIN], holder[DESK_LOGIN];
	int64_t server_ms, read_us; /* the server's clock when it was read, and ours */

	struct desk_case list[DESK_CASES];
	int n, cursor;
	int64_t newest_ms; /* of the list: a later one rings */

	enum desk_mode mode;
	struct desk_case open; /* a copy: it stays while the row is off the list */
	bool off_list;
	int64_t last_word; /* id of the last narrative that was read */
	struct desk_line *words, *said;
	size_t words_n, said_n;
	char asked[400]; /* who was asked, and what they said */
	char echo[INTAKE_DESK_BYTES + 16];
	int64_t echo_id; /* of the row that it belongs to; 0: not seen yet */
	int scroll;

	char edit[INTAKE_DESK_BYTES];
	int phrase; /* 51 to 55; 0: free words */

	int64_t pending; /* intake that is not answered yet */
	int64_t pending_us;
	bool pending_say;
	char note[DESK_NOTE];
	bool note_bad;
	bool end;
};

/* ctl_desk_read.c: the database. False after the reason was noted. */
bool desk_read_me(struct desk *d);
bool desk_read_list(struct desk *d);
bool desk_read_case(struct desk *d);
void desk_forget_words(struct desk *d);
/* By the server's clock. */
int64_t desk_now(const struct desk *d);

/* ctl_desk_say.c: what is handed to dispatch, and its answer. */
void desk_act(struct desk *d, const char *act, const char *to);
void desk_say(struct desk *d);
void desk_look(struct desk *d);
/* The text as the person will get it, "" when there is no such phrase. */
#define DESK_TEXT_MAX 1024
void desk_preview(const struct desk *d, char out[DESK_TEXT_MAX]);
void desk_note(struct desk *d, bool bad, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* ctl_desk_draw.c */
#define DESK_ROWS_LEAST 20
#define DESK_COLS_LEAST 80
void desk_draw(const struct desk *d);
/* What becomes of words said now: at once, or when they write again. */
bool desk_is_live(const struct desk *d);

/* ctl_desk_keys.c */
void desk_on_key(struct desk *d, int key, const char *utf8);

#endif
