/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a receiver may text. Words are folded as people's are, in all seven languages at once: an
 * intent is the same in each. Pure but for a table folded at the first call. Called by receivers.c.
 */
#include "receiver_words.h"

#include <string.h>

#include "match.h"
#include "str.h"

/* Drafts until signed by native speakers, in the order kk ru uz ky tg tk en, then other forms of each. */
static const struct {
	enum receiver_word word;
	const char *text; /* words apart by a comma and a blank */
} words[] = {
	{ SAYS_TAKE,
	    "аламын, беру, olaman, алам, мегирам, alýaryn, take, иә, да, ha, ооба, ҳа, "
	    "hawa, yes, берем, берём, аламыз, olamiz, алабыз, мегирем, alýarys, ok" },
	{ SAYS_CANNOT, "жоқ, нет, yo'q, жок, не, ýok, no, not" },
	{ SAYS_MORE,
	    "толығырақ, подробнее, batafsil, кененирээк, муфассал, giňişleýin, more, "
	    "ещё, еще" },
	{ SAYS_ON_THE_WAY,
	    "жолда, едем, yo'lda, жолдо, дар роҳ, ýolda, going, жолдамыз, еду, "
	    "выехали, в пути, yo'ldamiz, жолдобуз, дар роҳем, on the way" },
	{ SAYS_MET,
	    "кездестік, встретили, uchrashdik, жолуктук, вохӯрдем, duşuşdyk, met, "
	    "встретил, встретила, кездестім, жолуктум" },
	{ SAYS_NOT_FOUND,
	    "таппадық, не нашли, topmadik, таппадык, наёфтем, tapmadyk, not found, "
	    "не нашёл, не нашла, таппадым, topmadim" },
	{ SAYS_GIVE_BACK,
	    "қайтарамын, отдаём, qaytaraman, кайтарам, бозмегардонам, "
	    "gaýtarýaryn, give back, отдаю, отдать, қайтарамыз, qaytaramiz, "
	    "кайтарабыз" },
	{ SAYS_OPERATOR,
	    "оператор, operator, диспетчер, кезекші, дежурный, navbatchi, нөөмөтчү, "
	    "навбатдор, nobatçy" },
	{ SAYS_BEDS, "орын, мест, joy, орун, ҷой, ýer, beds, место, места, bed, places" },
	{ SAYS_OPEN,
	    "ашық, список, ro'yxat, тизме, рӯйхат, sanaw, open, тізім, открытые, "
	    "заявки, list" },
	{ SAYS_AWAY,
	    "жоқпыз, заняты, yo'qmiz, жокпуз, нестем, ýokdurys, away, жоқпын, уехали, "
	    "уехал, уехала, отпуск, выходной, yo'qman, жокмун, нестам, ýokduryn, "
	    "absent, занят, занята, нет нас, нас нет, нет меня, меня нет" },
	{ SAYS_HERE,
	    "келдік, вернулись, keldik, келдик, омадем, geldik, here, келдім, "
	    "вернулся, вернулась, здесь, на месте, keldim, shu yerdamiz, келдим, "
	    "омадам, geldim, back" },
	{ SAYS_LOST,
	    "жоғалды, потерян, yo'qoldi, жоголду, гум шуд, ýitdi, lost, жоғалттым, "
	    "потеряли, потеряла, потерял, украли, украден, yo'qotdim, жоготтум, stolen" },
	{ SAYS_HELP,
	    "көмек, помощь, yordam, жардам, кӯмак, kömek, help, помогите, "
	    "көмектесіңіз, yordam bering, жардам бергиле, кумак" },
};

#define FOLDED_MAX 256 /* of them in all languages */
#define WORD_BYTES 64
#define TOKENS 8 /* so many are looked at: what stands later is speech */
#define SPAN 3
#define SKELETON_CHARS 4
#define NUMBERS 4

static struct {
	enum receiver_word word;
	char s[WORD_BYTES];
	char bones[MATCH_WORD_MAX]; /* "" when it is too short for the other script */
} folded_word[FOLDED_MAX];
static size_t folded_words;

