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
	struct flow_input in;
	bool more = false;
	enum rc rc = RC_OK;

	if (text != NULL)
		p->session.page = 0;
	else
		rc = people_input(t, p, INPUT_DIAL, &in);
	if (rc == RC_OK && text == NULL)
		rc = flow_screen(
		    flowset_of(t->sets, &p->session), &p->session, &in, again);
	if (rc != RC_OK)
		return rc;
	if (!screen_page(shown, p->session.page, p->in->screen, &more) &&
	    !screen_page(shown, 0, p->in->screen, &more))
		return RC_REFUSED;
	p->in->end = !more && (p->session.step[0] == '\0' || p->session.stopped);
	seal_wipe(again, sizeof(again));
	return RC_OK;
}

/* Digits, "*" and "#" alone: what was dialled to open the dialogue. */
static bool
is_dialled(const char *text)
{
	return text[0] == '\0' ||
	    (text[0] == '*' && text[strspn(text, "0123456789*#")] == '\0');
}

/* Of "*8500*3#" what follows the code, "3"; "" of "*8500#". */
static char *
behind_code(const char *text)
{
	const char *p = text + (text[0] == '*');
	char *out;

	p += strspn(p, "0123456789");
	out = xstrdup(*p == '*' ? p + 1 : "");
	out[strcspn(out, "#")] = '\0';
	return out;
}

enum rc
people_ussd(struct turn *t, struct person *p)
{
	const struct bus_ussd_in *m = &p->in->u.ussd;
	bool dial = m->step == 1 && is_dialled(m->text); /* words are words at once */

	if (m->gone) /* the network ended it: what was answered stands */
		return RC_OK;
	if (m->step > 1 && strcmp(m->text, SCREEN_MORE) == 0 &&
	    p->session.step[0] != '\0') {
		p->session.page++;
		session_write(&p->session, &p->hidden, p->peer_id, t->out);
		return people_screen(t, p, NULL);
	}
	p->text = dial ? behind_code(m->text) : xstrdup(m->text);
	return people_step(t, p, dial ? INPUT_DIAL : INPUT_TEXT);
}
