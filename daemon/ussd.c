/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The session of each link: none, a code dialled, or a dialogue; what each word of the network means there.
 * It never sends an SMS and never logs a word or a number. Called in the loop.
 */
#include "ussd.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "balance.h"
#include "clock.h"
#include "fsm.h"
#include "gsm.h"
#include "links.h"
#include "log.h"
#include "str.h"

enum state {
	NONE,
	DIALLED, /* a code; the network has not answered */
	ASKED,   /* a step is with a worker */
	SHOWN,   /* a screen is with the peer */
	CLOSING, /* our last word is said */
	STATES,
};

enum event {
	EV_DIAL,
	EV_STEP,
	EV_SCREEN,
	EV_LAST,
	EV_END,
	EVENTS,
};

static const struct fsm_state states[STATES] = {
	[NONE] = { "none", FSM_BIT(EV_DIAL) | FSM_BIT(EV_STEP) | FSM_BIT(EV_END),
	    FSM_BIT(DIALLED) | FSM_BIT(ASKED) | FSM_BIT(NONE) },
	[DIALLED] = { "dialled", FSM_BIT(EV_END), FSM_BIT(NONE) },
	[ASKED] = { "asked", FSM_BIT(EV_SCREEN) | FSM_BIT(EV_LAST) | FSM_BIT(EV_END),
	    FSM_BIT(SHOWN) | FSM_BIT(CLOSING) | FSM_BIT(NONE) },
	[SHOWN] = { "shown", FSM_BIT(EV_STEP) | FSM_BIT(EV_END),
	    FSM_BIT(ASKED) | FSM_BIT(NONE) },
	[CLOSING] = { "closing", FSM_BIT(EV_END), FSM_BIT(NONE) },
};
static const char *const events[EVENTS] = { "dial", "step", "screen", "last", "end" };
static const struct fsm_kind ussd_kind = { "ussd", states, STATES, events, EVENTS };
static const enum state leads[EVENTS] = {
	[EV_DIAL] = DIALLED,
	[EV_STEP] = ASKED,
	[EV_SCREEN] = SHOWN,
	[EV_LAST] = CLOSING,
	[EV_END] = NONE,
};

struct session {
	struct ussd *u;
	struct link *link;
	const struct ussd_conf *conf;
	bool has_pattern;
	regex_t pattern;
	struct balance balance;
	struct fsm fsm;
	int64_t due; /* clock_boot_ms: the end of this state */
	uint64_t dialogue;
	uint32_t step;
	struct phone peer; /* "" anonymous */
	uint64_t order;    /* DIALLED: 0 for our own */
	bool for_balance;
};

