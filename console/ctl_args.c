/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line: which command, its words and options, each checked against the command's row.
 * An unknown or missing one is told with what is allowed. Called by ctl.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "variant.h"

struct args {
	int argc, at;
	char **argv;
	bool help, version, only_words; /* after "--" */
	const char *first[2];           /* the words before the command is known */
	int first_n;
};

/* "--name" or "--name=value" against "--name"; *value is what stands behind "=", or NULL. */
static bool
is_option(const char *word, const char *name, const char **value)
{
	size_t n = strlen(name);

	if (strncmp(word, name, n) != 0 || (word[n] != '\0' && word[n] != '='))
		return false;
	*value = word[n] == '=' ? word + n + 1 : NULL;
	return true;
}

/* The value of an option that takes one: behind "=", or the next word. */
static int
take_value(
    struct ctl *c, struct args *a, const char *name, const char *value, const char **out)
{
	if (value == NULL && a->at + 1 < a->argc &&
	    strncmp(a->argv[a->at + 1], "--", 2) != 0)
		value = a->argv[++a->at];
	if (value == NULL)
		return ctl_wrong_usage(c, "%s needs a value", name);
	*out = value;
	return -1;
}

/* Options that stand anywhere. 0: it was one; -1: it is none; else the exit status. */
static int
general(struct ctl *c, struct args *a, const char *word)
{
	const char *value;
	int status = 0;

	if (is_option(word, "-c", &value))
		status = take_value(c, a, "-c", value, &c->file);
	else if (is_option(word, "--login", &value))
		status = take_value(c, a, "--login", value, &c->login);
	else if (strcmp(word, "--json") == 0)
		c->json = true;
	else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		a->help = true;
	else if (strcmp(word, "--version") == 0)
		a->version = true;
	else
		return -1;
	return status == CTL_WRONG_USAGE ? status : 0;
}

/* An option of the command's own row. */
static int
own(struct ctl *c, struct args *a, const char *word)
{
	const char *list = c->row->options;

	while (*list != '\0') {
		char name[CTL_OPT_MAX];
		size_t n = strcspn(list, " ");
		bool takes = list[n - 1] == '=';
		const char *value;

		snprintf(name, sizeof(name), "%.*s", (int)(takes ? n - 1 : n), list);
		list += n + strspn(list + n, " ");
		if (!is_option(word, name, &value))
			continue;
		if (!takes && value != NULL)
			return ctl_wrong_usage(c, "%s takes no value", name);
		if (takes && take_value(c, a, name, value, &value) == CTL_WRONG_USAGE)
			return CTL_WRONG_USAGE;
		if (c->opts_n == CTL_OPTS || ctl_flag(c, name))
			return ctl_wrong_usage(c, "%s is given twice", name);
		snprintf(c->opts[c->opts_n].name, sizeof(c->opts[0].name), "%s", name);
		c->opts[c->opts_n++].value = takes ? value : "";
		return 0;
	}
	return ctl_wrong_usage(c, "unknown option %.40s%s%s", word,
	    c->row->options[0] == '\0' ? "" : "; allowed: ", c->row->options);
}

/* The row is known as soon as its words are: `queue --failed` has one, `queue retry 5` two. */
static const struct ctl_row *
find(const struct args *a)
{
	for (size_t i = 0; i < ctl_rows_n; i++) {
		const struct ctl_row *r = &ctl_rows[i];

		if (a->first_n == 0 || strcmp(a->first[0], r->group) != 0)
			continue;
		if (r->name[0] == '\0' ||
		    (a->first_n > 1 && strcmp(a->first[1], r->name) == 0))
			return r;
	}
	return NULL;
}

/* The first one or two plain words; options before and between them must be general. */
static int
command(struct ctl *c, struct args *a)
{
	for (; a->at < a->argc && a->first_n < 2; a->at++) {
		char *word = a->argv[a->at];
		int status;

		if (word[0] != '-') {
			if (a->first_n == 0 && strcmp(word, "help") == 0)
				a->help = true;
			else
				a->first[a->first_n++] = word;
			continue;
		}
		status = general(c, a, word);
		if (status > 0)
			return status;
		if (status < 0)
			break; /* an option of a command of one word */
	}
	c->row = find(a);
	if (c->row != NULL && a->first_n == 2 && c->row->name[0] == '\0')
		c->words[c->words_n++] = a->first[1];
	return -1;
}

