/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The session of each modem: none, a code dialled, or a dialogue; what each word of the network means there.
 * It never sends an SMS and never logs a word or a number. Called in the loop.
 */
#include "ussd.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "balance.h"
#include "clock.h"
#include "gsm.h"
#include "links.h"
#include "log.h"
#include "str.h"

struct session {
	struct ussd *u;
	struct link *link;
	const struct ussd_conf *conf;
	bool has_pattern;
	regex_t pattern;
	struct balance balance;
	struct dialogue_way way;
	struct dialogue *open; /* NULL: none */
	bool dialled;          /* a code; the network has not answered */
	int64_t due;           /* clock_boot_ms: the end of waiting for it */
	uint64_t order;        /* of the code; 0: our own */
	bool for_balance;
};

struct ussd {
	struct ussd_options o;
	bool stopping;
	size_t n;
	struct session *session[LINKS_MAX];
};

struct ussd *
ussd_new(const struct ussd_options *o)
{
	struct ussd *u = xcalloc(1, sizeof(*u));

	u->o = *o;
	return u;
}

static void
session_free(struct session *s)
{
	if (s->has_pattern)
		regfree(&s->pattern);
	balance_clear(&s->balance);
	free(s);
}

void
ussd_free(struct ussd *u)
{
	if (u == NULL)
		return;
	for (size_t i = 0; i < u->n; i++)
		session_free(u->session[i]);
	free(u);
}

static bool
read_pattern(struct session *s)
{
	if (s->conf->peer_pattern[0] == '\0')
		return true;
	if (regcomp(&s->pattern, s->conf->peer_pattern, REG_EXTENDED) != 0)
		return false;
	s->has_pattern = true;
	return s->pattern.re_nsub >= 2;
}

static enum rc
modem_show(struct dialogue *d, const char *screen, bool last)
{
	struct session *s = dialogue_way(d)->arg;

	(void)last;
	return s->link->ops->ussd(s->link, screen);
}

static void
modem_end(struct dialogue *d)
{
	struct session *s = dialogue_way(d)->arg;

	s->link->ops->ussd_end(s->link);
}

static void
modem_forget(struct dialogue *d)
{
	struct session *s = dialogue_way(d)->arg;

	s->open = NULL;
}

static const struct dialogue_ops modem_ops = { modem_show, modem_end, modem_forget };

enum rc
ussd_add(struct ussd *u, struct link *l, const struct ussd_conf *conf)
{
	struct session *s = xcalloc(1, sizeof(*s));
	struct gsm_size size = gsm_size_of(conf->stock);

	s->u = u;
	s->link = l;
	s->conf = conf;
	s->way = (struct dialogue_way){ .ops = &modem_ops,
		.arg = s,
		.stock = conf->stock,
		.answer_ms = conf->answer_ms,
		.peer_ms = DIALOGUE_PEER_MS,
		.last_ms = USSD_LAST_MS };
	memcpy(s->way.link, l->name, sizeof(s->way.link));
	if (!read_pattern(s)) {
		log_error("ussd.pattern",
		    "link=%s ussd_peer_pattern: an extended expression with two groups",
		    l->name);
	} else if (conf->stock[0] == '\0' || size.units > USSD_STOCK_UNITS) {
		log_error("ussd.stock", "link=%s ussd_stock: 1 to %d letters", l->name,
		    USSD_STOCK_UNITS);
	} else if (balance_init(&s->balance, &conf->balance, l->name) == RC_OK) {
		u->session[u->n++] = s;
		return RC_OK;
	}
	session_free(s);
	return RC_REFUSED;
}

static struct session *
of_link(struct ussd *u, const struct link *l)
{
	for (size_t i = 0; i < u->n; i++) {
		if (u->session[i]->link == l)
			return u->session[i];
	}
	return NULL;
}

/* Codes dialled ------------------------------------------------------------------------------ */

/* What could end the string, or the command, of AT+CUSD. The bus has refused it already. */
static bool
is_code(const char *code)
{
	return code[0] != '\0' && code[strspn(code, "0123456789*#+")] == '\0';
}

static const char *
dial(struct session *s, const char *code, uint64_t order)
{
	if (s->link->state != LINK_UP || !s->link->registered)
		return "the link is not ready";
	if (s->dialled)
		return "another code is being dialled";
	if (s->open != NULL)
		return "a person's dialogue is open on it";
	if (s->link->ops->ussd(s->link, code) != RC_OK)
		return "the modem does not take it now";
	s->order = order;
	s->for_balance = balance_is_code(&s->balance, code);
	s->dialled = true;
	s->due = clock_boot_ms() + USSD_DIAL_MS;
	return NULL;
}

const char *
ussd_dial(struct ussd *u, struct link *l, const char *code, uint64_t order)
{
	struct session *s = of_link(u, l);

	if (s == NULL || u->stopping)
		return "not now";
	if (!is_code(code))
		return "a code has digits, * and # alone";
	return dial(s, code, order);
}

/* `failed` NULL: the network answered with `text`. */
static void
dial_done(struct session *s, const char *failed, const char *text)
{
	struct bus_order_done done = { .id = s->order, .done = failed == NULL };

	s->dialled = false;
	if (failed == NULL && s->for_balance)
		balance_heard(&s->balance, s->link, text, clock_boot_ms());
	else if (failed != NULL && s->for_balance)
		balance_unheard(&s->balance, clock_boot_ms());
	log_info("ussd.dialled", "link=%s order=%llu answered=%d why=\"%s\"",
	    s->link->name, (unsigned long long)s->order, failed == NULL,
	    failed == NULL ? "" : failed);
	if (s->order == 0)
		return;
	if (!str_copy(done.text, sizeof(done.text), failed == NULL ? text : failed))
		done.text[0] = '\0';
	s->u->o.done(s->u->o.arg, &done);
}

