/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Holds every cover text and every card's name against its language's list of words that would give
 * it away (conf/po/ban.<language>). It changes no text. Called by flow_prove.c.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ban.h"
#include "card.h"
#include "prove.h"
#include "text_po.h"

static bool
token_is(const struct folded *f, unsigned i, const char *word, bool prefix)
{
	size_t n, want = strlen(word);
	const char *s = match_token(f, i, &n);

	return n >= want && memcmp(s, word, want) == 0 && (n == want || prefix);
}

static bool
holds(const struct folded *f, const struct ban *b)
{
	for (unsigned i = 0; i + b->words <= f->tokens; i++) {
		unsigned k = 0;

		while (k < b->words &&
		    token_is(f, i + k, b->word[k], b->prefix && k + 1 == b->words))
			k++;
		if (k == b->words)
			return true;
	}
	return false;
}

static enum rc
check_texts(const struct flows *f, enum lang l, const struct ban *b, struct folded *work,
    const char *dir, struct flow_err *err)
{
	char file[PATH_MAX];

	for (size_t i = 0; i < texts_count(f->texts); i++) {
		struct text_row r = texts_row(f->texts, i);

		if (r.lang != l || r.reg != TEXT_COVER)
			continue;
		match_fold(work, r.text);
		if (!holds(work, b))
			continue;
		if (snprintf(file, sizeof file, "%s/po/%s.po", dir, lang_code(l)) >=
		    (int)sizeof file)
			file[0] = '\0';
		return prove_fail(err, file, po_line_of(file, "cover", r.key), r.key,
		    "a cover text with the banned word \"%s\"; allowed: words not in ban.%s",
		    b->word[0], lang_code(l));
	}
	return RC_OK;
}

/* A card's name is told inside a cover text. */
static enum rc
check_cards(const struct flows *f, enum lang l, const struct ban *b, struct folded *work,
    struct flow_err *err)
{
	for (size_t i = 0; i < cards_count(f->cards); i++) {
		const struct card *c = cards_at(f->cards, i);

		match_fold(work, card_name(c, l));
		if (holds(work, b))
			return prove_fail(err, c->file, c->line, card_name(c, l),
			    "a card's name with the banned word \"%s\"; allowed: words not "
			    "in ban.%s",
			    b->word[0], lang_code(l));
	}
	return RC_OK;
}

static enum rc
check_language(const struct flows *f, enum lang l, struct folded *work, const char *dir,
    struct flow_err *err)
{
	char file[PATH_MAX], line[BAN_LINE_BYTES];
	unsigned at = 0, count = 0;
	struct ban b;
	enum rc rc = RC_OK;
	FILE *in;

	ban_path(file, dir, l);
	in = fopen(file, "re");
	if (in == NULL)
		return prove_fail(
		    err, file, 1, "file", "cannot be read; every language has one");
	while (rc == RC_OK && fgets(line, sizeof line, in) != NULL) {
		at++;
		line[strcspn(line, "\r\n")] = '\0';
		if (line[0] == '\0' || line[0] == '#')
			continue;
		if (!ban_read(work, line, &b))
			rc = prove_fail(err, file, at, line,
			    "no word; allowed: 1 to %d words, "
			    "\"*\" after the last",
			    BAN_WORDS);
		else
			rc = check_texts(f, l, &b, work, dir, err);
		if (rc == RC_OK)
			rc = check_cards(f, l, &b, work, err);
		count++;
	}
	fclose(in);
	if (rc == RC_OK && count == 0)
		rc = prove_fail(err, file, 1, "file", "no words");
	return rc;
}

enum rc
prove_ban(const struct flows *f, const char *dir, struct flow_err *err)
{
	struct folded *work = xmalloc(sizeof *work);
	enum rc rc = RC_OK;

	for (unsigned l = 0; l < LANGS && rc == RC_OK; l++) {
		if ((f->langs & 1U << l) != 0)
			rc = check_language(f, (enum lang)l, work, dir, err);
	}
	free(work);
	return rc;
}
