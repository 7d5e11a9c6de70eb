/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of dialogues: states, numbers of steps, time limits, what is told when nothing comes.
 * It never sends an SMS and never logs a word or a number. Called in the loop.
 */
#include "dialogue.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "fsm.h"
#include "log.h"
#include "str.h"

#define BUCKETS 1024

enum state {
	NEW,
	ASKED, /* a step is with a worker */
	SHOWN, /* a screen is with the peer */
	LAST,  /* our last word is said */
	STATES,
};

enum event {
	EV_STEP,
	EV_SCREEN,
	EV_LAST,
	EVENTS,
};

static const struct fsm_state states[STATES] = {
	[NEW] = { "new", FSM_BIT(EV_STEP), FSM_BIT(ASKED) },
	[ASKED] = { "asked", FSM_BIT(EV_STEP) | FSM_BIT(EV_SCREEN) | FSM_BIT(EV_LAST),
	    FSM_BIT(ASKED) | FSM_BIT(SHOWN) | FSM_BIT(LAST) },
	[SHOWN] = { "shown", FSM_BIT(EV_STEP), FSM_BIT(ASKED) },
	[LAST] = { "last", FSM_BIT(EV_STEP), FSM_BIT(ASKED) },
};
static const char *const events[EVENTS] = { "step", "screen", "last" };
static const struct fsm_kind dialogue_kind = { "dialogue", states, STATES, events,
	EVENTS };
static const enum state leads[EVENTS] = {
	[EV_STEP] = ASKED,
	[EV_SCREEN] = SHOWN,
	[EV_LAST] = LAST,
};

struct dialogue {
	struct dialogues *all;
	struct dialogue_way *way;
	struct dialogue *next_serial, *next_peer;
	struct fsm fsm;
	int64_t due; /* clock_boot_ms: the end of this state */
	uint64_t serial;
	uint32_t step;
	struct phone peer; /* "" anonymous */
	char id[DIALOGUE_ID_MAX];
	char *keyed;  /* of this step */
	char *screen; /* that stands, NULL: none */
	void *own;
};

struct dialogues {
	struct inflight *inflight;
	dialogues_committed *committed; /* may be NULL */
	void *committed_arg;
	bool stopping;
	uint64_t last_serial;
	size_t n;
	struct dialogue *by_serial[BUCKETS], *by_peer[BUCKETS];
};

struct dialogues *
dialogues_new(struct inflight *f)
{
	struct dialogues *v = xcalloc(1, sizeof(*v));

	v->inflight = f;
	return v;
}

void
dialogues_on_committed(struct dialogues *v, dialogues_committed *f, void *arg)
{
	v->committed = f;
	v->committed_arg = arg;
}

/* Of link and peer alone: ids may change, and a peer has one or two. */
static size_t
hash_peer(const struct dialogue_way *w, const struct phone *peer)
{
	uint64_t h = UINT64_C(14695981039346656037) ^ (uintptr_t)w;

	for (const char *s = peer->s; *s != '\0'; s++)
		h = (h ^ (uint8_t)*s) * UINT64_C(1099511628211);
	return (h ^ h >> 32) % BUCKETS;
}

/* Words are not left in memory that others get. */
static void
put_words(char **at, const char *words)
{
	if (*at != NULL)
		explicit_bzero(*at, strlen(*at));
	free(*at);
	*at = words == NULL ? NULL : xstrdup(words);
}

static void
dialogue_free(struct dialogue *d)
{
	struct dialogue **at = &d->all->by_serial[d->serial % BUCKETS];

	if (d->way->ops->forget != NULL)
		d->way->ops->forget(d);
	while (*at != d)
		at = &(*at)->next_serial;
	*at = d->next_serial;
	at = &d->all->by_peer[hash_peer(d->way, &d->peer)];
	while (*at != d)
		at = &(*at)->next_peer;
	*at = d->next_peer;
	d->all->n--;
	put_words(&d->keyed, NULL);
	put_words(&d->screen, NULL);
	explicit_bzero(d, sizeof(*d));
	free(d);
}

/* The serial leads: a worker's answer names it, and nothing else of ours. */
static void
take_serial(struct dialogue *d)
{
	struct dialogue **head;

	d->serial = ++d->all->last_serial;
	d->step = 0;
	head = &d->all->by_serial[d->serial % BUCKETS];
	d->next_serial = *head;
	*head = d;
}

static void
leave_serial(struct dialogue *d)
{
	struct dialogue **at = &d->all->by_serial[d->serial % BUCKETS];

	while (*at != d)
		at = &(*at)->next_serial;
	*at = d->next_serial;
}

/* Who had our last word longest ago gives way: asked again, it would be another dialogue. */
static bool
make_room(struct dialogues *v)
{
	struct dialogue *oldest = NULL;

	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct dialogue *d = v->by_serial[i]; d != NULL;
		     d = d->next_serial) {
			if (d->fsm.state == LAST &&
			    (oldest == NULL || d->due < oldest->due))
				oldest = d;
		}
	}
	if (oldest != NULL)
		dialogue_free(oldest);
	return oldest != NULL;
}

