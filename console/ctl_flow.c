/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl flow check: proves flows, words, places, texts and policies by the code that workers use.
 * It needs no database and changes nothing. Called by ctl.c.
 */
#include <jansson.h>
#include <stdio.h>

#include "ctl.h"
#include "flow.h"
#include "policy.h"

int
ctl_flow_check(struct ctl *c)
{
	const char *dir = c->words_n > 0 ? c->words[0] : c->conf_dir;
	char path[4096];
	struct flows *f = NULL;
	struct policy *p = NULL;
	struct flow_err err;
	int status = CTL_DONE;

	if (snprintf(path, sizeof(path), "%s/policies", dir) >= (int)sizeof(path))
		return ctl_wrong("the folder's name is too long");
	if (flows_load(dir, &f, &err) != RC_OK || policy_load(path, &p, &err) != RC_OK)
		status = ctl_wrong("%s", err.s);
	else if (c->json)
		ctl_json_print(json_pack("{s:i,s:I}", "errors", 0, "texts",
		    (json_int_t)texts_count(flows_texts(f))));
	else
		printf("0 errors, %zu texts\n", texts_count(flows_texts(f)));
	policy_free(p);
	flows_free(f);
	return status;
}
