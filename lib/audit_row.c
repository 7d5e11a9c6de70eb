/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A row of the audit as bytes of one form, and its place in the chain: BLAKE2b over the link before and it.
 * It never reads or writes a row. Called by dispatch, which chains, and by shyraqctl, which checks.
 */
#include "audit_row.h"

#include <endian.h>
#include <string.h>

#define INTS 6 /* the rest are texts */

struct seal_digest
audit_digest(const struct seal_digest *before, int64_t n, const struct db_rows *r,
    int row, int first)
{
	struct seal_piece piece[2 + AUDIT_COLS] = { { before->b, sizeof(before->b) } };
	uint64_t number[INTS], place = htole64((uint64_t)n);

	piece[1] = (struct seal_piece){ &place, sizeof(place) };
	for (int i = 0; i < AUDIT_COLS; i++) {
		struct seal_piece *p = &piece[2 + i];

		if (db_is_null(r, row, first + i))
			continue;
		if (i < INTS) {
			number[i] = htole64((uint64_t)db_get_i64(r, row, first + i));
			*p = (struct seal_piece){ &number[i], sizeof(number[i]) };
		} else {
			p->p = db_get_text(r, row, first + i);
			p->n = strlen(p->p);
		}
	}
	return seal_digest_pieces(piece, ARRAY_LEN(piece));
}
