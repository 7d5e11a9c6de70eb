/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The texts of all languages, and filling their placeholders. PO files are parsed by text_po.c's
 * child; here its answers are checked and kept. It never invents or cuts a text.
 * Called by the flow engine, the referral texts and shyraqctl.
 */
#include "text.h"

#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "str.h"
#include "text_po.h"
#include "text_sign.h"

#define KEY_MAX 48
#define TEMPLATE_MAX 900
#define ROWS_MAX 16384
#define HOLES_MAX 8
#define HOLE_MAX 16

struct entry {
	const char *key;
	const char *text[LANGS][2];
};

struct texts {
	struct po_stream stream[LANGS]; /* the strings live here */
	char *dir;                      /* for errors */
	struct text_row *row;
	size_t rows;
	struct entry *entry; /* sorted by key */
	size_t entries;
	unsigned langs;
};

static const char *const codes[LANGS] = { "kk", "ru", "uz", "ky", "tg", "tk", "en" };

const char *
lang_code(enum lang l)
{
	return l < LANGS ? codes[l] : "--";
}

enum lang
lang_names(enum lang l)
{
	static const enum lang reads[LANGS] = { [LANG_KK] = LANG_KK,
		[LANG_RU] = LANG_RU,
		[LANG_UZ] = LANG_UZ,
		[LANG_KY] = LANG_RU,
		[LANG_TG] = LANG_RU,
		[LANG_TK] = LANG_UZ,
		[LANG_EN] = LANG_EN };

	return l < LANGS ? reads[l] : LANG_EN;
}

enum lang
lang_parse(const char *code)
{
	for (unsigned l = 0; l < LANGS; l++) {
		if (strcmp(codes[l], code) == 0)
			return (enum lang)l;
	}
	return LANG_NONE;
}

static PRINTF_LIKE(5, 6) enum rc fail(struct text_err *err, const char *path,
    const char *context, const char *key, const char *fmt, ...)
{
	char what[TEXT_ERR_MAX];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(what, sizeof what, fmt, ap) < 0)
		what[0] = '\0';
	va_end(ap);
	if (snprintf(err->s, sizeof err->s, "%s:%u: %s%s%s: %s", path,
		po_line_of(path, context, key), key, context[0] != '\0' ? " " : "",
		context, what) < 0)
		err->s[0] = '\0';
	return RC_REFUSED;
}

/* The next placeholder at or after s: its length with braces, 0 at the end, -1 for a stray brace. */
static int
next_hole(const char *s, const char **at)
{
	size_t n;

	s += strcspn(s, "{}");
	*at = s;
	if (*s == '\0')
		return 0;
	if (*s == '}')
		return -1;
	n = strspn(s + 1, "abcdefghijklmnopqrstuvwxyz_");
	if (n == 0 || n >= HOLE_MAX || s[n + 1] != '}')
		return -1;
	return (int)n + 2;
}

static bool
has_hole(const char *text, const char *hole, int len)
{
	const char *at;
	int n;

	for (n = next_hole(text, &at); n > 0; n = next_hole(at + n, &at)) {
		if (n == len && memcmp(at, hole, (size_t)len) == 0)
			return true;
	}
	return false;
}

bool
text_holes_whole(const char *text)
{
	int n;

	for (n = next_hole(text, &text); n > 0; n = next_hole(text + n, &text))
		;
	return n == 0;
}

int
text_missing_hole(const char *a, const char *b, const char **at)
{
	for (int n = next_hole(a, at); n > 0; n = next_hole(*at + n, at)) {
		if (!has_hole(b, *at, n))
			return n;
	}
	return 0;
}

size_t
text_key_stem(const char *key, bool *ussd)
{
	size_t n = strcspn(key, "@");

	*ussd = strcmp(key + n, TEXT_KEY_USSD) == 0;
	return n;
}