struct ussd {
	struct ussd_options o;
	bool stopping;
	uint64_t last_dialogue;
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

enum rc
ussd_add(struct ussd *u, struct link *l, const struct ussd_conf *conf)
{
	struct session *s = xcalloc(1, sizeof(*s));
	struct gsm_size size = gsm_size_of(conf->stock);

	s->u = u;
	s->link = l;
	s->conf = conf;
	fsm_init(&s->fsm, &ussd_kind);
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

static void
become(struct session *s, enum event e, int64_t ms)
{
	if (fsm_hear(&s->fsm, e) != RC_OK || fsm_go(&s->fsm, leads[e]) != RC_OK)
		return;
	s->due = clock_boot_ms() + ms;
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
	if (s->fsm.state == DIALLED)
		return "another code is being dialled";
	if (s->fsm.state != NONE)
		return "a person's dialogue is open on it";
	if (s->link->ops->ussd(s->link, code) != RC_OK)
		return "the modem does not take it now";
	s->order = order;
	s->for_balance = balance_is_code(&s->balance, code);
	become(s, EV_DIAL, USSD_DIAL_MS);
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

	become(s, EV_END, 0);
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

static void on_answered(void *arg, uint64_t handle, const struct bus_verdict *v);

static uint64_t
handle_of(const struct session *s)
{
	return s->dialogue << 16 | (s->step & 0xffff);
}

/* RC_AGAIN: no room for it. */
static enum rc
offer(struct session *s, const char *text, bool gone)
{
	static struct bus_msg m; /* large; one loop */
	struct inflight_owner owner = {
		.arg = s, .handle = handle_of(s), .answered = on_answered
	};
	struct bus_ussd_in *in = &m.u.ussd_in;

	memset(&m, 0, offsetof(struct bus_msg, u.ussd_in.text));
	m.type = BUS_USSD_IN;
	memcpy(in->link, s->link->name, sizeof(in->link));
	memcpy(in->link_group, s->link->group, sizeof(in->link_group));
	memcpy(in->from, s->peer.s, sizeof(in->from));
	in->dialogue = s->dialogue;
	in->step = s->step;
	in->gone = gone;
	if (!str_copy(in->text, sizeof(in->text), text))
		in->text[0] = '\0';
	return inflight_take(s->u->o.inflight, &m, clock_boot_ms(), &owner);
}

/* It is over; what was keyed is still committed, what a worker would show is not shown. */
static void
gone(struct session *s, const char *why)
{
	log_info("ussd.gone", "link=%s dialogue=%llu step=%u why=\"%s\"", s->link->name,
	    (unsigned long long)s->dialogue, s->step, why);
	s->step++;
	if (offer(s, "", true) != RC_OK)
		log_warn("ussd.gone_lost", "link=%s no room", s->link->name);
}

static void
show(struct session *s, const char *screen, bool last)
{
	if (s->link->ops->ussd(s->link, screen) != RC_OK) {
		gone(s, "the modem does not take the screen");
		become(s, EV_END, 0);
		return;
	}
	become(s, last ? EV_LAST : EV_SCREEN, last ? USSD_LAST_MS : USSD_PEER_MS);
}

static void
show_stock(struct session *s, const char *why)
{
	show(s, s->conf->stock, true);
	if (s->fsm.state == CLOSING)
		gone(s, why);
}

static void
on_answered(void *arg, uint64_t handle, const struct bus_verdict *v)
{
	struct session *s = arg;

	if (s->fsm.state != ASKED || handle != handle_of(s))
		return; /* of a dialogue or a step that is over */
	if (v->screen[0] == '\0') {
		show_stock(s, "no screen");
		return;
	}
	show(s, v->screen, v->end);
	log_info("ussd.shown", "link=%s dialogue=%llu step=%u last=%d", s->link->name,
	    (unsigned long long)s->dialogue, s->step, v->end);
}

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
	if (s->fsm.state != SHOWN || is_dialled(keyed))
		return false;
	return !named || strcmp(peer->s, s->peer.s) == 0;
}

static void
on_asks(struct session *s, const char *text)
{
	char keyed[BUS_USSD_TEXT_MAX];
	struct phone peer;
	bool named = read_peer(s, text, &peer, keyed);

	if (s->fsm.state == DIALLED && !named) {
		dial_heard(s, LINK_USSD_ASKS, text);
		return;
	}
	if (s->u->stopping) {
		s->link->ops->ussd_end(s->link);
		return;
	}
	if (is_next(s, named, &peer, keyed)) {
		s->step++;
	} else {
		if (s->fsm.state == DIALLED)
			dial_done(s, "a person's dialogue came between", "");
		else if (s->fsm.state == ASKED || s->fsm.state == SHOWN)
			gone(s, "another began");
		become(s, EV_END, 0);
		s->dialogue = ++s->u->last_dialogue;
		s->step = 1;
		s->peer = peer;
		log_info("ussd.opened", "link=%s dialogue=%llu ref=%s", s->link->name,
		    (unsigned long long)s->dialogue,
		    peer.s[0] == '\0' ? "-" : peer_ref(&peer).s);
	}
	become(s, EV_STEP, s->conf->answer_ms);
	if (offer(s, keyed, false) != RC_OK)
		show_stock(s, "no room");
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
	} else if (s->fsm.state == DIALLED) {
		dial_heard(s, what, text);
	} else if (s->fsm.state == ASKED || s->fsm.state == SHOWN) {
		if (what == LINK_USSD_FAILED)
			l->ops->ussd_end(l);
		gone(s, what == LINK_USSD_FAILED ? "the modem refused" : "the network");
		become(s, EV_END, 0);
	} else if (s->fsm.state == CLOSING) {
		become(s, EV_END, 0);
	} else {
		log_info("ussd.note", "link=%s nobody asked for it", l->name);
	}
}

void
ussd_link_down(struct ussd *u, struct link *l)
{
	struct session *s = of_link(u, l);

	if (s == NULL || s->fsm.state == NONE)
		return;
	if (s->fsm.state == DIALLED) {
		dial_done(s, "the link went down", "");
		return;
	}
	if (s->fsm.state != CLOSING)
		gone(s, "the link went down");
	become(s, EV_END, 0);
}

static void
time_is_up(struct session *s)
{
	if (s->fsm.state == ASKED) {
		show_stock(s, "no screen in time");
		return;
	}
	s->link->ops->ussd_end(s->link);
	if (s->fsm.state == DIALLED) {
		dial_done(s, "no answer within 30 s", "");
		return;
	}
	if (s->fsm.state == SHOWN)
		gone(s, "the peer is silent");
	become(s, EV_END, 0);
}

void
ussd_tick(struct ussd *u, int64_t now)
{
	for (size_t i = 0; i < u->n; i++) {
		struct session *s = u->session[i];
		bool up = s->link->state == LINK_UP && s->link->registered &&
		    s->fsm.state == NONE && !u->stopping;

		if (s->fsm.state != NONE && now >= s->due)
			time_is_up(s);
		else if (balance_is_due(&s->balance, up, now) &&
		    dial(s, s->conf->balance.code, 0) != NULL)
			balance_unheard(&s->balance, now);
	}
}

void
ussd_stop(struct ussd *u)
{
	u->stopping = true;
	for (size_t i = 0; i < u->n; i++) {
		struct session *s = u->session[i];

		if (s->fsm.state == ASKED)
			show_stock(s, "the daemon stops");
		else if (s->fsm.state != NONE)
			time_is_up(s);
	}
}
