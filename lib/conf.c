/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Options from a libconfig file by a table of rows; errors say file, line, name, allowed.
 * It never repeats a value in an error, follows no @include and takes no password inline.
 * Called by each process's main, and by shyraqctl.
 */
#include "conf.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libconfig.h>

#include "str.h"

#define FILE_MAX ((size_t)1 << 20)
#define NAME_TEXT 64

struct conf {
	config_t config;
	char *path;
};

/* Where an error is: the option's line, or its section's when it is not there. */
struct place {
	const struct conf *conf;
	const char *name;
	unsigned line;
};

static const struct {
	const char *unit;
	int64_t ms;
} units[] = {
	{ "d", 24 * 60 * 60 * INT64_C(1000) },
	{ "h", 60 * 60 * INT64_C(1000) },
	{ "min", 60 * INT64_C(1000) },
	{ "s", 1000 },
	{ "ms", 1 },
};

static const char *const wanted[] = {
	[CONF_STRING] = "a text in quotes, e.g. \"...\"",
	[CONF_INT] = "a whole number, e.g. 5",
	[CONF_BOOL] = "true or false",
	[CONF_TIME] =
	    "a time in quotes, e.g. \"250 ms\", \"90 s\", \"15 min\", \"72 h\", \"7 d\"",
	[CONF_WORDS] = "a word in quotes",
};

static enum rc refuse(const struct place *at, struct conf_err *err, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

static enum rc
refuse(const struct place *at, struct conf_err *err, const char *fmt, ...)
{
	va_list args;
	size_t n = 0;

	err->s[0] = '\0';
	if (!str_add(err->s, sizeof(err->s), &n, "%s:%u: %s: ", at->conf->path, at->line,
		at->name))
		n = 0;
	va_start(args, fmt);
	vsnprintf(err->s + n, sizeof(err->s) - n, fmt, args);
	va_end(args);
	return RC_REFUSED;
}

/* Adds a word to the list that ends an error; false, and "...", when it is full. */
static bool
add_word(struct conf_err *err, const char *word, bool first)
{
	size_t n = strlen(err->s);
	const size_t room = sizeof(err->s) - sizeof(", ...");

	if (n < room && str_add(err->s, room, &n, "%s%s", first ? "" : ", ", word))
		return true;
	if (n < room)
		memcpy(err->s + n, ", ...", sizeof(", ..."));
	return false;
}

/* Reads all of a bounded regular file; NULL with the reason in *what. */
static char *
read_file(const char *path, const char **what)
{
	char *text = NULL;
	struct stat st;
	size_t n = 0;
	ssize_t r;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		*what = strerrordesc_np(errno);
		return NULL;
	}
	*what = "not a regular file";
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		goto out;
	text = xmalloc(FILE_MAX + 1);
	do {
		r = read(fd, text + n, FILE_MAX + 1 - n);
		if (r > 0)
			n += (size_t)r;
	} while (r > 0 || (r < 0 && errno == EINTR));
	*what = NULL;
	if (r < 0)
		*what = strerrordesc_np(errno);
	else if (n > FILE_MAX)
		*what = "more than 1 MiB";
	else if (!str_is_utf8(text, n))
		*what = "not UTF-8 text";
	else
		text[n] = '\0';
	if (*what != NULL) {
		free(text);
		text = NULL;
	}
out:
	close(fd);
	return text;
}

/* Past the comment or the quoted text that begins at s; s itself when none does. */
static const char *
skip_words(const char *s)
{
	const char *end;

	if (*s == '#' || strncmp(s, "//", 2) == 0)
		return s + strcspn(s, "\n");
	if (strncmp(s, "/*", 2) == 0) {
		end = strstr(s + 2, "*/");
		return end != NULL ? end + 2 : s + strlen(s);
	}
	if (*s != '"')
		return s;
	for (s++; *s != '\0' && *s != '"'; s++) {
		if (*s == '\\' && s[1] != '\0')
			s++;
	}
	return *s != '\0' ? s + 1 : s;
}