static void
dial_heard(struct session *s, enum link_ussd what, const char *text)
{
	static const char *const why[] = {
		[LINK_USSD_NOTE] = "the network answered nothing",
		[LINK_USSD_ASKS] = "the network answered nothing",
		[LINK_USSD_ENDED] = "the network ended it",
		[LINK_USSD_OTHER] = "another client answered",
		[LINK_USSD_NONE] = "the network does not know it",
		[LINK_USSD_LATE] = "the network waited too long",
		[LINK_USSD_FAILED] = "the modem did not take it",
	};

	if (what == LINK_USSD_ASKS)
		s->link->ops->ussd_end(s->link);
	dial_done(s, text[0] == '\0' ? why[what] : NULL, text);
}

/* Dialogues ---------------------------------------------------------------------------------- */

/* Whose step it is and what was keyed: the relay's prefix says so, or nobody does. */
static bool
read_peer(const struct session *s, const char *text, struct phone *peer, char *keyed)
{
	regmatch_t m[3];
	char number[4 * PHONE_MAX] = "";
	size_t n;

	*peer = (struct phone){ "" };
	if (!str_copy(keyed, BUS_USSD_TEXT_MAX, text))
		keyed[0] = '\0';
	if (!s->has_pattern || regexec(&s->pattern, text, 3, m, 0) != 0 ||
	    m[1].rm_so < 0 || m[2].rm_so < 0)
		return false;
	n = (size_t)(m[1].rm_eo - m[1].rm_so);
	if (n < sizeof(number))
		memcpy(number, text + m[1].rm_so, n);
	n = (size_t)(m[2].rm_eo - m[2].rm_so);
	memmove(keyed, keyed + m[2].rm_so, n);
	keyed[n] = '\0';
	if (phone_parse(number, peer) != RC_OK)
		*peer = (struct phone){ "" };
	return true;
}

/* "*8500#": a service was dialled, not a line of its menu. */
static bool
is_dialled(const char *keyed)
{
	size_t n = strlen(keyed);

	return n > 1 && keyed[0] == '*' && keyed[n - 1] == '#' &&
	    keyed[strspn(keyed, "0123456789*#")] == '\0';
}

/* Another peer, a service dialled anew, or a step while the last is unanswered: not this dialogue's. */
static bool
is_next(const struct session *s, bool named, const struct phone *peer, const char *keyed)
{
	if (s->open == NULL || !dialogue_is_shown(s->open) || is_dialled(keyed))
		return false;
	return !named || strcmp(peer->s, dialogue_peer(s->open)->s) == 0;
}

static void
on_asks(struct session *s, const char *text)
{
	char keyed[BUS_USSD_TEXT_MAX];
	struct phone peer;
	bool named = read_peer(s, text, &peer, keyed);

	if (s->dialled && !named) {
		dial_heard(s, LINK_USSD_ASKS, text);
		return;
	}
	if (s->u->stopping) {
		s->link->ops->ussd_end(s->link);
		return;
	}
	if (!is_next(s, named, &peer, keyed)) {
		if (s->dialled)
			dial_done(s, "a person's dialogue came between", "");
		if (s->open != NULL)
			dialogue_drop(s->open, "another began");
		memcpy(s->way.group, s->link->group, sizeof(s->way.group));
		s->open = dialogue_open(s->u->o.dialogues, &s->way, &peer, "");
	}
	if (s->open != NULL)
		dialogue_key(s->open, keyed);
	else
		s->link->ops->ussd_end(s->link);
	explicit_bzero(keyed, sizeof(keyed));
}

void
ussd_heard(struct ussd *u, struct link *l, enum link_ussd what, const char *text)
{
	struct session *s = of_link(u, l);

	if (s == NULL)
		return;
	if (what == LINK_USSD_ASKS) {
		on_asks(s, text);
	} else if (s->dialled) {
		dial_heard(s, what, text);
	} else if (s->open != NULL) {
		if (what == LINK_USSD_FAILED && !dialogue_is_last(s->open))
			l->ops->ussd_end(l);
		dialogue_drop(s->open,
		    what == LINK_USSD_FAILED ? "the modem refused" : "the network");
	} else {
		log_info("ussd.note", "link=%s nobody asked for it", l->name);
	}
}

void
ussd_link_down(struct ussd *u, struct link *l)
{
	struct session *s = of_link(u, l);

	if (s == NULL)
		return;
	if (s->dialled)
		dial_done(s, "the link went down", "");
	else if (s->open != NULL)
		dialogue_drop(s->open, "the link went down");
}

void
ussd_tick(struct ussd *u, int64_t now)
{
	for (size_t i = 0; i < u->n; i++) {
		struct session *s = u->session[i];
		bool up = s->link->state == LINK_UP && s->link->registered &&
		    !s->dialled && s->open == NULL && !u->stopping;

		if (s->dialled && now >= s->due) {
			s->link->ops->ussd_end(s->link);
			dial_done(s, "no answer within 30 s", "");
		} else if (balance_is_due(&s->balance, up, now) &&
		    dial(s, s->conf->balance.code, 0) != NULL) {
			balance_unheard(&s->balance, now);
		}
	}
}

void
ussd_stop(struct ussd *u)
{
	u->stopping = true;
	for (size_t i = 0; i < u->n; i++) {
		struct session *s = u->session[i];

		if (!s->dialled)
			continue;
		s->link->ops->ussd_end(s->link);
		dial_done(s, "the daemon stops", "");
	}
}
