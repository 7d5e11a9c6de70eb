/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Self-tests: when one is due, what it says, whether it came, and which link is to blame.
 * It opens no case, knows no person, and nothing of it is stored. Called by shyraqd.c, in the loop.
 */
#include "selftest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "str.h"

#define WORDS "LINE TEST "
#define CODE_LEN 24           /* hex digits: 8 of the time, 16 of the hash */
#define HEARD_MAX 32          /* between two runs */
#define AHEAD_S 120           /* clocks of two daemons differ by so much */
#define FIRST_MS 2000         /* between the first of two pairs */
#define LEAST_VALID_MS 300000 /* TP-VP cannot say less */
#define PRIORITY 3            /* as a reply: held when an operator holds those */

struct pair {
	const struct selftest_conf *conf;
	struct link *from, *to; /* NULL: another daemon's */
	uint64_t row;           /* of the send that is under way or was last */
	int64_t next_at;
	int64_t alarm_at; /* nothing came by then */
	bool out;         /* a send without its end */
	bool sent;        /* the last was taken by the network */
	bool silent;
};

struct selftest {
	struct links *links;
	struct seal_key key;
	uint64_t instance, last_row;
	size_t n, heard_n;
	struct pair pair[SELFTESTS_MAX];
	struct {
		struct link *link;
		uint64_t handle;
	} heard[HEARD_MAX];
};

struct selftest *
selftest_new(const struct selftest_conf *conf, size_t n, struct links *links,
    uint64_t instance, const struct seal_key *key)
{
	struct selftest *t = xcalloc(1, sizeof(*t));
	int64_t now = clock_boot_ms();

	t->links = links;
	t->instance = instance;
	t->key = *key;
	t->last_row = SELFTEST_ROW;
	for (size_t i = 0; i < n && i < SELFTESTS_MAX; i++) {
		struct pair *p = &t->pair[t->n++];

		p->conf = &conf[i];
		p->from = links_find(links, conf[i].source);
		p->to = links_find(links, conf[i].target);
		p->next_at = now + (int64_t)i * FIRST_MS;
		p->alarm_at = now + conf[i].every_ms + conf[i].within_ms;
	}
	return t;
}

void
selftest_free(struct selftest *t)
{
	if (t == NULL)
		return;
	seal_wipe(t, sizeof(*t));
	free(t);
}

void
selftest_key(const struct seal_key *log_key, struct seal_key *out)
{
	static const char *const halves[] = { "selftest 1", "selftest 2" };

	for (size_t i = 0; i < ARRAY_LEN(halves); i++) {
		struct seal_hash h = seal_hash(log_key, halves[i], strlen(halves[i]));

		memcpy(out->b + i * SEAL_HASH_LEN, h.b, SEAL_HASH_LEN);
	}
}

/* The time and its hash for this pair. */
static void
write_code(
    const struct selftest *t, const struct pair *p, uint32_t s, char code[CODE_LEN + 1])
{
	struct seal_piece pieces[] = {
		{ p->conf->source, strlen(p->conf->source) },
		{ p->conf->target, strlen(p->conf->target) },
		{ &s, sizeof(s) },
	};
	struct seal_hash h = seal_hash_pieces(&t->key, pieces, ARRAY_LEN(pieces));
	size_t n = (size_t)snprintf(code, CODE_LEN + 1, "%08X", s);

	for (size_t i = 0; n < CODE_LEN; i++)
		n += (size_t)snprintf(code + n, CODE_LEN + 1 - n, "%02X", h.b[i]);
}

static bool
may_send(const struct selftest *t, const struct link *l, int64_t now)
{
	return l->state == LINK_UP && l->registered && !l->screens_only && !l->sending &&
	    l->free_at <= now && links_may(t->links, l, PRIORITY);
}

static void
send_one(struct selftest *t, struct pair *p, int64_t now)
{
	static struct bus_send s; /* large; one loop */
	int64_t valid = p->conf->within_ms > LEAST_VALID_MS ? p->conf->within_ms
							    : LEAST_VALID_MS;
	struct link_limits limits = { now + p->conf->within_ms, now + valid };
	char code[CODE_LEN + 1];
	size_t len = 0;

	if (!may_send(t, p->from, now)) {
		p->sent = p->sent && now < p->next_at + p->conf->within_ms;
		return;
	}
	memset(&s, 0, sizeof(s));
	s.row = ++t->last_row;
	s.attempt = 1;
	s.instance = t->instance;
	s.priority = PRIORITY;
	write_code(t, p, (uint32_t)(clock_wall_ms() / 1000), code);
	memcpy(s.to, p->conf->number, sizeof(s.to));
	memcpy(s.link, p->from->name, sizeof(s.link));
	if (!str_add(s.text, sizeof(s.text), &len, WORDS "%s", code) ||
	    p->from->ops->send(p->from, &s, limits) != RC_OK)
		return;
	p->row = s.row;
	p->out = true;
	p->next_at = now + p->conf->every_ms;
}

