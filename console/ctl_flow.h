/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the authoring commands share: the folder they read, languages of options, sizes, dim lines.
 * Included by console/ctl_flow*.c and ctl_place.c only.
 */
#ifndef SHYRAQ_CTL_FLOW_H
#define SHYRAQ_CTL_FLOW_H

#include "ctl.h"
#include "flow_view.h"
#include "gsm.h"

/* `given`, else conf_dir, else what is here, else the site's. */
const char *ctl_flow_dir(const struct ctl *c, const char *given);
/* NULL after a line on stderr. The caller frees. */
struct flows *ctl_flow_load(const char *dir);
/* The option's language, `fallback` without the option; false after a line on stderr: *status. */
bool ctl_flow_lang(const struct ctl *c, enum lang fallback, enum lang *out, int *status);

/* "142 septets, 1 part" */
void ctl_size_text(char out[64], const char *text);
unsigned ctl_screens(const char *text);

/* A row by key, language and register; false when there is none. */
bool ctl_text_row(const struct texts *t, const char *key, enum lang l,
    enum text_register r, struct text_row *out);

/* ctl_flow_screens.c: the table of flow check. */
struct check_sum {
	unsigned texts, unsigned_texts, must_sign, screens;
};
void ctl_screens_table(const struct ctl *c, const struct flows *f, enum lang only,
    unsigned flow, struct check_sum *sum);
struct json_t *ctl_screens_json(const struct ctl *c, const struct flows *f,
    enum lang only, unsigned flow, struct check_sum *sum);

#endif
