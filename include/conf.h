/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A table of options filled from a libconfig file. Unknown, missing and mistyped names are errors
 * that say file, line, name and what is allowed. It never keeps a secret inline: secrets are *_file.
 * Called by each process's main, and by shyraqctl.
 */
#ifndef SHYRAQ_CONF_H
#define SHYRAQ_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"

enum conf_type {
	CONF_STRING, /* char *, malloc'd; freed by conf_clear */
	CONF_INT,    /* int64_t, within [min, max] */
	CONF_BOOL,   /* bool */
	CONF_TIME,  /* int64_t ms; written as "90 s", "15 min", "72 h", "7 d", "250 ms" */
	CONF_WORDS, /* char *: one of the words in `allowed`, separated by blanks */
};

struct conf_option {
	const char *name;
	enum conf_type type;
	size_t offset; /* of the field in the caller's struct */
	const char
	    *fallback;    /* as in the file, without the quotes; NULL: must be given */
	int64_t min, max; /* CONF_INT, CONF_TIME (ms); both 0: any */
	const char
	    *allowed; /* CONF_WORDS; for other types a hint for the error text, or NULL */
};

#define CONF_ERR_MAX 512
struct conf_err {
	char s[CONF_ERR_MAX]; /* "FILE:LINE: name: what is wrong; allowed: ..." */
};

struct conf;

/* RC_REFUSED: unreadable or malformed file; err says where. *out is the caller's: conf_free. */
MUST_CHECK enum rc conf_open(const char *path, struct conf **out, struct conf_err *err);
void conf_free(struct conf *c);

/* Refuses any top-level name that is not in `names` (NULL-terminated). */
MUST_CHECK enum rc conf_only(
    struct conf *c, const char *const *names, struct conf_err *err);

/*
 * Fills `into` (a zeroed struct) from the group `section` by the table of n rows; a section that is
 * absent is filled with the fallbacks. When refused, `into` owns nothing.
 */
MUST_CHECK enum rc conf_section(struct conf *c, const char *section,
    const struct conf_option *table, size_t n, void *into, struct conf_err *err);

/*
 * A list of groups, `modems = ( { ... }, { ... } )`: its length, and one item. 0 when absent; 1
 * for something that is no list, and its item 0 then says what is wrong.
 */
size_t conf_list_len(struct conf *c, const char *list);
MUST_CHECK enum rc conf_list_item(struct conf *c, const char *list, size_t i,
    const struct conf_option *table, size_t n, void *into, struct conf_err *err);

/* Frees the strings that the table put into `into`. */
void conf_clear(const struct conf_option *table, size_t n, void *into);

#endif