static void
fold_word(enum receiver_word word, const char *s, size_t n)
{
	static struct folded f;
	char one[WORD_BYTES];
	size_t len;
	const char *p;

	if (folded_words == FOLDED_MAX || !str_copy_bytes(one, sizeof(one), s, n))
		return;
	match_fold(&f, one);
	p = match_span(&f, 0, f.tokens, &len);
	if (!str_copy_bytes(
		folded_word[folded_words].s, sizeof(folded_word[0].s), p, len))
		return;
	folded_word[folded_words].word = word;
	if (f.tokens != 1 || match_chars(p, len) < SKELETON_CHARS ||
	    !match_skeleton(folded_word[folded_words].bones, p, len, MATCH_READ_COMMON))
		folded_word[folded_words].bones[0] = '\0';
	folded_words++;
}

static void
fold_words(void)
{
	if (folded_words > 0)
		return;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		for (const char *p = words[i].text; *p != '\0';) {
			size_t n = strcspn(p, ",");

			fold_word(words[i].word, p, n);
			p += n + strspn(p + n, ", ");
		}
	}
}

static enum receiver_word
by_letters(const char *p, size_t n)
{
	for (size_t i = 0; i < folded_words; i++) {
		if (strlen(folded_word[i].s) == n && memcmp(folded_word[i].s, p, n) == 0)
			return folded_word[i].word;
	}
	return SAYS_NONE;
}

/* The same word in the other script ("beru"). */
static enum receiver_word
by_skeleton(const char *p, size_t n)
{
	char bones[MATCH_WORD_MAX];

	if (match_chars(p, n) < SKELETON_CHARS ||
	    !match_skeleton(bones, p, n, MATCH_READ_COMMON))
		return SAYS_NONE;
	for (size_t i = 0; i < folded_words; i++) {
		if (folded_word[i].bones[0] != '\0' &&
		    strcmp(folded_word[i].bones, bones) == 0)
			return folded_word[i].word;
	}
	return SAYS_NONE;
}

/* The longest word or group of words at token i; *used tokens of it. */
static enum receiver_word
word_at(const struct folded *f, unsigned i, unsigned *used)
{
	enum receiver_word w = SAYS_NONE;
	size_t n;
	const char *p;

	for (*used = f->tokens - i < SPAN ? f->tokens - i : SPAN; *used > 0; (*used)--) {
		p = match_span(f, i, *used, &n);
		w = by_letters(p, n);
		if (w != SAYS_NONE)
			return w;
	}
	*used = 1;
	p = match_token(f, i, &n);
	return by_skeleton(p, n);
}

static int
number_of(const char *p, size_t n)
{
	int v = 0;

	for (size_t i = 0; i < n && v < 1000000; i++)
		v = v * 10 + (p[i] - '0');
	return v;
}

/* "№319" names the case and is no code: it is taken out of the text. */
static int
take_number(const char *text, char *out, size_t size)
{
	static const char sign[] = "№";
	const char *at = strstr(text, sign), *end;
	size_t len = 0, digits;
	int v;

	out[0] = '\0';
	if (at == NULL || strlen(text) >= size)
		return -1;
	end = at + strlen(sign);
	end += strspn(end, " ");
	digits = strspn(end, "0123456789");
	if (digits == 0 || digits > 6)
		return -1;
	v = number_of(end, digits);
	return str_add(out, size, &len, "%.*s %s", (int)(at - text), text, end + digits)
	    ? v
	    : -1;
}

struct read {
	enum receiver_word word, second; /* the first two that we know */
	int number[NUMBERS];
	size_t len[NUMBERS];
	unsigned numbers;
	bool too_many, digits_first;
	bool alone; /* one token and no more */
};

