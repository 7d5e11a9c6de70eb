/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a receiver may text: first their code and what stands beside it, then the action; the rest is
 * speech. It settles nothing and knows no referral. Called by receivers.c.
 */
#include "receiver_words.h"

#include <string.h>

#include "receiver_lexicon.h"
#include "receiver_numbers.h"
#include "str.h"

#define ITEMS \
	24 /* so many words and numbers are looked at: what stands later is speech */
#define CODE_DIGITS 3
#define SPOTS 2
#define SHORT_DIGITS 2 /* a count or an hour */
#define NO_DIGIT (-1)
#define DOUBT (-2) /* a digit stands beside the code that may be no answer */

/* A word, or a number. */
struct item {
	struct lexeme l;
	bool digits;
	size_t len; /* of the digits */
	int number;
};

struct read {
	struct item v[ITEMS];
	unsigned n;
	bool asks;  /* "482?", "482 -": no plain yes */
	bool query; /* a question mark anywhere */
};

static int
number_of(const char *p, size_t n)
{
	int v = 0;

	for (size_t i = 0; i < n && v < 1000000; i++)
		v = v * 10 + (p[i] - '0');
	return v;
}

static bool
is_word(const struct item *it, enum lexeme_part part)
{
	return !it->digits && it->l.part == part;
}

static bool
is_digit(const struct read *r, unsigned i)
{
	return i < r->n && r->v[i].digits && r->v[i].len == 1;
}

/* "не берём": a no; "не встретили": not found; "не едем": no answer; "не" and speech: a no, loosely. */
static struct lexeme
contrary(const struct item *next)
{
	struct lexeme l = { PART_SOFT, SAYS_CANNOT };

	if (next == NULL || next->digits || next->l.word == SAYS_CANNOT ||
	    next->l.word == SAYS_TAKE)
		l.part = PART_WORD;
	else if (next->l.word == SAYS_MET)
		l = (struct lexeme){ PART_WORD, SAYS_NOT_FOUND };
	else if (next->l.word < SAYS_NONE || next->l.word == SAYS_AWAY)
		l.part = PART_NOT, l.word = next->l.word;
	return l;
}

static void
join_contraries(struct read *r)
{
	unsigned n = 0;

	for (unsigned i = 0; i < r->n; i++) {
		struct item it = r->v[i];
		const struct item *next = i + 1 < r->n ? &r->v[i + 1] : NULL;

		if (is_word(&it, PART_NOT)) {
			it.l = contrary(next);
			i += next != NULL && !next->digits;
		}
		r->v[n++] = it;
	}
	r->n = n;
}

static void
read_items(const struct folded *f, struct read *r)
{
	unsigned used;

	for (unsigned i = 0; i < f->tokens && r->n < ITEMS; i += used) {
		struct item it = { { PART_UNKNOWN, SAYS_NONE }, f->token[i].digits, 0,
			0 };

		used = 1;
		if (it.digits) {
			const char *p = match_token(f, i, &it.len);

			it.number = number_of(p, it.len);
		} else {
			it.l = lexicon_at(f, i, &used);
		}
		if (!is_word(&it, PART_LIGHT))
			r->v[r->n++] = it;
	}
	join_contraries(r);
}

/* What the word answers to a referral, with a code beside it; SAYS_NONE: it does not. */
static enum receiver_word
answer_of(const struct item *it, bool *loose)
{
	bool away = !it->digits && it->l.word == SAYS_AWAY && it->l.part != PART_NOT;

	*loose = away || it->l.part == PART_SOFT;
	if (it->digits || it->l.part == PART_NOT || (!away && it->l.word > SAYS_NONE))
		return SAYS_NONE;
	return away ? SAYS_CANNOT : it->l.word;
}

static enum receiver_word
answer_at(const struct read *r, unsigned i)
{
	bool loose;

	return i < r->n ? answer_of(&r->v[i], &loose) : SAYS_NONE;
}

