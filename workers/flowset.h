/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The flows in force, and older ones that people are still on: a session finishes on the version it began
 * with. A broken file is refused with file, line and reason, and what was stays. Called by the mains, step.c.
 */
#ifndef SHYRAQ_FLOWSET_H
#define SHYRAQ_FLOWSET_H

#include "banlist.h"
#include "flow.h"

#define FLOWSETS 8

struct flowset {
	struct flows *v[FLOWSETS]; /* newest first */
	size_t n;
	struct banlist *ban; /* of the newest */
};

/* The first load. RC_REFUSED: err says why. */
MUST_CHECK enum rc flowset_load(struct flowset *s, const char *dir, struct flow_err *err);
/*
 * Loads anew. RC_REFUSED, and nothing changes: a fault, or a flow that was changed without a new version.
 * The oldest of FLOWSETS is forgotten; by then its sessions have ended.
 */
MUST_CHECK enum rc flowset_reload(
    struct flowset *s, const char *dir, struct flow_err *err);
void flowset_free(struct flowset *s);

/* What is in force, for all that is new. */
const struct flows *flowset_newest(const struct flowset *s);
/* What this session is on: the newest that has its flow's version, else the newest. */
const struct flows *flowset_of(const struct flowset *s, const struct session *session);

#endif