static bool
key_ok(const char *key)
{
	bool ussd;
	size_t n = text_key_stem(key, &ussd);

	return n > 0 && strlen(key) < KEY_MAX && (ussd || key[n] == '\0') &&
	    strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_.") == n;
}

static enum rc
check_record(const struct po_record *r, const char *path, struct text_err *err)
{
	const char *at = r->text;
	int n, holes = 0;

	if (!str_is_utf8(r->key, strlen(r->key)) ||
	    !str_is_utf8(r->context, strlen(r->context)))
		return fail(err, path, "", "?", "an ill-formed key or context");
	if (!key_ok(r->key))
		return fail(err, path, "", r->key,
		    "not a key; allowed: a-z 0-9 _ . and under %d, perhaps with @ussd",
		    KEY_MAX);
	if (r->context[0] != '\0' && strcmp(r->context, "cover") != 0)
		return fail(
		    err, path, r->context, r->key, "unknown msgctxt; allowed: \"cover\"");
	if (r->text[0] == '\0')
		return fail(err, path, r->context, r->key, "no text");
	if (!str_is_utf8(r->text, strlen(r->text)))
		return fail(err, path, r->context, r->key, "not well-formed UTF-8");
	if (strlen(r->text) > TEMPLATE_MAX)
		return fail(
		    err, path, r->context, r->key, "longer than %d bytes", TEMPLATE_MAX);
	for (n = next_hole(at, &at); n > 0; n = next_hole(at + n, &at))
		holes++;
	if (n < 0 || holes > HOLES_MAX)
		return fail(err, path, r->context, r->key,
		    "a stray brace, or over %d placeholders; allowed: {name} in a-z and _",
		    HOLES_MAX);
	return RC_OK;
}

static int
compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return strcmp(x->key, y->key);
}

static struct entry *
find_entry(const struct texts *t, const char *key)
{
	struct entry want = { .key = key };

	if (t->entries == 0)
		return NULL;
	return bsearch(&want, t->entry, t->entries, sizeof *t->entry, compare_entries);
}

/* One language's records to rows. */
static enum rc
take_rows(struct texts *t, enum lang l, const char *path, struct text_err *err)
{
	struct po_record r;
	size_t at = 0;
	enum rc rc;

	while (po_next(&t->stream[l], &at, &r)) {
		unsigned wording = r.fuzzy ? 0 : text_signed(r.comment, r.text);

		rc = check_record(&r, path, err);
		if (rc != RC_OK)
			return rc;
		if (t->rows == ROWS_MAX)
			return fail(
			    err, path, r.context, r.key, "more than %d texts", ROWS_MAX);
		if ((t->rows & (t->rows - 1)) == 0)
			t->row = xreallocarray(
			    t->row, t->rows > 0 ? t->rows * 2 : 1, sizeof *t->row);
		t->row[t->rows++] = (struct text_row){
			.key = r.key,
			.text = r.text,
			.comment = r.comment,
			.lang = l,
			.reg = r.context[0] != '\0' ? TEXT_COVER : TEXT_PLAIN,
			.parts = r.parts,
			.wording = wording,
			.fuzzy = r.fuzzy,
			.is_signed = wording > 0,
		};
	}
	return RC_OK;
}

/* Rows to the table by key. Duplicates were the reader's error, and are held again here. */
static enum rc
index_rows(struct texts *t, const char *dir, struct text_err *err)
{
	char path[PATH_MAX];

	t->entry = xcalloc(t->rows + 1, sizeof *t->entry);
	for (size_t i = 0; i < t->rows; i++)
		t->entry[i].key = t->row[i].key;
	t->entries = t->rows;
	if (t->entries > 0)
		qsort(t->entry, t->entries, sizeof *t->entry, compare_entries);
	t->entries = 0;
	for (size_t i = 0; i < t->rows; i++) {
		if (t->entries == 0 ||
		    strcmp(t->entry[t->entries - 1].key, t->entry[i].key) != 0)
			t->entry[t->entries++] = t->entry[i];
	}
	for (size_t i = 0; i < t->rows; i++) {
		const struct text_row *r = &t->row[i];
		struct entry *e = find_entry(t, r->key);

		if (e == NULL || e->text[r->lang][r->reg] != NULL) {
			if (!po_path(path, sizeof path, dir, codes[r->lang]))
				path[0] = '\0';
			return fail(err, path, r->reg == TEXT_COVER ? "cover" : "",
			    r->key, "given twice");
		}
		e->text[r->lang][r->reg] = r->text;
	}
	return RC_OK;
}

