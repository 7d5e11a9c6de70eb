/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl: people's command line, a table of subcommands. It holds no service key: what it writes to
 * be sent or stored is sealed to intake.pub. Run by operators, scripts and tests.
 */
#include "ctl.h"

#include <jansson.h>
#include <locale.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "conf.h"
#include "log.h"
#include "seal.h"
#include "variant.h"

static const struct {
	const char *group, *name, *args, *help;
	ctl_command *run;
} commands[] = {
	{ "db", "migrate", "", "bring the schema and its grants up to date",
	    ctl_db_migrate },
	{ "db", "status", "", "which schema steps are done", ctl_db_status },
	{ "db", "test-clock", "", "test builds: let SQL's clock be moved",
	    ctl_db_test_clock },
	{ "keys", "init", "[--keyholder NAME]",
	    "make the master key, its subkeys, log, intake and a case worker's key",
	    ctl_keys_init },
	{ "keyholder", "add", "--name NAME --public FILE",
	    "a case worker whose key may open words of people", ctl_keyholder_add },
	{ "receiver", "add",
	    "--name N --kind K --region \"KZ-47 KZ\" --lang ru --number +7...\n      [--order N] [--vetted] [--sample]",
	    "a shelter, NGO, operator ... and its phone, sealed to intake.pub",
	    ctl_receiver_add },
	{ "receiver", "list", "", "receivers, without numbers", ctl_receiver_list },
	{ "queue", "", "[--aside]", "texts to send by state; or messages put aside",
	    ctl_queue },
	{ "case", "list", "", "the last 200 cases: codes only", ctl_case_list },
	{ "flow", "check", "[DIR]", "prove flows, words, places and texts",
	    ctl_flow_check },
};

static const struct conf_option options[] = {
	{ "database", CONF_STRING, offsetof(struct ctl, database), NULL, 0, 0,
	    "a libpq connection string" },
	{ "keys_dir", CONF_STRING, offsetof(struct ctl, keys_dir), NULL, 0, 0,
	    "a folder" },
	{ "sql_dir", CONF_STRING, offsetof(struct ctl, sql_dir), NULL, 0, 0, "a folder" },
	{ "conf_dir", CONF_STRING, offsetof(struct ctl, conf_dir), NULL, 0, 0,
	    "a folder" },
};

