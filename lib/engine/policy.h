/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whom to ask next about a case, and on which clocks. Reads and proves conf/policies/ *.conf.
 * No database, no time of its own. Called by the turn (ladder steps) and shyraqctl.
 */
#ifndef SHYRAQ_POLICY_H
#define SHYRAQ_POLICY_H

#include <stdbool.h>

#include "refer_text.h"

/* Minutes in the file, ms here. Reminder and next count from that receiver's asking, operator from the case's first. */
struct clocks {
	int64_t remind_ms;
	int64_t next_ms;
	int64_t operator_ms;
	int64_t lease_ms; /* of an acceptance */
};

struct policy;
MUST_CHECK enum rc policy_load(
    const char *dir, struct policy **out, struct flow_err *err);
void policy_free(struct policy *p);
/* Exchanges what two policies hold: whoever keeps a pointer sees the other one. */
void policy_swap(struct policy *a, struct policy *b);
struct clocks policy_clocks(const struct policy *p, enum case_class c);

struct candidate {
	int64_t receiver;
	const char *kind; /* "ngo", "shelter", "police", "operator" ... */
	const char *
	    regions; /* blank-separated ISO 3166-2 codes or countries ("KZ-47 KZ", "*") */
	bool vetted;
	bool asked;    /* already asked about this case */
	int64_t order; /* smaller is asked first, ties by receiver id */
};

/*
 * The index of the receiver to ask next: not asked yet, an NGO or shelter that covers the region of
 * the case, else its country, else "*"; closest first. -1: nobody is left (the operator's task).
 */
int policy_choose(const struct policy *p, const struct case_facts *c,
    const struct candidate *v, size_t n);

/*
 * Whether `name` ("child", "danger") is an exception to "an organisation is asked only after the
 * person's yes". The first reply states the same table.
 */
bool policy_excepts(const struct policy *p, const char *name);

#endif
