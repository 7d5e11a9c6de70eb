/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fields of application/x-www-form-urlencoded, of a body or of what stands behind "?". Pure.
 * It keeps nothing and gives a field only when it is clean text. Called by http_ussd.c.
 */
#ifndef SHYRAQ_HTTP_FORM_H
#define SHYRAQ_HTTP_FORM_H

#include "base.h"

#define HTTP_FIELDS_MAX 64 /* of which more is no form of ours */

/*
 * The field `name` of the n octets at `form`, decoded: well-formed UTF-8, with its NUL, without other
 * control characters than tab and line ends. RC_AGAIN: it is not there. RC_REFUSED: it is there twice,
 * malformed, or longer than `size`; out is "" then.
 */
MUST_CHECK enum rc http_form_get(
    const char *form, size_t n, const char *name, char *out, size_t size);

#endif