static bool
oppose(enum receiver_word a, enum receiver_word b)
{
	enum receiver_word low = a < b ? a : b, high = a < b ? b : a;

	return (low == SAYS_TAKE && (high == SAYS_CANNOT || high == SAYS_GIVE_BACK)) ||
	    (low == SAYS_CANNOT && high == SAYS_ON_THE_WAY) ||
	    (low == SAYS_MET && high == SAYS_NOT_FOUND);
}

static bool
is_code(const struct read *r, unsigned i)
{
	return i < r->n && r->v[i].digits &&
	    (r->v[i].len == CODE_DIGITS || r->v[i].len == CODE_DIGITS + 1);
}

static bool
is_joined(const struct read *r, unsigned i)
{
	return r->v[i].len == CODE_DIGITS + 1;
}

static int
code_at(const struct read *r, unsigned i)
{
	return r->v[i].number % ANSWER_CODES;
}

/* "2 места", "30 мин" */
static bool
is_count(const struct read *r, unsigned i)
{
	const struct item *next = i + 1 < r->n ? &r->v[i + 1] : NULL;

	return next != NULL && !next->digits &&
	    (next->l.part == PART_UNIT || next->l.word == SAYS_BEDS);
}

/* Where code and digits beside it begin: "1 482" at the 1. */
static unsigned
begin_of(const struct read *r, unsigned at)
{
	return !is_joined(r, at) && at > 0 && is_digit(r, at - 1) ? at - 1 : at;
}

/* It may count what is named later: "482 2 свободных места". */
static bool
may_count(const struct read *r, unsigned i)
{
	const struct item *then = i + 1 < r->n ? &r->v[i + 1] : NULL;
	bool counted = false;

	if (then != NULL && then->digits)
		return then->len <= SHORT_DIGITS;
	for (unsigned k = i + 2; k < r->n; k++)
		counted = counted || is_word(&r->v[k], PART_UNIT) ||
		    (!r->v[k].digits && r->v[k].l.word == SAYS_BEDS);
	return counted && answer_at(r, i + 1) == SAYS_NONE;
}

/*
 * The digit behind the code, unless it counts something: "482 2 места", "482 2 30"; where one stands before
 * the code, whatever word follows.
 */
static int
digit_behind(const struct read *r, unsigned at)
{
	bool paired = is_joined(r, at) || begin_of(r, at) < at;
	int digit;

	if (!is_digit(r, at + 1) || is_count(r, at + 1))
		return NO_DIGIT;
	digit = r->v[at + 1].number;
	if (paired && at + 2 < r->n && !r->v[at + 2].digits &&
	    (int)answer_at(r, at + 2) != digit)
		return NO_DIGIT;
	return digit != SAYS_TAKE && may_count(r, at + 1) ? DOUBT : digit;
}

/* The digit that stands with the code, at the head of the text or behind a word that says the same. */
static int
lead_of(const struct read *r, unsigned at)
{
	unsigned begin = begin_of(r, at);
	int behind = digit_behind(r, at), lead = behind;

	if (is_joined(r, at))
		lead = r->v[at].number / ANSWER_CODES;
	else if (begin < at)
		lead = r->v[begin].number;
	if (lead < 0 || (behind != NO_DIGIT && behind != lead))
		return behind == NO_DIGIT ? NO_DIGIT : DOUBT;
	if (begin == 0 || is_joined(r, at) ||
	    (lead <= SAYS_GIVE_BACK && (int)answer_at(r, begin - 1) == lead))
		return lead;
	return DOUBT;
}

/* The last item of code and digit. */
static unsigned
end_of(const struct read *r, unsigned at)
{
	return digit_behind(r, at) == NO_DIGIT ? at : at + 1;
}

/* It stands as a code does: at the head, beside a digit or an answer, or in a row of codes. */
static bool
is_strong(const struct read *r, unsigned at)
{
	unsigned begin = begin_of(r, at), end = end_of(r, at);

	return begin == 0 || (!is_joined(r, at) && (begin < at || end > at)) ||
	    is_code(r, begin - 1) || is_code(r, end + 1) ||
	    answer_at(r, begin - 1) != SAYS_NONE || answer_at(r, end + 1) != SAYS_NONE;
}

