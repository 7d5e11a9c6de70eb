/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading one PO file in a short-lived child: the parser's errors, crashes and appetite stay there.
 * It knows no key and no language. Called by lib/text.c and shyraqctl; the proofs ask it for lines.
 */
#ifndef SHYRAQ_TEXT_PO_H
#define SHYRAQ_TEXT_PO_H

#include <stdbool.h>

#include "base.h"
#include "text.h"

/* What the child sent, as it came; `bytes` is the holder's, free() it. */
struct po_stream {
	char *bytes;
	size_t len;
};

/* Strings are borrowed from the stream. */
struct po_record {
	const char *context; /* "" for none */
	const char *key;
	const char *text;
	const char *comment; /* the "#." lines, parted by line ends */
	unsigned parts;      /* of "#. parts: N", 0 when none */
	bool fuzzy;
};

/*
 * RC_REFUSED with err: the file is unreadable or over 1 MiB, the parser had an error, the charset is
 * not UTF-8, or the child crashed, ran over its time or memory, or sent what is no record.
 */
MUST_CHECK enum rc po_read(const char *path, struct po_stream *out, struct text_err *err);

/* The record at *at, which moves on; false at the end. Only for a stream that po_read gave. */
bool po_next(const struct po_stream *s, size_t *at, struct po_record *r);

/* One entry as it shall be. `context` "" for none. */
struct po_edit {
	const char *context;
	const char *key;
	const char *text;
	const char *comment; /* all "#." lines, each with its line end; "" for none */
	bool fuzzy;
};

/*
 * Reads `path`, makes the edits (an entry that is not there is added at the end) and writes the whole to
 * `to`, all other entries and comments as they were. RC_REFUSED as po_read, or `to` cannot be written;
 * `to` may then be half a file, `path` is never touched.
 */
MUST_CHECK enum rc po_write(const char *path, const char *to, const struct po_edit *v,
    size_t n, struct text_err *err);

/* DIR/<language>.po; false when it does not fit. */
MUST_CHECK bool po_path(char *out, size_t size, const char *dir, const char *lang);

/* The line of an entry in a file, for error texts; 1 when it is not found. */
unsigned po_line_of(const char *path, const char *context, const char *key);

#endif
