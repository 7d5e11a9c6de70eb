/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of struct places, shared by the file that fills it and the file that searches it.
 * Nobody else includes it: place.c and place_conf.c.
 */
#ifndef SHYRAQ_PLACE_PRIV_H
#define SHYRAQ_PLACE_PRIV_H

#include "dict.h"
#include "place.h"

#define PLACE_SPAN 3 /* tokens of the longest name */
#define PLACE_NAME_BYTES 64
#define PLACE_STEM_CHARS 4 /* of a name that a loose match may reach */
#define PLACE_NEAR_CHARS 5 /* of a name that one letter off may reach */

struct place {
	char id[PLACE_ID_MAX];
	char region[12];
	char country[8];
	uint8_t menu; /* 0: in no menu */
	bool zoned;   /* `zone` was given with the row */
	int zone;     /* minutes */
	char name[LANGS]
		 [PLACE_NAME_BYTES]; /* "" in ky, tg, tk: as in a related language */
	char brief[LANGS][PLACE_NAME_BYTES];
};

struct places {
	struct place *v;
	unsigned n, room;
	/* keys: folded names without blanks; a value is PLACE_VALUE */
	struct dict *exact, *skeleton;
	struct dict *id;
	struct dict *kind; /* skeletons of words that are the name of no place */
	uint32_t *near;    /* entries of `skeleton` that one letter off may reach */
	uint32_t nears;
};

/* A row, and whether the name is a common word too ("shy"). */
#define PLACE_VALUE(row, shy) ((uint32_t)(row) << 1 | ((shy) ? 1U : 0U))
#define PLACE_ROW(value) ((unsigned)((value) >> 1))
#define PLACE_IS_SHY(value) (((value)&1U) != 0)

#endif
