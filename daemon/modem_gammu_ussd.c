/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * USSD of a modem's thread: what the network says in a session, what we say, its proper end.
 * It never lets a text become a command: what is not plain goes as hex. It knows no dialogue.
 * Called by modem_gammu*.c, in the modem's thread.
 */
#include "modem_gammu.h"

#include <string.h>

#include "gsm.h"
#include "log.h"
#include "modem_text.h"
#include "str.h"

#define SAY_MS 30000 /* some modems answer OK only when the network has */
#define UNITS_MAX 182
#define DCS_GSM7 15
#define DCS_UCS2 72

static void
keep(struct machine *m, enum link_ussd what, const char *text)
{
	struct machine_ussd *u;

	if (m->ussd_n == MACHINE_USSD) {
		log_warn("modem.ussd_lost", "link=%s", m->setup->name);
		return;
	}
	u = &m->ussd[m->ussd_n++];
	u->what = what;
	if (!str_copy(u->text, sizeof(u->text), text))
		u->text[0] = '\0';
}

/* Never libgammu from here: it waits for an answer of its own. */
static void
on_ussd(GSM_StateMachine *s, GSM_USSDMessage *u, void *arg)
{
	static const enum link_ussd what[] = {
		[USSD_Unknown] = LINK_USSD_NOTE,
		[USSD_NoActionNeeded] = LINK_USSD_NOTE,
		[USSD_ActionNeeded] = LINK_USSD_ASKS,
		[USSD_Terminated] = LINK_USSD_ENDED,
		[USSD_AnotherClient] = LINK_USSD_OTHER,
		[USSD_NotSupported] = LINK_USSD_NONE,
		[USSD_Timeout] = LINK_USSD_LATE,
	};
	char text[MODEM_TEXT_MAX];

	(void)s;
	modem_text_utf8(text, sizeof(text), u->Text,
	    modem_text_units(u->Text, GSM_MAX_USSD_LENGTH), false);
	if (u->Status >= USSD_Unknown && u->Status <= USSD_Timeout)
		keep(arg, what[u->Status], text);
	explicit_bzero(text, sizeof(text));
}

void
machine_ussd_line(struct machine *m, const char *rest)
{
	char text[MODEM_TEXT_MAX];
	int what;

	if (modem_text_ussd(rest, m->ussd_ucs2, &what, text, sizeof(text)))
		keep(m, (enum link_ussd)what, text);
	explicit_bzero(text, sizeof(text));
}

/* Asks the modem itself: libgammu only remembers. */
static bool
is_ucs2(struct machine *m)
{
	const char *now;

	if (machine_at(m, "AT+CSCS?", machine_at_ms(m)) != RC_OK)
		return false;
	now = at_line(m->at, "+CSCS:");
	return now != NULL &&
	    (strstr(now, "UCS2") != NULL || strstr(now, "0055004300530032") != NULL);
}

/*
 * A menu with line breaks reaches us only as hex, so the charset must stay at UCS2: asking for the
 * phone book leaves it there. What libgammu believes to be so already, plain AT sets.
 */
static void
set_charset(struct machine *m)
{
	GSM_MemoryStatus book = { .MemoryType = MEM_SM };
	GSM_Error e;

	machine_call(m, m->setup->ask_ms);
	e = machine_back(m, "charset", GSM_GetMemoryStatus(m->s, &book));
	m->ussd_ucs2 = !m->failed && is_ucs2(m);
	if (m->failed || m->ussd_ucs2 || e != ERR_NONE || !m->ussd_was_ucs2)
		return;
	if (machine_at(m, "AT+CSCS=\"UCS2\"", machine_at_ms(m)) == RC_OK)
		m->ussd_ucs2 = is_ucs2(m);
}

static bool
listen_to(struct machine *m, bool on)
{
	GSM_Error e;

	machine_call(m, m->setup->ask_ms);
	e = machine_back(m, "ussd", GSM_SetIncomingUSSD(m->s, on));
	return !m->failed && e == ERR_NONE;
}

