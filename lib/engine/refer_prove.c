/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every text to receivers at its longest, in every language: it must be there, and fit its parts.
 * It sends nothing. Called by flow_prove.c.
 */
#include <stdio.h>
#include <string.h>

#include "flow_priv.h"
#include "gsm.h"
#include "match.h"
#include "prove.h"
#include "refer_text.h"
#include "str.h"

#define DETAIL_PARTS 2
#define PLACE_CHARS 70
#define OWN_WORDS_MAX (REFER_TEXT_MAX - 64)

static const char *
text_of(const struct flows *f, enum lang l, const char *key)
{
	return text_get(f->texts, l, TEXT_PLAIN, key);
}

static enum rc
prove_parts(enum lang l, const char *dir, const char *key, const char *text,
    unsigned bound, struct flow_err *err)
{
	struct gsm_size size = gsm_size_of(text);

	if (text[0] != '\0' && size.parts <= bound)
		return RC_OK;
	return prove_fail(err, dir, 1, key,
	    "%s.po: %u parts, %u units (\"%.80s\"); allowed: %u", lang_code(l),
	    size.parts, size.units, text, bound);
}

/* Who is asked beside reads what for, wherever it is. */
static enum rc
prove_beside(const struct flows *f, enum lang l, const char *dir,
    const struct case_facts *where, struct flow_err *err)
{
	static const struct {
		enum refer_role role;
		const char *need;
	} roles[] = { { REFER_LEGAL, "advice" }, { REFER_LEGAL, "papers" },
		{ REFER_HEALTH, "doctor" }, { REFER_LABOUR, "wages" } };
	struct case_facts c = *where;
	char out[REFER_TEXT_MAX], key[FLOW_KEY_MAX];
	enum rc rc = RC_OK;

	c.slots = 2;
	c.slot[1] = (struct slot){ .name = "need" };
	for (size_t i = 0; i < ARRAY_LEN(roles) && rc == RC_OK; i++) {
		const char *need;

		(void)!str_copy(c.slot[1].code, sizeof c.slot[1].code, roles[i].need);
		(void)!(snprintf(key, sizeof key, "ref.need.%s", roles[i].need) > 0);
		need = text_of(f, l, key);
		if (need == NULL ||
		    refer_first(f, l, &c, roles[i].role, REFER_LED_NGO, 999, out) !=
			RC_OK ||
		    strstr(out, need) == NULL)
			out[0] = '\0';
		rc = prove_parts(l, dir, key, out, 1, err);
	}
	return rc;
}

/* Whoever leads: to police, who hear nothing else. */
static enum rc
prove_led(const struct flows *f, enum lang l, const char *dir, const struct case_facts *c,
    struct flow_err *err)
{
	enum rc rc = RC_OK;

	for (enum refer_led led = REFER_LED_NOT; led <= REFER_LED_OPERATOR && rc == RC_OK;
	     led++) {
		char out[REFER_TEXT_MAX];

		if (refer_first(f, l, c, REFER_POLICE, led, 999, out) != RC_OK)
			out[0] = '\0';
		rc = prove_parts(l, dir, "ref.first", out, 1, err);
	}
	return rc;
}

/* Whoever took it reads the longest place, a no to police and the digits, whatever else there is to say. */
static enum rc
prove_detail(const struct flows *f, enum lang l, const char *dir,
    const struct case_facts *where, struct flow_err *err)
{
	static const struct slot told[] = { { .name = "police", .code = "no" },
		{ .name = "need", .code = "bed doctor advice papers way wages" },
		{ .name = "hour", .code = "2230-2330" } };
	const struct refer_detail d = { REFER_FIRST, "23:59", where->place, where->place,
		true };
	struct case_facts c = *where;
	const char *acts = text_of(f, l, "ref.acts"),
		   *police = text_of(f, l, "ref.no_police");
	char out[REFER_TEXT_MAX];

	for (size_t i = 0; i < ARRAY_LEN(told); i++)
		c.slot[c.slots++] = told[i];
	if (refer_detail(f, l, &c, &d, out) != RC_OK ||
	    strstr(out, where->place) == NULL || acts == NULL ||
	    strstr(out, acts) == NULL || police == NULL || strstr(out, police) == NULL)
		out[0] = '\0';
	return prove_parts(l, dir, "ref.yours", out, DETAIL_PARTS, err);
}