/* "через 120 мин", "мест 500": no code; "482 места" is one, and so is "беру 482 км". */
static bool
is_amount(const struct read *r, unsigned at)
{
	bool answered = at > 0 &&
	    (is_digit(r, at - 1) || answer_at(r, at - 1) != SAYS_NONE);

	if (r->n == 2 && at == 1 && r->v[0].l.word == SAYS_BEDS && !r->v[0].digits)
		return true;
	return at + 1 < r->n && is_word(&r->v[at + 1], PART_UNIT) && !answered;
}

/*
 * Which number is the code; r->n: none. As far as two it is the one of theirs, with more of them nothing can
 * be told; a number that stands as a code counts before others, theirs or not: who guesses is counted.
 */
static unsigned
find_code(const struct read *r, const struct answer_codes *theirs)
{
	unsigned spot[SPOTS] = { 0 }, n = 0, known = 0, at = r->n;
	bool strong = false;

	for (unsigned i = 0; i < r->n; i++) {
		bool s = is_code(r, i) && is_strong(r, i);

		if (!is_code(r, i) || is_amount(r, i) || (strong && !s))
			continue;
		if (s && !strong)
			n = 0;
		strong = s;
		if (n == SPOTS)
			return r->n;
		spot[n++] = i;
	}
	if (n == SPOTS && code_at(r, spot[0]) == code_at(r, spot[1]))
		n = 1;
	for (unsigned i = 0; i < n; i++) {
		if (theirs != NULL && theirs->has[code_at(r, spot[i])]) {
			at = spot[i];
			known++;
		}
	}
	if (known == 0 && n > 0)
		return spot[0];
	return known == 1 ? at : r->n;
}

static unsigned
codes_in(const struct read *r)
{
	unsigned n = 0;

	for (unsigned i = 0; i < r->n; i++)
		n += is_code(r, i);
	return n;
}

/* Any word of the text that says the contrary; a loose one where `loose`. */
static bool
is_denied(const struct read *r, enum receiver_word word, bool loose)
{
	for (unsigned i = 0; i < r->n; i++) {
		bool softly;
		enum receiver_word other = answer_of(&r->v[i], &softly);

		if (oppose(word, other) && (loose || !softly))
			return true;
	}
	return false;
}

/* Words that may take a yes back: "если", a question mark. */
static bool
is_doubted(const struct read *r)
{
	bool doubt = r->asks;

	for (unsigned i = 0; i < r->n; i++)
		doubt = doubt || is_word(&r->v[i], PART_IF);
	return doubt;
}

/* The word at item i says the contrary of the digit: "1 482 нет", but not "2 482 можем завтра". */
static bool
is_denied_at(const struct read *r, enum receiver_word word, unsigned i)
{
	if (i >= r->n || r->v[i].digits || r->v[i].l.part == PART_SOFT)
		return false;
	return r->v[i].l.part == PART_NOT ? r->v[i].l.word == word
					  : oppose(word, answer_at(r, i));
}

/* The digit says it; only a word right beside it can say the contrary. */
static void
by_digit(struct receiver_words *w, const struct read *r, unsigned at, int lead)
{
	unsigned begin = begin_of(r, at), end = end_of(r, at);

	w->lead = lead;
	w->beside = begin < at || is_joined(r, at) || end + 1 == r->n ||
	    answer_at(r, end + 1) != SAYS_NONE;
	if (lead > SAYS_GIVE_BACK)
		return;
	w->word = (enum receiver_word)lead;
	w->unclear = (begin > 0 && is_denied_at(r, w->word, begin - 1)) ||
	    is_denied_at(r, w->word, end + 1);
}

