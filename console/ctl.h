/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl from the inside: one row a command, what each gets, how answers are printed.
 * Included by console/ctl*.c only.
 */
#ifndef SHYRAQ_CTL_H
#define SHYRAQ_CTL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base.h"
#include "db.h"

/* Exit status: 0 done, 1 not done, 2 wrong usage. `status` has its own (ctl_status.c). */
#define CTL_DONE 0
#define CTL_NOT_DONE 1
#define CTL_WRONG_USAGE 2

#define CTL_WORDS 20
#define CTL_OPTS 24
#define CTL_OPT_MAX 24

struct ctl;
typedef int ctl_command(struct ctl *c);

struct ctl_row {
	const char *group, *name; /* name "": the group alone is the command */
	const char *args;
	const char *help;    /* one line */
	const char *options; /* "--name= --vetted": with "=", a value follows */
	int least, most;     /* words behind the names */
	const char *who;     /* what the login or the machine needs */
	ctl_command *run;
	const char *teach; /* what it does, and an example */
};
/* One that its person erased is told as one that never was (S16). */
#define CTL_NO_CASE "no case has the number %lld, or it was erased"
/* Rows with a name stand before the row of their group alone. */
#define CTL_NO_DATABASE "no database" /* as `who`: nor a config file */
extern const struct ctl_row ctl_rows[];
extern const size_t ctl_rows_n;

struct ctl {
	char *database; /* as in the file, with --login added */
	char *keys_dir;
	char *sql_dir;
	char *conf_dir;    /* NULL: no config file, and the command needs none */
	int64_t cost_part; /* what one SMS part costs, in the site's own unit */
	bool json;
	bool quiet; /* ctl_db says nothing when it fails */
	const char *file;
	const char *login;
	const struct ctl_row *row;
	int words_n;
	const char *words[CTL_WORDS];
	int opts_n;
	struct {
		char name[CTL_OPT_MAX];
		const char *value;
	} opts[CTL_OPTS];
};

/* Words and options of the command line; fills c, prints what is wrong. -1: go on, else the exit status. */
int ctl_args(struct ctl *c, int argc, char **argv);
/* "--name VALUE"; NULL when it was not given. */
const char *ctl_option(const struct ctl *c, const char *name);
bool ctl_flag(const struct ctl *c, const char *name);
/* A whole number from 1; false with a line on stderr. `what` names it there. */
MUST_CHECK bool ctl_number(const char *word, const char *what, int64_t *out);

void ctl_usage(FILE *to);
void ctl_teach(FILE *to, const struct ctl_row *row);
void ctl_teach_group(FILE *to, const char *group);

