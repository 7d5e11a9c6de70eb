/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Receivers' words, folded as people's are, in all seven languages at once: an intent is the same in
 * each. It takes no decision. Called by receiver_words.c.
 */
#include "receiver_lexicon.h"

#include <string.h>

#include "base.h"
#include "str.h"

/* Drafts until signed by native speakers, in the order kk ru uz ky tg tk en, then other forms of each. */
static const struct {
	struct lexeme l;
	const char *text; /* words apart by a comma and a blank */
} words[] = {
	{ { PART_WORD, SAYS_TAKE },
	    "аламын, беру, olaman, алам, мегирам, alýaryn, take, иә, да, ha, ооба, ҳа, "
	    "hawa, yes, берем, берём, аламыз, olamiz, алабыз, мегирем, alýarys, ok, ок, "
	    "okay, окей, taking, возьмём, возьму, взяли, взял, взяла, принимаю, "
	    "принимаем, примем, приму, забираем, забираю, заберём, заберу, согласны, "
	    "согласен, согласна, қабылдаймын, қабылдаймыз, қабыл аламыз, келісемін, "
	    "келісеміз, qabul qilaman, qabul qilamiz, roziman, rozimiz, кабыл алам, "
	    "кабыл алабыз, макулмун, макулбуз, қабул мекунам, қабул мекунем, розиам, "
	    "розием, kabul edýärin, kabul edýäris, razy, accept, accepted, agreed, "
	    "we take, will take, нет проблем, без проблем, проблем нет, нет вопросов, "
	    "вопросов нет, no problem, мәселе жоқ, muammo yo'q, маселе жок, "
	    "мушкилӣ нест, mesele ýok, плюс" },
	{ { PART_SOFT, SAYS_TAKE },
	    "можем, могу, сможем, смогу, получится, готовы, готов, готова, хорошо, "
	    "ладно, конечно, будем, буду, приедем, приеду, поможем, помогу, успеем, "
	    "ала аламын, ала аламыз, жарайды, жақсы, барамыз, барамын, дайынбыз, "
	    "ola olamiz, ola olaman, mayli, yaxshi, boramiz, boraman, tayyormiz, "
	    "ала алам, ала алабыз, макул, болот, жакшы, барабыз, барам, даярбыз, "
	    "метавонем, метавонам, хуб, майлаш, меравем, меоем, тайёрем, "
	    "alyp bileris, alyp bilerin, bolýar, bolar, bararys, baraýarys, taýýar, "
	    "can, ready, fine, sure, will come" },
	{ { PART_WORD, SAYS_CANNOT },
	    "жоқ, нет, yo'q, жок, ýok, no, нельзя, отказ, отказываемся, минус, "
	    "алмаймын, алмаймыз, ала алмаймын, ала алмаймыз, қабылдамаймыз, "
	    "мүмкін емес, olmayman, olmaymiz, ololmayman, ololmaymiz, ola olmayman, "
	    "ola olmaymiz, qila olmaymiz, qila olmayman, iloji yo'q, mumkin emas, "
	    "албайм, албайбыз, ала албайм, ала албайбыз, мүмкүн эмес, намегирам, "
	    "намегирем, наметавонам, наметавонем, нест, не метавонем, almaýaryn, "
	    "almaýarys, bilmeris, bilmerin, mümkin däl, unable, decline, declined, "
	    "refuse" },
	{ { PART_NOT, SAYS_CANNOT },
	    "не, not, dont, cant, cannot, wont, don t, can t, "
	    "won t" },
	{ { PART_FULL, SAYS_CANNOT },
	    "мест нет, нет мест, места нет, нет места, орын жоқ, joy yo'q, "
	    "joyimiz yo'q, орун жок, ҷой нест, ҷой не, ýer ýok, no beds, no bed, "
	    "no place, no places, no room, переполнены, толып тұр" },
	{ { PART_WORD, SAYS_MORE },
	    "толығырақ, подробнее, batafsil, кененирээк, муфассал, giňişleýin, more, "
	    "ещё, еще" },
	{ { PART_WORD, SAYS_ON_THE_WAY },
	    "жолда, едем, yo'lda, жолдо, дар роҳ, ýolda, going, жолдамыз, еду, "
	    "выехали, выехал, выехала, в пути, yo'ldamiz, жолдобуз, дар роҳем, "
	    "ýoldadyrys, on the way, on our way, шықтық, йўлга чиқдик, чыктык" },
	{ { PART_WORD, SAYS_MET },
	    "кездестік, встретили, uchrashdik, жолуктук, вохӯрдем, duşuşdyk, met, "
	    "встретил, встретила, кездестім, жолуктум, uchratdik, uchrashdim, "
	    "вохӯрдам, duşuşdym" },
	{ { PART_WORD, SAYS_NOT_FOUND },
	    "таппадық, не нашли, topmadik, таппадык, наёфтем, tapmadyk, not found, "
	    "не нашёл, не нашла, таппадым, topmadim, наёфтам, tapmadym, "
	    "не встретили, не встретил, не встретила, кездестірмедік, кездеспедік, "
	    "uchratmadik, uchrashmadik, жолукпадык, навохӯрдем, duşuşmadyk, "
	    "did not find, didnt find, didn t find, not met" },
	{ { PART_WORD, SAYS_GIVE_BACK },
	    "қайтарамын, отдаём, qaytaraman, кайтарам, бозмегардонам, "
	    "gaýtarýaryn, give back, отдаю, отдать, қайтарамыз, qaytaramiz, "
	    "кайтарабыз, бозмегардонем, gaýtarýarys, возвращаем, возвращаю" },
	{ { PART_WORD, SAYS_OPERATOR },
	    "оператор, operator, диспетчер, кезекші, дежурный, navbatchi, нөөмөтчү, "
	    "навбатдор, nobatçy" },
	{ { PART_WORD, SAYS_BEDS },
	    "орын, мест, joy, орун, ҷой, ýer, beds, место, места, bed, places, "
	    "place" },
	{ { PART_WORD, SAYS_OPEN },
	    "ашық, список, ro'yxat, тизме, рӯйхат, sanaw, open, тізім, открытые, "
	    "заявки, list" },
	{ { PART_WORD, SAYS_AWAY },
	    "жоқпыз, заняты, yo'qmiz, жокпуз, нестем, ýokdurys, away, жоқпын, уехали, "
	    "уехал, уехала, отпуск, выходной, yo'qman, жокмун, нестам, ýokduryn, "
	    "absent, busy, занят, занята, нет нас, нас нет, нет меня, меня нет, "
	    "бос емеспіз, бандмиз, bandmiz, бош эмеспиз, банд ҳастем, boş däl" },
	{ { PART_WORD, SAYS_HERE },
	    "келдік, вернулись, keldik, келдик, омадем, geldik, here, келдім, "
	    "вернулся, вернулась, здесь, на месте, keldim, shu yerdamiz, келдим, "
	    "омадам, geldim, back" },
	{ { PART_WORD, SAYS_LOST },
	    "жоғалды, потерян, yo'qoldi, жоголду, гум шуд, ýitdi, lost, жоғалттым, "
	    "потеряли, потеряла, потерял, украли, украден, yo'qotdim, жоготтум, stolen" },
	{ { PART_WORD, SAYS_HELP },
	    "көмек, помощь, yordam, жардам, кӯмак, kömek, help, помогите, "
	    "көмектесіңіз, yordam bering, жардам бергиле, кумак" },
	{ { PART_IF, SAYS_NONE }, "егер, если, agar, эгер, агар, eger, if, ли" },
	{ { PART_UNIT, SAYS_NONE },
	    "сағат, час, часа, часов, ч, soat, соат, саат, sagat, hour, hours, h, "
	    "минут, минуты, минуту, минута, мин, daqiqa, дақиқа, мүнөт, minut, "
	    "minutes, min, mins, күн, день, дня, дней, kun, рӯз, gün, day, days, "
	    "сутки, суток, адам, человек, человека, чел, odam, kishi, киши, одам, "
	    "нафар, adam, people, persons, женщина, женщины, женщин, женщину, "
	    "мужчин, мужчина, мужчины, девушки, девушка, девушку, дети, детей, "
	    "ребёнок, ребёнка, әйел, бала, ayol, bola, аял, зан, кӯдак, aýal, çaga, "
	    "women, woman, girls, girl, children, child, kids, км, km, "
	    "километров, этаж, этаже, қабат, qavat, кабат, ошёна, gat, floor, "
	    "подъезд, дом, квартира, кв, үй, uy, хона, öý, тг, тенге, сом, som, "
	    "комната, комнаты, машина, машины, койки, коек, раз, раза, рет, marta, "
	    "ta, та, шт, штук, адет, орнымыз, ўрин, o'rin" },
	{ { PART_LIGHT, SAYS_NONE },
	    "здравствуйте, добрый день, добрый вечер, доброе утро, доброй ночи, "
	    "привет, алло, сәлем, сәлеметсіз бе, salom, assalomu alaykum, "
	    "assalom alaykum, салам, салам алейкум, салом, ассалому алайкум, hello, "
	    "hi, пожалуйста, мы, я, уже, её, ее, его, их, біз, мен, biz, men, биз, "
	    "мо, ман, we, i, will, it, her, him, them, please, код, code, ответ, это, "
	    "оны, uni, аны, ол" },
	/* speech that holds a word of the card */
	{ { PART_UNKNOWN, SAYS_NONE },
	    "не звоните, не пишите, не волнуйтесь, не беспокойтесь, не переживайте, "
	    "не бойтесь, не ждите, не уходите, не открывайте, не только, не забудьте, "
	    "do not call, dont call, dont worry, do not worry" },
};