static enum rc
prove_places(const struct flows *f, enum lang l, const char *dir, struct flow_err *err)
{
	char place[PLACE_CHARS * 2 + 1] = "", out[REFER_TEXT_MAX];
	struct case_facts c = { .number = 99999,
		.class = CASE_DANGER,
		.person_lang = l,
		.slots = 2,
		.place = place };
	enum rc rc = RC_OK;

	for (size_t len = 0; len < PLACE_CHARS * 2; len += 2)
		memcpy(place + len, "ж", 3);
	for (unsigned i = 0; i < places_count(f->places) && rc == RC_OK; i++) {
		c.slot[0] = (struct slot){ .name = "where" };
		c.slot[1] = (struct slot){ .name = "who", .code = "woman" };
		if (!str_copy(
			c.slot[0].code, sizeof c.slot[0].code, place_id(f->places, i)))
			return RC_REFUSED;
		rc = prove_led(f, l, dir, &c, err);
		if (rc == RC_OK)
			rc = prove_beside(f, l, dir, &c, err);
		if (rc == RC_OK && refer_operator(f, l, &c, 999, out) != RC_OK)
			out[0] = '\0';
		if (rc == RC_OK)
			rc = prove_parts(l, dir, "ref.operator", out, 1, err);
		if (rc == RC_OK && refer_danger(f, l, &c, out) != RC_OK)
			out[0] = '\0';
		if (rc == RC_OK)
			rc = prove_parts(l, dir, "ref.danger", out, 1, err);
		if (rc != RC_OK)
			break;
		rc = prove_detail(f, l, dir, &c, err);
	}
	return rc;
}

/* Said by the turn as they stand here; pieces of others may be missing, and are left out then. */
static const char *const said_keys[] = { "ref.first", "ref.reminder", "ref.yours",
	"ref.taken_else", "ref.taken_at", "ref.wrong_code", "ref.which", "ref.declined",
	"ref.reason", "ref.on_the_way", "ref.met", "ref.met_sure", "ref.noted",
	"ref.given_back", "ref.operator", "ref.cut", "ref.uncut", "ref.help",
	"ref.withdrawn", "ref.withdrawn_pressure", "ref.place_is", "ref.read",
	"ref.words", "ref.unread", "ref.relay_safe", "ref.relay_dial", "ref.relay_writes",
	"ref.relay_now", "ref.relay_ban", "ref.ban.word", "ref.ban.long",
	"ref.ban.number", "ref.ban.open", "ref.ban.closed", "ref.answer.read",
	"ref.reminder_others", "ref.lease", "ref.lapsed", "ref.met_told", "ref.led",
	"ref.led_child", "ref.led_operator", "ref.with_ngo", "ref.place_later",
	"ref.with_lead", "ref.acts", "ref.acts_beside", "ref.through_lead",
	"ref.met_beside", "ref.role.legal", "ref.role.health", "ref.role.labour",
	"ref.other.wait", "ref.other.took", "ref.role.ngo", "ref.role.child",
	"ref.role.police", "ref.role.social", "ref.child_among", "ref.beds",
	"ref.beds_how", "ref.open", "ref.open.asked", "ref.open.yours", "ref.open.none",
	"ref.away", "ref.away_how", "ref.here", "ref.told", "ref.lost_which",
	"ref.lost_sure", "ref.lost_done", "ref.lost_no", "ref.help_which", "ref.held",
	"ref.not_confirmed", "ref.outcome_ask", "ref.outcome_ask_police",
	"ref.outcome_ask_noise", "ref.outcome_done", "ref.outcome_noted",
	"ref.police_says", "ref.closed", "ref.linked", "ref.reopened" };

