/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs talks (tests/talk/README.md): each file over both bearers, or the one that it names.
 * It starts nothing and keeps nothing. Called by scripts/talk-tests and scripts/talk.
 */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "str.h"
#include "talk.h"

#define LINES_MAX 4000
#define ZONE 300
#define NOON 720

bool
fail(struct talk *k, const char *fmt, ...)
{
	va_list ap;

	if (k->failed)
		return false;
	k->failed = true;
	va_start(ap, fmt);
	vsnprintf(k->why, sizeof(k->why), fmt, ap);
	va_end(ap);
	return false;
}

/* The last words and keys; the oldest go when it is full. */
void
history(struct talk *k, const char *fmt, ...)
{
	char entry[160];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(entry, sizeof(entry), fmt, ap);
	va_end(ap);
	if (n >= (int)sizeof(entry)) {
		while (n >= (int)sizeof(entry) - 1 || (entry[n] & 0xc0) == 0x80)
			n = n >= (int)sizeof(entry) - 1 ? (int)sizeof(entry) - 2 : n - 1;
		entry[n] = '\0';
	}
	if (k->history_n + strlen(entry) + 4 > sizeof(k->history)) {
		size_t half = sizeof(k->history) / 2;

		while ((k->history[half] & 0xc0) == 0x80)
			half++;
		memmove(k->history, k->history + half, k->history_n - half + 1);
		k->history_n -= half;
	}
	(void)!str_add(k->history, sizeof(k->history), &k->history_n, "%s%s",
	    k->history_n > 0 ? " | " : "", entry);
}

void
talk_local(const struct talk *k, int64_t wall_ms, char out[6])
{
	int64_t minutes = wall_ms / TALK_MINUTE + k->zone;
	size_t len = 0;

	(void)!str_add(
	    out, 6, &len, "%02d:%02d", (int)(minutes / 60 % 24), (int)(minutes % 60));
}

/* One event a line for scripts/talk: time, who, direction, key, text with its line breaks as "\n". */
void
show(const struct talk *k, const char *who, const char *dir, const char *key,
    const char *text)
{
	char at[6];

	if (!k->show)
		return;
	talk_local(k, clock_wall_ms(), at);
	printf("%s\t%s\t%s\t%s\t", at, who, dir, key);
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '\n')
			fputs("\\n", stdout);
		else if (*p != '\t')
			putchar(*p);
	}
	putchar('\n');
}

static char *
read_file(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text;
	long n;

	if (f == NULL)
		fatal("talk.file", "file=%s", path);
	fseek(f, 0, SEEK_END);
	n = ftell(f);
	rewind(f);
	text = xcalloc((size_t)n + 1, 1);
	if (fread(text, 1, (size_t)n, f) != (size_t)n || !str_is_utf8(text, strlen(text)))
		fatalx("talk.file", "file=%s is no UTF-8 text", path);
	fclose(f);
	return text;
}

static size_t
split(char *text, char *line[LINES_MAX])
{
	size_t n = 0;

	for (char *p = text; p != NULL && *p != '\0' && n < LINES_MAX;) {
		line[n++] = p;
		p = strchr(p, '\n');
		if (p != NULL)
			*p++ = '\0';
	}
	return n;
}

/* What the first line that is no comment says: "sms", "ussd", or "" for both. */
static const char *
bearer_of(char *const *line, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (line[i][0] == '#' || line[i][0] == '\0')
			continue;
		return strncmp(line[i], "bearer ", 7) == 0 ? line[i] + 7 : "";
	}
	return "";
}

static void
begin(struct talk *k, const char *file, enum bearer b, bool of_sms)
{
	memset(k, 0, sizeof(*k));
	k->file = strrchr(file, '/') == NULL ? file : strrchr(file, '/') + 1;
	k->bearer = b;
	k->of_sms = of_sms;
	k->lang = LANG_UZ;
	k->zone = ZONE;
	k->next = "";
	for (size_t i = 0; i < TALK_PHONES; i++) {
		snprintf(k->phone[i].number.s, sizeof(k->phone[i].number.s),
		    "+7701000000%zu", i + 1);
		k->phone[i].session.lang = LANG_NONE;
	}
}

static bool
run_one(
    const char *file, char *const *line, size_t n, enum bearer b, bool of_sms, bool shown)
{
	static struct talk k;

	begin(&k, file, b, of_sms);
	k.show = shown;
	world_begin(&k, NOON, TALK_WORKING);
	if (lines_run(&k, line, n) && !k.failed)
		return true;
	printf("FAILED %s:%u [%s]: %s\n       %s\n", k.file, k.line,
	    b == BEARER_SMS ? "sms" : "ussd", k.why, k.history);
	return false;
}

struct totals {
	unsigned passed, failed, pages;
};

static void
run_file(const char *file, const char *bearer, bool shown, struct totals *t)
{
	char *line[LINES_MAX], *text = read_file(file);
	size_t n = split(text, line);
	const char *own = bearer_of(line, n);

	for (int b = BEARER_SMS; b <= BEARER_USSD; b++) {
		const char *name = b == BEARER_SMS ? "sms" : "ussd";

		if ((own[0] != '\0' && strcmp(own, name) != 0) ||
		    (bearer[0] != '\0' && strcmp(bearer, name) != 0))
			continue;
		if (run_one(file, line, n, (enum bearer)b,
			own[0] == '\0' && b == BEARER_USSD, shown))
			t->passed++;
		else
			t->failed++;
	}
	free(text);
}

int
main(int argc, char **argv)
{
	static const struct option options[] = { { "config", required_argument, NULL,
						     'c' },
		{ "lang", required_argument, NULL, 'l' },
		{ "bearer", required_argument, NULL, 'b' },
		{ "show", no_argument, NULL, 's' }, { NULL, 0, NULL, 0 } };
	const char *conf = NULL, *bearer = "";
	struct totals t = { 0 };
	bool shown = false;
	int64_t began;
	int c;

	while ((c = getopt_long(argc, argv, "c:l:b:s", options, NULL)) != -1) {
		if (c == 'c')
			conf = optarg;
		else if (c == 'l')
			heard_forced = lang_parse(optarg);
		else if (c == 'b')
			bearer = optarg;
		else if (c == 's')
			shown = true;
		else
			return 2;
	}
	if (conf == NULL || optind == argc) {
		fputs(
		    "usage: talk --config FILE [--lang LL] [--bearer sms|ussd] [--show] "
		    "FILE.talk...\n",
		    stderr);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	log_open("talk", LOG_LEVEL_ERROR);
	seal_init();
	world_open(conf);
	rules_open(world.setup.conf_dir);
	began = clock_mono_us();
	for (int i = optind; i < argc; i++)
		run_file(argv[i], bearer, shown, &t);
	world_close();
	if (!shown)
		printf("%u passed, %u failed, %.1f s\n", t.passed, t.failed,
		    (double)(clock_mono_us() - began) / 1e6);
	return t.failed > 0;
}
