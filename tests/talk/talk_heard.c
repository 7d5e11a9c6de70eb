/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stands in front of flow_step (the linker's --wrap) and keeps what each step said and did.
 * It changes nothing, but for the language that `--lang` forces. Called by the turn, in place of it.
 */
#include <string.h>

#include "talk.h"

struct heard heard;
enum lang heard_forced = LANG_NONE;

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): names of ld's --wrap */
enum rc __real_flow_step(const struct flows *f, struct session *s,
    const struct flow_input *in, struct effects *e);
enum rc __wrap_flow_step(const struct flows *f, struct session *s,
    const struct flow_input *in, struct effects *e);

enum rc
__wrap_flow_step(const struct flows *f, struct session *s, const struct flow_input *in,
    struct effects *e)
{
	if (heard_forced != LANG_NONE && in->bearer == BEARER_SMS) {
		s->lang = heard_forced;
		s->lang_chosen = true;
	}
	heard.before = *s;
	heard.rc = __real_flow_step(f, s, in, e);
	heard.after = *s;
	heard.e = *e;
	heard.f = f;
	heard.late = in->late;
	heard.hidden = in->hidden != NULL && in->hidden->flow[0] != '\0';
	heard.steps++;
	return heard.rc;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

void
heard_clear(void)
{
	memset(&heard, 0, sizeof(heard));
}

const struct effect *
heard_say(void)
{
	for (size_t i = 0; heard.steps > 0 && i < heard.e.n; i++) {
		if (heard.e.v[i].kind == EFFECT_SAY)
			return &heard.e.v[i];
	}
	return NULL;
}
