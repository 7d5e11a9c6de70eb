/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The commands about the modem and its SIM: identity, PIN, character set, power, phone book.
 * Never touches a message.
 * Called by the table in sim_at.c.
 */
#include <stdio.h>
#include <string.h>

#include "sim.h"

static const struct at_result ok = { AT_OK, 0 };
static const struct at_result error = { AT_ERROR, 0 };

enum {
	CME_WRONG_PASSWORD = 16,
	CME_PUK_WANTED = 12,
	REBOOT_MS = 300,
};

struct at_result
at_on_echo(struct sim *s, const struct at_command *c)
{
	if (strcmp(c->args, "0") != 0 && strcmp(c->args, "1") != 0 && *c->args != '\0')
		return error;
	s->at.echo = *c->args == '1';
	return ok;
}

struct at_result
at_on_reset(struct sim *s, const struct at_command *c)
{
	(void)c;
	s->at.echo = true;
	s->at.cmee = s->at.creg = s->at.cgreg = 0;
	memset(s->at.cnmi, 0, sizeof s->at.cnmi);
	memcpy(s->at.charset, "GSM", sizeof "GSM");
	return ok;
}

struct at_result
at_on_cmee(struct sim *s, const struct at_command *c)
{
	int want = at_int(c, 0, 0);

	if (c->form == AT_READ)
		at_answer(s, "+CMEE: %d", s->at.cmee);
	else if (want < 0 || want > 2)
		return error;
	else
		s->at.cmee = want;
	return ok;
}

/* what --charsets offers, a bit each */
static const char *const charsets[AT_CHARSETS] = { "GSM", "UCS2", "IRA" };

bool
at_charset_bit(const char *name, size_t len, unsigned *bit)
{
	size_t i;

	for (i = 0; i < AT_CHARSETS; i++) {
		if (strlen(charsets[i]) == len && memcmp(charsets[i], name, len) == 0) {
			*bit = 1u << i;
			return true;
		}
	}
	return false;
}

static void
list_charsets(struct sim *s)
{
	char list[64] = "";
	size_t i, n = 0;

	for (i = 0; i < AT_CHARSETS; i++) {
		if (s->opt.charsets & 1u << i)
			n += (size_t)snprintf(list + n, sizeof list - n, "%s\"%s\"",
			    n > 0 ? "," : "", charsets[i]);
	}
	at_answer(s, "+CSCS: (%s)", list);
}

struct at_result
at_on_cscs(struct sim *s, const struct at_command *c)
{
	char want[AT_CHARSET_MAX];
	unsigned bit = 0;

	if (c->form == AT_READ) {
		at_answer(s, "+CSCS: \"%s\"", s->at.charset);
		return ok;
	}
	if (c->form == AT_TEST) {
		list_charsets(s);
		return ok;
	}
	if (!at_text(c, 0, want, sizeof want) ||
	    !at_charset_bit(want, strlen(want), &bit) || (s->opt.charsets & bit) == 0)
		return error;
	memcpy(s->at.charset, want, sizeof want);
	return ok;
}

struct at_result
at_on_cfun(struct sim *s, const struct at_command *c)
{
	int level = at_int(c, 0, 1);

	if (c->form == AT_READ) {
		at_answer(s, "+CFUN: %d", s->net.registration == NET_IDLE ? 4 : 1);
		return ok;
	}
	if (level != 0 && level != 1 && level != 4)
		return error;
	if (at_int(c, 1, 0) == 1) {
		fault_reboot(s, REBOOT_MS);
		return (struct at_result){ AT_NOTHING, 0 };
	}
	if (level == 1 && s->net.registration == NET_IDLE)
		net_register(s, NET_HOME);
	else if (level != 1)
		net_register(s, NET_IDLE);
	return ok;
}

struct at_result
at_on_cpin(struct sim *s, const struct at_command *c)
{
	static const char *const state[] = { [AT_PIN_READY] = "READY",
		[AT_PIN_WANTED] = "SIM PIN",
		[AT_PUK_WANTED] = "SIM PUK" };
	char pin[16];

	if (c->form == AT_READ) {
		at_answer(s, "+CPIN: %s", state[s->at.pin]);
		return ok;
	}
	if (s->at.pin == AT_PIN_READY || !at_text(c, 0, pin, sizeof pin))
		return error;
	if (s->at.pin == AT_PUK_WANTED)
		return at_cme(CME_PUK_WANTED);
	if (strcmp(pin, s->opt.pin) == 0) {
		s->at.pin = AT_PIN_READY;
		s->at.pin_tries = AT_PIN_TRIES;
		return ok;
	}
	if (--s->at.pin_tries <= 0) {
		s->at.pin = AT_PUK_WANTED;
		return at_cme(CME_PUK_WANTED);
	}
	return at_cme(CME_WRONG_PASSWORD);
}

struct at_result
at_on_cgmi(struct sim *s, const struct at_command *c)
{
	(void)c;
	at_answer(s, "Shyraq");
	return ok;
}

struct at_result
at_on_cgmm(struct sim *s, const struct at_command *c)
{
	(void)c;
	at_answer(s, "ModemSim");
	return ok;
}

struct at_result
at_on_cgmr(struct sim *s, const struct at_command *c)
{
	(void)c;
	at_answer(s, "1.0");
	return ok;
}

struct at_result
at_on_cgsn(struct sim *s, const struct at_command *c)
{
	(void)c;
	/* fifteen digits made of the SIM's, so that two simulated modems differ */
	at_answer(s, "35%.13s", s->opt.imsi + 2);
	return ok;
}

struct at_result
at_on_cimi(struct sim *s, const struct at_command *c)
{
	(void)c;
	at_answer(s, "%s", s->opt.imsi);
	return ok;
}

struct at_result
at_on_cnum(struct sim *s, const struct at_command *c)
{
	(void)c;
	at_answer(s, "+CNUM: \"\",\"%s\",%d", s->opt.number,
	    s->opt.number[0] == '+' ? 145 : 129);
	return ok;
}

struct at_result
at_on_cpbs(struct sim *s, const struct at_command *c)
{
	char memory[32];

	if (c->form == AT_READ)
		at_answer(s, "+CPBS: \"SM\",0,250");
	else if (!at_text(c, 0, memory, sizeof memory))
		return error;
	return ok;
}

struct at_result
at_on_cpbr(struct sim *s, const struct at_command *c)
{
	(void)s;
	return at_int(c, 0, -1) < 1 ? error : ok; /* an empty phone book */
}
