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
#define INTAKE_TASK "task"     /* a task that a person has done */
#define INTAKE_JOB "job"       /* a human's answer to an offer check */

struct intake_receiver {
	char name[64];
	char kind[16];
	char lang[4];
	char regions[128];
	struct phone number;
	int order;
	bool vetted;
	bool sample;
};

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

#define INTAKE_MAX 512 /* one record */
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

/* A row's id: INTAKE_RETRY, INTAKE_TASK. */
size_t intake_pack_row(int64_t id, char out[INTAKE_MAX]);
MUST_CHECK enum rc intake_unpack_row(const char *p, size_t n, int64_t *id);

#endif
