/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads conf/service.conf: what people dial, and whether texts must be signed by native speakers.
 * It has no default for the mode: a service says what it is. Called by flow_conf.c and shyraqctl.
 */
#include "service.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow_priv.h"
#include "str.h"
#include "tree_conf.h"

#define DIAL_SIGNS "0123456789*#"

enum rc
service_load(struct flows *f, const char *dir, struct flow_err *err)
{
	char path[PATH_MAX];
	const char *dial, *mode;
	struct tree *t;
	enum rc rc;

	if (snprintf(path, sizeof path, "%s/service.conf", dir) >= (int)sizeof path)
		return RC_REFUSED;
	rc = tree_open(path, &t, err);
	if (rc != RC_OK)
		return rc;
	tree_only(t, tree_root(t), "dial mode");
	dial = tree_string(t, tree_root(t), "dial", true);
	mode = tree_string(t, tree_root(t), "mode", true);
	if (dial != NULL &&
	    (dial[0] == '\0' || dial[strspn(dial, DIAL_SIGNS)] != '\0' ||
		!str_copy(f->dial, sizeof f->dial, dial)))
		tree_fail(t, tree_root(t),
		    "dial: no code to dial; allowed: 1 to %zu of %s", sizeof f->dial - 1,
		    DIAL_SIGNS);
	f->production = mode != NULL && strcmp(mode, "production") == 0;
	if (mode != NULL && !f->production && strcmp(mode, "sample") != 0)
		tree_fail(t, tree_root(t),
		    "mode: unknown; allowed: production (texts that matter most must be "
		    "signed), sample");
	rc = tree_result(t, err);
	tree_free(t);
	return rc;
}

enum rc
service_mode(const char *dir, bool *production, struct flow_err *err)
{
	struct flows *f = xcalloc(1, sizeof *f);
	enum rc rc = service_load(f, dir, err);

	*production = f->production;
	free(f);
	return rc;
}
