/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TLS 1.2 and later, by OpenSSL: a peer whose certificate does not prove its name is not spoken to.
 * It never waits and never logs: who calls it says why. Called by smpp_wire.c alone.
 */
#include "smpp_tls.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct smpp_tls {
	SSL_CTX *ctx;
	SSL *ssl;
};

void
smpp_tls_free(struct smpp_tls *t)
{
	if (t == NULL)
		return;
	SSL_free(t->ssl);
	SSL_CTX_free(t->ctx);
	ERR_clear_error();
	free(t);
}

/* A certificate for an address names it as one. */
static bool
expect(SSL *ssl, const char *name)
{
	X509_VERIFY_PARAM *p = SSL_get0_param(ssl);

	if (X509_VERIFY_PARAM_set1_ip_asc(p, name) == 1)
		return true;
	ERR_clear_error();
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return SSL_set1_host(ssl, name) == 1 && SSL_set_tlsext_host_name(ssl, name) == 1;
}

static const char *
fill(SSL_CTX *ctx, const struct smpp_tls_options *o)
{
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_mode(
	    ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	if (o->ca[0] == '\0' ? SSL_CTX_set_default_verify_paths(ctx) != 1
			     : SSL_CTX_load_verify_file(ctx, o->ca) != 1)
		return "tls_ca cannot be read";
	if (o->cert[0] != '\0' && SSL_CTX_use_certificate_chain_file(ctx, o->cert) != 1)
		return "tls_cert cannot be read";
	if (o->key[0] != '\0' &&
	    SSL_CTX_use_PrivateKey_file(ctx, o->key, SSL_FILETYPE_PEM) != 1)
		return "tls_key cannot be read, or is another's";
	return NULL;
}

struct smpp_tls *
smpp_tls_new(const struct smpp_tls_options *o, int fd, const char **why)
{
	struct smpp_tls *t = xcalloc(1, sizeof(*t));

	ERR_clear_error();
	*why = "TLS cannot begin";
	t->ctx = SSL_CTX_new(TLS_client_method());
	if (t->ctx != NULL) {
		const char *wrong = fill(t->ctx, o);

		if (wrong != NULL)
			*why = wrong;
		else
			t->ssl = SSL_new(t->ctx);
	}
	if (t->ssl != NULL && SSL_set_fd(t->ssl, fd) == 1 && expect(t->ssl, o->name)) {
		SSL_set_connect_state(t->ssl);
		return t;
	}
	smpp_tls_free(t);
	return NULL;
}

static enum smpp_tls_is
is(struct smpp_tls *t, int result)
{
	int error = SSL_get_error(t->ssl, result);

	if (error == SSL_ERROR_WANT_READ)
		return SMPP_TLS_READ;
	return error == SSL_ERROR_WANT_WRITE ? SMPP_TLS_WRITE : SMPP_TLS_FAILED;
}

enum smpp_tls_is
smpp_tls_shake(struct smpp_tls *t, const char **why)
{
	enum smpp_tls_is now;
	int result;
	long verdict;

	ERR_clear_error();
	result = SSL_do_handshake(t->ssl);
	if (result == 1)
		return SMPP_TLS_DONE;
	now = is(t, result);
	if (now != SMPP_TLS_FAILED)
		return now;
	verdict = SSL_get_verify_result(t->ssl);
	*why = verdict != X509_V_OK ? X509_verify_cert_error_string(verdict)
				    : "no TLS with it";
	return now;
}

static int
bounded(size_t n)
{
	return n > INT_MAX ? INT_MAX : (int)n;
}

enum smpp_tls_is
smpp_tls_read(struct smpp_tls *t, void *to, size_t n, size_t *got)
{
	int result;

	ERR_clear_error();
	result = SSL_read(t->ssl, to, bounded(n));
	*got = result > 0 ? (size_t)result : 0;
	if (result > 0 || SSL_get_error(t->ssl, result) == SSL_ERROR_ZERO_RETURN)
		return SMPP_TLS_DONE;
	return is(t, result);
}

enum smpp_tls_is
smpp_tls_write(struct smpp_tls *t, const void *from, size_t n, size_t *taken)
{
	int result;

	ERR_clear_error();
	result = SSL_write(t->ssl, from, bounded(n));
	*taken = result > 0 ? (size_t)result : 0;
	return result > 0 ? SMPP_TLS_DONE : is(t, result);
}

void
smpp_tls_end(struct smpp_tls *t)
{
	ERR_clear_error();
	if (SSL_is_init_finished(t->ssl))
		SSL_shutdown(t->ssl);
}
