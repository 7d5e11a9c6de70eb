/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A receiver's words for a person: held against the ban list, in the person's letters, sealed, waiting.
 * Nothing is sent to the person here: they fetch it, or a knock says that something waits. Called by receivers.c.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "knock.h"
#include "log.h"
#include "receiver_acts.h"
#include "refer_text.h"
#include "str.h"

/* One text by key with {n} and one argument more. */
static enum rc
say(struct answering *a, const struct case_row *c, const char *key, const char *name,
    const char *value)
{
	struct said said;

	(void)said_args(&said, c->facts.number, 0, 0, "");
	said.arg[3] = (struct text_arg){ name, value };
	return answering_say(a, c->id, key, said.arg, 4);
}

/* Refused with the reason; nothing is kept. */
static enum rc
refuse(struct answering *a, const struct case_row *c, const char *reason_key)
{
	char reason[REFER_TEXT_MAX];
	enum rc rc = refer_say(a->t->flows, a->lang, reason_key, NULL, 0, reason);

	return rc == RC_OK ? say(a, c, "ref.relay_ban", "reason", reason) : rc;
}

/* The key of the reason why these words may not go; NULL: they may. `out`: in the person's letters. */
static const char *
why_not(const struct answering *a, const struct relay_words *w, const struct reach *to,
    char out[RELAY_BYTES])
{
	int64_t now = clock_wall_ms();

	if (to->met_ms != 0 && now > to->met_ms + a->t->limits.relay_ms)
		return "ref.ban.closed";
	if (w->phrase == RELAY_FREE && !to->plain && to->witness_until <= now)
		return "ref.ban.open";
	if (w->too_long || !relay_script(w->words, lang_parse(to->lang), out) ||
	    relay_chars(out) > RELAY_CHARS)
		return "ref.ban.long";
	if (relay_digits(w->words))
		return "ref.ban.number";
	if (!to->plain &&
	    (banlist_holds(a->t->sets->ban, w->words) ||
		banlist_holds(a->t->sets->ban, out)))
		return "ref.ban.word";
	return NULL;
}

static enum rc
store(struct answering *a, const struct case_row *c, const struct relay_words *w,
    const char *words)
{
	struct turn *t = a->t;
	int64_t id = 0;
	uint8_t *sealed;
	size_t n;
	enum rc rc = turn_id(t, &id);

	if (rc != RC_OK)
		return rc;
	sealed = keys_seal_text(t->keys, SEAL_OUTBOX, id, words, strlen(words), &n);
	rc = db_run(t->db, ST_RELAY_PUT, NULL, db_i64(id), db_i64(c->id),
	    db_i64(c->taken_by), db_i64(a->p->contact_id),
	    db_text(relay_phrase_step(w->phrase)), db_text(w->at), db_bytes(sealed, n));
	free(sealed);
	out_row(t->out, OUT_AUDIT, "relay.stored", c->id, c->taken_by, a->p->contact_id,
	    relay_phrase_step(w->phrase));
	log_info("relay.stored", "case=%lld relay=%lld phrase=%s", (long long)c->id,
	    (long long)id, relay_phrase_step(w->phrase));
	return rc == RC_OK ? knock_plan(t, c->id, 0) : rc;
}

/* When the person will read it: at once, in the safe time, when they dial, when they write. */
static enum rc
confirm(struct answering *a, const struct case_row *c, const struct reach *to)
{
	int64_t now = clock_wall_ms(), start, end;
	char hour[SAFE_HOUR_MAX];

	if (to->witness_until > now)
		return say(a, c, "ref.relay_now", "hour", "");
	if (knock_may_reach(to) && !to->knocked &&
	    safe_next(&to->safe, now, &start, &end)) {
		safe_hour(&to->safe, hour);
		return say(a, c, "ref.relay_safe", "hour", hour);
	}
	return say(a, c, to->ussd ? "ref.relay_dial" : "ref.relay_writes", "hour", "");
}

static enum rc
relay(struct answering *a, const struct case_row *c, const struct relay_words *w)
{
	char words[RELAY_BYTES];
	const char *reason;
	struct reach to;
	enum rc rc = knock_reach(a->t, c->id, &to);

	if (rc != RC_OK)
		return rc;
	/* a phone that was given back or forgotten is no cut: words wait for the code or the dial */
	if (to.hidden || to.cut)
		return say(a, c, "ref.cut", "hour", "");
	reason = why_not(a, w, &to, words);
	if (reason != NULL)
		return refuse(a, c, reason);
	rc = store(a, c, w, words);
	if (rc == RC_OK)
		rc = confirm(a, c, &to);
	seal_wipe(words, sizeof(words));
	return rc;
}

enum rc
receiver_relay(struct answering *a, int ask, const struct relay_words *w)
{
	struct case_row c = { 0 };
	bool closed;
	enum rc rc = referral_case_lock(a->t, db_get_i64(a->asks, ask, 2), &c);

	if (rc != RC_OK)
		return rc;
	closed = strcmp(c.state, "closed") == 0;
	if (!closed && c.taken_by == db_get_i64(a->asks, ask, 1))
		rc = relay(a, &c, w);
	else if (!closed && strcmp(db_get_text(a->asks, ask, 3), "accepted") == 0)
		rc = say(a, &c, "ref.through_lead", "hour", "");
	else
		rc = receiver_not_yours(a, &c, ask);
	referral_case_clear(&c);
	return rc;
}