/* One key in one register: every language has it, with the same placeholders. */
static enum rc
check_entry(const struct texts *t, const struct entry *e, enum text_register reg,
    const char *dir, struct text_err *err)
{
	const char *context = reg == TEXT_COVER ? "cover" : "";
	const char *first = NULL, *hole;
	char path[PATH_MAX];
	int n;

	for (unsigned l = 0; l < LANGS && first == NULL; l++)
		first = e->text[l][reg];
	for (unsigned l = 0; first != NULL && l < LANGS; l++) {
		const char *text = e->text[l][reg];

		if ((t->langs & 1U << l) == 0)
			continue;
		if (!po_path(path, sizeof path, dir, codes[l]))
			path[0] = '\0';
		if (text == NULL)
			return fail(err, path, context, e->key,
			    "missing here, other languages have it");
		n = text_missing_hole(first, text, &hole);
		if (n > 0)
			return fail(err, path, context, e->key,
			    "lacks the placeholder %.*s that other languages have", n,
			    hole);
		n = text_missing_hole(text, first, &hole);
		if (n > 0)
			return fail(err, path, context, e->key,
			    "has the placeholder %.*s that other languages lack", n,
			    hole);
	}
	return RC_OK;
}

static enum rc
load(struct texts *t, const char *dir, struct text_err *err)
{
	char path[PATH_MAX];
	enum rc rc;

	for (unsigned l = 0; l < LANGS; l++) {
		if ((t->langs & 1U << l) == 0)
			continue;
		if (!po_path(path, sizeof path, dir, codes[l]))
			return fail(err, dir, "", "?", "the name is too long");
		rc = po_read(path, &t->stream[l], err);
		if (rc != RC_OK)
			return rc;
		rc = take_rows(t, (enum lang)l, path, err);
		if (rc != RC_OK)
			return rc;
	}
	rc = index_rows(t, dir, err);
	for (size_t i = 0; rc == RC_OK && i < t->entries; i++) {
		rc = check_entry(t, &t->entry[i], TEXT_PLAIN, dir, err);
		if (rc == RC_OK)
			rc = check_entry(t, &t->entry[i], TEXT_COVER, dir, err);
	}
	return rc;
}

enum rc
texts_load(const char *dir, unsigned langs, struct texts **out, struct text_err *err)
{
	struct texts *t = xcalloc(1, sizeof *t);
	enum rc rc;

	*out = NULL;
	err->s[0] = '\0';
	t->dir = xstrdup(dir);
	t->langs = langs & ((1U << LANGS) - 1);
	rc = load(t, dir, err);
	if (rc != RC_OK) {
		texts_free(t);
		return rc;
	}
	*out = t;
	return RC_OK;
}

void
texts_free(struct texts *t)
{
	if (t == NULL)
		return;
	for (unsigned l = 0; l < LANGS; l++)
		free(t->stream[l].bytes);
	free(t->dir);
	free(t->row);
	free(t->entry);
	free(t);
}

bool
texts_has_lang(const struct texts *t, enum lang l)
{
	return l < LANGS && (t->langs & 1U << l) != 0;
}