int
ctl_wrong(const char *fmt, ...)
{
	va_list ap;

	fputs("shyraqctl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return 1;
}

const char *
ctl_option(const struct ctl *c, const char *name)
{
	for (int i = 0; i + 1 < c->argc; i++) {
		if (strcmp(c->argv[i], name) == 0)
			return c->argv[i + 1];
	}
	return NULL;
}

bool
ctl_flag(const struct ctl *c, const char *name)
{
	for (int i = 0; i < c->argc; i++) {
		if (strcmp(c->argv[i], name) == 0)
			return true;
	}
	return false;
}

struct db *
ctl_db(const struct ctl *c, unsigned roles)
{
	struct db *db = db_new(c->database, "shyraqctl", roles);
	enum rc rc = db_open(db);

	if (rc == RC_OK)
		return db;
	ctl_wrong(rc == RC_REFUSED
		? "the schema does not fit: run `shyraqctl db migrate`"
		: "the database is not to be had; is the server up, and `database` "
		  "in the section `ctl` right?");
	db_free(db);
	return NULL;
}

static void
cell(char out[256], const struct db_rows *r, int row, int col, char kind)
{
	if (db_is_null(r, row, col))
		snprintf(out, 256, "-");
	else if (kind == 'i')
		snprintf(out, 256, "%lld", (long long)db_get_i64(r, row, col));
	else if (kind == 'b')
		snprintf(out, 256, "%s", db_get_bool(r, row, col) ? "yes" : "no");
	else if (kind == 't')
		snprintf(out, 256, "%s", db_get_text(r, row, col));
	else {
		time_t at = (time_t)(db_get_i64(r, row, col) / 1000);
		struct tm tm;

		gmtime_r(&at, &tm);
		strftime(out, 256, "%Y-%m-%d %H:%M:%SZ", &tm);
	}
}

static json_t *
value(const struct db_rows *r, int row, int col, char kind)
{
	if (db_is_null(r, row, col))
		return json_null();
	if (kind == 'i' || kind == 'm')
		return json_integer(db_get_i64(r, row, col));
	if (kind == 'b')
		return json_boolean(db_get_bool(r, row, col));
	return json_string(db_get_text(r, row, col));
}

static void
print_json(const struct db_rows *r, const char *const *names, const char *kinds)
{
	json_t *all = json_array();

	for (int i = 0; i < db_count(r); i++) {
		json_t *one = json_object();

		for (int k = 0; kinds[k] != '\0'; k++)
			json_object_set_new(one, names[k], value(r, i, k, kinds[k]));
		json_array_append_new(all, one);
	}
	json_dumpf(all, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(all);
}

void
ctl_print(const struct ctl *c, const struct db_rows *r, const char *const *names,
    const char *kinds)
{
	char text[256];

	if (c->json) {
		print_json(r, names, kinds);
		return;
	}
	for (int k = 0; kinds[k] != '\0'; k++)
		printf("%-20s%s", names[k], kinds[k + 1] == '\0' ? "\n" : " ");
	for (int i = 0; i < db_count(r); i++) {
		for (int k = 0; kinds[k] != '\0'; k++) {
			cell(text, r, i, k, kinds[k]);
			printf("%-20s%s", text, kinds[k + 1] == '\0' ? "\n" : " ");
		}
	}
	if (db_count(r) == 0)
		puts("(none)");
}

static void
usage(FILE *to)
{
	fprintf(to, "usage: shyraqctl -c FILE [--json] COMMAND\n\n");
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		fprintf(to, "  %s%s%s %s\n      %s\n", commands[i].group,
		    commands[i].name[0] == '\0' ? "" : " ", commands[i].name,
		    commands[i].args, commands[i].help);
	fprintf(to,
	    "\n  -c FILE   the configuration, section `ctl` (shyraq.conf(5))\n"
	    "  --json    one array or object on stdout, nothing else\n");
}

static ctl_command *
find(struct ctl *c, int argc, char **argv)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		bool one = commands[i].name[0] == '\0';

		if (argc < 1 || strcmp(argv[0], commands[i].group) != 0)
			continue;
		if (!one && (argc < 2 || strcmp(argv[1], commands[i].name) != 0))
			continue;
		c->argc = argc - (one ? 1 : 2);
		c->argv = argv + (one ? 1 : 2);
		return commands[i].run;
	}
	return NULL;
}

static int
read_conf(struct ctl *c, const char *file)
{
	struct conf *conf;
	struct conf_err err;
	enum rc rc = conf_open(file, &conf, &err);

	if (rc != RC_OK)
		return ctl_wrong("%s", err.s);
	rc = conf_section(conf, "ctl", options, ARRAY_LEN(options), c, &err);
	conf_free(conf);
	return rc == RC_OK ? 0 : ctl_wrong("%s", err.s);
}

int
main(int argc, char **argv)
{
	struct ctl c = { 0 };
	const char *file = NULL;
	ctl_command *run;
	int i = 1, status;

	setlocale(LC_ALL, "C.UTF-8");
	log_open("shyraqctl", LOG_LEVEL_WARN);
	seal_init();
	for (; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "-c") == 0 && i + 1 < argc) {
			file = argv[++i];
		} else if (strcmp(argv[i], "--json") == 0) {
			c.json = true;
		} else if (strcmp(argv[i], "--version") == 0) {
			printf("shyraqctl 0.1 (%s build)\n", variant_name());
			return 0;
		} else {
			bool help = strcmp(argv[i], "--help") == 0 ||
			    strcmp(argv[i], "-h") == 0;

			usage(help ? stdout : stderr);
			return help ? 0 : 2;
		}
	}
	run = find(&c, argc - i, argv + i);
	if (run == NULL || file == NULL) {
		usage(stderr);
		return 2;
	}
	c.json = c.json || ctl_flag(&c, "--json");
	if (read_conf(&c, file) != 0)
		return 1;
	status = run(&c);
	conf_clear(options, ARRAY_LEN(options), &c);
	return status;
}
