/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who is on duty now, by the rotas of `shyraqctl duty`: the phones to tell.
 * It tells nobody itself. Called by desk_page.c and by the ladder.
 */
#ifndef SHYRAQ_DUTY_H
#define SHYRAQ_DUTY_H

#include <stdbool.h>
#include <stdint.h>

#include "turn.h"

#define DUTY_OPERATOR "operator"
#define DUTY_CASEWORKER "caseworker"
#define DUTY_SUPERVISOR "supervisor"

#define DUTY_MAX 32
struct duty_contact {
	int64_t contact_id, receiver_id;
	char lang[4];
};
struct duty {
	int n;
	bool nobody; /* no rota covers this hour: v holds the phones of all operators */
	struct duty_contact v[DUTY_MAX];
};

/* Phones that can be told now for this part. Nobody on duty: all operators', and a warning in the log. */
MUST_CHECK enum rc duty_contacts(struct turn *t, const char *part, struct duty *out);
/* The phone with which this login is on duty now; n is 0 when there is none. */
MUST_CHECK enum rc duty_of_login(struct turn *t, const char *login, struct duty *out);

#endif