#define FOLDED_MAX 640 /* of them in all languages */
#define WORD_BYTES 64
#define SPAN 3
#define SKELETON_CHARS 4
#define STEM_CHARS 3

static struct {
	struct lexeme l;
	char s[WORD_BYTES];
	char bones[MATCH_WORD_MAX]; /* "" when it is too short for the other script */
} folded_word[FOLDED_MAX];
static size_t folded_words;

static void
fold_word(struct lexeme l, const char *s, size_t n)
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
	folded_word[folded_words].l = l;
	if (f.tokens != 1 || match_chars(p, len) < SKELETON_CHARS ||
	    !match_skeleton(folded_word[folded_words].bones, p, len, MATCH_READ_COMMON))
		folded_word[folded_words].bones[0] = '\0';
	folded_words++;
}

static void
fold_words(void)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		for (const char *p = words[i].text; *p != '\0';) {
			size_t n = strcspn(p, ",");

			fold_word(words[i].l, p, n);
			p += n + strspn(p + n, ", ");
		}
	}
}

static bool
by_letters(const char *p, size_t n, struct lexeme *l)
{
	for (size_t i = 0; i < folded_words; i++) {
		if (strlen(folded_word[i].s) == n &&
		    memcmp(folded_word[i].s, p, n) == 0) {
			*l = folded_word[i].l;
			return true;
		}
	}
	return false;
}

