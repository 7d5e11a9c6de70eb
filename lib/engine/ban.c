/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One line of a list of banned words, read. It holds nothing against a text.
 * Called by prove_ban.c and the workers' banlist.c.
 */
#include "ban.h"

#include <stdio.h>
#include <string.h>

void
ban_path(char out[PATH_MAX], const char *dir, enum lang l)
{
	if (snprintf(out, PATH_MAX, "%s/po/ban.%s", dir, lang_code(l)) >= PATH_MAX)
		out[0] = '\0';
}

bool
ban_read(struct folded *f, const char *line, struct ban *b)
{
	size_t n = strlen(line);

	*b = (struct ban){ .prefix = n > 0 && line[n - 1] == '*' };
	match_fold(f, line);
	if (f->tokens == 0 || f->tokens > BAN_WORDS)
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
