/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The network commands: registration, operator, signal, USSD, calls.
 * Never decides what the network does: sim_net.c and the control socket do.
 * Called by the table in sim_at.c and by sim_net.c.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "sim.h"
#include "sim_ctl.h"
#include "sim_ussd.h"

static const struct at_result ok = { AT_OK, 0 };
static const struct at_result error = { AT_ERROR, 0 };

enum {
	DETAILS = 2, /* AT+CREG=2: with area and cell */
	DCS_DEFAULT = 15,
};

static struct at_result
registration(struct sim *s, const struct at_command *c, const char *name, int *asked)
{
	int want = at_int(c, 0, 0);

	if (c->form == AT_SET) {
		if (want < 0 || want > DETAILS)
			return error;
		*asked = want;
		return ok;
	}
	if (*asked == DETAILS && net_is_registered(&s->net))
		at_answer(s, "%s: %d,%d,\"1A2B\",\"0C3D\"", name, *asked,
		    (int)s->net.registration);
	else
		at_answer(s, "%s: %d,%d", name, *asked, (int)s->net.registration);
	return ok;
}

struct at_result
at_on_creg(struct sim *s, const struct at_command *c)
{
	return registration(s, c, "+CREG", &s->at.creg);
}

struct at_result
at_on_cgreg(struct sim *s, const struct at_command *c)
{
	return registration(s, c, "+CGREG", &s->at.cgreg);
}

void
at_tell_registration(struct sim *s)
{
	if (s->at.creg == DETAILS && net_is_registered(&s->net))
		at_unasked(s, "+CREG: %d,\"1A2B\",\"0C3D\"", (int)s->net.registration);
	else if (s->at.creg > 0)
		at_unasked(s, "+CREG: %d", (int)s->net.registration);
}

struct at_result
at_on_cgatt(struct sim *s, const struct at_command *c)
{
	(void)c;
	at_answer(s, "+CGATT: %d", net_is_registered(&s->net));
	return ok;
}

struct at_result
at_on_cops(struct sim *s, const struct at_command *c)
{
	int mode = at_int(c, 0, -1), format = at_int(c, 1, 0);

	if (c->form == AT_SET) {
		if (mode < 0 || mode > 4 || format < 0 || format > 2)
			return error;
		if (mode == 3)
			s->at.cops_format = format;
		return ok;
	}
	if (!net_is_registered(&s->net))
		at_answer(s, "+COPS: 0");
	else
		at_answer(s, "+COPS: 0,%d,\"%s\"", s->at.cops_format,
		    s->at.cops_format == 2 ? "40177" : "Simulated");
	return ok;
}

struct at_result
at_on_csq(struct sim *s, const struct at_command *c)
{
	(void)c;
	at_answer(s, "+CSQ: %d,0", net_is_registered(&s->net) ? 21 : 99);
	return ok;
}

struct at_result
at_on_cbc(struct sim *s, const struct at_command *c)
{
	(void)c;
	at_answer(s, "+CBC: 0,100");
	return ok;
}

struct at_result
at_on_cclk(struct sim *s, const struct at_command *c)
{
	time_t local = (time_t)(clock_wall_ms() / 1000 + NET_ZONE * 900);
	struct tm tm;

	(void)c;
	if (gmtime_r(&local, &tm) == NULL)
		return error;
	at_answer(s, "+CCLK: \"%02d/%02d/%02d,%02d:%02d:%02d+%02d\"", tm.tm_year % 100,
	    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, NET_ZONE);
	return ok;
}

struct at_result
at_on_cusd(struct sim *s, const struct at_command *c)
{
	int mode = at_int(c, 0, -1);
	char text[AT_LINE_MAX];

	if (c->form == AT_READ) {
		at_answer(s, "+CUSD: %d", s->at.ussd);
		return ok;
	}
	if (mode < 0 || mode > 2)
		return error;
	if (mode == 2) {
		ctl_tell_ussd(s, "cancel", "");
		return ok;
	}
	s->at.ussd = mode == 1;
	if (!at_text(c, 1, text, sizeof text))
		return ok;
	return ussd_answered(s, text, at_int(c, 2, DCS_DEFAULT)) ? ok : error;
}

struct at_result
at_on_clip(struct sim *s, const struct at_command *c)
{
	if (c->form == AT_READ)
		at_answer(s, "+CLIP: %d,1", s->at.clip);
	else
		s->at.clip = at_int(c, 0, 0) == 1;
	return ok;
}

struct at_result
at_on_hang_up(struct sim *s, const struct at_command *c)
{
	(void)c;
	net_hang_up(s);
	return ok;
}

void
at_tell_ring(struct sim *s, const char *caller)
{
	at_unasked(s, "RING");
	if (s->at.clip)
		at_unasked(s, "+CLIP: \"%s\",%d", caller, caller[0] == '+' ? 145 : 129);
}
