/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs a fuzz target over texts made up from a seed: alphabets of seven languages, keywords, places,
 * answers, and what no keyboard sends; or over what its own maker makes, and damaged files of its corpus.
 * It learns nothing from a run. Called by scripts/fuzz --random.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "clock.h"
#include "fuzz.h"
#include "str.h"

#define LINES 8
#define HEAD 5
#define CHARS_MAX 1000
#define PIECES_MAX 8192
#define KEPT_MAX 64
#define KEPT_SIZE 1024
#define LINE_END "\xfe"
#define SAY_US 30000000

/* What keywords and names of places there are, as their files have them. */
static char *piece[PIECES_MAX];
static unsigned pieces;

/* The corpus of a target with a maker, as far as its files are short. */
static struct {
	uint8_t p[KEPT_SIZE];
	size_t n;
} corpus[KEPT_MAX];
static unsigned corpus_n;

static uint64_t state;
static uint8_t input[LINES * (HEAD + 4 * CHARS_MAX + 256)];
static size_t input_n;
static char kept[64]; /* what an input that fails is kept as */

/* splitmix64: all of a run follows from its seed. */
static uint64_t
next(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15U;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	return z ^ z >> 31;
}

static unsigned
below(unsigned n)
{
	return (unsigned)(next() % n);
}

static void
keep_failed(int sig)
{
	int fd = open(kept, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd >= 0) {
		(void)!write(fd, input, input_n);
		close(fd);
	}
	signal(sig, SIG_DFL);
	raise(sig);
}

static void
learn_piece(const char *from, size_t n)
{
	char *s = xmalloc(n + 1);

	if (n == 0 || n > 60 || pieces == PIECES_MAX ||
	    !str_copy_bytes(s, n + 1, from, n))
		free(s);
	else
		piece[pieces++] = s;
}

/* Words in quotes, or the cells of a CSV file. */
static void
learn_file(const char *path, char quote)
{
	static char line[65536];
	FILE *f = fopen(path, "re");

	while (f != NULL && fgets(line, sizeof line, f) != NULL) {
		char *at = line;

		if (line[0] == '#')
			continue;
		while (quote == '"' && (at = strchr(at, '"')) != NULL) {
			size_t n = strcspn(at + 1, "\"\n");

			learn_piece(at + 1, n);
			at += 1 + n + (at[1 + n] == '"');
		}
		while (quote == ',' && *at != '\0') {
			size_t n = strcspn(at, ",;\n\"");

			if (n > 0 && (unsigned char)at[0] >= 'A')
				learn_piece(at, n);
			at += n + (at[n] != '\0');
		}
	}
	if (f != NULL)
		fclose(f);
}

static void
learn(const char *dir, char quote)
{
	struct dirent **names = NULL;
	int n = scandir(dir, &names, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		char path[512];

		if (names[i]->d_name[0] != '.' &&
		    snprintf(path, sizeof path, "%s/%s", dir, names[i]->d_name) > 0)
			learn_file(path, quote);
		free(names[i]);
	}
	free(names);
}

static void
learn_corpus(const char *program)
{
	const char *slash = strrchr(program, '/');
	struct dirent **names = NULL;
	char dir[512], path[1024];
	int n = 0;

	if (snprintf(dir, sizeof dir, "tests/fuzz/corpus/%s",
		slash == NULL ? program : slash + 1) > 0)
		n = scandir(dir, &names, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		FILE *f = NULL;

		if (names[i]->d_name[0] != '.' && corpus_n < KEPT_MAX &&
		    snprintf(path, sizeof path, "%s/%s", dir, names[i]->d_name) > 0)
			f = fopen(path, "re");
		if (f != NULL) {
			corpus[corpus_n].n = fread(corpus[corpus_n].p, 1, KEPT_SIZE, f);
			corpus_n += corpus[corpus_n].n > 0;
			fclose(f);
		}
		free(names[i]);
	}
	free(names);
}