struct dialogue *
dialogue_open(
    struct dialogues *v, struct dialogue_way *w, const struct phone *peer, const char *id)
{
	struct dialogue **head = &v->by_peer[hash_peer(w, peer)];
	struct dialogue *d;

	if (v->stopping)
		return NULL;
	if (v->n >= DIALOGUES_MAX && !make_room(v)) {
		log_warn("ussd.full", "link=%s dialogues=%zu", w->link, v->n);
		return NULL;
	}
	d = xcalloc(1, sizeof(*d));
	if (!str_copy(d->id, sizeof(d->id), id)) {
		free(d);
		return NULL;
	}
	d->all = v;
	d->way = w;
	d->peer = *peer;
	fsm_init(&d->fsm, &dialogue_kind);
	d->due = clock_boot_ms() + w->peer_ms;
	take_serial(d);
	d->next_peer = *head;
	*head = d;
	v->n++;
	return d;
}

static bool
is_of(const struct dialogue *d, const struct dialogue_way *w, const struct phone *peer)
{
	return d->way == w && strcmp(d->peer.s, peer->s) == 0;
}

struct dialogue *
dialogue_find(const struct dialogues *v, const struct dialogue_way *w,
    const struct phone *peer, const char *id)
{
	struct dialogue *d = v->by_peer[hash_peer(w, peer)];

	while (d != NULL && (!is_of(d, w, peer) || strcmp(d->id, id) != 0))
		d = d->next_peer;
	return d;
}

struct dialogue *
dialogue_of_peer(
    const struct dialogues *v, const struct dialogue_way *w, const struct phone *peer)
{
	struct dialogue *d = v->by_peer[hash_peer(w, peer)];

	while (d != NULL && (!is_of(d, w, peer) || d->fsm.state != SHOWN))
		d = d->next_peer;
	return d;
}

void
dialogue_rename(struct dialogue *d, const char *id)
{
	if (!str_copy(d->id, sizeof(d->id), id))
		d->id[0] = '\0';
}

static void
become(struct dialogue *d, enum event e, int64_t ms)
{
	if (fsm_hear(&d->fsm, e) != RC_OK || fsm_go(&d->fsm, leads[e]) != RC_OK)
		return;
	d->due = clock_boot_ms() + ms;
}

static void on_answered(void *arg, uint64_t handle, const struct bus_verdict *v);

static uint64_t
handle_of(const struct dialogue *d)
{
	return d->serial << 16 | (d->step & 0xffff);
}

/* RC_AGAIN: no room for it. */
static enum rc
offer(struct dialogue *d, const char *text, bool gone)
{
	static struct bus_msg m; /* large; one loop */
	struct inflight_owner owner = {
		.arg = d->all, .handle = handle_of(d), .answered = on_answered
	};
	struct bus_ussd_in *in = &m.u.ussd_in;

	memset(&m, 0, offsetof(struct bus_msg, u.ussd_in.text));
	m.type = BUS_USSD_IN;
	memcpy(in->link, d->way->link, sizeof(in->link));
	memcpy(in->link_group, d->way->group, sizeof(in->link_group));
	memcpy(in->from, d->peer.s, sizeof(in->from));
	in->dialogue = d->serial;
	in->step = d->step;
	in->gone = gone;
	if (!str_copy(in->text, sizeof(in->text), text))
		in->text[0] = '\0';
	return inflight_take(d->all->inflight, &m, clock_boot_ms(), &owner);
}

/* It is over; what was keyed is still committed, what a worker would show is not shown. */
static void
gone(struct dialogue *d, const char *why)
{
	log_info("ussd.gone", "link=%s dialogue=%llu step=%u why=\"%s\"", d->way->link,
	    (unsigned long long)d->serial, d->step, why);
	d->step++;
	if (offer(d, "", true) != RC_OK)
		log_warn("ussd.gone_lost", "link=%s no room", d->way->link);
}

/* False: it could not be said, and d is no more. */
static bool
show(struct dialogue *d, const char *screen, bool last)
{
	put_words(&d->screen, screen);
	if (d->way->ops->show(d, screen, last) != RC_OK) {
		gone(d, "the link does not take the screen");
		dialogue_free(d);
		return false;
	}
	become(d, last ? EV_LAST : EV_SCREEN, last ? d->way->last_ms : d->way->peer_ms);
	return true;
}

static void
show_stock(struct dialogue *d, const char *why)
{
	if (show(d, d->way->stock, true))
		gone(d, why);
}

static void
on_answered(void *arg, uint64_t handle, const struct bus_verdict *v)
{
	const struct dialogues *all = arg;
	struct dialogue *d;
	const struct dialogue_way *w;
	uint32_t step;
	uint64_t serial;

	if (all->committed != NULL)
		all->committed(all->committed_arg, handle);
	d = all->by_serial[(handle >> 16) % BUCKETS];
	while (d != NULL && d->serial != handle >> 16)
		d = d->next_serial;
	if (d == NULL || d->fsm.state != ASKED || handle != handle_of(d))
		return; /* of a dialogue or a step that is over */
	if (v->screen[0] == '\0') {
		show_stock(d, "no screen");
		return;
	}
	w = d->way;
	step = d->step;
	serial = d->serial;
	if (show(d, v->screen, v->end))
		log_info("ussd.shown", "link=%s dialogue=%llu step=%u last=%d", w->link,
		    (unsigned long long)serial, step, v->end);
}

