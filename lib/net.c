/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numeric addresses and networks.
 * It never looks a name up and never waits. Called by lib/http.c and who sets it up.
 */
#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "str.h"

#define BACKLOG 128
#define DIGITS "0123456789"

static bool
read_number(const char *text, unsigned most, unsigned *out)
{
	size_t n = strlen(text);

	if (n == 0 || n > 5 || strspn(text, DIGITS) != n)
		return false;
	*out = (unsigned)strtoul(text, NULL, 10);
	return *out <= most;
}

enum rc
net_parse(const char *text, struct sockaddr_storage *out)
{
	const char *colon = strrchr(text, ':');
	char host[64];
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	unsigned port;
	size_t n;

	memset(out, 0, sizeof(*out));
	if (colon == NULL || !read_number(colon + 1, 65535, &port))
		return RC_REFUSED;
	n = (size_t)(colon - text);
	if (n > 2 && text[0] == '[' && colon[-1] == ']') {
		v6.sin6_port = htons((uint16_t)port);
		if (!str_copy_bytes(host, sizeof(host), text + 1, n - 2) ||
		    inet_pton(AF_INET6, host, &v6.sin6_addr) != 1)
			return RC_REFUSED;
		memcpy(out, &v6, sizeof(v6));
		return RC_OK;
	}
	v4.sin_port = htons((uint16_t)port);
	if (!str_copy_bytes(host, sizeof(host), text, n) ||
	    inet_pton(AF_INET, host, &v4.sin_addr) != 1)
		return RC_REFUSED;
	memcpy(out, &v4, sizeof(v4));
	return RC_OK;
}

/* The octets of an address, and how many; a mapped IPv4 address as four. 0: another family. */
static size_t
octets_of(const struct sockaddr *a, uint8_t b[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (a->sa_family == AF_INET) {
		memcpy(&v4, a, sizeof(v4));
		memcpy(b, &v4.sin_addr, 4);
		return 4;
	}
	if (a->sa_family != AF_INET6)
		return 0;
	memcpy(&v6, a, sizeof(v6));
	memcpy(b, &v6.sin6_addr, 16);
	if (memcmp(b, mapped, sizeof(mapped)) != 0)
		return 16;
	memmove(b, b + sizeof(mapped), 4);
	return 4;
}

bool
net_is_loopback(const struct sockaddr_storage *a)
{
	static const uint8_t one[16] = { [15] = 1 };
	struct sockaddr_storage copy = *a;
	uint8_t b[16];
	size_t n = octets_of((const struct sockaddr *)&copy, b);

	return (n == 4 && b[0] == 127) || (n == 16 && memcmp(b, one, 16) == 0);
}

static bool
read_net(char *word, struct net *out)
{
	char *slash = strchr(word, '/');

	*out = (struct net){ .v6 = strchr(word, ':') != NULL };
	out->bits = out->v6 ? 128 : 32;
	if (slash != NULL) {
		*slash = '\0';
		if (!read_number(slash + 1, out->bits, &out->bits))
			return false;
	}
	return inet_pton(out->v6 ? AF_INET6 : AF_INET, word, out->b) == 1;
}

enum rc
net_list_parse(const char *text, struct net_list *out)
{
	out->n = 0;
	for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
		char word[64];
		size_t n = strcspn(text, " ");

		if (out->n == NET_LIST_MAX ||
		    !str_copy_bytes(word, sizeof(word), text, n) ||
		    !read_net(word, &out->net[out->n]))
			return RC_REFUSED;
		out->n++;
		text += n;
	}
	return RC_OK;
}

static bool
has(const struct net *net, const uint8_t *b)
{
	unsigned whole = net->bits / 8, rest = net->bits % 8;
	unsigned mask = 0xffu << (8 - rest) & 0xffu;

	if (memcmp(net->b, b, whole) != 0)
		return false;
	return rest == 0 || ((net->b[whole] ^ b[whole]) & mask) == 0;
}

bool
net_list_has(const struct net_list *l, const struct sockaddr *a)
{
	uint8_t b[16];
	size_t n = octets_of(a, b);

	for (size_t i = 0; n > 0 && i < l->n; i++) {
		if (l->net[i].v6 == (n == 16) && has(&l->net[i], b))
			return true;
	}
	return false;
}

static unsigned
port_of(int fd)
{
	struct sockaddr_storage a = { 0 };
	socklen_t n = sizeof(a);
	in_port_t port;

	if (getsockname(fd, (struct sockaddr *)&a, &n) != 0)
		return 0;
	/* the port stands at the same place in both families */
	memcpy(&port, (const char *)&a + offsetof(struct sockaddr_in, sin_port),
	    sizeof(port));
	return ntohs(port);
}

enum rc
net_listen(const struct sockaddr_storage *a, int *fd, unsigned *port)
{
	struct sockaddr_storage at = *a;
	socklen_t n = at.ss_family == AF_INET ? sizeof(struct sockaddr_in)
					      : sizeof(struct sockaddr_in6);
	int on = 1, saved;

	*fd = socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*fd < 0)
		return RC_BROKEN;
	if (setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    (at.ss_family == AF_INET ||
		setsockopt(*fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) == 0) &&
	    bind(*fd, (struct sockaddr *)&at, n) == 0 && listen(*fd, BACKLOG) == 0) {
		*port = port_of(*fd);
		return RC_OK;
	}
	saved = errno;
	close(*fd);
	errno = saved;
	return RC_BROKEN;
}