static void
read_tokens(const struct folded *f, struct read *r)
{
	unsigned used;

	r->word = r->second = SAYS_NONE;
	r->alone = f->tokens == 1;
	for (unsigned i = 0; i < f->tokens && i < TOKENS; i += used) {
		enum receiver_word w;
		size_t n;
		const char *p = match_token(f, i, &n);

		used = 1;
		if (f->token[i].digits) {
			r->digits_first = r->digits_first || r->word == SAYS_NONE;
			if (r->numbers == NUMBERS)
				r->too_many = true;
			else
				r->len[r->numbers] = n,
				r->number[r->numbers++] = number_of(p, n);
			continue;
		}
		w = word_at(f, i, &used);
		if (r->word == SAYS_NONE)
			r->word = w;
		else if (r->second == SAYS_NONE)
			r->second = w;
	}
}

/* One run of digits: an action, a code, or both in four. False: none of these. */
static bool
take_digits(struct receiver_words *w, int v, size_t n)
{
	if (n == 4 && w->code < 0) {
		w->lead = v / 1000;
		w->code = v % 1000;
	} else if (n == 3 && w->code < 0) {
		w->code = v;
	} else if (n == 1 && w->lead < 0) {
		w->lead = v;
	} else {
		return false;
	}
	return true;
}

/* "МЕСТ 2", "2 места", "мест нет", "нет мест". */
static bool
take_beds(struct receiver_words *w, const struct read *r)
{
	bool none = r->word == SAYS_CANNOT || r->second == SAYS_CANNOT;

	if ((r->word != SAYS_BEDS && r->second != SAYS_BEDS) || r->numbers > 1 ||
	    (r->word != SAYS_BEDS && r->word != SAYS_CANNOT))
		return false;
	if (r->numbers == 1 && r->digits_first && r->len[0] >= 3)
		return false; /* "482 мест нет": a code */
	if (r->numbers == 1 && !none && r->number[0] <= RECEIVER_BEDS_MAX)
		w->beds = r->number[0];
	else if (r->numbers == 0 && none)
		w->beds = 0;
	w->word = SAYS_BEDS;
	return r->word == SAYS_BEDS || r->numbers == 0;
}

bool
receiver_word_is_free(enum receiver_word w)
{
	return w > SAYS_NONE;
}

/* An answer to a referral: digits, and a word beside them. */
static void
take_answer(struct receiver_words *w, const struct read *r)
{
	const struct receiver_words none = { SAYS_NONE, -1, -1, -1, w->number, -1 };
	enum receiver_word said = receiver_word_is_free(r->word) ? r->second : r->word;

	for (unsigned i = 0; i < r->numbers; i++) {
		if (!take_digits(w, r->number[i], r->len[i])) {
			*w = none;
			return;
		}
	}
	if (r->too_many)
		*w = none;
	else if (w->lead >= 0 && w->lead <= SAYS_GIVE_BACK &&
	    (w->code >= 0 || r->alone) && (r->digits_first || said == SAYS_NONE))
		w->word = (enum receiver_word)w->lead;
	else if (w->lead < 0 || said < SAYS_NONE)
		w->word = said;
}

struct receiver_words
receiver_words_parse(const char *text)
{
	struct receiver_words w = { SAYS_NONE, -1, -1, -1, -1, -1 };
	static struct folded f;
	static char rest[FLOW_INPUT_MAX];
	struct read r = { .numbers = 0 };

	fold_words();
	w.number = take_number(text, rest, sizeof(rest));
	match_fold(&f, w.number >= 0 ? rest : text);
	read_tokens(&f, &r);
	if (take_beds(&w, &r))
		return w;
	w.word = SAYS_NONE;
	w.beds = -1;
	if (r.word == SAYS_AWAY || (receiver_word_is_free(r.word) && r.numbers == 0)) {
		w.word = r.word; /* "away until": the numbers are a time */
		return w;
	}
	take_answer(&w, &r);
	if (receiver_word_is_free(w.word))
		w.word = SAYS_NONE;
	if (f.tokens == 1 && f.token[0].digits && f.token[0].len == 1)
		w.digit = w.lead;
	if (w.code < 0 && w.digit < 0 && w.word == SAYS_NONE)
		w.lead = -1;
	if (w.word == SAYS_NONE && w.code >= 0 && f.tokens == 1 && w.lead < 0)
		w.word = SAYS_TAKE; /* the code alone */
	return w;
}