void
machine_ussd_open(struct machine *m)
{
	m->ussd_n = 0;
	m->ussd_ucs2 = m->ussd_was_ucs2 = false;
	GSM_SetIncomingUSSDCallback(m->s, on_ussd, m);
	m->ussd_on = listen_to(m, true);
	if (m->failed)
		return;
	if (!m->ussd_on) {
		log_warn("modem.ussd", "link=%s the modem has none", m->setup->name);
		return;
	}
	set_charset(m);
	m->ussd_was_ucs2 = m->ussd_ucs2;
	if (!m->failed && !m->ussd_ucs2)
		log_warn("modem.charset",
		    "link=%s without UCS2 menus with lines are lost", m->setup->name);
}

/* Another of libgammu's calls, or the modem itself, may have taken the charset back. */
void
machine_ussd_check(struct machine *m)
{
	if (m->ussd_on && m->ussd_ucs2 && !is_ucs2(m) && !m->failed)
		set_charset(m);
}

/* Letters that are the same in every charset, and end no string. */
static bool
is_plain(const char *s)
{
	static const char safe[] = "0123456789*#+ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz .,:;?!()-/";

	return s[strspn(s, safe)] == '\0';
}

/* The command, or false: too long. */
static bool
spell(const struct machine *m, const char *text, char *out, size_t size)
{
	static const char digit[] = "0123456789ABCDEF"; /* some modems know no others */
	uint8_t units[2 * (UNITS_MAX + 1)];
	char hex[4 * UNITS_MAX + 1];
	bool gsm7 = gsm_size_of(text).alphabet != GSM_UCS2;
	size_t n, len = 0;

	if (!m->ussd_ucs2 && is_plain(text) && strlen(text) <= UNITS_MAX)
		return str_add(out, size, &len, "AT+CUSD=1,\"%s\",%d", text, DCS_GSM7);
	n = modem_text_utf16(units, UNITS_MAX, text, strlen(text), false);
	if (n == 0)
		return false;
	for (size_t i = 0; i < 2 * n; i++) {
		hex[2 * i] = digit[units[i] >> 4];
		hex[2 * i + 1] = digit[units[i] & 15];
	}
	hex[4 * n] = '\0';
	return str_add(out, size, &len, "AT+CUSD=1,\"%s\",%d", hex,
	    gsm7 && m->ussd_ucs2 ? DCS_GSM7 : DCS_UCS2);
}

void
machine_say_ussd(struct machine *m, const char *text)
{
	char command[AT_LINE_MAX];

	if (!m->ussd_on || !spell(m, text, command, sizeof(command))) {
		keep(m, LINK_USSD_FAILED, "");
		return;
	}
	if (machine_at(m, command, SAY_MS) == RC_OK && !m->at->ok)
		keep(m, LINK_USSD_FAILED, "");
	explicit_bzero(command, sizeof(command));
	explicit_bzero(m->at, sizeof(*m->at));
}

/* libgammu's own way is not to listen for a moment: who dials just then would not be heard. */
static bool
end_and_listen(struct machine *m)
{
	return machine_at(m, "AT+CUSD=2", SAY_MS) == RC_OK && m->at->ok &&
	    machine_at(m, "AT+CUSD=1", SAY_MS) == RC_OK && m->at->ok;
}

void
machine_end_ussd(struct machine *m)
{
	if (!m->ussd_on || end_and_listen(m) || m->failed)
		return;
	/* CUSD=2, CUSD=0, and listening anew */
	(void)!listen_to(m, false);
	if (m->failed)
		return;
	if (!listen_to(m, true)) {
		machine_fail(m, "ussd", "it cannot be listened to again");
		return;
	}
	set_charset(m);
}

void
machine_tell_ussd(struct machine *m)
{
	unsigned n = m->ussd_n;

	for (unsigned i = 0; i < n; i++) {
		struct modem_report *r = machine_report(m, MODEM_USSD);
		size_t len = strlen(m->ussd[i].text);

		r->ussd = m->ussd[i].what;
		memcpy(r->u.text.text, m->ussd[i].text, len + 1);
		machine_say(m, r, offsetof(struct modem_report, u.text.text) + len + 1);
		explicit_bzero(r->u.text.text, len);
	}
	explicit_bzero(m->ussd, n * sizeof(m->ussd[0]));
	m->ussd_n = 0;
}