/* "ref.place" is no text of its own: prove_places sees to the whole. */
static unsigned
parts_of(const char *key)
{
	static const char *const two[] = { "ref.place_is", "ref.words", "ref.outcome_ask",
		"ref.outcome_ask_police", "ref.outcome_ask_noise", "ref.open",
		"ref.lost_which", "ref.withdrawn_pressure", "ref.place" };

	for (size_t i = 0; i < ARRAY_LEN(two); i++) {
		if (strcmp(two[i], key) == 0)
			return 2;
	}
	return 1;
}

/* The longest text of a family ("ref.ban."): what another text may say. */
static const char *
longest_of(const struct texts *texts, enum lang l, const char *family)
{
	const char *found = "";
	unsigned units = 0;

	for (size_t i = 0; i < texts_count(texts); i++) {
		struct text_row r = texts_row(texts, i);

		if (r.lang == l && r.reg == TEXT_PLAIN &&
		    strncmp(r.key, family, strlen(family)) == 0 &&
		    match_chars(r.text, strlen(r.text)) > units) {
			units = match_chars(r.text, strlen(r.text));
			found = r.text;
		}
	}
	return found;
}

/* Every text of the family "ref.", with all that it may name at its longest. */
static enum rc
prove_plain(const struct flows *f, enum lang l, const char *dir, struct flow_err *err)
{
	char place[PLACE_CHARS * 2 + 1], words[OWN_WORDS_MAX], out[REFER_TEXT_MAX];
	const struct text_arg args[] = { { "n", "99999" }, { "code", "999" },
		{ "at", "23:59" }, { "minutes", "240" }, { "where", "x" },
		{ "facts", "x" }, { "town", "x" }, { "list", "x" }, { "place", place },
		{ "hour", "22:30-23:30" }, { "kids", "99" }, { "words", words },
		{ "hours", "24" }, { "others", "x" }, { "who", "x" }, { "band", "x" },
		{ "count", "99" }, { "until", "25.12 23:59" },
		{ "phone", "0123456789012345" }, { "other", "99999" },
		{ "outcome", longest_of(f->texts, l, "ref.outcome.") },
		{ "answer", longest_of(f->texts, l, "ref.answer.") },
		{ "reason", longest_of(f->texts, l, "ref.ban.") } };
	enum rc rc = RC_OK;

	for (size_t i = 0; i < sizeof place; i++)
		place[i] = "\xd0\xb6"[i % 2];
	place[sizeof place - 1] = '\0';
	memcpy(words, place, sizeof place);
	for (size_t i = 0; i < ARRAY_LEN(said_keys) && rc == RC_OK; i++) {
		if (text_of(f, l, said_keys[i]) == NULL)
			rc = prove_fail(err, dir, 1, said_keys[i],
			    "%s.po: missing: receivers are told it", lang_code(l));
	}
	for (size_t i = 0; i < texts_count(f->texts) && rc == RC_OK; i++) {
		struct text_row r = texts_row(f->texts, i);

		if (r.lang != l || r.reg != TEXT_PLAIN || strncmp(r.key, "ref.", 4) != 0)
			continue;
		if (text_fill(out, sizeof out, r.text, args, ARRAY_LEN(args)) != RC_OK)
			rc = prove_fail(err, dir, 1, r.key,
			    "%s.po: an unknown placeholder; allowed: n code at minutes "
			    "where facts town list place hour hours others who band kids "
			    "words answer reason count until phone other outcome",
			    lang_code(l));
		else
			rc = prove_parts(l, dir, r.key, out, parts_of(r.key), err);
	}
	return rc;
}

enum rc
prove_refer_texts(const struct flows *f, const char *dir, struct flow_err *err)
{
	enum rc rc = RC_OK;

	for (unsigned l = 0; l < LANGS && rc == RC_OK; l++) {
		if ((f->langs & 1U << l) == 0)
			continue;
		rc = prove_plain(f, (enum lang)l, dir, err);
		if (rc == RC_OK)
			rc = prove_places(f, (enum lang)l, dir, err);
	}
	return rc;
}