static int
rest(struct ctl *c, struct args *a)
{
	for (; a->at < a->argc; a->at++) {
		char *word = a->argv[a->at];
		int status;

		if (!a->only_words && strcmp(word, "--") == 0) {
			a->only_words = true;
			continue;
		}
		if (a->only_words || word[0] != '-') {
			if (c->words_n == CTL_WORDS)
				return ctl_wrong_usage(c, "too many words");
			c->words[c->words_n++] = word;
			continue;
		}
		status = general(c, a, word);
		if (status < 0)
			status = own(c, a, word);
		if (status > 0)
			return status;
	}
	return -1;
}

static bool
is_group(const char *word)
{
	for (size_t i = 0; i < ctl_rows_n; i++) {
		if (strcmp(ctl_rows[i].group, word) == 0)
			return true;
	}
	return false;
}

/* No row: help, a group alone, or a word that is no command. */
static int
no_command(struct ctl *c, const struct args *a)
{
	if (a->version) {
		printf("shyraqctl 0.1 (%s build)\n", variant_name());
		return CTL_DONE;
	}
	if (a->first_n == 0) {
		ctl_usage(a->help ? stdout : stderr);
		return a->help ? CTL_DONE : CTL_WRONG_USAGE;
	}
	if (is_group(a->first[0])) {
		if (a->help) {
			ctl_teach_group(stdout, a->first[0]);
			return CTL_DONE;
		}
		ctl_teach_group(stderr, a->first[0]);
		return a->first_n == 1
		    ? ctl_wrong_usage(c, "%s wants one of these", a->first[0])
		    : ctl_wrong_usage(
			  c, "%s has no command %.40s", a->first[0], a->first[1]);
	}
	return ctl_wrong_usage(
	    c, "no command %.40s; shyraqctl --help names them", a->first[0]);
}

/* So that --json holds for what is told before the words are read. */
static bool
wants_json(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			return true;
	}
	return false;
}

int
ctl_args(struct ctl *c, int argc, char **argv)
{
	struct args a = { .argc = argc, .argv = argv, .at = 1 };
	int status;

	c->json = wants_json(argc, argv);
	status = command(c, &a);
	if (status < 0 && c->row != NULL)
		status = rest(c, &a);
	else if (status < 0 && a.at < argc && strcmp(argv[a.at], "--help") != 0 &&
	    a.first_n == 0)
		status = ctl_wrong_usage(c, "unknown option %.40s", argv[a.at]);
	if (status >= 0)
		return status;
	for (; c->row == NULL && a.at < argc; a.at++)
		a.help = a.help || strcmp(argv[a.at], "--help") == 0;
	if (c->row == NULL || a.version)
		return no_command(c, &a);
	if (a.help) {
		ctl_teach(stdout, c->row);
		return CTL_DONE;
	}
	if (c->words_n < c->row->least || c->words_n > c->row->most)
		return ctl_wrong_usage(c,
		    c->words_n < c->row->least
			? "something is missing: shyraqctl %s %s %s"
			: "too many words: shyraqctl %s %s %s",
		    c->row->group, c->row->name, c->row->args);
	return -1;
}

const char *
ctl_option(const struct ctl *c, const char *name)
{
	for (int i = 0; i < c->opts_n; i++) {
		if (strcmp(c->opts[i].name, name) == 0)
			return c->opts[i].value;
	}
	return NULL;
}

bool
ctl_flag(const struct ctl *c, const char *name)
{
	return ctl_option(c, name) != NULL;
}

bool
ctl_number(const char *word, const char *what, int64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoll(word, &end, 10);
	if (errno == 0 && end != word && *end == '\0' && *out > 0)
		return true;
	(void)ctl_wrong("%s: %.40s is no whole number from 1", what, word);
	return false;
}
