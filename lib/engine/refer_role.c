/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The roles that first texts and details are for, and who leads, by name. It says nothing itself.
 * Called by refer_text.c, the ladder and the receivers' acts.
 */
#include <string.h>

#include "refer_text.h"
#include "str.h"

enum refer_role
refer_role_parse(const char *text)
{
	static const char *const names[] = { "first", "child", "police", "embassy",
		"operator", "legal", "health", "labour" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(names[i], text) == 0)
			return (enum refer_role)i;
	}
	return REFER_FIRST;
}

bool
refer_is_brief(enum refer_role role)
{
	return role != REFER_FIRST && role != REFER_CHILD && role != REFER_OPERATOR;
}

const char *
refer_needs_of(enum refer_role role)
{
	switch (role) {
	case REFER_LEGAL:
		return "advice papers";
	case REFER_HEALTH:
		return "doctor";
	case REFER_LABOUR:
		return "wages";
	case REFER_FIRST:
	case REFER_CHILD:
	case REFER_POLICE:
	case REFER_EMBASSY:
	case REFER_OPERATOR:
		break;
	}
	return NULL;
}

enum refer_led
refer_led_parse(const char *kinds)
{
	if (str_has_word(kinds, "ngo") || str_has_word(kinds, "shelter"))
		return REFER_LED_NGO;
	if (str_has_word(kinds, "child"))
		return REFER_LED_CHILD;
	return str_has_word(kinds, "operator") ? REFER_LED_OPERATOR : REFER_LED_NOT;
}
