/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lists of banned words, folded as people's words are: one phrase a line, "*" after the last word when
 * it is only the beginning of one. It logs no word. Called by flowset.c and relay.c.
 */
#include "banlist.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "match.h"

#define LINE_MAX_BYTES 256
#define PHRASE_MAX 4

struct banned {
	char word[PHRASE_MAX][MATCH_WORD_MAX];
	unsigned words;
	bool prefix;
};
struct banlist {
	struct banned *v;
	size_t n;
};

static bool
read_line(struct folded *f, const char *line, struct banned *b)
{
	size_t n = strlen(line);

	memset(b, 0, sizeof(*b));
	b->prefix = n > 0 && line[n - 1] == '*';
	match_fold(f, line);
	if (f->tokens == 0 || f->tokens > PHRASE_MAX)
		return false;
	for (unsigned i = 0; i < f->tokens; i++) {
		size_t len;
		const char *s = match_token(f, i, &len);

		if (len >= MATCH_WORD_MAX)
			return false;
		memcpy(b->word[i], s, len);
	}
	b->words = f->tokens;
	return true;
}

static void
read_file(struct banlist *b, struct folded *f, const char *dir, const char *lang)
{
	char path[PATH_MAX], line[LINE_MAX_BYTES];
	FILE *in;

	if (snprintf(path, sizeof(path), "%s/po/ban.%s", dir, lang) >= (int)sizeof(path))
		return;
	in = fopen(path, "re");
	if (in == NULL)
		return;
	while (fgets(line, sizeof(line), in) != NULL) {
		line[strcspn(line, "\r\n")] = '\0';
		if (line[0] == '\0' || line[0] == '#')
			continue;
		b->v = xreallocarray(b->v, b->n + 1, sizeof(*b->v));
		b->n += read_line(f, line, &b->v[b->n]);
	}
	fclose(in);
}

struct banlist *
banlist_load(const char *dir)
{
	struct banlist *b = xcalloc(1, sizeof(*b));
	struct folded *f = xmalloc(sizeof(*f));

	for (enum lang l = LANG_KK; l < LANGS; l++)
		read_file(b, f, dir, lang_code(l));
	free(f);
	return b;
}

void
banlist_free(struct banlist *b)
{
	if (b == NULL)
		return;
	free(b->v);
	free(b);
}

static bool
is_at(const struct folded *f, unsigned at, const struct banned *b)
{
	for (unsigned i = 0; i < b->words; i++) {
		size_t n, want = strlen(b->word[i]);
		const char *s = match_token(f, at + i, &n);
		bool open = b->prefix && i + 1 == b->words;

		if (n < want || memcmp(s, b->word[i], want) != 0 || (n > want && !open))
			return false;
	}
	return true;
}

bool
banlist_holds(const struct banlist *b, const char *text)
{
	struct folded *f;
	bool found = false;

	if (b == NULL)
		return true;
	f = xmalloc(sizeof(*f));
	match_fold(f, text);
	for (size_t i = 0; i < b->n && !found; i++) {
		for (unsigned at = 0; at + b->v[i].words <= f->tokens && !found; at++)
			found = is_at(f, at, &b->v[i]);
	}
	free(f);
	return found;
}
