/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a console seals to intake.pub for dispatch to open: receivers and their phones, and orders about
 * what is stored. One packer, one unpacker, so that both ends are one file. It seals nothing itself.
 */
#ifndef SHYRAQ_INTAKE_H
#define SHYRAQ_INTAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"
#include "phone.h"

/* The column `kind` of the table, in clear: how the box is to be read. */
#define INTAKE_RECEIVER "receiver"   /* one */
#define INTAKE_RECEIVERS "receivers" /* a file of them, all or none */
#define INTAKE_ACTIVE "active" /* a receiver, or one phone of it, suspended or back */
#define INTAKE_RETRY "retry"   /* a text to a receiver, or a refused message, again */
#define INTAKE_TASK "task"     /* a task taken, put back, or done */
#define INTAKE_JOB "job"       /* a human's answer to an offer check */
#define INTAKE_DESK "desk"     /* a case worker's act at the live desk */

/* What is known of a receiver and its phone beside name and number; names in intake_fields. */
enum intake_field {
	INTAKE_KIND,
	INTAKE_REGIONS,
	INTAKE_LANG,
	INTAKE_ORDER,
	INTAKE_VETTED, /* "1", "0" */
	INTAKE_GROUP,  /* a name; "": none */
	INTAKE_LANGS,
	INTAKE_TAKES,
	INTAKE_SERVICES,
	INTAKE_OF, /* an embassy's country */
	INTAKE_HOURS,
	INTAKE_BEDS, /* "": not known */
	INTAKE_SAMPLE,
	INTAKE_AWAY,  /* minutes from now; "0": back */
	INTAKE_UNTIL, /* asked until then alone, as instant_until has it; "": for good */
	INTAKE_ROLE,  /* of the phone */
	INTAKE_SHIFT, /* of the phone */
	INTAKE_FIELDS,
};
extern const char *const intake_fields[INTAKE_FIELDS];
#define INTAKE_VALUE_MAX 128

/* Plain value. */
struct intake_receiver {
	char name[64];
	struct phone number;
	bool
	    change; /* of a receiver that is known: without a number, some fields alone */
	int64_t contact; /* of a change: whose role and shift; 0: none */
	uint32_t given;  /* bit per field; others stay as they are */
	char value[INTAKE_FIELDS][INTAKE_VALUE_MAX];
};
/* False: too long. */
MUST_CHECK bool intake_give(
    struct intake_receiver *r, enum intake_field f, const char *value);
/* NULL when it is not given. */
const char *intake_given(const struct intake_receiver *r, enum intake_field f);

/* One phone when `contact` (its id) or `number` is given, else the receiver with all of them. */
struct intake_active {
	char name[64];
	bool active;
	int64_t contact;
	struct phone number;
};

/* What a person says about an offer; both ends count and refuse alike. */
#define INTAKE_ANSWER_CHARS 60
struct intake_answer {
	int64_t id; /* of the offer check */
	char text[INTAKE_ANSWER_CHARS * 4 + 1];
};

#define INTAKE_MAX 1024 /* one record */
#define INTAKE_ROWS_MAX \
	500 /* records of one file: a transaction of dispatch stays short */
#define INTAKE_FILE_MAX (INTAKE_ROWS_MAX * INTAKE_MAX)

/* Lines "name=value"; the length, without a NUL; 0: it does not fit. */
size_t intake_pack(const struct intake_receiver *r, char out[INTAKE_MAX]);
/* RC_REFUSED: not what intake_pack makes, or a bound is broken. */
MUST_CHECK enum rc intake_unpack(const char *p, size_t n, struct intake_receiver *r);

/*
 * Of several, one after the other: records end with an empty line. Adds at *len of out (INTAKE_FILE_MAX
 * bytes); false: full.
 */
MUST_CHECK bool intake_pack_add(
    const struct intake_receiver *r, char *out, size_t *len, size_t *rows);
/* The record at *at, which moves on. RC_AGAIN: the end. RC_REFUSED: as intake_unpack. */
MUST_CHECK enum rc intake_unpack_next(
    const char *p, size_t n, size_t *at, struct intake_receiver *r);

size_t intake_pack_active(const struct intake_active *a, char out[INTAKE_MAX]);
MUST_CHECK enum rc intake_unpack_active(const char *p, size_t n, struct intake_active *a);

/* INTAKE_JOB. RC_REFUSED also where the text is empty, too long or has a control character. */
size_t intake_pack_answer(const struct intake_answer *a, char out[INTAKE_MAX]);
MUST_CHECK enum rc intake_unpack_answer(const char *p, size_t n, struct intake_answer *a);
/* Blanks at the ends go; false: not well-formed, empty, a control character, or too long. */
MUST_CHECK bool intake_answer_text(struct intake_answer *a, const char *text);

/* A row's id: INTAKE_RETRY. */
size_t intake_pack_row(int64_t id, char out[INTAKE_MAX]);
MUST_CHECK enum rc intake_unpack_row(const char *p, size_t n, int64_t *id);

/* lib/intake_desk.c: what people on duty do. Logins and codes hold no blank. */
struct intake_task {
	int64_t id;
	char act[8];      /* "take" "back" "done" */
	char outcome[32]; /* done: a code of tasks.h */
	char from[64];    /* take: from whom it is taken over; "" from nobody */
};
size_t intake_pack_task(const struct intake_task *t, char out[INTAKE_MAX]);
MUST_CHECK enum rc intake_unpack_task(const char *p, size_t n, struct intake_task *t);

#define INTAKE_DESK_CHARS 80 /* of a free reply; with what stands around it two parts */
#define INTAKE_DESK_BYTES (INTAKE_DESK_CHARS * 3 + 1)
struct intake_desk {
	int64_t number; /* of the case */
	char act[8];    /* "claim" "leave" "hand" "say" "done" */
	int phrase;     /* say: 51 to 55; 0: free words */
	char at[6];     /* "6:30" */
	char to[64];    /* hand: the login */
	char words[INTAKE_DESK_BYTES];
};
size_t intake_pack_desk(const struct intake_desk *d, char out[INTAKE_MAX]);
MUST_CHECK enum rc intake_unpack_desk(const char *p, size_t n, struct intake_desk *d);
/* Without blanks at the ends; false: a control character, too long, or no UTF-8. "" is fine. */
MUST_CHECK bool intake_desk_words(char out[INTAKE_DESK_BYTES], const char *text);

/* For lib/intake*.c: each line "name=value" to `take`; false: no such line, or one it does not want. */
MUST_CHECK bool intake_lines(const char *p, size_t n,
    bool (*take)(void *, const char *, const char *), void *into);

#endif