/* libconfig cuts a number without the L to 32 bits, without a word. */
static bool
is_cut(const char *token, const char *end)
{
	char *stop;
	long long n;

	if (*token < '0' || *token > '9')
		return false;
	errno = 0;
	n = strtoll(token, &stop, token[0] == '0' && (token[1] | 32) == 'x' ? 16 : 10);
	return stop == end && (errno != 0 || n > INT32_MAX);
}

/* What libconfig takes and we do not; NULL when there is none, else *line is where. */
static const char *
not_taken(const char *text, unsigned *line)
{
	static const char name[] = "@*-_.0123456789abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	*line = 1;
	while (*text != '\0') {
		const char *from = text;
		size_t n = strspn(text, name);

		if (strncmp(text, "@include", strlen("@include")) == 0)
			return "@include is not taken; allowed: one file";
		if (is_cut(text + (*text == '-'), text + n))
			return "too large a number; allowed: with an L behind it";
		text = n > 0 ? text + n : skip_words(text);
		if (text == from)
			text++;
		for (; from < text; from++)
			*line += *from == '\n';
	}
	return NULL;
}

static enum rc
parse(struct conf *c, const char *text, struct conf_err *err)
{
	struct place at = { c, "file", 0 };
	const char *what = not_taken(text, &at.line);

	if (what != NULL)
		return refuse(&at, err, "%s", what);
	if (config_read_string(&c->config, text) == CONFIG_TRUE)
		return RC_OK;
	at.line = (unsigned)config_error_line(&c->config);
	return refuse(&at, err, "%s; allowed: NAME = VALUE; and NAME = { ... };",
	    config_error_text(&c->config));
}

enum rc
conf_open(const char *path, struct conf **out, struct conf_err *err)
{
	const char *what = NULL;
	char *text;
	struct conf *c;
	enum rc rc;

	*out = NULL;
	text = read_file(path, &what);
	if (text == NULL) {
		snprintf(err->s, sizeof(err->s), "%s: cannot be read: %s", path,
		    what != NULL ? what : "unknown error");
		return RC_REFUSED;
	}
	c = xcalloc(1, sizeof(*c));
	c->path = xstrdup(path);
	config_init(&c->config);
	rc = parse(c, text, err);
	free(text);
	if (rc != RC_OK) {
		conf_free(c);
		return rc;
	}
	*out = c;
	return RC_OK;
}

void
conf_free(struct conf *c)
{
	if (c == NULL)
		return;
	config_destroy(&c->config);
	free(c->path);
	free(c);
}

enum rc
conf_only(struct conf *c, const char *const *names, struct conf_err *err)
{
	config_setting_t *root = config_root_setting(&c->config);
	int n = config_setting_length(root);

	for (int i = 0; i < n; i++) {
		config_setting_t *one = config_setting_get_elem(root, (unsigned)i);
		struct place at = { c, config_setting_name(one),
			config_setting_source_line(one) };
		size_t k = 0;

		while (names[k] != NULL && strcmp(names[k], at.name) != 0)
			k++;
		if (names[k] != NULL)
			continue;
		(void)refuse(&at, err, "unknown name; allowed: ");
		for (k = 0; names[k] != NULL && add_word(err, names[k], k == 0); k++)
			continue;
		return RC_REFUSED;
	}
	return RC_OK;
}

static bool
parse_time(const char *s, int64_t *ms)
{
	char *end;
	long long n;

	if (*s < '0' || *s > '9')
		return false;
	errno = 0;
	n = strtoll(s, &end, 10);
	if (errno != 0)
		return false;
	end += strspn(end, " ");
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (strcmp(end, units[i].unit) == 0)
			return !__builtin_mul_overflow((int64_t)n, units[i].ms, ms);
	}
	return false;
}

/* A bound as its reader would write it. */
static void
write_bound(const struct conf_option *o, int64_t bound, char text[NAME_TEXT])
{
	size_t i = 0;

	if (o->type != CONF_TIME || bound == 0) {
		snprintf(text, NAME_TEXT, "%" PRId64 "%s", bound,
		    o->type == CONF_TIME ? " ms" : "");
		return;
	}
	while (i + 1 < ARRAY_LEN(units) && bound % units[i].ms != 0)
		i++;
	snprintf(
	    text, NAME_TEXT, "\"%" PRId64 " %s\"", bound / units[i].ms, units[i].unit);
}

