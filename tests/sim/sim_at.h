/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The AT side: lines in, commands by a table, answers and unasked lines out.
 * Never blocks; a result that comes late is kept with its time.
 * Called by modem_sim.c (the loop), sim_net.c and sim_fault.c.
 */
#ifndef SHYRAQ_SIM_AT_H
#define SHYRAQ_SIM_AT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base.h"
#include "sim_pdu.h"

struct sim;
struct slot;

enum {
	AT_LINE_MAX = 1024,
	AT_ANSWER_MAX = 2048,
	AT_UNASKED_MAX = 1 << 16,
	AT_CHARSET_MAX = 8,
	AT_CHARSETS = 3,
	AT_PIN_TRIES = 3,
};

/* the five values of AT+CNMI */
enum {
	AT_CNMI_MODE,
	AT_CNMI_TEXT,
	AT_CNMI_CELL,
	AT_CNMI_REPORT,
	AT_CNMI_BUFFER,
	AT_CNMI_VALUES,
};

/* how a command was written */
enum {
	AT_EXEC = 1,
	AT_SET = 2,
	AT_READ = 4,
	AT_TEST = 8,
	AT_OWN = 16, /* the handler answers =? itself */
};

enum at_kind {
	AT_OK,
	AT_ERROR,
	AT_CMS,
	AT_CME,
	AT_NOTHING, /* no result: a prompt, or a fault */
};

struct at_result {
	enum at_kind kind;
	int code;
};

enum at_pin {
	AT_PIN_READY,
	AT_PIN_WANTED,
	AT_PUK_WANTED,
};

struct at_command {
	unsigned form;
	const char *args; /* after "=", or after a basic command's letter */
};

typedef struct at_result at_handler(struct sim *s, const struct at_command *c);

struct at {
	bool echo, clip, ussd, powered;
	int cmee, creg, cgreg, cops_format;
	int cnmi[AT_CNMI_VALUES];
	char charset[AT_CHARSET_MAX];
	char smsc[PDU_DIGITS_MAX + 2];
	enum at_pin pin;
	int pin_tries;
	bool prompt;      /* the PDU of AT+CMGS is awaited */
	size_t announced; /* octets of its TPDU */
	bool overrun;     /* the line was longer than the buffer */
	size_t len, unasked_len;
	int64_t late_at_ms; /* a result that is still to come, 0 none */
	struct at_result late;
	char line[AT_LINE_MAX];
	char unasked[AT_UNASKED_MAX];
};

void at_init(struct sim *s);
/* Bytes from the host. */
void at_feed(struct sim *s, const char *buf, size_t n, int64_t now_ms);
/* Late results, and unasked lines once no command is under way. */
void at_run(struct sim *s, int64_t now_ms);
int64_t at_due_ms(const struct sim *s);

void at_line_lost(struct sim *s);
void at_power_off(struct sim *s);
void at_power_on(struct sim *s);

/* What the network and the faults have to tell the host. */
bool at_takes_texts(const struct sim *s);
bool at_routes_direct(const struct sim *s, bool report);
void at_tell_direct(struct sim *s, const char *hex, bool report);
void at_tell_stored(struct sim *s, unsigned index, bool report);
void at_tell_registration(struct sim *s);
void at_tell_ring(struct sim *s, const char *caller);
void at_tell_junk(struct sim *s);
void at_unasked(struct sim *s, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* For the handlers: one line of an answer; a result; arguments by place. */
void at_answer(struct sim *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
struct at_result at_cms(int code);
struct at_result at_cme(int code);
int at_int(const struct at_command *c, unsigned place, int unset);
/* False: not there or longer than out. Quotes are taken off. */
MUST_CHECK bool at_text(
    const struct at_command *c, unsigned place, char *out, size_t size);

at_handler at_on_cmgf, at_on_cmgs, at_on_cmgl, at_on_cmgr, at_on_cmgd, at_on_cnmi,
    at_on_cpms, at_on_csca, at_on_accept;
at_handler at_on_creg, at_on_cgreg, at_on_cgatt, at_on_cops, at_on_csq, at_on_cusd,
    at_on_clip, at_on_hang_up, at_on_cclk, at_on_cbc;
at_handler at_on_echo, at_on_reset, at_on_cmee, at_on_cscs, at_on_cfun, at_on_cpin,
    at_on_cgmi, at_on_cgmm, at_on_cgmr, at_on_cgsn, at_on_cimi, at_on_cnum, at_on_cpbs,
    at_on_cpbr;

/* A character set of AT+CSCS by name; false: none of ours. */
bool at_charset_bit(const char *name, size_t len, unsigned *bit);

/* The PDU that AT+CMGS waited for, without its end mark. With AT_OK, code is its reference. */
struct at_result at_submit(struct sim *s, const char *hex, size_t len);

#endif
