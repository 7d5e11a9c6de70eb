/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Small files of secrets, read whole, and the comparing of secrets.
 * It looks into none of them. Called by lib/http.c and who checks a secret.
 */
#include "http_pem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

#define FILE_MAX 65536

char *
http_pem_read(const char *server, const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t n;

	if (f == NULL) {
		log_error("http.file", "server=%s file=%s %s", server, path,
		    strerrordesc_np(errno));
		return NULL;
	}
	text = xcalloc(1, FILE_MAX + 1);
	n = fread(text, 1, FILE_MAX + 1, f);
	if (ferror(f) != 0 || n == 0 || n > FILE_MAX) {
		log_error("http.file_size", "server=%s file=%s", server, path);
		free(text);
		text = NULL;
	}
	(void)!fclose(f);
	return text;
}

bool
http_same_secret(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);
	unsigned differ = n != m;

	for (size_t i = 0; i < n; i++)
		differ |= (unsigned)(unsigned char)a[i] ^
		    (unsigned)(unsigned char)(m == 0 ? 0 : b[i % m]);
	return differ == 0;
}
