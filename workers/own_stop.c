/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * S4: a stop word of the person's own, kept as a keyed hash of the number and the folded word.
 * It keeps and logs no word. Called by people_input.c and step.c.
 */
#include "own_stop.h"

#include <string.h>

/* Bound to the number: two people with one word cannot be told to have it. */
static struct seal_hash
hash_of(const struct turn *t, const struct person *p, const char *word)
{
	static const char what[] = "own stop word";
	const struct seal_piece piece[] = { { what, sizeof(what) },
		{ &p->peer_id, sizeof(p->peer_id) }, { word, strlen(word) } };

	return seal_hash_pieces(
	    &t->keys->sub[SEAL_PERSON_LOOKUP], piece, ARRAY_LEN(piece));
}

bool
own_stop_is(const struct turn *t, const struct person *p)
{
	char word[FLOW_CODE_MAX];
	struct seal_hash h;

	if (!p->has_own_stop || p->text == NULL || !flow_own_word(p->text, word))
		return false;
	h = hash_of(t, p, word);
	seal_wipe(word, sizeof(word));
	return memcmp(h.b, p->own_stop.b, sizeof(h.b)) == 0;
}

enum rc
own_stop_set(struct turn *t, const struct person *p, const char *word)
{
	struct seal_hash h = hash_of(t, p, word);

	return db_run(t->db, ST_PEER_OWN_STOP, NULL, db_i64(p->peer_id),
	    word[0] == '\0' ? db_null() : db_bytes(h.b, sizeof(h.b)));
}
