/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A person's own words, opened with a case worker's own key, in memory alone.
 * It writes no file. Included by console/ctl_words.c and ctl_desk*.c only.
 */
#ifndef SHYRAQ_CTL_WORDS_H
#define SHYRAQ_CTL_WORDS_H

#include "ctl.h"
#include "seal.h"

/* --key FILE, else keys_dir/LOGIN.key; CTL_DONE, or CTL_NOT_DONE after a line on stderr. */
int ctl_own_key(const struct ctl *c, struct seal_key *sec, struct seal_key *pub);
/* No core file, and no other process of this login looks in. */
void ctl_keep_to_ourselves(void);
/* Row i of DESK_WORDS, fit for a terminal: malloc'd, to be wiped. NULL: sealed, and not for this key. */
char *ctl_words_open(const struct seal_key *sec, const struct seal_key *pub,
    int64_t case_id, const struct db_rows *r, int i);

#endif
