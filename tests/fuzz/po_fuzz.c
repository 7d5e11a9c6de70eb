/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a PO file, as what its reader sends back, as a signature and as a template: taken in their
 * bounds, or refused with the file's name. The reader itself is a child that may end as it likes.
 * Called by make fuzz.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"
#include "gsm.h"
#include "str.h"
#include "text_sign.h"

/* the parent's side of the pipe is looked at by itself */
#include "../../lib/text_po.c"

#define FILLED 512

static char dir[] = "/dev/shm/po_fuzz.XXXXXX";
static char path[64];

static void
drop(void)
{
	(void)remove(path);
	(void)remove(dir);
}

static void
make(void)
{
	insist(mkdtemp(dir) != NULL && atexit(drop) == 0);
	insist(snprintf(path, sizeof path, "%s/en.po", dir) > 0);
}

/* Bytes from a child that was taken over. */
static void
stream(const uint8_t *data, size_t n)
{
	struct po_stream s = { xmalloc(n > 0 ? n : 1), n };
	struct po_record r;
	struct text_err err = { "" };
	size_t at = 0;

	memcpy(s.bytes, data, n);
	if (check_stream("en.po", &s, 0, &err) == RC_OK)
		insist(n > 0 && s.bytes[n - 1] == TAG_END);
	else
		insist(strlen(err.s) < sizeof err.s);
	while (po_next(&s, &at, &r)) {
		insist(at <= n);
		insist(strlen(r.text) + strlen(r.comment) + strlen(r.key) +
			strlen(r.context) <
		    n);
	}
	free(s.bytes);
}

static void
signature(const char *text)
{
	struct text_signature s, again;
	char line[256], given[256];
	size_t len = 0;

	(void)text_signed(text, text);
	if (!text_signature_parse(text, &s))
		return;
	insist(s.wording >= 1 && s.wording <= 65535 && strlen(s.date) == 10);
	insist(text_signature_line(line, sizeof line, &s, text));
	insist(text_signed(line, text) == s.wording);
	insist(
	    text_signed(line, "another text") == 0 || strcmp(text, "another text") == 0);
	insist(str_add(given, sizeof given, &len, "%s; %s; %s; %u", s.initials,
	    s.organisation, s.date, s.wording));
	insist(text_signature_parse(given, &again) && again.wording == s.wording);
	insist(strcmp(again.initials, s.initials) == 0 &&
	    strcmp(again.organisation, s.organisation) == 0);
}

static void template(const char *text)
{
	static const struct text_arg args[] = { { "at", "23:59" }, { "code", "" },
		{ "words", "{at}" }, { "list", "1 Алматы" } };
	char out[FILLED];
	const char *at = NULL;
	enum rc rc = text_fill(out, sizeof out, text, args, ARRAY_LEN(args));

	insist(memchr(out, '\0', sizeof out) != NULL);
	if (rc == RC_OK)
		insist(str_is_utf8(out, strlen(out)));
	(void)text_holes_whole(text);
	insist(text_missing_hole(text, text, &at) == 0);
	(void)text_missing_hole(text, "{at} {list}", &at);
}

static void
file(const uint8_t *data, size_t n)
{
	struct text_err err = { "" };
	struct texts *t = NULL;
	FILE *out = fopen(path, "we");
	enum rc rc;

	insist(out != NULL && (n == 0 || fwrite(data, 1, n, out) == n));
	insist(fclose(out) == 0);
	rc = texts_load(dir, 1U << LANG_EN, &t, &err);
	insist(rc == RC_OK || rc == RC_REFUSED);
	if (rc != RC_OK) {
		insist(t == NULL && err.s[0] != '\0' && strlen(err.s) < sizeof err.s);
		return;
	}
	for (size_t i = 0; i < texts_count(t); i++) {
		struct text_row r = texts_row(t, i);

		insist(r.key[0] != '\0' && str_is_utf8(r.text, strlen(r.text)));
		insist(r.parts <= 9 && (!r.is_signed || (r.wording > 0 && !r.fuzzy)));
		insist(text_holes_whole(r.text));
		insist(text_get(t, LANG_EN, r.reg, r.key) != NULL);
	}
	(void)!texts_check_signed(t, &err);
	texts_free(t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *text;

	if (path[0] == '\0')
		make();
	text = xmalloc(3 * n + 1);
	str_clean_utf8(text, 3 * n + 1, data, n);
	stream(data, n);
	signature(text);
	template(text);
	if (strstr(text, "msgid") != NULL)
		file(data, n);
	free(text);
	return 0;
}