/* A file of the corpus, with some bytes turned, cut, doubled, or the end of another file. */
static void
damage(void)
{
	unsigned i = below(corpus_n);

	input_n = corpus[i].n;
	memcpy(input, corpus[i].p, input_n);
	for (unsigned times = 1 + below(4); times > 0 && input_n > 1; times--) {
		size_t at = below((unsigned)input_n), n = input_n - at;
		unsigned other = below(corpus_n);

		switch (below(6)) {
		case 0:
			input_n = at;
			break;
		case 1:
			input[at] ^= (uint8_t)(1u << below(8));
			break;
		case 2:
			memmove(input + at + n, input + at, n);
			input_n += n;
			break;
		case 3:
			n = corpus[other].n / 2;
			memcpy(input + at, corpus[other].p + n, corpus[other].n - n);
			input_n = at + corpus[other].n - n;
			break;
		default:
			input[at] = (uint8_t)below(256);
			break;
		}
		input_n = input_n < KEPT_SIZE ? input_n : KEPT_SIZE;
	}
}

static void
put(const char *s)
{
	size_t n = strlen(s);

	if (input_n + n <= sizeof input) {
		memcpy(input + input_n, s, n);
		input_n += n;
	}
}

static void
put_cp(uint32_t cp)
{
	char s[5] = "";

	if (cp == '\n') {
		put(LINE_END);
		return;
	}
	(void)str_put(s, cp);
	put(s);
}

static const char *const alphabets[] = {
	"аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя",
	"АӘБВГҒДЕЁЖЗИЙКҚЛМНҢОӨПРСТУҰҮФХҺЦЧШЩЪЫІЬЭЮЯ",
	"абвгғдеёжзиӣйкқлмнопрстуӯфхҳчҷшъэюяў",
	"абвгдеёжзийклмнңоөпрстуүфхцчшщъыьэюя",
	"abcdefghijklmnopqrstuvwxyzʻʼ'’`",
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
	"abçdeäfghijžklmnňoöprsştuüwyýz",
	"αβγδεΓΔΘΛΞΠΣΦΨΩßæøåñ¿¡€[]{}\\~^|",
	"ابتثجحخدذرزسشصضطظعغفقكلمنهوي٠١٢٣٤٥٦٧٨٩۰۱۲۳۴",
	"世界人民アイウエオ가나다ไทยहिन्दी१२३๑๒๓①②③１２３Ⅳ½²",
};

/* Ranges of what is no letter: controls, marks that join, directions, signs, faces, the last planes. */
static const struct {
	uint32_t from, to;
} odd[] = { { 1, 0x1f }, { 0x20, 0x40 }, { 0x7f, 0xbf }, { 0x300, 0x36f },
	{ 0x600, 0x6ff }, { 0x1100, 0x11ff }, { 0x1e00, 0x1fff }, { 0x2000, 0x206f },
	{ 0x2100, 0x22ff }, { 0xac00, 0xd7a3 }, { 0xe000, 0xe0ff }, { 0xfb00, 0xfdff },
	{ 0xfe00, 0xffef }, { 0xfff0, 0xffff }, { 0x1d400, 0x1d7ff },
	{ 0x1f300, 0x1faff }, { 0x1f1e6, 0x1f1ff }, { 0xe0000, 0xe01ef },
	{ 0x10fff0, 0x10ffff } };

static void
put_letters(const char *alphabet, unsigned chars)
{
	size_t n = strlen(alphabet);

	for (unsigned i = 0; i < chars; i++) {
		size_t at = below((unsigned)n);
		uint32_t cp;

		while (at > 0 && ((unsigned char)alphabet[at] & 0xc0) == 0x80)
			at--;
		if (str_next(alphabet + at, n - at, &cp) > 0)
			put_cp(cp);
	}
}