uint64_t
dialogue_key(struct dialogue *d, const char *keyed)
{
	uint64_t handle;

	if (d->fsm.state == ASKED && strcmp(d->keyed, keyed) == 0)
		return handle_of(d);
	if (d->fsm.state == LAST) {
		leave_serial(d);
		take_serial(d);
	}
	if (++d->step == 1)
		log_info("ussd.opened", "link=%s dialogue=%llu ref=%s", d->way->link,
		    (unsigned long long)d->serial,
		    d->peer.s[0] == '\0' ? "-" : peer_ref(&d->peer).s);
	put_words(&d->keyed, keyed);
	put_words(&d->screen, NULL);
	become(d, EV_STEP, d->way->answer_ms);
	handle = handle_of(d);
	if (!d->all->stopping && offer(d, keyed, false) == RC_OK)
		return handle;
	show_stock(d, d->all->stopping ? "the daemon stops" : "no room");
	return 0;
}

bool
dialogue_repeat(struct dialogue *d)
{
	char screen[BUS_SCREEN_MAX];
	bool last = d->fsm.state == LAST;

	if (d->screen == NULL || !str_copy(screen, sizeof(screen), d->screen))
		return false;
	log_info("ussd.repeated", "link=%s dialogue=%llu step=%u", d->way->link,
	    (unsigned long long)d->serial, d->step);
	return d->way->ops->show(d, screen, last) == RC_OK;
}

void
dialogue_drop(struct dialogue *d, const char *why)
{
	if (d->fsm.state == ASKED || d->fsm.state == SHOWN)
		gone(d, why);
	dialogue_free(d);
}

void
dialogue_drop_others(struct dialogue *d, const char *why)
{
	struct dialogue *next;

	if (d->peer.s[0] == '\0')
		return;
	for (struct dialogue *o = d->all->by_peer[hash_peer(d->way, &d->peer)]; o != NULL;
	     o = next) {
		next = o->next_peer;
		if (o != d && is_of(o, d->way, &d->peer))
			dialogue_drop(o, why);
	}
}

bool
dialogue_is_asked(const struct dialogue *d)
{
	return d->fsm.state == ASKED;
}

bool
dialogue_is_shown(const struct dialogue *d)
{
	return d->fsm.state == SHOWN;
}

bool
dialogue_is_last(const struct dialogue *d)
{
	return d->fsm.state == LAST;
}

uint32_t
dialogue_step(const struct dialogue *d)
{
	return d->step;
}

const struct phone *
dialogue_peer(const struct dialogue *d)
{
	return &d->peer;
}

const char *
dialogue_id(const struct dialogue *d)
{
	return d->id;
}

struct dialogue_way *
dialogue_way(const struct dialogue *d)
{
	return d->way;
}

void **
dialogue_own(struct dialogue *d)
{
	return &d->own;
}

static void
time_is_up(struct dialogue *d)
{
	if (d->fsm.state == ASKED) {
		show_stock(d, "no screen in time");
		return;
	}
	if (d->way->ops->end != NULL)
		d->way->ops->end(d);
	dialogue_drop(d, "the peer is silent");
}

void
dialogues_tick(struct dialogues *v, int64_t now)
{
	for (size_t i = 0; i < BUCKETS && v->n > 0; i++) {
		struct dialogue *next;

		for (struct dialogue *d = v->by_serial[i]; d != NULL; d = next) {
			next = d->next_serial;
			if (now >= d->due)
				time_is_up(d);
		}
	}
}

void
dialogues_drop_way(struct dialogues *v, const struct dialogue_way *w, const char *why)
{
	for (size_t i = 0; i < BUCKETS && v->n > 0; i++) {
		struct dialogue *next;

		for (struct dialogue *d = v->by_serial[i]; d != NULL; d = next) {
			next = d->next_serial;
			if (d->way == w)
				dialogue_drop(d, why);
		}
	}
}

void
dialogues_stop(struct dialogues *v)
{
	v->stopping = true;
	for (size_t i = 0; i < BUCKETS && v->n > 0; i++) {
		struct dialogue *next;

		for (struct dialogue *d = v->by_serial[i]; d != NULL; d = next) {
			next = d->next_serial;
			if (d->fsm.state == ASKED)
				show_stock(d, "the daemon stops");
			else
				time_is_up(d);
		}
	}
}

size_t
dialogues_count(const struct dialogues *v)
{
	return v->n;
}

void
dialogues_free(struct dialogues *v)
{
	if (v == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		while (v->by_serial[i] != NULL)
			dialogue_free(v->by_serial[i]);
	}
	free(v);
}
