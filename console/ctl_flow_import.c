/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A translator's CSV back into a PO file: every row is checked, the whole set proved with the new texts,
 * and only then the file replaced. What does not fit is told by line and nothing is written.
 * Called by ctl_flow_sheet.c.
 */
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl_csv.h"
#include "ctl_file.h"
#include "ctl_sheet.h"
#include "str.h"
#include "text_sign.h"

#define WRONG_MAX 50 /* lines told */
#define COMMENT_MAX 2048

struct import {
	struct sheet *s;
	const char *file;
	const struct text_signature *by; /* NULL: nothing is signed */
	int column[4];                   /* of key, register, text, sign; -1 none */
	struct po_edit *edit;
	char **heap; /* what the edits point to */
	size_t edits;
	bool *seen; /* rows of the sheet */
	unsigned changed, added, kept, is_signed, wrong;
};
enum column {
	COLUMN_KEY,
	COLUMN_REGISTER,
	COLUMN_TEXT,
	COLUMN_SIGN,
};
static const char *const column_names[] = { "key", "register", "text", "sign" };

static enum rc wrong_line(struct import *m, unsigned line, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

/* Told, counted; the reading goes on. */
static enum rc
wrong_line(struct import *m, unsigned line, const char *fmt, ...)
{
	char what[320];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (m->wrong++ < WRONG_MAX)
		(void)ctl_wrong("%s:%u: %s", m->file, line, what);
	return RC_OK;
}

static enum rc
take_head(struct import *m, const char *const *field, size_t n)
{
	for (size_t k = 0; k < ARRAY_LEN(column_names); k++) {
		m->column[k] = -1;
		for (size_t i = 0; i < n; i++) {
			if (strcmp(field[i], column_names[k]) == 0)
				m->column[k] = (int)i;
		}
		if (m->column[k] < 0 && k != COLUMN_SIGN) {
			(void)ctl_wrong(
			    "%s:1: no column %s; allowed: key, register, text, sign",
			    m->file, column_names[k]);
			return RC_REFUSED;
		}
	}
	return RC_OK;
}

static const char *
at_column(const struct import *m, const char *const *field, size_t n, enum column k)
{
	return m->column[k] >= 0 && (size_t)m->column[k] < n ? field[m->column[k]] : "";
}

/* Line ends of all kinds to one, blanks around it away. The caller frees. */
static char *
clean_text(const char *s)
{
	char *out = xmalloc(strlen(s) + 1), *to = out;

	s += strspn(s, " \r\n");
	for (; *s != '\0'; s++) {
		if (*s != '\r')
			*to++ = *s;
		else if (s[1] != '\n')
			*to++ = '\n';
	}
	while (to > out && strchr(" \n", to[-1]) != NULL)
		to--;
	*to = '\0';
	return out;
}

/* A character that no phone should be sent: a control, or one that cannot be seen. */
static bool
is_unfit(uint32_t cp)
{
	return (cp < 0x20 && cp != '\n') || (cp >= 0x7f && cp <= 0xa0) || cp == 0xad ||
	    (cp >= 0x200b && cp <= 0x200f) || (cp >= 0x2028 && cp <= 0x202e) ||
	    (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff || cp == 0xfffd;
}

/* Their texts name a case by its №, and their sizes are proved with all that can stand in them. */
static bool
is_for_receivers(const struct sheet_row *r)
{
	return strncmp(r->key, "ref.", 4) == 0;
}

/* Letters by themselves. Uzbek and English are written in GSM-7: one stray mark doubles the cost. */
static bool
letters_ok(struct import *m, unsigned line, const struct sheet_row *r, const char *text)
{
	bool latin = (m->s->lang == LANG_UZ || m->s->lang == LANG_EN) &&
	    !is_for_receivers(r);
	size_t at = 0, n = strlen(text), step;
	uint32_t cp;

	while ((step = str_next(text + at, n - at, &cp)) > 0) {
		if (is_unfit(cp)) {
			(void)wrong_line(m, line,
			    "%s: a character that cannot be seen (U+%04X); take it out",
			    r->key, cp);
			return false;
		}
		if (latin && gsm_septets(cp) == 0) {
			(void)wrong_line(m, line,
			    "%s: %.*s (U+%04X) is not in GSM-7, the text would cost double; "
			    "allowed: plain ' and \"",
			    r->key, (int)step, text + at, cp);
			return false;
		}
		at += step;
	}
	return true;
}

static bool
holes_ok(struct import *m, unsigned line, const struct sheet_row *r, const char *text)
{
	const char *like = r->english[0] != '\0' ? r->english : r->russian, *at = NULL;
	int n;

	if (r->there && r->english[0] == '\0' && r->russian[0] == '\0')
		like = r->text;
	if (!text_holes_whole(text)) {
		(void)wrong_line(
		    m, line, "%s: a stray brace; allowed: {name} in a-z and _", r->key);
		return false;
	}
	n = text_missing_hole(like, text, &at);
	if (n > 0) {
		(void)wrong_line(m, line,
		    "%s: lacks %.*s, which the other languages have", r->key, n, at);
		return false;
	}
	n = text_missing_hole(text, like, &at);
	if (n > 0)
		(void)wrong_line(m, line, "%s: has %.*s, which the other languages lack",
		    r->key, n, at);
	return n == 0;
}

/* As long as it can be. Texts to receivers hold more names than these; the proof counts them. */
static bool
size_ok(struct import *m, unsigned line, const struct sheet_row *r, const char *text)
{
	char full[FLOW_TEXT_MAX];
	struct gsm_size z;

	if (strchr(text, '{') != NULL)
		sheet_learn(m->s);
	if (is_for_receivers(r) || sheet_fill(m->s, r, text, full) != RC_OK)
		return true;
	z = gsm_size_of(full);
	if (r->ussd && !gsm_fits_screen(full)) {
		(void)wrong_line(m, line, "%s: %u on a screen of %d", r->key, z.units,
		    z.alphabet == GSM_7BIT ? GSM_USSD_SEPTETS : GSM_USSD_UCS2);
		return false;
	}
	if (!r->ussd && z.parts > r->parts) {
		(void)wrong_line(m, line, "%s: %u parts (%u %s); allowed: %u", r->key,
		    z.parts, z.units, z.alphabet == GSM_7BIT ? "septets" : "UCS-2",
		    r->parts);
		return false;
	}
	return true;
}

/* The comment as it was, without its signature, with a new one when it is signed. The caller frees. */
static char *
new_comment(
    const struct import *m, const struct sheet_row *r, const char *text, bool sign)
{
	char *out = xmalloc(COMMENT_MAX), line[256];
	size_t len = 0;
	bool fits = true;

	out[0] = '\0';
	for (const char *at = r->comment; *at != '\0';) {
		size_t n = strcspn(at, "\n");

		if (n > 0 &&
		    strncmp(at + strspn(at, " "), TEXT_SIGNED, strlen(TEXT_SIGNED)) != 0)
			fits = str_add(out, COMMENT_MAX, &len, "%.*s\n", (int)n, at) &&
			    fits;
		at += n + (at[n] == '\n');
	}
	if (sign)
		fits = text_signature_line(line, sizeof(line), m->by, text) &&
		    str_add(out, COMMENT_MAX, &len, "%s\n", line) && fits;
	if (fits)
		return out;
	free(out);
	return NULL;
}

/* A row that fits: what it changes. */
static enum rc
take_change(
    struct import *m, unsigned line, const struct sheet_row *r, char *text, bool sign)
{
	bool same = r->there && strcmp(r->text, text) == 0;
	char *comment = new_comment(m, r, text, sign);

	if (comment == NULL) {
		free(text);
		return wrong_line(m, line, "%s: its comment is too long", r->key);
	}
	m->heap[2 * m->edits] = text;
	m->heap[2 * m->edits + 1] = comment;
	m->edit[m->edits++] = (struct po_edit){ .context = r->context,
		.key = r->key,
		.text = text,
		.comment = comment,
		.fuzzy = !sign };
	m->changed += r->there && !same;
	m->added += !r->there;
	m->is_signed += sign;
	return RC_OK;
}

static const struct sheet_row *
row_of(struct import *m, unsigned line, const char *key, const char *reg)
{
	bool cover = strcmp(reg, "cover") == 0;
	const struct sheet_row *r = sheet_find(m->s, key, cover ? "cover" : "");

	if (!cover && strcmp(reg, "plain") != 0)
		(void)wrong_line(m, line, "register: %.20s; allowed: cover, plain", reg);
	else if (r == NULL)
		(void)wrong_line(m, line, "%.60s: no such key in this register", key);
	else if (m->seen[r - m->s->row])
		(void)wrong_line(m, line, "%s %s is given twice", key, reg);
	else {
		m->seen[r - m->s->row] = true;
		return r;
	}
	return NULL;
}

static enum rc
on_row(void *arg, unsigned line, const char *const *field, size_t n)
{
	struct import *m = arg;
	const char *mark;
	const struct sheet_row *r;
	char *text;

	if (m->column[COLUMN_KEY] < 0)
		return take_head(m, field, n);
	r = row_of(m, line, at_column(m, field, n, COLUMN_KEY),
	    at_column(m, field, n, COLUMN_REGISTER));
	if (r == NULL)
		return RC_OK;
	mark = at_column(m, field, n, COLUMN_SIGN);
	text = clean_text(at_column(m, field, n, COLUMN_TEXT));
	if (text[0] == '\0' && !r->there && mark[0] == '\0') {
		free(text); /* not translated yet */
		return RC_OK;
	}
	if (text[0] == '\0')
		(void)wrong_line(m, line, "%s: no text", r->key);
	else if (mark[0] != '\0' && m->by == NULL)
		(void)wrong_line(
		    m, line, "%s is marked to be signed: --sign says by whom", r->key);
	else if (r->there && mark[0] == '\0' && strcmp(r->text, text) == 0)
		m->kept++;
	else if (letters_ok(m, line, r, text) && holes_ok(m, line, r, text) &&
	    size_ok(m, line, r, text))
		return take_change(m, line, r, text, mark[0] != '\0');
	free(text);
	return RC_OK;
}

/* What was written is what was meant: every record as it was, but those edited. */
static bool
is_as_meant(const struct import *m, const char *temp)
{
	struct po_stream now;
	struct text_err err;
	struct po_record r;
	size_t at = 0, count = 0, before = 0;
	bool same = po_read(temp, &now, &err) == RC_OK;

	while (same && po_next(&now, &at, &r)) {
		const struct sheet_row *old = sheet_find(m->s, r.key, r.context);
		const struct po_edit *e = NULL;

		for (size_t i = 0; i < m->edits; i++) {
			if (strcmp(m->edit[i].key, r.key) == 0 &&
			    strcmp(m->edit[i].context, r.context) == 0)
				e = &m->edit[i];
		}
		same = old != NULL &&
		    strcmp(r.text, e != NULL ? e->text : old->text) == 0 &&
		    r.fuzzy == (e != NULL ? e->fuzzy : old->fuzzy);
		count++;
	}
	for (size_t i = 0; i < m->s->rows; i++)
		before += m->s->row[i].there;
	free(now.bytes);
	return same && count == before + m->added;
}

static bool
link_to(const char *target, const char *dir, const char *name)
{
	char path[PATH_MAX], real[PATH_MAX];

	return realpath(target, real) != NULL &&
	    snprintf(path, sizeof(path), "%s/%s", dir, name) < (int)sizeof(path) &&
	    symlink(real, path) == 0;
}

/* Links to all of a folder but one name, which links to another file (NULL: to none). */
static bool
mirror(const char *from, const char *to, const char *but, const char *other)
{
	char path[PATH_MAX];
	struct dirent **names = NULL;
	int n = scandir(from, &names, NULL, alphasort);
	bool done = n >= 0 && mkdir(to, 0700) == 0;

	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;

		if (done && name[0] != '.' && strcmp(name, but) != 0)
			done = snprintf(path, sizeof(path), "%s/%s", from, name) <
				(int)sizeof(path) &&
			    link_to(path, to, name);
		free(names[i]);
	}
	free(names);
	return done && (other == NULL || link_to(other, to, but));
}

static void
unlink_all(const char *dir)
{
	char path[PATH_MAX];
	struct dirent **names = NULL;
	int n = scandir(dir, &names, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		if (names[i]->d_name[0] != '.' &&
		    snprintf(path, sizeof(path), "%s/%s", dir, names[i]->d_name) <
			(int)sizeof(path))
			unlink(path);
		free(names[i]);
	}
	free(names);
	rmdir(dir);
}

/* The whole set with the new file in it, by the code that workers use. */
static enum rc
prove(const struct sheet *s, const char *temp, struct flow_err *err)
{
	char root[] = "/tmp/shyraqctl.XXXXXX", dir[64], po[80], own[PATH_MAX], name[8];
	struct flows *f = NULL;
	enum rc rc = RC_BROKEN;

	if (mkdtemp(root) == NULL)
		return RC_BROKEN;
	snprintf(dir, sizeof(dir), "%s/conf", root);
	snprintf(po, sizeof(po), "%s/po", dir);
	snprintf(name, sizeof(name), "%s.po", lang_code(s->lang));
	if (snprintf(own, sizeof(own), "%s/po", s->dir) < (int)sizeof(own) &&
	    mirror(s->dir, dir, "po", NULL) && mirror(own, po, name, temp)) {
		rc = flows_load(dir, &f, err);
		flows_free(f);
		/* the folder that stands in the error is not theirs */
		if (rc != RC_OK && strncmp(err->s, dir, strlen(dir)) == 0)
			memmove(err->s, err->s + strlen(dir) + 1,
			    strlen(err->s) - strlen(dir));
	}
	unlink_all(po);
	unlink_all(dir);
	rmdir(root);
	return rc;
}

/* A set that was not whole before (a language being translated) cannot be proved; its rows were. */
static int
prove_or_tell(const struct import *m, const char *temp)
{
	struct flow_err err, before;
	struct flows *f = NULL;
	enum rc rc = prove(m->s, temp, &err);

	if (rc == RC_OK)
		return CTL_DONE;
	if (rc == RC_BROKEN)
		return ctl_wrong("/tmp cannot be written, so nothing can be proved");
	rc = flows_load(m->s->dir, &f, &before);
	flows_free(f);
	if (rc == RC_OK)
		return ctl_wrong(
		    "%s (with the texts of %s; nothing was written)", err.s, m->file);
	fprintf(stderr,
	    "shyraqctl: the set is not whole yet, only the rows were checked: %s\n",
	    err.s);
	return CTL_DONE;
}

static int
write_back(const struct import *m)
{
	struct ctl_file out;
	struct text_err err;
	int status = CTL_DONE;

	if (ctl_file_open(&out, m->s->path) != RC_OK)
		return CTL_NOT_DONE;
	fclose(out.to);
	out.to = NULL;
	if (po_write(m->s->path, out.temp, m->edit, m->edits, &err) != RC_OK)
		status = ctl_wrong("%s", err.s);
	else if (!is_as_meant(m, out.temp))
		status = ctl_wrong(
		    "%s: what was written is not what was meant; it stays as it "
		    "was",
		    m->s->path);
	else
		status = prove_or_tell(m, out.temp);
	if (status == CTL_DONE)
		return ctl_file_keep(&out) == RC_OK ? CTL_DONE : CTL_NOT_DONE;
	ctl_file_drop(&out);
	return status;
}

static int
finish(const struct import *m, enum rc rc, const struct csv_fault *fault)
{
	int status = CTL_DONE;

	if (rc != RC_OK)
		return fault->why[0] != '\0'
		    ? ctl_wrong("%s:%u: %s", m->file, fault->line, fault->why)
		    : CTL_NOT_DONE;
	if (m->wrong > 0)
		return ctl_wrong("%u rows do not fit; nothing was written", m->wrong);
	if (m->edits > 0)
		status = write_back(m);
	if (status == CTL_DONE)
		printf("%s: %u changed, %u new, %u signed, %u as they were\n", m->s->path,
		    m->changed, m->added, m->is_signed, m->kept);
	return status;
}

int
sheet_import(struct ctl *c, struct sheet *s, const char *csv, const char *sign)
{
	struct import m = { .s = s, .file = csv, .column = { -1, -1, -1, -1 } };
	struct csv_fault fault = { .line = 0 };
	struct text_signature by;
	enum rc rc;
	int status;

	if (sign != NULL && !text_signature_parse(sign, &by))
		return ctl_wrong_usage(
		    c, "--sign: allowed: \"INITIALS; ORGANISATION; YYYY-MM-DD; NUMBER\"");
	m.by = sign != NULL ? &by : NULL;
	if (access(s->path, R_OK | W_OK) != 0)
		return ctl_wrong(
		    "%s: %s; a new language begins as a copy of another, with its "
		    "header",
		    s->path, strerror(errno));
	m.edit = xcalloc(s->rows, sizeof(*m.edit));
	m.heap = xcalloc(2 * s->rows, sizeof(*m.heap));
	m.seen = xcalloc(s->rows, sizeof(*m.seen));
	rc = csv_read(csv, on_row, &m, &fault);
	status = finish(&m, rc, &fault);
	for (size_t i = 0; i < 2 * m.edits; i++)
		free(m.heap[i]);
	free(m.heap);
	free(m.edit);
	free(m.seen);
	return status;
}