static void
put_answer(void)
{
	static const char *const answers[] = { "0", "1", "2", "3", "4", "5", "6", "7",
		"8", "9", "10", "12", "14", "99", "00", "77", "98", "?", "??", "112",
		"102", "1 2 3", "2,4", "22-23", "22:30-23:30", "22", "с 9 до 10", "23 24",
		"*", "#", "*8500#", "48217 73100", "4821773100", "51 482", "1482", "" };

	put(answers[below(ARRAY_LEN(answers))]);
}

static void
put_keyword(void)
{
	if (pieces > 0)
		put(piece[below(pieces)]);
}

/* One piece of a longer text: about so many characters. */
static unsigned
put_piece(void)
{
	unsigned kind = below(20), chars = 1 + below(12);

	if (kind < 3) {
		put_keyword();
		chars = 8;
	} else if (kind < 5) {
		put_answer();
		chars = 2;
	} else if (kind < 14) {
		put_letters(alphabets[below(ARRAY_LEN(alphabets))], chars);
	} else {
		unsigned r = below(ARRAY_LEN(odd));

		for (unsigned i = 0; i < chars; i++)
			put_cp(odd[r].from + below(odd[r].to - odd[r].from + 1));
	}
	if (below(4) != 0)
		put(" ");
	return chars + 1;
}

static unsigned
length(void)
{
	unsigned p = below(100);

	return below(p < 60 ? 40 : p < 85 ? 160 : p < 95 ? 500 : CHARS_MAX) + 1;
}

static void
put_text(void)
{
	unsigned kind = below(100);

	if (kind < 35) {
		put_answer();
	} else if (kind < 55) {
		put_keyword();
	} else if (kind < 60) {
		put_keyword();
		put(" ");
		put_keyword();
	} else if (kind < 61) {
		for (unsigned i = below(200); i > 0; i--) {
			uint8_t c = (uint8_t)below(256);

			input[input_n] = c == '\n' ? '.' : c;
			input_n++;
		}
	} else if (kind < 98) {
		for (unsigned n = length(), done = 0; done < n;)
			done += put_piece();
	}
}

/* A few lines, each with a head of printable characters; returns how many. */
static unsigned
make_input(void)
{
	unsigned lines = 1 + below(LINES);

	if (fuzz_make != NULL) {
		if (corpus_n > 0 && below(4) == 0)
			damage();
		else
			input_n = fuzz_make(input, sizeof(input), next);
		return 1;
	}
	input_n = 0;
	for (unsigned i = 0; i < lines; i++) {
		if (i > 0)
			input[input_n++] = '\n';
		for (unsigned k = 0; k < HEAD; k++)
			input[input_n++] = (uint8_t)('0' + below(64));
		put_text();
	}
	return lines;
}

int
main(int argc, char **argv)
{
	uint64_t want, done = 0, runs = 0, bytes = 0;
	int64_t begun = clock_mono_us(), told = begun;

	if (argc != 4) {
		fprintf(stderr, "usage: %s TEXTS SEED KEEP-AS\n", argv[0]);
		return 2;
	}
	want = strtoull(argv[1], NULL, 10);
	state = strtoull(argv[2], NULL, 10);
	if (!str_copy(kept, sizeof kept, argv[3]))
		return 2;
	signal(SIGABRT, keep_failed);
	if (fuzz_make != NULL) {
		learn_corpus(argv[0]);
	} else {
		learn("conf/words", '"');
		learn("conf/places", ',');
	}
	while (done < want) {
		int64_t now = clock_mono_us();

		done += make_input();
		runs++;
		bytes += input_n;
		(void)LLVMFuzzerTestOneInput(input, input_n);
		if (now - told >= SAY_US || done >= want) {
			printf(
			    "%s: %llu texts in %llu runs, %llu bytes, %lld s, seed %s\n",
			    argv[0], (unsigned long long)done, (unsigned long long)runs,
			    (unsigned long long)bytes,
			    (long long)((now - begun) / 1000000), argv[2]);
			fflush(stdout);
			told = now;
		}
	}
	return 0;
}
