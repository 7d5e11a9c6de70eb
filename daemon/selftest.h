/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Texts of ours from one link's number to another's, and the alarm when they do not arrive.
 * It opens no case, knows no person, and nothing of it is stored. Called by shyraqd.c, in the loop.
 *
 * A text bears its time and a hash of it under the log key, so that whichever daemon has the receiving
 * link knows it without having been told. What proves itself like that never leaves the daemon.
 */
#ifndef SHYRAQ_SELFTEST_H
#define SHYRAQ_SELFTEST_H

#include "conf.h"
#include "links.h"
#include "seal.h"

#define SELFTESTS_MAX 64
#define SELFTEST_ROW (UINT64_C(1) << 63) /* beyond every row of the outbox */

/* One group of `selftests` in the config. */
struct selftest_conf {
	char *source, *target;
	int64_t every_ms, within_ms;
	bool source_known, target_known; /* a link of the config, whosever it is */
	char number[PHONE_MAX];          /* of the target */
};

struct selftest;

/* `conf` and `links` are borrowed; a pair of which neither link is here does nothing. */
struct selftest *selftest_new(const struct selftest_conf *conf, size_t n,
    struct links *links, uint64_t instance, const struct seal_key *key);
void selftest_free(struct selftest *t);
/* The key of selftest_new, made of the log key. */
void selftest_key(const struct seal_key *log_key, struct seal_key *out);

/* Every 50 ms or so: sends what is due, settles what was heard, raises and ends alarms. */
void selftest_run(struct selftest *t, int64_t now);
/*
 * RC_OK: it is ours, and the link's `settled` follows. RC_AGAIN: ours, not now. RC_REFUSED: it is not.
 */
MUST_CHECK enum rc selftest_heard(
    struct selftest *t, struct link *l, const struct bus_sms_in *in, uint64_t handle);
/* As link_host's. */
void selftest_withdraw(struct selftest *t, const struct link *l);
/* The end of a send; false: it is none of ours. */
bool selftest_result(struct selftest *t, const struct bus_result *r);

#endif
