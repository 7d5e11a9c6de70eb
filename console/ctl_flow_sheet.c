/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl flow sheet: a language's texts for a translator, as HTML and CSV, and the CSV back again.
 * Reads the PO files themselves, so that a language may still be incomplete. Called by ctl.c.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl_csv.h"
#include "ctl_file.h"
#include "ctl_sheet.h"
#include "str.h"
#include "text_sign.h"

const char *const sheet_columns[SHEET_COLUMNS] = { "key", "register", "english", "text",
	"parts", "where", "limit", "tone", "signed", "sign" };

void
sheet_note(const char *comment, const char *name, char out[SHEET_NOTE_MAX])
{
	size_t n = strlen(name);

	out[0] = '\0';
	for (const char *at = comment; at != NULL && *at != '\0';) {
		at += strspn(at, " \n");
		if (strncmp(at, name, n) == 0 && at[n] == ':') {
			at += n + 1;
			at += strspn(at, " ");
			if (!str_copy_bytes(out, SHEET_NOTE_MAX, at, strcspn(at, "\n")))
				out[0] = '\0';
			return;
		}
		at = strchr(at, '\n');
	}
}

const char *
sheet_register(const struct sheet_row *r)
{
	return r->context[0] != '\0' ? "cover" : "plain";
}

static bool
record_of(const struct po_stream *s, const char *key, const char *context,
    struct po_record *out)
{
	size_t at = 0;

	while (s->bytes != NULL && po_next(s, &at, out)) {
		if (strcmp(out->key, key) == 0 && strcmp(out->context, context) == 0)
			return true;
	}
	return false;
}

/* The gloss may stand in the other register alone (texts to receivers). */
static const char *
gloss(const struct po_stream *s, const char *key, const char *context)
{
	struct po_record r;

	if (record_of(s, key, context, &r) ||
	    record_of(s, key, context[0] != '\0' ? "" : "cover", &r))
		return r.text;
	return "";
}

static void
add_row(struct sheet *s, const struct po_record *from)
{
	struct sheet_row *row;
	struct po_record own;
	bool there = record_of(&s->own, from->key, from->context, &own);

	if (sheet_find(s, from->key, from->context) != NULL)
		return;
	if ((s->rows & (s->rows - 1)) == 0)
		s->row = xreallocarray(
		    s->row, s->rows > 0 ? s->rows * 2 : 1, sizeof(*s->row));
	row = &s->row[s->rows++];
	*row = (struct sheet_row){ .key = from->key,
		.context = from->context,
		.text = there ? own.text : "",
		.english = gloss(&s->en, from->key, from->context),
		.russian = gloss(&s->ru, from->key, from->context),
		.comment = there && own.comment[0] != '\0' ? own.comment : from->comment,
		.there = there,
		.fuzzy = !there || own.fuzzy };
	(void)text_key_stem(row->key, &row->ussd);
	row->parts = there && own.parts > 0 ? own.parts : from->parts;
	row->parts = row->parts > 0 ? row->parts : 1;
	row->wording = there && !own.fuzzy ? text_signed(own.comment, own.text) : 0;
}

static void
add_rows(struct sheet *s, const struct po_stream *from)
{
	struct po_record r;
	size_t at = 0;

	while (from->bytes != NULL && po_next(from, &at, &r))
		add_row(s, &r);
}

const struct sheet_row *
sheet_find(const struct sheet *s, const char *key, const char *context)
{
	for (size_t i = 0; i < s->rows; i++) {
		if (strcmp(s->row[i].key, key) == 0 &&
		    strcmp(s->row[i].context, context) == 0)
			return &s->row[i];
	}
	return NULL;
}