static enum rc
take_number(const struct place *at, const struct conf_option *o, int64_t value,
    void *into, struct conf_err *err)
{
	char min[NAME_TEXT], max[NAME_TEXT];

	if ((o->min != 0 || o->max != 0) && (value < o->min || value > o->max)) {
		write_bound(o, o->min, min);
		write_bound(o, o->max, max);
		return refuse(at, err, "out of range; allowed: %s to %s", min, max);
	}
	memcpy((char *)into + o->offset, &value, sizeof(value));
	return RC_OK;
}

static bool
is_one_of(const char *word, const char *words)
{
	size_t n = strlen(word);

	for (;;) {
		size_t len;

		words += strspn(words, " ");
		len = strcspn(words, " ");
		if (len == 0)
			return false;
		if (len == n && memcmp(words, word, n) == 0)
			return true;
		words += len;
	}
}

/* password=... of a connection string, or user:password@ of a URL. */
static bool
holds_password(const char *s)
{
	const char *url = strstr(s, "://");
	const char *at, *colon;

	if (strcasestr(s, "password") != NULL && strchr(s, '=') != NULL)
		return true;
	if (url == NULL)
		return false;
	url += strlen("://");
	at = memchr(url, '@', strcspn(url, "/"));
	colon = strchr(url, ':');
	return at != NULL && colon != NULL && colon < at;
}

static enum rc
mistyped(const struct place *at, const struct conf_option *o, struct conf_err *err)
{
	if (o->type == CONF_BOOL || o->allowed == NULL)
		return refuse(at, err, "mistyped; allowed: %s", wanted[o->type]);
	return refuse(at, err, "mistyped; allowed: %s: %s", wanted[o->type], o->allowed);
}

/* A value that stands as text: a string in the file, or a fallback. */
static enum rc
take_text(const struct place *at, const struct conf_option *o, const char *s, void *into,
    struct conf_err *err)
{
	int64_t ms;
	char *copy;

	if (o->type == CONF_TIME) {
		if (!parse_time(s, &ms))
			return mistyped(at, o, err);
		return take_number(at, o, ms, into, err);
	}
	if (o->type == CONF_WORDS && !is_one_of(s, o->allowed))
		return refuse(at, err, "not one of the words; allowed: %s", o->allowed);
	if (o->type == CONF_STRING && holds_password(s))
		return refuse(at, err,
		    "a secret in the file; allowed: the name of a file "
		    "that holds it");
	copy = xstrdup(s);
	memcpy((char *)into + o->offset, &copy, sizeof(copy));
	return RC_OK;
}

static enum rc
take_fallback(
    const struct place *at, const struct conf_option *o, void *into, struct conf_err *err)
{
	const char *s = o->fallback;
	bool yes = strcmp(s, "true") == 0;
	int64_t n;
	char *end;

	switch (o->type) {
	case CONF_STRING:
	case CONF_TIME:
	case CONF_WORDS:
		return take_text(at, o, s, into, err);
	case CONF_BOOL:
		if (!yes && strcmp(s, "false") != 0)
			return mistyped(at, o, err);
		memcpy((char *)into + o->offset, &yes, sizeof(yes));
		return RC_OK;
	case CONF_INT:
		errno = 0;
		n = strtoll(s, &end, 10);
		if (errno != 0 || end == s || *end != '\0')
			return mistyped(at, o, err);
		return take_number(at, o, n, into, err);
	}
	return mistyped(at, o, err);
}

static enum rc
take_setting(const struct place *at, const struct conf_option *o, config_setting_t *one,
    void *into, struct conf_err *err)
{
	int type = config_setting_type(one);
	bool yes;

	switch (o->type) {
	case CONF_STRING:
	case CONF_TIME:
	case CONF_WORDS:
		if (type != CONFIG_TYPE_STRING)
			break;
		return take_text(at, o, config_setting_get_string(one), into, err);
	case CONF_BOOL:
		if (type != CONFIG_TYPE_BOOL)
			break;
		yes = config_setting_get_bool(one) != 0;
		memcpy((char *)into + o->offset, &yes, sizeof(yes));
		return RC_OK;
	case CONF_INT:
		if (type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64)
			break;
		return take_number(at, o, config_setting_get_int64(one), into, err);
	}
	return mistyped(at, o, err);
}

