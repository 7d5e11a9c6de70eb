/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A flow file being read, shared by the file that reads flows and the one that
 * reads their steps. It keeps nothing after the load. Nobody else includes it:
 * flow_conf*.c.
 */
#ifndef SHYRAQ_FLOW_CONF_H
#define SHYRAQ_FLOW_CONF_H

#include "flow_priv.h"
#include "tree_conf.h"

/* `want` holds names of steps until all are known. */
struct reading {
	struct tree *tree;
	struct flow *fl;
	struct {
		const struct config_setting_t *at;
		const char *name;
		uint8_t *into;
	} want[FLOW_STEPS * 8];
	unsigned wants;
};

/* out is "" when the member is absent. */
void take_string(struct reading *r, const struct config_setting_t *group,
    const char *name, bool need, char *out, size_t size);
/* *into is STEP_NONE, until all steps are known. */
void take_next(struct reading *r, const struct config_setting_t *group, const char *name,
    bool need, uint8_t *into);
/* The member itself, to say where it stands; the group when absent. */
const struct config_setting_t *member_of(
    const struct config_setting_t *group, const char *name);
/* A member that is "yes" or absent. */
bool take_yes(struct reading *r, const struct config_setting_t *group, const char *name);
uint64_t take_words(
    struct reading *r, const struct config_setting_t *group, const char *name);

/* flow_conf_step.c: one more step of r->fl. */
void read_step(struct reading *r, const struct config_setting_t *group);

#endif
