/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the config says of USSD on a link: whose dialogue it is, how long, what instead, the balance.
 * It never holds a number of a person. Filled by setup.c, used by ussd.c and balance.c.
 */
#ifndef SHYRAQ_USSD_CONF_H
#define SHYRAQ_USSD_CONF_H

#include <stdint.h>

#define USSD_STOCK "Keyinroq urinib ko'ring. Try again later. Попробуйте позже."
#define USSD_STOCK_UNITS 80 /* a screen in UCS-2 */

struct balance_conf {
	char *code, *pattern; /* "" for none */
	int64_t low, every_ms;
};

struct ussd_conf {
	char *peer_pattern, *stock;
	int64_t answer_ms;
	struct balance_conf balance;
};

#endif