/* The word beside the code says it, else the first of the text, as far as no other says the contrary. */
static void
by_word(struct receiver_words *w, const struct read *r, unsigned at)
{
	unsigned i = at + 1;

	w->beside = true;
	if (at > 0 && answer_at(r, at - 1) != SAYS_NONE)
		i = at - 1;
	else if (answer_at(r, at + 1) == SAYS_NONE)
		for (w->beside = false, i = 0; i < r->n; i++)
			if (answer_at(r, i) != SAYS_NONE)
				break;
	if (i >= r->n)
		return;
	w->word = answer_of(&r->v[i], &w->loose);
	w->unclear = is_denied(
			 r, w->word, w->loose || !w->beside || w->word == SAYS_CANNOT) ||
	    (w->word == SAYS_TAKE && is_doubted(r));
	/* met and not found close a sentence where the verb stands last */
	if (i + 1 == r->n && (w->word == SAYS_MET || w->word == SAYS_NOT_FOUND))
		w->beside = true;
}

/* No word says it: the code alone is a yes, with numbers or beds it is asked after, else it is speech. */
static void
by_itself(struct receiver_words *w, const struct read *r, unsigned at)
{
	bool counts = at + 1 < r->n && r->v[at + 1].digits && is_count(r, at + 1);
	bool amounts = true, denies = false;

	for (unsigned i = 0; i < r->n; i++) {
		const struct item *it = &r->v[i];

		denies = denies || is_word(it, PART_NOT);
		if (!it->digits && it->l.word == SAYS_BEDS) {
			amounts = true;
			break;
		}
		amounts = amounts && (it->digits || it->l.part == PART_UNIT);
	}
	amounts = amounts || counts;
	w->unclear = denies || (amounts && (r->n > 1 || r->asks));
	if (amounts && !w->unclear)
		w->word = SAYS_TAKE;
}

/*
 * "1 24" of who was asked by 024: people leave a leading zero out. Only beside a digit or an answer, the only
 * number of its length, and no count nor time; r->n: none.
 */
static unsigned
find_short(const struct read *r, const struct answer_codes *theirs)
{
	unsigned at = r->n;

	if (theirs == NULL || codes_in(r) > 0)
		return r->n;
	for (unsigned i = 0; i < r->n; i++) {
		const struct item *it = &r->v[i];

		if (!it->digits && it->l.word > SAYS_NONE)
			return r->n;
		if (!it->digits || it->len == 1)
			continue;
		if (it->len != SHORT_DIGITS || at != r->n)
			return r->n;
		at = i;
	}
	return at < r->n && theirs->has[r->v[at].number] && !is_count(r, at) &&
		(is_digit(r, at + 1) || (at > 0 && is_digit(r, at - 1)) ||
		    answer_at(r, at + 1) != SAYS_NONE ||
		    (at > 0 && answer_at(r, at - 1) != SAYS_NONE))
	    ? at
	    : r->n;
}

/* What who has the case may have meant, wherever the word stands. */
static void
find_road(struct receiver_words *w, const struct read *r)
{
	bool said[SAYS_NONE] = { false }, against = r->query || is_doubted(r);

	for (unsigned i = 0; i < r->n; i++) {
		const struct item *it = &r->v[i];

		if (it->digits || it->l.word >= SAYS_NONE || it->l.part == PART_SOFT)
			continue;
		if (it->l.part == PART_NOT || it->l.word == SAYS_CANNOT ||
		    it->l.word == SAYS_GIVE_BACK)
			against = true;
		else
			said[it->l.word] = true;
	}
	w->road = said[SAYS_MET]    ? SAYS_MET
	    : said[SAYS_NOT_FOUND]  ? SAYS_NOT_FOUND
	    : said[SAYS_ON_THE_WAY] ? SAYS_ON_THE_WAY
				    : SAYS_NONE;
	w->road_sure = w->road != SAYS_NONE && !against &&
	    !(said[SAYS_MET] && said[SAYS_NOT_FOUND]);
}

static struct receiver_words
nothing(int number)
{
	return (struct receiver_words){ .word = SAYS_NONE,
		.code = -1,
		.digit = -1,
		.lead = -1,
		.number = number,
		.beds = -1,
		.road = SAYS_NONE };
}

/* False: the number is no code after all. */
static bool
take_answer(
    struct receiver_words *w, const struct read *r, const struct answer_codes *theirs)
{
	unsigned at = find_code(r, theirs);
	struct receiver_words said = nothing(w->number);
	bool known;
	int lead;