/* A line on stderr: "shyraqctl: what is wrong, and what to do"; with --json also {"error"} at the end. 1. */
int ctl_wrong(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* Into `out` from now on, where stderr must stay still; NULL: to stderr again. */
void ctl_wrong_to(char *out, size_t size);
/* The same for wrong usage: 2. */
int ctl_wrong_usage(const struct ctl *c, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* On long work: a line on stderr that the next one replaces, on a terminal alone. "" takes it away. */
void ctl_progress(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* NULL, after a line on stderr, when the database is not to be had. */
struct db *ctl_db(const struct ctl *c, unsigned roles);
/* What a failed statement means to a person; 1. */
int ctl_db_failed(const struct ctl *c, const struct db *db);
/* Runs a statement of DB_CTL; NULL rows after a line on stderr. The caller frees. */
struct db_rows *ctl_ask(const struct ctl *c, struct db *db, enum db_stmt st,
    const struct db_param *v, size_t n);

/*
 * Seals `text` to intake.pub, gives it to dispatch and waits for its answer (CTL_WAIT_MS). `note` is
 * told while waiting. 0 when it was done; the answer is printed.
 */
#define CTL_WAIT_MS 5000
int ctl_intake(
    struct ctl *c, const char *kind, const void *text, size_t n, const char *note);
/* The same in two steps. The id, 0 after ctl_wrong; then -1: not answered yet, else CTL_DONE or CTL_NOT_DONE. */
int64_t ctl_intake_put(
    const struct ctl *c, struct db *db, const char *kind, const void *text, size_t n);
int ctl_intake_look(
    const struct ctl *c, struct db *db, int64_t id, char *answer, size_t size);

/*
 * Rows as a table for people or, with --json, as an array of objects. Columns by kind: 'i' integer,
 * 't' text, 'b' boolean, 'm' milliseconds since 1970 (shown as UTC), 'a' the same (shown as an age),
 * 'p' percent with -1 for unknown; a capital stands in the JSON alone.
 */
void ctl_print(const struct ctl *c, const struct db_rows *r, const char *const *names,
    const char *kinds);
/* The table alone, `none` when it is empty. */
void ctl_print_table(const struct db_rows *r, const char *const *names, const char *kinds,
    const char *none);

/* For what is no plain table. json_t as struct, so that jansson.h is only seen by files that make JSON. */
struct json_t;
struct json_t *ctl_json_rows(
    const struct db_rows *r, const char *const *names, const char *kinds);
/* Prints and frees. */
void ctl_json_print(struct json_t *j);
/* Who holds keys for words, printed for people or given as an array; null: nobody could be asked. */
struct json_t *ctl_holders(const struct ctl *c);
/* With --json and nothing printed yet: {"error": the first ctl_wrong}, or {}. */
void ctl_json_end(const struct ctl *c, int status);

#define CTL_TIME_MAX 32
void ctl_time(char out[CTL_TIME_MAX], int64_t ms);
/* "now", "42 s", "7 min", "3 h", "12 d" */
void ctl_age(char out[CTL_TIME_MAX], int64_t ms, int64_t now_ms);
/* What came from a network or from a person's hand, fit for a terminal: no control characters. */
void ctl_clean(char *out, size_t size, const char *text);
/* Characters, not bytes: Cyrillic and Latin are one column each. */
size_t ctl_width(const char *s);
/* At most w columns, blanks up to w; what was cut ends with "~". */
void ctl_cell(FILE *to, const char *s, size_t w);

/* Rows of LINK_LIST, 80 columns wide. Trouble: why a link needs a person, NULL when it does not. */
#define CTL_LINK_KINDS "tttbiiiiiibtmmimb"
extern const char *const ctl_link_names[];
const char *ctl_link_trouble(const struct db_rows *r, int row, int64_t now_ms);
void ctl_link_head(void);
void ctl_link_line(
    const struct db_rows *r, int row, const struct db_rows *pauses, int64_t now_ms);
void ctl_link_table(const struct db_rows *r, const struct db_rows *pauses);
/* "1234, 3 h ago"; false: none was ever heard. Low: below what the configuration calls so. */
#define CTL_BALANCE_MAX 64
bool ctl_link_balance(
    char out[CTL_BALANCE_MAX], const struct db_rows *r, int row, int64_t now_ms);
bool ctl_link_is_low(const struct db_rows *r, int row);
/* With "held": the classes that are held on each link, ["all"] for all of them. */
struct json_t *ctl_link_json(const struct db_rows *r, const struct db_rows *pauses);

/* The classes of an order by their number, priority + 1; 0 is all. */
#define CTL_CLASSES 7
extern const char *const ctl_classes[CTL_CLASSES];

int ctl_db_migrate(struct ctl *c);
int ctl_db_status(struct ctl *c);
int ctl_db_test_clock(struct ctl *c);
int ctl_keys_init(struct ctl *c);
int ctl_keys_status(struct ctl *c);
int ctl_keys_remake(struct ctl *c);
int ctl_keys_retire(struct ctl *c);
int ctl_keyholder_add(struct ctl *c);
int ctl_receiver_add(struct ctl *c);
int ctl_receiver_import(struct ctl *c);
int ctl_receiver_list(struct ctl *c);
int ctl_receiver_show(struct ctl *c);
int ctl_receiver_set(struct ctl *c);
int ctl_receiver_export(struct ctl *c);
int ctl_receiver_suspend(struct ctl *c);
int ctl_receiver_resume(struct ctl *c);
int ctl_queue(struct ctl *c);
int ctl_queue_retry(struct ctl *c);
int ctl_case_list(struct ctl *c);
int ctl_case_show(struct ctl *c);
int ctl_case_hold(struct ctl *c);
int ctl_case_release(struct ctl *c);
int ctl_case_holds(struct ctl *c);
int ctl_case_close(struct ctl *c);
int ctl_case_reopen(struct ctl *c);
int ctl_case_link(struct ctl *c);
int ctl_case_unlink(struct ctl *c);
int ctl_case_links(struct ctl *c);
int ctl_case_assert(struct ctl *c);
int ctl_case_history(struct ctl *c);
int ctl_case_confirm(struct ctl *c);
int ctl_case_police(struct ctl *c);
int ctl_case_outcomes(struct ctl *c);
int ctl_case_forget_answer(struct ctl *c);
/* ctl_stats.c */
bool ctl_is_month(const char *s); /* "2026-11" */
int ctl_case_stats(struct ctl *c);
int ctl_case_figures(struct ctl *c);
int ctl_case_law(struct ctl *c);
int ctl_operation_begin(struct ctl *c);
int ctl_operation_end(struct ctl *c);
int ctl_operation_list(struct ctl *c);
int ctl_child_list(struct ctl *c);
int ctl_child_grant(struct ctl *c);
int ctl_child_revoke(struct ctl *c);
int ctl_audit_verify(struct ctl *c);
int ctl_job_list(struct ctl *c);
int ctl_job_answer(struct ctl *c);
int ctl_job_read(struct ctl *c);
int ctl_task_list(struct ctl *c);
int ctl_task_show(struct ctl *c);
int ctl_task_take(struct ctl *c);
int ctl_task_answer(struct ctl *c);
int ctl_task_done(struct ctl *c);
int ctl_case_read(struct ctl *c);
int ctl_desk(struct ctl *c);
int ctl_duty_list(struct ctl *c);
int ctl_duty_set(struct ctl *c);
int ctl_duty_end(struct ctl *c);
int ctl_duty_check(struct ctl *c);
int ctl_modem_list(struct ctl *c);
int ctl_modem_ussd(struct ctl *c);
int ctl_modem_drain(struct ctl *c);
int ctl_pause(struct ctl *c);
int ctl_resume(struct ctl *c);
int ctl_flow_check(struct ctl *c);
int ctl_flow_graph(struct ctl *c);
int ctl_flow_try(struct ctl *c);
int ctl_flow_sheet(struct ctl *c);
int ctl_place_try(struct ctl *c);
int ctl_policy_check(struct ctl *c);
int ctl_policy_try(struct ctl *c);
int ctl_status(struct ctl *c);

#endif
