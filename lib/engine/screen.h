/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A text cut into USSD screens: 182 septets or 80 UCS-2 units each (3GPP TS 23.038), "98" leads on.
 * It never drops a character but the blank it cuts at. Pure; called by the turn.
 */
#ifndef SHYRAQ_SCREEN_H
#define SHYRAQ_SCREEN_H

#include <stdbool.h>

#include "base.h"

#define SCREEN_MAX 729 /* 182 characters of up to 4 bytes, and NUL */
#define SCREEN_MORE "98"

/*
 * Page `page` (from 0) of a well-formed text; false, and "", when there is no such page. *more: another
 * follows, and this one ends with a line that says so.
 */
MUST_CHECK bool screen_page(
    const char *text, unsigned page, char out[SCREEN_MAX], bool *more);

#endif
