/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether a link's SMSC does its work: texts that it does not take, binds that it puts off, and the pauses.
 * It sends nothing and settles no row. Called by smpp.c, smpp_out.c and smpp_link.c, in the loop.
 */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "seal.h"
#include "smpp_link.h"

#define REFUSED_TIMES 6   /* a refused bind waits so many times longer */
#define BAD_MAX 5         /* texts in a row that come to nothing: another link first */
#define UNANSWERED_MAX 20 /* parts in a row, however wide the window is */
#define ASIDE_TIMES \
	10 /* aside for as long as an answer may take, twice as long next, to so often */

/* Doubles with each try, up to the most; a fifth of it is chance, so that links do not knock together. */
int64_t
smpp_back_off(struct smpp_session *s)
{
	const struct smpp_conf *c = s->l->conf;
	int64_t ms = c->reconnect_ms * (s->refused ? REFUSED_TIMES : 1);
	uint16_t chance;

	for (unsigned i = 0; i < s->tries && ms < c->reconnect_most_ms; i++)
		ms *= 2;
	if (ms > c->reconnect_most_ms)
		ms = c->reconnect_most_ms;
	s->tries++;
	seal_random_bytes(&chance, sizeof(chance));
	return ms - ms / 5 + ms * chance / (5 * 65535);
}

/* It has not noticed yet that our last bind is gone, or has too much: that passes, or it is an alarm. */
static bool
may_pass(struct smpp_session *s, uint32_t status, int64_t now)
{
	bool busy = status == SMPP_ALREADY_BOUND || status == SMPP_SYSTEM_ERROR ||
	    status == SMPP_QUEUE_FULL || status == SMPP_THROTTLED;

	if (!busy || s->refused)
		return false;
	if (s->busy_since == 0)
		s->busy_since = now;
	return now - s->busy_since < s->l->conf->reconnect_most_ms;
}

void
smpp_bind_refused(struct smpp_session *s, uint32_t status, int64_t now)
{
	char cause[sizeof(s->cause)];

	if (may_pass(s, status, now)) {
		snprintf(
		    cause, sizeof(cause), "not bound yet: %s", smpp_status_name(status));
		smpp_hang_up(s, cause);
		return;
	}
	if (!s->refused)
		log_error("smpp.bind_refused",
		    "link=%s role=%s status=%s an operator must act", s->l->link.name,
		    s->role, smpp_status_name(status));
	s->refused = true;
	smpp_hang_up(s, "the bind is refused");
}

/* Texts ----------------------------------------------------------------------------------------- */

static void
well(struct smpp *l)
{
	if (l->link.failing_until != 0) {
		log_warn("smpp.takes_again", "link=%s", l->link.name);
		l->change = true;
	}
	l->link.failing_until = 0;
	l->health.bad = l->health.unanswered = 0;
}

/* The receiver's number may be wrong, our own may not; who has too much does take some. */
static bool
is_bad(uint32_t status)
{
	if (status == SMPP_THROTTLED || status == SMPP_QUEUE_FULL)
		return false;
	return status == SMPP_NO_ANSWER || status == SMPP_INVALID_SOURCE ||
	    smpp_status_rc(status) != RC_REFUSED;
}

static void
bad(struct smpp *l, uint32_t status, int64_t now)
{
	struct smpp_health *h = &l->health;

	if (++h->bad < BAD_MAX)
		return;
	if (l->link.failing_until == 0) {
		h->aside_ms = l->conf->response_ms;
		log_error("smpp.failing", "link=%s last=%s", l->link.name,
		    status == SMPP_NO_ANSWER ? "unanswered" : smpp_status_name(status));
		l->change = true;
	}
	l->link.failing_until = now + h->aside_ms;
}

/* The end of a bind is one sign, however much was out. */
static bool
is_first_of_its_bind(struct smpp *l)
{
	bool first = l->health.lost != l->tx->number;

	l->health.lost = l->tx->number;
	return first;
}

/*
 * A whole window without an answer: whatever answers enquire_link there, it takes no texts. Late answers
 * have as long again before that is believed.
 */
static void
count_unanswered(struct smpp *l, int64_t now)
{
	struct smpp_health *h = &l->health;
	unsigned most = (unsigned)l->conf->window;

	most = most < BAD_MAX ? BAD_MAX : most > UNANSWERED_MAX ? UNANSWERED_MAX : most;
	if (h->unanswered++ == 0)
		h->silent_since = now;
	if (h->unanswered < most || now - h->silent_since < l->conf->response_ms)
		return;
	h->unanswered = 0;
	smpp_hang_up(l->tx, "it answers no submit");
}

void
smpp_health_heard(
    struct smpp *l, const struct smpp_request *q, uint32_t status, int64_t now)
{
	struct smpp_health *h = &l->health;
	bool silent = status == SMPP_NO_ANSWER, over = silent && now >= q->by;
	uint64_t row = q->handle >> 8;

	if (status == SMPP_OK) {
		well(l);
		return;
	}
	if (over)
		count_unanswered(l, now);
	else if (!silent)
		h->unanswered = 0;
	/* a text of many parts is one, and counted when it was late; what we end ourselves is no fault of theirs */
	if (!is_bad(status) || row == h->row || q->late || l->stopping ||
	    (silent && !over && !is_first_of_its_bind(l)))
		return;
	h->row = row;
	bad(l, status, now);
}

void
smpp_health_tries(struct smpp *l, int64_t now)
{
	struct smpp_health *h = &l->health;

	if (l->link.failing_until == 0 || now < l->link.failing_until)
		return;
	if (h->aside_ms < l->conf->response_ms * ASIDE_TIMES)
		h->aside_ms *= 2;
	l->link.failing_until = now + h->aside_ms;
}
