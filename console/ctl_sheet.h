/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A translator's sheet: every text of a language beside its English, one row a key and register.
 * Included by console/ctl_flow_sheet.c, ctl_flow_html.c and ctl_flow_import.c only.
 */
#ifndef SHYRAQ_CTL_SHEET_H
#define SHYRAQ_CTL_SHEET_H

#include <limits.h>

#include "ctl_flow.h"
#include "text_po.h"

#define SHEET_NOTE_MAX 400

struct sheet_row {
	const char *key;
	const char *context; /* "cover" or "" */
	const char *text;    /* "" when the language has none yet */
	const char *english; /* the gloss; "" for none */
	const char *russian;
	const char
	    *comment; /* of the language's own entry, else of the one it came from */
	bool there, fuzzy;
	bool ussd;         /* the key is a screen's */
	bool one_register; /* the key has no other */
	unsigned parts;    /* allowed */
	unsigned wording;  /* signed; 0: a draft */
	char list[320];    /* what {list} is at its longest */
};

struct sheet {
	enum lang lang;
	char dir[PATH_MAX], path[PATH_MAX]; /* the folder, the language's PO file */
	struct po_stream own, en, ru;
	struct sheet_row *row;
	size_t rows;
	struct view_args fill; /* what makes texts longest */
	char dial[24];
	bool learned;
};

/* RC_REFUSED after a line on stderr; sheet_clear in any case. */
MUST_CHECK enum rc sheet_load(struct sheet *s, const char *dir, enum lang l);
void sheet_clear(struct sheet *s);
/* NULL when there is no such row. */
const struct sheet_row *sheet_find(
    const struct sheet *s, const char *key, const char *context);

/* "where: shown there" among the comment's lines: what is behind the name, "" without. */
void sheet_note(const char *comment, const char *name, char out[SHEET_NOTE_MAX]);
const char *sheet_register(const struct sheet_row *r); /* "cover", "plain" */
/* Loads the whole set for its longest names: before the next two, and only when they are needed. */
void sheet_learn(struct sheet *s);
/* A text as long as it can be; RC_REFUSED when it cannot be filled. */
MUST_CHECK enum rc sheet_fill(const struct sheet *s, const struct sheet_row *r,
    const char *text, char out[FLOW_TEXT_MAX]);
/* Name and value of a placeholder's longest text, but {list}'s; NULL behind the last. */
const char *sheet_fill_name(const struct sheet *s, unsigned i, const char **value);

void sheet_html(const struct sheet *s, FILE *to);
void sheet_csv(const struct sheet *s, FILE *to);
/* The columns of the CSV, in order. */
#define SHEET_COLUMNS 10
extern const char *const sheet_columns[SHEET_COLUMNS];

int sheet_import(struct ctl *c, struct sheet *s, const char *csv, const char *sign);

#endif
