/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The door to libcsv: a whole small file in memory, row by row, with line numbers.
 * It knows no column and keeps nothing: what it read is wiped. Called by ctl_import.c.
 */
#include "ctl_csv.h"

#include <csv.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "seal.h"
#include "str.h"

struct reading {
	csv_row *on_row;
	void *arg;
	unsigned line, began; /* of the byte in hand; of the row */
	size_t n;
	char *field[CSV_FIELDS_MAX];
	bool many, ended;
	enum rc rc;
};

/* libcsv's buffer is used again for the next field: each is copied until its row ends. */
static void
on_field(void *p, size_t n, void *arg)
{
	struct reading *r = arg;

	if (r->n == CSV_FIELDS_MAX) {
		r->many = true;
		return;
	}
	r->field[r->n] = xmalloc(n + 1);
	memcpy(r->field[r->n], p, n);
	r->field[r->n++][n] = '\0';
}

static void
forget(struct reading *r)
{
	for (size_t i = 0; i < r->n; i++) {
		seal_wipe(r->field[i], strlen(r->field[i]));
		free(r->field[i]);
	}
	r->n = 0;
}

static void
on_end(int c, void *arg)
{
	struct reading *r = arg;
	bool empty = r->n == 0 || (r->n == 1 && r->field[0][0] == '\0');

	(void)c;
	r->ended = true;
	if (r->rc == RC_OK && !empty && !r->many)
		r->rc = r->on_row(r->arg, r->began, (const char *const *)r->field, r->n);
	forget(r);
}

static enum rc
wrong(struct csv_fault *fault, unsigned line, const char *what)
{
	fault->line = line;
	snprintf(fault->why, sizeof(fault->why), "%s", what);
	return RC_REFUSED;
}

/* The whole file, CSV_FILE_MAX at most; the caller wipes and frees. */
static enum rc
slurp(const char *path, char **out, size_t *n, struct csv_fault *fault)
{
	FILE *f = fopen(path, "re");
	char *bytes;

	if (f == NULL)
		return wrong(fault, 0, strerror(errno));
	bytes = xmalloc(CSV_FILE_MAX + 1);
	*n = fread(bytes, 1, CSV_FILE_MAX + 1, f);
	if (ferror(f) != 0 || *n > CSV_FILE_MAX) {
		bool big = *n > CSV_FILE_MAX;

		fclose(f);
		seal_wipe(bytes, *n);
		free(bytes);
		return wrong(fault, 0, big ? "over 1 MiB" : "cannot be read");
	}
	fclose(f);
	*out = bytes;
	return RC_OK;
}

static unsigned
line_not_utf8(const char *p, size_t n)
{
	unsigned line = 1;

	while (n > 0) {
		const char *end = memchr(p, '\n', n);
		size_t len = end == NULL ? n : (size_t)(end - p) + 1;

		if (!str_is_utf8(p, len))
			return line;
		p += len;
		n -= len;
		line++;
	}
	return 0;
}

static char
delimiter(const char *p, size_t n)
{
	int more = 0;

	for (size_t i = 0; i < n && p[i] != '\n'; i++)
		more += (p[i] == ';') - (p[i] == ',');
	return more > 0 ? ';' : ',';
}

/* Byte by byte, so that the line is known when a row ends. */
static enum rc
parse(struct csv_parser *parser, struct reading *r, const char *p, size_t n,
    struct csv_fault *fault)
{
	bool fresh = true;

	r->line = 1;
	for (size_t i = 0; i < n && r->rc == RC_OK; i++) {
		if (fresh && p[i] != '\n' && p[i] != '\r')
			r->began = r->line;
		fresh = fresh && (p[i] == '\n' || p[i] == '\r');
		if (csv_parse(parser, p + i, 1, on_field, on_end, r) != 1)
			return wrong(
			    fault, r->line, "a quotation mark that does not fit");
		if (r->many)
			return wrong(fault, r->began, "more than 32 fields");
		fresh = fresh || r->ended;
		r->ended = false;
		r->line += p[i] == '\n';
	}
	if (r->rc == RC_OK && csv_fini(parser, on_field, on_end, r) != 0)
		return wrong(fault, r->began, "a quotation mark that nothing closes");
	return r->rc;
}

enum rc
csv_read(const char *path, csv_row *on_row, void *arg, struct csv_fault *fault)
{
	struct reading r = { .on_row = on_row, .arg = arg, .rc = RC_OK };
	struct csv_parser parser;
	char *bytes;
	size_t n, bom;
	unsigned bad;
	enum rc rc = slurp(path, &bytes, &n, fault);

	if (rc != RC_OK)
		return rc;
	bom = n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	bad = line_not_utf8(bytes, n);
	if (bad > 0) {
		rc = wrong(fault, bad, "not UTF-8: save the sheet as \"CSV UTF-8\"");
	} else if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
		rc = wrong(fault, 0, "libcsv does not start");
	} else {
		csv_set_delim(&parser, (unsigned char)delimiter(bytes + bom, n - bom));
		rc = parse(&parser, &r, bytes + bom, n - bom, fault);
		forget(&r);
		csv_free(&parser);
	}
	seal_wipe(bytes, n);
	free(bytes);
	return rc;
}

void
csv_put(FILE *to, const char *const *field, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			putc(',', to);
		(void)csv_fwrite(to, field[i], strlen(field[i]));
	}
	fputs("\r\n", to);
}
