/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a file of the configuration, the first byte says which: a keyword list, a policy, a
 * list of places, of cards. It is taken or refused with its name. Called by make fuzz, from the top.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "card.h"
#include "flow.h"
#include "fuzz.h"
#include "place.h"
#include "policy.h"
#include "words.h"

const char *__lsan_default_suppressions(void);

/* libconfig 1.5 leaks the text in hand at a syntax error. */
const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig.so\n";
}

/* In a folder of this process alone; left behind in memory is one small file. */
static char dir[] = "/dev/shm/words_fuzz.XXXXXX";
static const char *const files[] = { "words/ru.conf", "policies/a.conf", "places/a.csv",
	"cards/a.csv" };

static void
write_file(const char *name, const void *data, size_t n)
{
	char path[128];
	FILE *out;

	insist(snprintf(path, sizeof path, "%s/%s", dir, name) > 0);
	out = fopen(path, "we");
	insist(out != NULL);
	insist(n == 0 || fwrite(data, 1, n, out) == n);
	insist(fclose(out) == 0);
}

static void
drop(void)
{
	static const char *const names[] = { "words/ru.conf", "words/clashes.conf",
		"policies/a.conf", "places/a.csv", "cards/a.csv", "words", "policies",
		"places", "cards", "" };
	char path[128];

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (snprintf(path, sizeof path, "%s/%s", dir, names[i]) > 0)
			(void)remove(path);
	}
}

static void
make(void)
{
	static const char *const folders[] = { "words", "policies", "places", "cards" };
	char path[128];

	insist(mkdtemp(dir) != NULL);
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		insist(snprintf(path, sizeof path, "%s/%s", dir, folders[i]) > 0);
		insist(mkdir(path, 0700) == 0);
	}
	write_file("words/clashes.conf", "clashes = ();", 13);
	insist(atexit(drop) == 0);
}

/* What was taken can be asked for. */
static void
use_places(const struct places *l)
{
	unsigned found[PLACE_FOUND_MAX], longest[PLACE_LONGEST];

	for (unsigned i = 0; i < places_count(l); i++) {
		char label[PLACE_LABEL_MAX];
		unsigned n;

		insist(place_by_id(l, place_id(l, i)) == i);
		insist(place_by_id(l, place_country(l, i)) < places_count(l));
		insist(place_zone_minutes(l, i) <= 14 * 60 + 59);
		insist(place_menu(l, place_country(l, i), found) <= PLACE_MENU);
		n = place_same(l, i, found);
		insist(n > 0 && n <= PLACE_FOUND_MAX && found[0] == i);
		for (unsigned lang = 0; lang <= LANGS; lang++) {
			insist(strlen(place_short_name(l, i, (enum lang)lang)) <=
			    strlen(place_name(l, i, (enum lang)lang)));
			place_label(l, found, n, n - 1, (enum lang)lang, label);
			insist(label[0] != '\0');
		}
	}
	insist(place_longest(l, LANG_RU, longest) > 0);
}

static void
use_cards(const struct cards *c)
{
	for (size_t i = 0; i < cards_count(c); i++) {
		const struct card *v = cards_at(c, i);

		insist(card_find(c, v->kind, v->home, v->country) != NULL);
		insist(card_name(v, LANG_TK)[0] != '\0' && v->phone[0] != '\0');
		insist(card_stale(v, INT64_MAX / 2) && card_stale(v, 0));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static bool made;
	struct flow_err err = { "" };
	struct words *w = NULL;
	struct policy *p = NULL;
	struct places *l = NULL;
	struct cards *c = NULL;
	char path[128];
	enum rc rc = RC_OK;

	if (!made)
		make();
	made = true;
	if (n < 1)
		return 0;
	write_file(files[data[0] % ARRAY_LEN(files)], data + 1, n - 1);
	switch (data[0] % ARRAY_LEN(files)) {
	case 0:
		rc = words_load(dir, &w, &err);
		words_free(w);
		break;
	case 1:
		insist(snprintf(path, sizeof path, "%s/policies", dir) > 0);
		rc = policy_load(path, &p, &err);
		policy_free(p);
		break;
	case 2:
		rc = places_load(dir, &l, &err);
		if (rc == RC_OK)
			use_places(l);
		places_free(l);
		break;
	case 3:
		rc = cards_load(dir, &c, &err);
		if (rc == RC_OK)
			use_cards(c);
		cards_free(c);
		break;
	}
	insist(rc == RC_OK || strncmp(err.s, dir, strlen(dir)) == 0);
	return 0;
}