/* A language that has no file yet gives no rows; what is there must be sound. */
static enum rc
read_language(const struct sheet *s, enum lang l, struct po_stream *out)
{
	char po[PATH_MAX], path[PATH_MAX];
	struct text_err err;

	if (snprintf(po, sizeof(po), "%s/po", s->dir) >= (int)sizeof(po) ||
	    !po_path(path, sizeof(path), po, lang_code(l))) {
		(void)ctl_wrong("the folder's name is too long");
		return RC_REFUSED;
	}
	if (access(path, F_OK) != 0)
		return RC_OK;
	if (po_read(path, out, &err) == RC_OK)
		return RC_OK;
	(void)ctl_wrong("%s", err.s);
	return RC_REFUSED;
}

/* The longest names, when the whole set can be loaded; else a long enough town. */
void
sheet_learn(struct sheet *s)
{
	struct flows *f = NULL;
	struct flow_err err;

	if (s->learned)
		return;
	s->learned = true;
	s->fill = (struct view_args){
		.lang = s->lang, .town = "Qaraqalpaqstan, Qoraqalpog", .except = ""
	};
	for (size_t i = 0; i < s->rows; i++)
		(void)!str_copy(
		    s->row[i].list, sizeof(s->row[i].list), "1 Almaty 2 Almaty");
	(void)!str_copy(s->dial, sizeof(s->dial), "*8500#");
	if (flows_load(s->dir, &f, &err) == RC_OK && flow_view_has_lang(f, s->lang)) {
		flow_view_args(f, s->lang, TEXT_COVER, &s->fill);
		(void)!str_copy(s->dial, sizeof(s->dial), flow_view_dial(f));
		for (size_t i = 0; i < s->rows; i++)
			(void)!str_copy(s->row[i].list, sizeof(s->row[i].list),
			    flow_view_list(f, &s->fill, s->row[i].key));
	}
	flows_free(f);
}

enum rc
sheet_load(struct sheet *s, const char *dir, enum lang l)
{
	const struct po_stream *first;
	int n;

	*s = (struct sheet){ .lang = l };
	n = snprintf(s->path, sizeof(s->path), "%s/po/%s.po", dir, lang_code(l));
	if (!str_copy(s->dir, sizeof(s->dir), dir) || n >= (int)sizeof(s->path) ||
	    read_language(s, l, &s->own) != RC_OK ||
	    read_language(s, LANG_EN, &s->en) != RC_OK ||
	    read_language(s, LANG_RU, &s->ru) != RC_OK)
		return RC_REFUSED;
	first = s->en.len > 0 && s->en.len >= s->ru.len / 2 ? &s->en : &s->ru;
	add_rows(s, first);
	add_rows(s, &s->ru);
	add_rows(s, &s->own);
	for (size_t i = 0; i < s->rows; i++)
		s->row[i].one_register = sheet_find(s, s->row[i].key,
					     s->row[i].context[0] != '\0'
						 ? ""
						 : "cover") == NULL;
	if (s->rows > 0)
		return RC_OK;
	(void)ctl_wrong("%s/po: no texts in %s, English or Russian", dir, lang_code(l));
	return RC_REFUSED;
}

void
sheet_clear(struct sheet *s)
{
	free(s->own.bytes);
	free(s->en.bytes);
	free(s->ru.bytes);
	free(s->row);
	*s = (struct sheet){ .lang = LANG_NONE };
}

const char *
sheet_fill_name(const struct sheet *s, unsigned i, const char **value)
{
	const struct text_arg v[] = { { "at", "23:59" }, { "hour", "22-23" },
		{ "code", "48217 73100" }, { "card", "+7 000 000 00 01" },
		{ "words", "1234567890123456789012345678901234567890" },
		{ "town", s->fill.town }, { "except", s->fill.except },
		{ "dial", s->dial }, { "n", "9999" }, { "number", "9999" },
		{ "place", s->fill.town }, { "reason", "" } };

	if (i >= ARRAY_LEN(v))
		return NULL;
	*value = v[i].value;
	return v[i].name;
}

