/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lists of banned words, folded as people's words are: one phrase a line, "*" after the last word when
 * it is only the beginning of one; found in either script, and spelled out letter by letter. It logs no word. Called by flowset.c and relay.c.
 */
#include "banlist.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ban.h"
#include "match.h"
#include "str.h"

#define SKELETON_CHARS 4 /* shorter ones are alike in too many languages */
#define PIECE_CHARS 2    /* of a word that is spelled out: "п о л и", "по ли" */
#define PIECES_MIN 3

struct banned {
	struct ban line;
	char skeleton[BAN_WORDS][MATCH_WORD_MAX]; /* "": none, or too short */
};
struct banlist {
	struct banned *v;
	size_t n;
};

static bool
read_line(struct folded *f, const char *line, enum lang l, struct banned *b)
{
	if (!ban_read(f, line, &b->line))
		return false;
	for (unsigned i = 0; i < b->line.words; i++) {
		const char *s = b->line.word[i];

		if (!match_skeleton(b->skeleton[i], s, strlen(s), match_reading_of(l)) &&
		    !match_skeleton(b->skeleton[i], s, strlen(s), MATCH_READ_COMMON))
			b->skeleton[i][0] = '\0';
		if (match_chars(b->skeleton[i], strlen(b->skeleton[i])) < SKELETON_CHARS)
			b->skeleton[i][0] = '\0';
	}
	return true;
}

static void
read_file(struct banlist *b, struct folded *f, const char *dir, enum lang l)
{
	char path[PATH_MAX], line[BAN_LINE_BYTES];
	FILE *in;

	ban_path(path, dir, l);
	in = fopen(path, "re");
	if (in == NULL)
		return;
	while (fgets(line, sizeof(line), in) != NULL) {
		line[strcspn(line, "\r\n")] = '\0';
		if (line[0] == '\0' || line[0] == '#')
			continue;
		b->v = xreallocarray(b->v, b->n + 1, sizeof(*b->v));
		b->n += read_line(f, line, l, &b->v[b->n]);
	}
	fclose(in);
}

struct banlist *
banlist_load(const char *dir)
{
	struct banlist *b = xcalloc(1, sizeof(*b));
	struct folded *f = xmalloc(sizeof(*f));

	for (enum lang l = LANG_KK; l < LANGS; l++)
		read_file(b, f, dir, l);
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

/* The words of a text as they are compared: folded, or as skeletons of one reading. */
struct spelled {
	char (*word)[MATCH_WORD_MAX];
	unsigned n;
	bool skeletons;
};

static bool
is_at(const struct spelled *t, unsigned at, const struct banned *b)
{
	for (unsigned i = 0; i < b->line.words; i++) {
		const char *want = t->skeletons ? b->skeleton[i] : b->line.word[i];
		size_t n = strlen(want);
		bool open = b->line.prefix && i + 1 == b->line.words;

		if (n == 0 || strncmp(t->word[at + i], want, n) != 0 ||
		    (t->word[at + i][n] != '\0' && !open))
			return false;
	}
	return true;
}

static bool
holds(const struct banlist *b, const struct spelled *t)
{
	for (size_t i = 0; i < b->n; i++) {
		for (unsigned at = 0; at + b->v[i].line.words <= t->n; at++) {
			if (is_at(t, at, &b->v[i]))
				return true;
		}
	}
	return false;
}

/* In letters as they are, then by what both scripts share. */
static bool
holds_words(const struct banlist *b, struct spelled *t)
{
	struct spelled other = { xcalloc(t->n + 1, sizeof(*other.word)), t->n, true };
	bool found = holds(b, t);

	for (unsigned r = 0; r < MATCH_READINGS && !found; r++) {
		for (unsigned i = 0; i < t->n; i++) {
			if (!match_skeleton(other.word[i], t->word[i], strlen(t->word[i]),
				(enum match_reading)r))
				(void)match_skeleton(other.word[i], t->word[i],
				    strlen(t->word[i]), MATCH_READ_COMMON);
		}
		found = holds(b, &other);
	}
	free(other.word);
	return found;
}

static bool
is_piece(const char *word)
{
	return match_chars(word, strlen(word)) <= PIECE_CHARS;
}

/* Words out of pieces, from each piece of a row on: "п о л и ц и я" is one word. */
static void
join_pieces(const struct spelled *t, struct spelled *out)
{
	for (unsigned from = 0; from < t->n; from++) {
		char *word = out->word[out->n];
		unsigned to = from;
		size_t len = 0;

		word[0] = '\0';
		while (to < t->n && is_piece(t->word[to]) &&
		    str_add(word, MATCH_WORD_MAX, &len, "%s", t->word[to]))
			to++;
		if (to - from >= PIECES_MIN)
			out->n++;
	}
}

bool
banlist_holds(const struct banlist *b, const char *text)
{
	struct spelled words = { 0 }, joined = { 0 };
	struct folded *f;
	bool found;

	if (b == NULL)
		return true;
	f = xmalloc(sizeof(*f));
	match_fold(f, text);
	words.word = xcalloc(f->tokens + 1, sizeof(*words.word));
	joined.word = xcalloc(f->tokens + 1, sizeof(*joined.word));
	for (; words.n < f->tokens; words.n++) {
		size_t n;
		const char *s = match_token(f, words.n, &n);

		if (!str_copy_bytes(words.word[words.n], MATCH_WORD_MAX, s, n))
			words.word[words.n][0] = '\0';
	}
	join_pieces(&words, &joined);
	found = holds_words(b, &words) || holds_words(b, &joined);
	free(words.word);
	free(joined.word);
	free(f);
	return found;
}