	if (at == r->n)
		at = find_short(r, theirs);
	if (at == r->n)
		return false;
	said.head = at == 0;
	find_road(&said, r);
	said.code = code_at(r, at);
	known = theirs != NULL && theirs->has[said.code];
	lead = lead_of(r, at);
	if (lead == DOUBT)
		said.unclear = true;
	else if (lead >= 0)
		by_digit(&said, r, at, lead);
	else
		by_word(&said, r, at);
	if (lead == NO_DIGIT && said.word == SAYS_NONE)
		by_itself(&said, r, at);
	/* "нас нет 120", a number in speech: of no referral, unless it is theirs */
	if (!known && codes_in(r) == 1 &&
	    (said.loose ? said.word == SAYS_CANNOT
			: said.word == SAYS_NONE && !is_strong(r, at)))
		return false;
	*w = said;
	return true;
}

/* "МЕСТ 2", "2 места", "мест нет", "нет мест". */
static bool
take_beds(struct receiver_words *w, const struct read *r)
{
	enum receiver_word first = SAYS_NONE;
	unsigned numbers = 0, bed = 0;
	int number = -1;
	bool none = false;

	for (unsigned i = 0; i < r->n; i++) {
		const struct item *it = &r->v[i];

		if (it->digits)
			number = it->number, numbers++;
		else if (first == SAYS_NONE && it->l.part != PART_SOFT &&
		    it->l.part != PART_NOT)
			first = it->l.part == PART_FULL ? SAYS_BEDS : it->l.word;
		bed += !it->digits &&
		    (it->l.word == SAYS_BEDS || it->l.part == PART_FULL);
		none = none || (!it->digits && it->l.word == SAYS_CANNOT);
	}
	if (bed == 0 || numbers > 1 || (first == SAYS_CANNOT && numbers > 0) ||
	    (first != SAYS_BEDS && first != SAYS_CANNOT))
		return false;
	if (numbers == 1 && !none && number <= RECEIVER_BEDS_MAX)
		w->beds = number;
	else if (numbers == 0 && none)
		w->beds = 0;
	w->word = SAYS_BEDS;
	return true;
}

bool
receiver_word_is_free(enum receiver_word w)
{
	return w > SAYS_NONE;
}

/* Without a code: a word of the receiver itself, a bare digit, or an answer that settles nothing. */
static void
take_rest(struct receiver_words *w, const struct read *r)
{
	enum receiver_word first = SAYS_NONE, answer = SAYS_NONE;
	bool number = false;

	if (take_beds(w, r))
		return;
	if (r->n == 1 && is_digit(r, 0)) {
		w->digit = w->lead = r->v[0].number;
		if (w->lead <= SAYS_GIVE_BACK)
			w->word = (enum receiver_word)w->lead;
		return;
	}
	for (unsigned i = 0; i < r->n; i++) {
		const struct item *it = &r->v[i];
		bool firm = !it->digits && it->l.part != PART_SOFT &&
		    it->l.part != PART_NOT;

		number = number || it->digits;
		if (firm && first == SAYS_NONE)
			first = it->l.word;
		if (firm && answer == SAYS_NONE && it->l.word < SAYS_NONE)
			answer = it->l.word;
	}
	if (first == SAYS_AWAY && answer == SAYS_TAKE)
		first = answer;
	/* "away until": the numbers are a time */
	if (first == SAYS_AWAY || (receiver_word_is_free(first) && !number))
		w->word = first;
	else if (answer != SAYS_NONE && !is_denied(r, answer, false))
		w->word = answer;
}

struct receiver_words
receiver_words_parse(const char *text, const struct answer_codes *theirs)
{
	struct receiver_words w = nothing(-1);
	static struct folded f;
	static char rest[FLOW_INPUT_MAX];
	struct read r = { .query = strchr(text, '?') != NULL };

	w.number = numbers_take(text, rest, sizeof(rest), &r.asks);
	match_fold(&f, rest[0] != '\0' ? rest : text);
	read_items(&f, &r);
	if (!take_answer(&w, &r, theirs))
		take_rest(&w, &r);
	return w;
}