static enum rc
only_of_table(const struct conf *c, const config_setting_t *group,
    const struct conf_option *table, size_t n, struct conf_err *err)
{
	int len = config_setting_length(group);

	for (int i = 0; i < len; i++) {
		config_setting_t *one = config_setting_get_elem(group, (unsigned)i);
		struct place at = { c, config_setting_name(one),
			config_setting_source_line(one) };
		size_t k = 0;

		while (k < n && strcmp(table[k].name, at.name) != 0)
			k++;
		if (k < n)
			continue;
		(void)refuse(&at, err, "unknown name; allowed: ");
		for (k = 0; k < n && add_word(err, table[k].name, k == 0); k++)
			continue;
		return RC_REFUSED;
	}
	return RC_OK;
}

/* `group` may be NULL: the section is not there. */
static enum rc
fill(const struct conf *c, const config_setting_t *group, const char *section,
    const struct conf_option *table, size_t n, void *into, struct conf_err *err)
{
	struct place at = { c, section, 1 };
	enum rc rc = RC_OK;

	if (group != NULL) {
		at.line = config_setting_source_line(group);
		if (!config_setting_is_group(group))
			return refuse(
			    &at, err, "mistyped; allowed: a group, { NAME = VALUE; }");
		rc = only_of_table(c, group, table, n, err);
	}
	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		const struct conf_option *o = &table[i];
		config_setting_t *one = NULL;

		if (group != NULL)
			one = config_setting_get_member(group, o->name);
		at.name = o->name;
		if (one != NULL) {
			at.line = config_setting_source_line(one);
			rc = take_setting(&at, o, one, into, err);
		} else {
			at.line = group != NULL ? config_setting_source_line(group) : 1;
			rc = o->fallback != NULL
			    ? take_fallback(&at, o, into, err)
			    : refuse(&at, err, "missing in %s; allowed: %s", section,
				  o->type == CONF_WORDS ? o->allowed : wanted[o->type]);
		}
	}
	if (rc != RC_OK)
		conf_clear(table, n, into);
	return rc;
}

enum rc
conf_section(struct conf *c, const char *section, const struct conf_option *table,
    size_t n, void *into, struct conf_err *err)
{
	return fill(c, config_lookup(&c->config, section), section, table, n, into, err);
}

size_t
conf_list_len(struct conf *c, const char *list)
{
	config_setting_t *setting = config_lookup(&c->config, list);

	if (setting == NULL)
		return 0;
	return config_setting_is_list(setting) ? (size_t)config_setting_length(setting)
					       : 1;
}

enum rc
conf_list_item(struct conf *c, const char *list, size_t i,
    const struct conf_option *table, size_t n, void *into, struct conf_err *err)
{
	config_setting_t *setting = config_lookup(&c->config, list);
	struct place at = { c, list, 1 };
	config_setting_t *item;

	if (setting != NULL)
		at.line = config_setting_source_line(setting);
	if (setting == NULL || !config_setting_is_list(setting))
		return refuse(
		    &at, err, "mistyped; allowed: a list, ( { ... }, { ... } )");
	item = i < INT_MAX ? config_setting_get_elem(setting, (unsigned)i) : NULL;
	if (item == NULL)
		return refuse(&at, err, "no item %zu", i);
	return fill(c, item, list, table, n, into, err);
}

void
conf_clear(const struct conf_option *table, size_t n, void *into)
{
	for (size_t i = 0; i < n; i++) {
		char *s;

		if (table[i].type != CONF_STRING && table[i].type != CONF_WORDS)
			continue;
		memcpy(&s, (char *)into + table[i].offset, sizeof(s));
		free(s);
		s = NULL;
		memcpy((char *)into + table[i].offset, &s, sizeof(s));
	}
}
