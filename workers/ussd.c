/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A step of a USSD dialogue: the same turn, whose text is a screen that goes with the verdict.
 * It never writes to the outbox: who came by USSD gets no SMS (S1c). Called by people.c and step.c.
 */
#include <stdlib.h>
#include <string.h>

#include "people.h"
#include "screen.h"

/*
 * `text` NULL: the open question again, on the page where it stands (a repeated step; pure, from the session).
 * Else a new text, from its first page.
 */
enum rc
people_screen(struct turn *t, struct person *p, const char *text)
{
	char again[FLOW_TEXT_MAX] = "";
	const char *shown = text == NULL ? again : text;
	bool more = false;
	enum rc rc = RC_OK;

	if (text == NULL)
		rc = flow_screen(
		    flowset_of(t->sets, &p->session), &p->session, BEARER_USSD, again);
	else
		p->session.page = 0;
	if (rc != RC_OK)
		return rc;
	if (!screen_page(shown, p->session.page, p->in->screen, &more) &&
	    !screen_page(shown, 0, p->in->screen, &more))
		return RC_REFUSED;
	p->in->end = p->session.step[0] == '\0' && !more;
	seal_wipe(again, sizeof(again));
	return RC_OK;
}

/* What was dialled to open a dialogue says nothing but that: "*8500#". */
static bool
is_dialled(const char *text)
{
	return text[0] == '*' && text[strspn(text, "0123456789*#")] == '\0';
}

enum rc
people_ussd(struct turn *t, struct person *p)
{
	const struct bus_ussd_in *m = &p->in->u.ussd;

	if (m->gone) /* the network ended it: what was answered stands */
		return RC_OK;
	if (strcmp(m->text, SCREEN_MORE) == 0 && p->session.step[0] != '\0') {
		p->session.page++;
		session_write(&p->session, p->peer_id, t->out);
		return people_screen(t, p, NULL);
	}
	p->text = xstrdup(m->step == 1 && is_dialled(m->text) ? "" : m->text);
	return people_step(t, p, INPUT_TEXT);
}