/* The same word in the other script ("beru"). */
static void
by_skeleton(const char *p, size_t n, struct lexeme *l)
{
	char bones[MATCH_WORD_MAX];

	if (match_chars(p, n) < SKELETON_CHARS ||
	    !match_skeleton(bones, p, n, MATCH_READ_COMMON))
		return;
	for (size_t i = 0; i < folded_words; i++) {
		if (folded_word[i].bones[0] != '\0' &&
		    strcmp(folded_word[i].bones, bones) == 0) {
			*l = folded_word[i].l;
			return;
		}
	}
}

/* What is counted may have an ending: "2 сағаттан", "3 joyimiz". */
static void
by_stem(const char *p, size_t n, struct lexeme *l)
{
	for (size_t i = 0; i < folded_words; i++) {
		const char *s = folded_word[i].s;
		size_t len = strlen(s);

		if ((folded_word[i].l.part == PART_UNIT ||
			folded_word[i].l.word == SAYS_BEDS) &&
		    len < n && match_chars(s, len) >= STEM_CHARS &&
		    memcmp(s, p, len) == 0) {
			l->part = PART_UNIT;
			return;
		}
	}
}

struct lexeme
lexicon_at(const struct folded *f, unsigned i, unsigned *used)
{
	struct lexeme l = { PART_UNKNOWN, SAYS_NONE };
	size_t n;
	const char *p;

	if (folded_words == 0)
		fold_words();
	for (*used = f->tokens - i < SPAN ? f->tokens - i : SPAN; *used > 0; (*used)--) {
		p = match_span(f, i, *used, &n);
		if (by_letters(p, n, &l))
			return l;
	}
	*used = 1;
	p = match_token(f, i, &n);
	by_skeleton(p, n, &l);
	if (l.part == PART_UNKNOWN)
		by_stem(p, n, &l);
	return l;
}