enum rc
sheet_fill(const struct sheet *s, const struct sheet_row *r, const char *text,
    char out[FLOW_TEXT_MAX])
{
	struct text_arg v[17];
	unsigned n = 0;

	while (n + 1 < ARRAY_LEN(v) &&
	    (v[n].name = sheet_fill_name(s, n, &v[n].value)) != NULL)
		n++;
	v[n++] = (struct text_arg){ "list", r->list };
	return text_fill(out, FLOW_TEXT_MAX, text, v, n);
}

void
sheet_csv(const struct sheet *s, FILE *to)
{
	fputs("\xef\xbb\xbf", to); /* so that spreadsheets read it as UTF-8 */
	csv_put(to, sheet_columns, SHEET_COLUMNS);
	for (size_t i = 0; i < s->rows; i++) {
		const struct sheet_row *r = &s->row[i];
		char parts[16], where[SHEET_NOTE_MAX], limit[SHEET_NOTE_MAX],
		    tone[SHEET_NOTE_MAX], wording[24];
		const char *const field[SHEET_COLUMNS] = { r->key, sheet_register(r),
			r->english[0] != '\0' ? r->english : r->russian, r->text, parts,
			where, limit, tone, wording, "" };

		sheet_note(r->comment, "where", where);
		sheet_note(r->comment, "limit", limit);
		sheet_note(r->comment, "tone", tone);
		snprintf(wording, sizeof(wording), r->wording > 0 ? "wording %u" : "no",
		    r->wording);
		snprintf(parts, sizeof(parts), r->ussd ? "screen" : "%u", r->parts);
		csv_put(to, field, SHEET_COLUMNS);
	}
}

static int
write_one(
    const struct sheet *s, const char *path, void (*put)(const struct sheet *s, FILE *to))
{
	struct ctl_file f;

	if (ctl_file_open(&f, path) != RC_OK)
		return CTL_NOT_DONE;
	put(s, f.to);
	return ctl_file_keep(&f) == RC_OK ? CTL_DONE : CTL_NOT_DONE;
}

static int export(struct sheet *s, const char *html, const char *csv)
{
	unsigned missing = 0, drafts = 0;
	int status = CTL_DONE;

	if (html != NULL) {
		sheet_learn(s);
		status = write_one(s, html, sheet_html);
	}
	if (csv != NULL && status == CTL_DONE)
		status = write_one(s, csv, sheet_csv);
	for (size_t i = 0; i < s->rows; i++) {
		missing += !s->row[i].there;
		drafts += s->row[i].there && s->row[i].wording == 0;
	}
	if (status == CTL_DONE)
		printf("%s: %zu texts, %u missing, %u unsigned drafts\n",
		    lang_code(s->lang), s->rows, missing, drafts);
	return status;
}

int
ctl_flow_sheet(struct ctl *c)
{
	const char *html = ctl_option(c, "--html"), *csv = ctl_option(c, "--csv"),
		   *import = ctl_option(c, "--import"), *sign = ctl_option(c, "--sign");
	struct sheet *s;
	enum lang l;
	int status;

	if (!ctl_flow_lang(c, LANG_NONE, &l, &status))
		return status;
	if (l == LANG_NONE)
		return ctl_wrong_usage(c, "--lang is missing");
	if (import == NULL ? html == NULL && csv == NULL : html != NULL || csv != NULL)
		return ctl_wrong_usage(c, "either --html and --csv, or --import");
	if (sign != NULL && import == NULL)
		return ctl_wrong_usage(c, "--sign goes with --import");
	s = xcalloc(1, sizeof(*s));
	if (sheet_load(s, ctl_flow_dir(c, ctl_option(c, "--conf")), l) != RC_OK)
		status = CTL_NOT_DONE;
	else if (import != NULL)
		status = sheet_import(c, s, import, sign);
	else
		status = export(s, html, csv);
	sheet_clear(s);
	free(s);
	return status;
}
