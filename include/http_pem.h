/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Certificates and keys as lib/http.c hands them on, and secrets compared.
 * It keeps nothing. Called by lib/http.c and who checks a secret.
 */
#ifndef SHYRAQ_HTTP_PEM_H
#define SHYRAQ_HTTP_PEM_H

#include <stdbool.h>

#include "base.h"

/* The whole of a small file, the caller's to wipe and free. NULL, logged: it cannot be read, or is too long. */
char *http_pem_read(const char *server, const char *path);

/* Whether both are alike; how long it takes does not say where they differ. */
bool http_same_secret(const char *a, const char *b);

#endif