const char *
text_get(const struct texts *t, enum lang l, enum text_register r, const char *key)
{
	const struct entry *e = find_entry(t, key);

	if (e == NULL || l >= LANGS)
		return NULL;
	if (e->text[l][r] != NULL)
		return e->text[l][r];
	return e->text[l][r == TEXT_COVER ? TEXT_PLAIN : TEXT_COVER];
}

static const char *
value_of(const struct text_arg *args, size_t n, const char *name, size_t len)
{
	for (size_t i = 0; i < n; i++) {
		if (strncmp(args[i].name, name, len) == 0 && args[i].name[len] == '\0')
			return args[i].value;
	}
	return NULL;
}

static bool
put(char *out, size_t size, size_t *len, const char *s, size_t n)
{
	if (n >= size - *len)
		return false;
	memcpy(out + *len, s, n);
	*len += n;
	out[*len] = '\0';
	return true;
}

enum rc
text_fill(char *out, size_t size, const char *tmpl, const struct text_arg *args, size_t n)
{
	const char *from = tmpl, *at, *value;
	size_t len = 0;
	int hole;

	if (size == 0)
		return RC_REFUSED;
	out[0] = '\0';
	for (hole = next_hole(from, &at); hole > 0; hole = next_hole(from, &at)) {
		value = value_of(args, n, at + 1, (size_t)hole - 2);
		if (value == NULL || !put(out, size, &len, from, (size_t)(at - from)) ||
		    !put(out, size, &len, value, strlen(value)))
			goto refused;
		from = at + hole;
	}
	if (hole < 0 || !put(out, size, &len, from, (size_t)(at - from)))
		goto refused;
	return RC_OK;
refused:
	out[0] = '\0';
	return RC_REFUSED;
}

size_t
texts_count(const struct texts *t)
{
	return t->rows;
}

struct text_row
texts_row(const struct texts *t, size_t i)
{
	return t->row[i];
}

/* Consents, danger, stop, the first reply. A name that ends with "." or "_" begins a family. */
bool
text_must_be_signed(const char *key)
{
	static const char *const names[] = { "ask.ngo", "ask.police", "ask.embassy",
		"ask.open", "ask.calm", "call.112", "stop.decoy", "first.intro" };
	static const char *const families[] = { "ask.ngo_", "ask.police_", "ask.embassy_",
		"ask.open_", "ask.calm_", "except.", "state.", "urgent.", "danger." };
	bool ussd;
	size_t n = text_key_stem(key, &ussd);

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strlen(names[i]) == n && memcmp(names[i], key, n) == 0)
			return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		if (strncmp(families[i], key, strlen(families[i])) == 0)
			return true;
	}
	return false;
}

static enum rc
check_row_signed(const struct texts *t, const struct text_row *r, struct text_err *err)
{
	char path[PATH_MAX];

	if (r->is_signed)
		return RC_OK;
	if (!po_path(path, sizeof path, t->dir, codes[r->lang]))
		path[0] = '\0';
	return fail(err, path, r->reg == TEXT_COVER ? "cover" : "", r->key,
	    "not signed by a native speaker, or changed since; allowed in production: "
	    "\"#. signed: INITIALS; ORGANISATION; DATE; WORDING; HASH\" (shyraqctl flow "
	    "sheet)");
}

enum rc
texts_check_signed(const struct texts *t, struct text_err *err)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; i < t->rows && rc == RC_OK; i++) {
		if (text_must_be_signed(t->row[i].key))
			rc = check_row_signed(t, &t->row[i], err);
	}
	return rc;
}

enum rc
texts_check_signed_key(const struct texts *t, const char *key, struct text_err *err)
{
	size_t n = strlen(key);
	enum rc rc = RC_OK;

	for (size_t i = 0; i < t->rows && rc == RC_OK; i++) {
		bool ussd;
		size_t stem = text_key_stem(t->row[i].key, &ussd);

		if (stem == n && memcmp(t->row[i].key, key, n) == 0)
			rc = check_row_signed(t, &t->row[i], err);
	}
	return rc;
}