/* Whom the alarm is about: who sent nothing, or else who received nothing. */
static struct link *
blamed(const struct pair *p)
{
	return p->to == NULL || (p->from != NULL && !p->sent) ? p->from : p->to;
}

/* A pair is watched where its text would arrive, and where it cannot be sent. */
static bool
is_watched(const struct pair *p)
{
	return p->to != NULL || (p->from != NULL && !p->sent);
}

static void
mark_links(struct selftest *t)
{
	for (size_t i = 0; i < t->links->n; i++)
		t->links->link[i]->silent = false;
	for (size_t i = 0; i < t->n; i++) {
		if (t->pair[i].silent)
			blamed(&t->pair[i])->silent = true;
	}
}

static void
look_for_silence(struct selftest *t, struct pair *p, int64_t now)
{
	if (p->from != NULL && !links_may(t->links, p->from, PRIORITY))
		p->alarm_at = now + p->conf->every_ms + p->conf->within_ms;
	if (p->silent || now < p->alarm_at || !is_watched(p))
		return;
	p->silent = true;
	log_error("selftest.silent", "from=%s to=%s sent=%d link=%s", p->conf->source,
	    p->conf->target, p->sent, blamed(p)->name);
	mark_links(t);
}

static void
proven(struct selftest *t, struct pair *p, int64_t now)
{
	p->alarm_at = now + p->conf->every_ms + p->conf->within_ms;
	if (!p->silent)
		return;
	p->silent = false;
	log_warn("selftest.again", "from=%s to=%s", p->conf->source, p->conf->target);
	mark_links(t);
}

static void
settle(struct selftest *t)
{
	while (t->heard_n > 0) {
		struct link *l = t->heard[--t->heard_n].link;

		l->settled(l, t->heard[t->heard_n].handle, BUS_DONE);
	}
}

void
selftest_run(struct selftest *t, int64_t now)
{
	settle(t);
	for (size_t i = 0; i < t->n; i++) {
		struct pair *p = &t->pair[i];

		if (p->from != NULL && !p->out && now >= p->next_at)
			send_one(t, p, now);
		look_for_silence(t, p, now);
	}
}

/* The pair of which this is a text, and when it was sent; NULL: it is none. */
static struct pair *
read_code(struct selftest *t, const struct bus_sms_in *in, uint32_t *s)
{
	size_t lead = strlen(WORDS);
	char code[CODE_LEN + 1];
	unsigned at;

	if (in->body != BUS_BODY_TEXT || in->total > 1 || in->text_n != lead + CODE_LEN ||
	    strncmp(in->text, WORDS, lead) != 0 ||
	    sscanf(in->text + lead, "%8X", &at) != 1)
		return NULL;
	*s = at;
	for (size_t i = 0; i < t->n; i++) {
		write_code(t, &t->pair[i], *s, code);
		if (strcmp(code, in->text + lead) == 0)
			return &t->pair[i];
	}
	return NULL;
}

static void
judge(struct selftest *t, struct pair *p, const struct link *l, uint32_t s)
{
	int64_t late = clock_wall_ms() / 1000 - (int64_t)s;
	const char *event = l != p->to ? "selftest.astray"
	    : late * 1000 > p->conf->within_ms + 1000 || late < -AHEAD_S ? "selftest.late"
									 : NULL;

	if (event != NULL) {
		log_warn(event, "from=%s to=%s link=%s s=%lld", p->conf->source,
		    p->conf->target, l->name, (long long)late);
		return;
	}
	log_info("selftest.heard", "from=%s to=%s s=%lld", p->conf->source,
	    p->conf->target, (long long)late);
	proven(t, p, clock_boot_ms());
}

enum rc
selftest_heard(
    struct selftest *t, struct link *l, const struct bus_sms_in *in, uint64_t handle)
{
	uint32_t s;
	struct pair *p = read_code(t, in, &s);

	if (p == NULL)
		return RC_REFUSED;
	if (t->heard_n == HEARD_MAX)
		return RC_AGAIN;
	t->heard[t->heard_n].link = l;
	t->heard[t->heard_n++].handle = handle;
	judge(t, p, l, s);
	return RC_OK;
}

void
selftest_withdraw(struct selftest *t, const struct link *l)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->heard_n; i++) {
		if (t->heard[i].link != l)
			t->heard[kept++] = t->heard[i];
	}
	t->heard_n = kept;
}

bool
selftest_result(struct selftest *t, const struct bus_result *r)
{
	if (r->row < SELFTEST_ROW)
		return false;
	for (size_t i = 0; i < t->n; i++) {
		struct pair *p = &t->pair[i];

		if (!p->out || p->row != r->row)
			continue;
		p->out = false;
		p->sent = r->state == BUS_ACCEPTED || r->state == BUS_UNCERTAIN;
		/* where it arrives is watched by who has that link */
		if (p->sent && p->to == NULL)
			proven(t, p, clock_boot_ms());
		if (!p->sent)
			log_warn("selftest.unsent", "from=%s to=%s state=%d error=%u",
			    p->conf->source, p->conf->target, (int)r->state, r->error);
	}
	return true;
}
