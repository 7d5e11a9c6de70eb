-- SPDX-License-Identifier: GPL-3.0-or-later
-- Every statement of every process: its name, and in parentheses who may run it (sql/grants.sql grants
-- exactly that). $n are typed by casts; arrays are a batch. Time only by shyraq_now(), ms by shyraq_ts().

-- The turn: who wrote, have we had it, where they stand -----------------------------------------

-- name: BLOCK_NEXT (worker dispatch)
SELECT nextval('block_seq');

-- name: PEER_PUT (worker dispatch)
INSERT INTO peer (hash, number)
SELECT h, n FROM unnest($1::bytea[], $2::bytea[]) AS t(h, n) ORDER BY h
ON CONFLICT (hash) DO NOTHING;

-- Locks alone: what they protect is read by the next statement, whose snapshot is younger.
-- name: PEER_LOCK (worker dispatch)
SELECT id, hash FROM peer WHERE hash = ANY($1::bytea[]) ORDER BY id FOR UPDATE;

-- name: PEER_LOCK_ID (dispatch)
SELECT id, number FROM peer WHERE id = $1::bigint FOR UPDATE;

-- name: INBOX_KEY_PUT (worker dispatch)
INSERT INTO inbox_key (link_group, key, inbox_id, at)
SELECT g, k, i, shyraq_now() FROM unnest($1::text[], $2::bytea[], $3::bigint[]) AS t(g, k, i)
ORDER BY g, k
ON CONFLICT DO NOTHING
RETURNING inbox_id;

-- name: INBOX_KEY_SEEN (worker)
SELECT t.i, k.inbox_id
FROM unnest($1::text[], $2::bytea[], $3::bigint[]) AS t(g, k, i)
JOIN inbox_key k ON k.link_group = t.g AND k.key = t.k
WHERE k.inbox_id <> t.i AND k.bind IS NULL;

-- A text read over SMPP (docs/adr/0004), in this order: the row's own reading, or one read before some row's:
-- a repeat, the row stays. A row is open, and its bind has ended, or its answer was not written in time: a
-- repeat, the row takes this reading. Else it is new, with a row of its own. The peer's lock keeps two
-- workers apart; $6 and $7 are lists, "{1,2}".
-- name: INBOX_KEY_READ (worker)
WITH m AS (SELECT * FROM unnest($1::text[], $2::bytea[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[],
		$7::text[]) AS t(g, k, i, b, n, lapsed, live)),
seen AS (SELECT m.i, m.b, m.n, x.link_group, x.reading, x.inbox_id
	FROM m CROSS JOIN LATERAL (
		SELECT k.link_group, k.reading, k.inbox_id FROM inbox_key k
		WHERE k.link_group = m.g AND k.key = m.k AND k.bind IS NOT NULL AND (k.reading >= m.n
			OR k.open AND (k.reading = ANY(m.lapsed::bigint[])
				OR k.bind <> m.b AND k.bind <> ALL(m.live::bigint[])))
		ORDER BY k.reading <> m.n, k.reading < m.n, k.reading LIMIT 1) x),
taken AS (UPDATE inbox_key k SET bind = s.b, reading = s.n, open = true, confirmed_at = NULL, at = shyraq_now()
	FROM seen s WHERE s.reading < s.n AND k.bind IS NOT NULL AND k.link_group = s.link_group
		AND k.reading = s.reading),
fresh AS (INSERT INTO inbox_key (link_group, key, inbox_id, at, bind, reading, open)
	SELECT g, k, i, shyraq_now(), b, n, true FROM m WHERE NOT EXISTS (SELECT FROM seen s WHERE s.i = m.i))
SELECT i, inbox_id FROM seen;

-- name: INBOX_KEY_CONFIRM (worker dispatch)
UPDATE inbox_key k SET open = false, confirmed_at = shyraq_now()
FROM unnest($1::text[], $2::bigint[]) AS t(g, n)
WHERE k.link_group = t.g AND k.reading = t.n AND k.bind IS NOT NULL;

-- A repeat hands out again only what is still claimed by the instance that offers it.
-- name: REPEAT_SENDS (worker)
SELECT o.inbox_id, o.id, o.attempt, o.text, o.link, o.priority, shyraq_ms(o.submit_by),
	shyraq_ms(o.window_until), o.parts_done, o.concat_ref, p.number, c.number
FROM outbox o
LEFT JOIN peer p ON p.id = o.peer_id
LEFT JOIN contact c ON c.id = o.contact_id
WHERE o.inbox_id = ANY($1::bigint[]) AND o.state = 'claimed' AND o.instance = $2::bigint;

-- name: TURN_READ (worker dispatch)
SELECT p.id, p.stopped, s.flow, s.version, s.step, s.lang, s.flags, s.misses, s.slots, c.id,
	shyraq_ms(s.expires_at), c.class, c.state, shyraq_ms(c.taken_at), c.refer_due IS NOT NULL,
	k.id, shyraq_ms(s.timer_at), CASE WHEN split_part(split_part(s.hidden, '|', 1), ' ', 7) IN ('', '0')
		OR EXISTS (SELECT FROM casefile h WHERE h.hidden_at IS NULL
			AND h.id = NULLIF(split_part(split_part(s.hidden, '|', 1), ' ', 7), '')::bigint) THEN s.hidden ELSE '' END,
	c.number, c.taken_by,
	COALESCE(c.knocked_at IS NOT NULL AND c.safe_peer = p.id, false),
	p.link, p.rhythm, shyraq_ms(p.guarded_until), p.forget_at IS NOT NULL,
	r.id, r.phrase, r.at_time, r.sealed, j.id, j.answer, shyraq_ms(j.answered_at),
	c.peer_id = p.id, COALESCE(c.opens_at > shyraq_now(), false), p.own_stop,
	COALESCE(c.state <> 'closed' AND LEAST(CASE WHEN c.state = 'open' THEN c.refer_due END, c.ladder_due)
		< shyraq_now() - interval '5 minutes', false),
	CASE WHEN c.peer_id IS DISTINCT FROM p.id OR c.state NOT IN ('met', 'closed') THEN ''
		WHEN c.followed_at IS NOT NULL THEN CASE WHEN EXISTS (SELECT FROM case_answer a
			WHERE a.case_id = c.id AND a.slot = 'followup') THEN '' ELSE 'ask' END
		WHEN c.safe_peer IS DISTINCT FROM p.id OR (c.state = 'closed' AND NOT shyraq_is_helped(c.outcome))
			OR EXISTS (SELECT FROM consent o WHERE o.case_id = c.id
				AND (o.kind = 'follow' OR o.wording LIKE 'withdrawn %')) THEN ''
		ELSE 'offer' END, COALESCE(c.state = 'closed' AND shyraq_is_helped(c.outcome), false),
	c.cut_at IS NOT NULL, s.case_id IS NOT NULL AND c.id IS NULL
FROM unnest($1::bigint[], $2::bytea[]) AS w(peer, rhash)
JOIN peer p ON p.id = w.peer
LEFT JOIN session s ON s.peer_id = p.id
LEFT JOIN casefile c ON c.id = s.case_id AND c.hidden_at IS NULL
LEFT JOIN contact k ON k.hash = w.rhash AND k.active
LEFT JOIN LATERAL (SELECT id, phrase, at_time, sealed FROM relay q
	WHERE q.case_id = c.id AND q.told_at IS NULL AND q.sealed IS NOT NULL
		AND c.state <> 'closed' AND (q.read_at IS NULL OR (s.flow = 'phrase' AND s.step <> ''))
	ORDER BY q.read_at DESC NULLS LAST, q.id LIMIT 1) r ON true
LEFT JOIN LATERAL (SELECT id, answer, answered_at FROM job_check q
	WHERE q.peer_id = p.id AND q.answered_at IS NOT NULL AND (q.read_at IS NULL OR q.answer IS NOT NULL)
	ORDER BY q.read_at NULLS FIRST, q.id LIMIT 1) j ON true
ORDER BY p.id;

-- name: LINK_READ (worker)
SELECT link, clock_error_ms, number FROM link_state
WHERE link = ANY($1::text[]) OR number = ANY($2::text[]);

-- The turn: what it leaves ----------------------------------------------------------------------

-- name: INBOX_WRITE (worker dispatch)
INSERT INTO inbox (id, link, peer_id, contact_id, t0, smsc_lag_ms, done_at, state, error, sealed)
SELECT i, l, p, c, shyraq_ts(t0), lag, shyraq_now(), s, e, x
FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
	$7::text[], $8::text[], $9::bytea[]) AS t(i, l, p, c, t0, lag, s, e, x);

-- name: PEER_WRITE (worker dispatch)
UPDATE peer SET window_until = COALESCE(shyraq_ts(t.w), window_until), stopped = t.s,
	link = COALESCE(t.l, link), rhythm = COALESCE(t.r, rhythm),
	guarded_until = COALESCE(shyraq_ts(t.g), guarded_until),
	forget_at = CASE WHEN t.f IS NULL THEN forget_at WHEN t.f > 0 THEN shyraq_ts(t.f) END
FROM unnest($1::bigint[], $2::bigint[], $3::boolean[], $4::text[], $5::text[], $6::bigint[],
	$7::bigint[]) AS t(i, w, s, l, r, g, f)
WHERE peer.id = t.i;

-- name: SESSION_WRITE (worker dispatch)
INSERT INTO session (peer_id, flow, version, step, lang, flags, misses, slots, case_id, expires_at,
	timer_at, hidden)
SELECT p, f, v, s, l, g, m, o, c, shyraq_ts(e), shyraq_ts(x), h
FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::bigint[],
	$7::bigint[], $8::text[], $9::bigint[], $10::bigint[], $11::bigint[], $12::text[])
	AS t(p, f, v, s, l, g, m, o, c, e, x, h)
ON CONFLICT (peer_id) DO UPDATE SET flow = excluded.flow, version = excluded.version,
	step = excluded.step, lang = excluded.lang, flags = excluded.flags, misses = excluded.misses,
	slots = excluded.slots, case_id = excluded.case_id, expires_at = excluded.expires_at,
	timer_at = excluded.timer_at, hidden = excluded.hidden;

-- name: CASE_OPEN (worker dispatch)
INSERT INTO casefile (id, peer_id, class, lang, bearer, opened_at)
SELECT i, p, c, l, b, shyraq_now()
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bigint[]) AS t(i, p, c, l, b);

-- Reported from a receiver's own phone: that receiver is not asked. Operators go on being paged.
-- name: CASE_REPORTER (worker dispatch)
UPDATE casefile c SET bypass = trim(c.bypass || ' #' || r.id)
FROM unnest($1::bigint[], $2::bigint[]) AS t(i, k)
JOIN contact k ON k.id = t.k JOIN receiver r ON r.id = k.receiver_id AND r.kind <> 'operator'
WHERE c.id = t.i;

-- A more urgent class, the language, when the referral is due: an earlier due time stands. One step may
-- leave several rows for a case, and UPDATE takes one: they are made one first.
-- name: CASE_CHANGE (worker dispatch)
UPDATE casefile SET class = COALESCE(t.c, class), lang = COALESCE(t.l, lang),
	begun_at = CASE WHEN t.r IS NULL THEN begun_at ELSE COALESCE(begun_at, shyraq_now()) END,
	refer_due = CASE WHEN state = 'open' THEN LEAST(refer_due, shyraq_ts(t.r)) END
FROM (SELECT i, max(l) AS l, min(r) AS r,
		(ARRAY['other', 'held', 'urgent', 'danger'])[max(array_position(
			ARRAY['other', 'held', 'urgent', 'danger'], c))] AS c
	FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[]) AS u(i, c, l, r) GROUP BY i) t
WHERE casefile.id = t.i;

-- name: ANSWER_WRITE (worker dispatch)
INSERT INTO case_answer (case_id, slot, code, at)
SELECT DISTINCT ON (c, s) c, s, a, shyraq_now()
FROM unnest($1::bigint[], $2::text[], $3::text[]) WITH ORDINALITY AS t(c, s, a, n)
ORDER BY c, s, n DESC
ON CONFLICT (case_id, slot) DO UPDATE SET code = excluded.code, at = excluded.at;

-- name: CONSENT_WRITE (worker dispatch)
INSERT INTO consent (case_id, kind, yes, wording, at)
SELECT c, k, y, w, shyraq_now()
FROM unnest($1::bigint[], $2::text[], $3::boolean[], $4::text[]) AS t(c, k, y, w);

-- name: PLACE_WRITE (worker dispatch)
INSERT INTO place (case_id, sealed)
SELECT DISTINCT ON (c) c, x FROM unnest($1::bigint[], $2::bytea[]) WITH ORDINALITY AS t(c, x, n)
ORDER BY c, n DESC
ON CONFLICT (case_id) DO UPDATE SET sealed = excluded.sealed;

-- name: KEYHOLDERS (worker dispatch)
SELECT id, public_key FROM keyholder WHERE active ORDER BY id;

-- name: EPOCH_NEW (worker dispatch)
INSERT INTO epoch (id, at) VALUES ($1::bigint, shyraq_now());

-- name: EPOCH_BOX (worker dispatch)
INSERT INTO epoch_box (epoch_id, keyholder_id, box)
SELECT $1::bigint, k, b FROM unnest($2::bigint[], $3::bytea[]) AS t(k, b);

-- name: NARRATIVE_WRITE (worker dispatch)
INSERT INTO narrative (case_id, epoch_id, sealed, at)
SELECT c, e, x, shyraq_now() FROM unnest($1::bigint[], $2::bigint[], $3::bytea[]) AS t(c, e, x);

-- name: TASK_WRITE (worker dispatch)
INSERT INTO task (kind, case_id, inbox_id, contact_id, at, page_due)
SELECT k, c, i, o, shyraq_now(), CASE WHEN shyraq_for_supervisor(k) OR shyraq_cannot_wait(k, c)
	THEN shyraq_now() END
FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) AS t(k, c, i, o);

-- name: AUDIT_WRITE (worker dispatch)
INSERT INTO audit (what, case_id, referral_id, contact_id, code, at)
SELECT w, c, r, o, d, shyraq_now()
FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[]) AS t(w, c, r, o, d);

-- Rows for the daemon that waits for the verdict are born claimed; all others are due.
-- name: OUTBOX_WRITE (worker dispatch)
INSERT INTO outbox (id, inbox_id, peer_id, contact_id, case_id, key, text, link, daemon, priority,
	state, attempt, instance, lease_until, due_at, submit_by, window_until, created_at)
SELECT i, n, p, c, f, k, x, l, d, r, s, a, g, shyraq_ts(e), shyraq_ts(u), shyraq_ts(b), shyraq_ts(w),
	shyraq_now()
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[],
	$7::bytea[], $8::text[], $9::text[], $10::bigint[], $11::text[], $12::bigint[], $13::bigint[],
	$14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[])
	AS t(i, n, p, c, f, k, x, l, d, r, s, a, g, e, u, b, w);

-- name: OUTBOX_WITHDRAW (worker dispatch)
UPDATE outbox SET state = 'withdrawn', text = NULL, settled_at = shyraq_now()
WHERE peer_id = ANY($1::bigint[]) AND state = 'due';

-- Parts of long messages ------------------------------------------------------------------------

-- name: PART_SETS (worker)
SELECT set_no, part, hash, joined FROM part
WHERE peer_id = $1::bigint AND ref = $2::bigint AND ref_bits = $3::bigint AND total = $4::bigint
ORDER BY set_no, part;

-- name: PART_PUT (worker)
INSERT INTO part (peer_id, ref, ref_bits, total, set_no, part, hash, sealed, t0, due_at)
VALUES ($1::bigint, $2::bigint, $3::bigint, $4::bigint, $5::bigint, $6::bigint, $7::bytea, $8::bytea,
	shyraq_ts($9::bigint), shyraq_now() + $10::bigint * interval '1 ms');

-- name: PART_TEXTS (worker dispatch)
SELECT part, sealed, shyraq_ms(t0) FROM part
WHERE peer_id = $1::bigint AND ref = $2::bigint AND ref_bits = $3::bigint AND total = $4::bigint
	AND set_no = $5::bigint AND NOT joined
ORDER BY part;

-- name: PART_JOINED (worker dispatch)
UPDATE part SET joined = true, sealed = NULL
WHERE peer_id = $1::bigint AND ref = $2::bigint AND ref_bits = $3::bigint AND total = $4::bigint
	AND set_no = $5::bigint;

-- name: PART_DUE_OF (dispatch)
SELECT ref, ref_bits, total, set_no FROM part WHERE peer_id = $1::bigint AND NOT joined
GROUP BY 1, 2, 3, 4 HAVING min(due_at) <= shyraq_now() ORDER BY min(due_at) LIMIT 1;

-- name: PART_PURGE (dispatch)
DELETE FROM part WHERE joined AND due_at < shyraq_now() - interval '1 hour';

-- Results and receipts --------------------------------------------------------------------------

-- name: RESULT_ROWS (worker dispatch)
SELECT id, attempt, state, peer_id IS NOT NULL, failures, uncertain, shyraq_ms(submit_by), parts_done,
	instance
FROM outbox WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE;

-- name: RESULT_SETTLE (worker dispatch)
UPDATE outbox SET state = t.s, due_at = COALESCE(shyraq_ts(t.d), due_at), failures = t.f,
	uncertain = t.u, error = t.e, parts_done = t.p, concat_ref = t.r, lease_until = NULL,
	asked_at = NULL,
	text = CASE WHEN t.s = 'due' OR (t.s IN ('failed', 'refused') AND contact_id IS NOT NULL)
		THEN text END, -- a receiver's can be sent again by an operator
	settled_at = CASE WHEN t.s = 'due' THEN NULL ELSE shyraq_now() END
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[],
	$7::bigint[], $8::bigint[], $9::bigint[]) AS t(i, a, s, d, f, u, e, p, r)
WHERE outbox.id = t.i AND outbox.attempt = t.a;

-- name: RESULT_PARTS (worker dispatch)
INSERT INTO outbox_part (outbox_id, part, link, ref, at)
SELECT o, p, l, r, shyraq_now()
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[]) AS t(o, p, l, r);

-- References are eight bits a modem and wrap: the youngest part to that number without a receipt yet.
-- Of the link that brings it, or of another bind of the same account.
-- name: RECEIPT_PART (worker dispatch)
UPDATE outbox_part q SET receipt = $4::text
FROM (SELECT b.outbox_id, b.part, b.at FROM outbox_part b
	JOIN outbox o ON o.id = b.outbox_id
	LEFT JOIN peer p ON p.id = o.peer_id
	LEFT JOIN contact c ON c.id = o.contact_id
	WHERE b.link IN (SELECT $1::text UNION SELECT s.link FROM link_state s
			WHERE s.link_group = $6::text AND s.link_group <> '')
		AND b.ref = $2::bigint AND b.at > shyraq_now() - interval '3 days'
		AND (p.hash = $3::bytea OR c.hash = $5::bytea)
	ORDER BY b.receipt IS NOT NULL, b.link <> $1::text, b.at DESC LIMIT 1) m
WHERE q.outbox_id = m.outbox_id AND q.part = m.part AND q.at = m.at
RETURNING q.outbox_id;

-- A part that went twice is delivered when either is.
-- name: RECEIPT_ROW (worker dispatch)
UPDATE outbox o SET state = CASE WHEN x.open = 0 THEN 'delivered' ELSE 'undelivered' END
FROM (SELECT count(*) FILTER (WHERE NOT there) AS open, count(*) FILTER (WHERE bad AND NOT there) AS bad
	FROM (SELECT COALESCE(bool_or(receipt = 'delivered'), false) AS there,
		COALESCE(bool_or(receipt = 'undelivered'), false) AS bad
		FROM outbox_part WHERE outbox_id = $1::bigint GROUP BY part) p) x
WHERE o.id = $1::bigint AND o.state IN ('sent', 'delivered', 'undelivered')
	AND (x.open = 0 OR x.bad > 0);

-- Receivers -------------------------------------------------------------------------------------

-- What a contact may answer by its code, youngest first.
-- name: ASKS_OF (worker dispatch)
SELECT a.code, r.id, r.case_id, r.state, r.receiver_id, c.number, v.kind
FROM (SELECT x.referral_id, x.code FROM referral_ask x
	JOIN referral f ON f.id = x.referral_id AND f.state = 'accepted'
	WHERE x.contact_id = $1::bigint AND x.live
	UNION
	(SELECT b.referral_id, b.code FROM referral_ask b
	WHERE b.contact_id = $1::bigint AND b.asked_at > shyraq_now() - interval '30 days'
	ORDER BY b.referral_id DESC LIMIT 700)) a -- as long as CONTACTS_OF keeps codes apart
JOIN referral r ON r.id = a.referral_id
JOIN receiver v ON v.id = r.receiver_id
JOIN casefile c ON c.id = r.case_id
ORDER BY r.id DESC;

-- name: CONTACT_LOCK (worker dispatch)
SELECT k.wrong_codes, shyraq_ms(k.wrong_since), k.reason_for, r.lang, r.id, k.number,
	k.question, k.question_of, shyraq_ms(k.question_at), r.regions, r.away_until > shyraq_now()
FROM contact k JOIN receiver r ON r.id = k.receiver_id WHERE k.id = $1::bigint FOR UPDATE OF k;

-- Three: an acceptance from there waits for an operator.
-- name: CONTACT_WRONG (worker dispatch)
UPDATE contact SET wrong_codes = $2::bigint, wrong_since = shyraq_ts($3::bigint),
	held_until = CASE WHEN $4::boolean THEN shyraq_now() + interval '1 day' ELSE held_until END
WHERE id = $1::bigint;

-- name: CONTACT_REASON (worker dispatch)
UPDATE contact SET reason_for = $2::bigint, question = '', question_of = NULL, question_at = shyraq_now()
WHERE id = $1::bigint;

-- name: CASE_LOCK (worker dispatch)
SELECT id, number, class, state, lang, peer_id, shyraq_ms(taken_at), taken_by,
	shyraq_ms(refer_due), shyraq_ms(ladder_due), shyraq_ms(asked_at), bearer, shyraq_ms(begun_at),
	shyraq_ms(rest_until), operator_at IS NOT NULL, shyraq_ms(cut_at),
	(SELECT v.kind FROM referral f JOIN receiver v ON v.id = f.receiver_id WHERE f.id = taken_by),
	shyraq_ms(met_at),
	(SELECT string_agg(v.kind, ' ') FROM referral f JOIN receiver v ON v.id = f.receiver_id
		WHERE f.case_id = casefile.id AND f.state = 'accepted' AND f.lead),
	safe_until > shyraq_now() AND EXISTS (SELECT FROM peer p WHERE p.id = safe_peer AND NOT p.stopped), safe_from, safe_to
FROM casefile WHERE id = $1::bigint FOR UPDATE;

-- How many more there are: with those of the cases that are linked to it.
-- name: CASE_ANSWERS (worker dispatch)
SELECT slot, CASE WHEN slot = 'count' THEN shyraq_persons($1::bigint, code) ELSE code END AS code
FROM case_answer WHERE case_id = $1::bigint
UNION ALL
SELECT 'count', p FROM shyraq_persons($1::bigint, '') p
WHERE p <> '' AND NOT EXISTS (SELECT FROM case_answer WHERE case_id = $1::bigint AND slot = 'count')
ORDER BY slot;

-- name: CASE_PLACE (worker dispatch)
SELECT p.sealed FROM place p JOIN casefile c ON c.id = p.case_id AND c.hidden_at IS NULL
WHERE p.case_id = $1::bigint;

-- name: REFERRAL_CASE (dispatch)
SELECT case_id FROM referral WHERE id = $1::bigint;

-- name: REFERRAL_LOCK (dispatch)
SELECT case_id, state, shyraq_ms(remind_due), shyraq_ms(lease_due), shyraq_ms(asked_at), lease_asked,
	shyraq_ms(outcome_due),
	EXISTS (SELECT FROM receiver v WHERE v.id = receiver_id AND v.until_at <= shyraq_now())
FROM referral WHERE id = $1::bigint FOR UPDATE;

-- name: REFERRAL_ANSWER (worker dispatch)
UPDATE referral SET state = $2::text, answered_at = shyraq_now(), remind_due = NULL, lease_due = NULL,
	outcome_due = NULL
WHERE id = $1::bigint;

-- name: REFERRAL_ACCEPT (worker dispatch)
UPDATE referral SET state = 'accepted', answered_at = shyraq_now(), remind_due = NULL, lead = $2::boolean,
	lease_due = shyraq_ts($3::bigint), lease_asked = false,
	role = CASE WHEN $2::boolean AND role = 'lacking' THEN 'operator' ELSE role END
WHERE id = $1::bigint;

-- name: REFERRAL_PLACE (worker dispatch)
UPDATE referral SET place_at = shyraq_now() WHERE id = $1::bigint;

-- A sign of life: the acceptance stands so much longer.
-- name: REFERRAL_WAY (worker dispatch)
UPDATE referral SET on_way_at = COALESCE(on_way_at, shyraq_now()), lease_asked = false,
	lease_due = CASE WHEN met_at IS NULL THEN shyraq_ts($2::bigint) END
WHERE id = $1::bigint;

-- name: REFERRAL_MET (worker dispatch)
UPDATE referral SET met_at = COALESCE(met_at, shyraq_now()), lease_due = NULL,
	outcome_due = shyraq_ts($2::bigint)
WHERE id = $1::bigint;

-- name: LEASE_ASK (dispatch)
UPDATE referral SET lease_asked = true, lease_due = shyraq_ts($2::bigint) WHERE id = $1::bigint;

-- name: LEASE_OFF (dispatch)
UPDATE referral SET lease_due = NULL WHERE id = $1::bigint;

-- name: REFERRAL_REASON (worker dispatch)
UPDATE referral SET reason = $2::text WHERE id = $1::bigint;

-- name: CASE_TAKEN (worker dispatch)
UPDATE casefile SET state = 'taken', taken_at = shyraq_now(), taken_by = $2::bigint, refer_due = NULL,
	rest_until = NULL, opens_at = NULL
WHERE id = $1::bigint AND state IN ('open', 'referred', 'nobody');

-- name: STAND_DOWN (worker dispatch)
UPDATE referral SET state = 'stood_down', remind_due = NULL WHERE id = ANY($1::bigint[]);

-- When to look again whom to ask; 0: not any more.
-- name: CASE_LADDER (worker dispatch)
UPDATE casefile SET ladder_due = CASE WHEN $2::bigint <> 0 THEN shyraq_ts($2::bigint) END
WHERE id = $1::bigint;

-- Danger, and nobody may be asked yet: when an operator hears of it, if that stays so.
-- name: CASE_CLOCK (worker dispatch)
UPDATE casefile SET ladder_due = COALESCE(ladder_due, shyraq_ts(t.due))
FROM (SELECT i, min(d) AS due FROM unnest($1::bigint[], $2::bigint[]) AS u(i, d) GROUP BY i) t
WHERE casefile.id = t.i AND begun_at IS NULL AND state = 'open';

-- Something was answered that may change whom to ask.
-- name: CASE_LOOK (worker dispatch)
UPDATE casefile SET ladder_due = shyraq_now()
WHERE id = ANY($1::bigint[]) AND begun_at IS NOT NULL AND refer_due IS NULL
	AND state IN ('referred', 'taken', 'nobody');

-- name: ASK_CONTACTS (worker dispatch)
SELECT k.id, k.number, a.code, r.lang, a.referral_id
FROM referral_ask a JOIN contact k ON k.id = a.contact_id AND k.active
JOIN receiver r ON r.id = k.receiver_id
WHERE a.referral_id = ANY($1::bigint[]) ORDER BY k.id;

-- name: CASE_MET (worker dispatch)
UPDATE casefile SET state = 'met', met_at = shyraq_now(), ladder_due = NULL
WHERE id = $1::bigint AND state = 'taken';

-- Given back or lapsed, to another who has accepted ($2), or open again: the ladder goes on at once.
-- name: CASE_BACK (worker dispatch)
UPDATE casefile SET state = CASE WHEN $2::bigint = 0 THEN 'referred' ELSE state END,
	taken_at = CASE WHEN $2::bigint <> 0 THEN taken_at END, taken_by = NULLIF($2::bigint, 0),
	met_at = CASE WHEN $2::bigint <> 0 THEN met_at END, operator_at = NULL, rest_until = NULL,
	ladder_due = shyraq_now()
WHERE id = $1::bigint AND state IN ('taken', 'met');

-- name: CASE_HOLD (worker dispatch)
SELECT id FROM casefile WHERE id = $1::bigint FOR UPDATE;

-- S4: by the stop of phone $2, which the row says already: while another may be written to nothing is cut. 0: all
-- of them. Two that stop at once wait for each other (CASE_HOLD).
-- name: CASE_CUT (worker dispatch)
UPDATE casefile SET cut_at = shyraq_now()
WHERE id = $1::bigint AND cut_at IS NULL AND ($2::bigint = 0 OR NOT shyraq_phone_left(id, $2::bigint)) RETURNING id;

-- Whom a cut concerns; $2 <> 0: whoever has heard of the cut of then.
-- name: CUT_CONTACTS (worker dispatch)
SELECT DISTINCT k.id, r.lang, c.number
FROM referral f JOIN referral_ask a ON a.referral_id = f.id JOIN contact k ON k.id = a.contact_id AND k.active
JOIN receiver r ON r.id = k.receiver_id JOIN casefile c ON c.id = f.case_id
WHERE f.case_id = $1::bigint AND f.state IN ('asked', 'accepted') AND c.state IN ('referred', 'taken', 'nobody')
	AND ($2::bigint = 0 OR f.state = 'accepted' OR f.asked_at <= shyraq_ts($2::bigint))
ORDER BY k.id;

-- The person is back after a stop, or on another phone: contact is cut no more.
-- name: CASE_UNCUT (worker dispatch)
UPDATE casefile c SET cut_at = NULL
FROM (SELECT id, cut_at FROM casefile WHERE id = $1::bigint FOR UPDATE) o
WHERE c.id = o.id AND o.cut_at IS NOT NULL AND c.hidden_at IS NULL RETURNING shyraq_ms(o.cut_at);

-- S4: at once, and not with the batch: whoever else is in it sees it.
-- name: PEER_STOP (worker dispatch)
UPDATE peer SET stopped = true WHERE id = $1::bigint;

-- S5: danger from now on, once a case; its clocks count from now, and what was due sooner stays so.
-- name: DANGER_CASE (worker dispatch)
UPDATE casefile SET class = 'danger', ladder_due = CASE WHEN refer_due IS NULL
	AND state IN ('referred', 'taken', 'nobody') THEN shyraq_now() ELSE ladder_due END,
	-- whoever is on duty has said no to a calm case, or stood down: they are asked about this one
	operator_at = CASE WHEN taken_by IS NULL AND NOT EXISTS (SELECT FROM referral f
		JOIN receiver r ON r.id = f.receiver_id
		WHERE f.case_id = $1::bigint AND f.state = 'asked' AND r.kind = 'operator')
		THEN NULL ELSE operator_at END
WHERE id = $1::bigint;

-- $2 NULL: nobody is reminded.
-- name: DANGER_CLOCKS (worker dispatch)
UPDATE referral SET asked_at = shyraq_now(), remind_due = shyraq_now() + $2::bigint * interval '1 ms'
WHERE case_id = $1::bigint AND state = 'asked';

-- name: DANGER_ASKS (worker dispatch)
SELECT k.id, f.text, a.code, r.lang
FROM referral f JOIN receiver r ON r.id = f.receiver_id JOIN referral_ask a ON a.referral_id = f.id
JOIN contact k ON k.id = a.contact_id AND k.active
WHERE f.case_id = $1::bigint AND f.state = 'asked' ORDER BY k.id;

-- A bare yes rests the ladder: nothing of this case falls due before then.
-- name: LADDER_REST (worker dispatch)
UPDATE referral SET remind_due = GREATEST(remind_due, shyraq_ts($2::bigint))
WHERE case_id = $1::bigint AND state = 'asked' AND remind_due IS NOT NULL;

-- name: LADDER_REST_CASE (worker dispatch)
UPDATE casefile SET rest_until = GREATEST(rest_until, shyraq_ts($2::bigint)) WHERE id = $1::bigint;

-- Nobody is asked any more who may have said the bare yes: a no goes on at once.
-- name: LADDER_REST_END (worker dispatch)
UPDATE casefile SET rest_until = NULL WHERE id = $1::bigint AND NOT EXISTS (
	SELECT FROM referral r WHERE r.case_id = $1::bigint AND r.state = 'asked');

-- The clock ---------------------------------------------------------------------------------

-- name: LEAD (dispatch)
SELECT pg_try_advisory_lock(7311);

-- name: DUE (dispatch)
(SELECT 'refer' AS kind, id, shyraq_ms(refer_due) AS due FROM casefile
	WHERE refer_due <= shyraq_now() ORDER BY refer_due LIMIT 64)
UNION ALL
(SELECT 'ladder', id, shyraq_ms(ladder_due) FROM casefile
	WHERE ladder_due <= shyraq_now() ORDER BY ladder_due LIMIT 64)
UNION ALL
(SELECT 'remind', id, shyraq_ms(remind_due) FROM referral
	WHERE remind_due <= shyraq_now() ORDER BY remind_due LIMIT 64)
UNION ALL
(SELECT 'lease', id, shyraq_ms(lease_due) FROM referral
	WHERE lease_due <= shyraq_now() ORDER BY lease_due LIMIT 64)
UNION ALL
(SELECT 'session', peer_id, shyraq_ms(expires_at) FROM session
	WHERE step <> '' AND expires_at <= shyraq_now() ORDER BY expires_at LIMIT 64)
UNION ALL
(SELECT 'timer', peer_id, shyraq_ms(timer_at) FROM session
	WHERE timer_at <= shyraq_now() ORDER BY timer_at LIMIT 64)
UNION ALL
(SELECT 'knock', id, shyraq_ms(knock_due) FROM casefile
	WHERE knock_due <= shyraq_now() ORDER BY knock_due LIMIT 64)
UNION ALL
(SELECT 'unread', id, shyraq_ms(unread_due) FROM casefile
	WHERE unread_due <= shyraq_now() ORDER BY unread_due LIMIT 64)
UNION ALL
(SELECT 'forget', id, shyraq_ms(forget_at) FROM peer
	WHERE forget_at <= shyraq_now() ORDER BY forget_at LIMIT 64)
UNION ALL
(SELECT 'erase', id, shyraq_ms(destroy_at) FROM casefile
	WHERE destroy_at <= shyraq_now() ORDER BY destroy_at LIMIT 16)
UNION ALL
(SELECT 'parts', peer_id, shyraq_ms(min(due_at)) FROM part
	WHERE due_at <= shyraq_now() AND NOT joined GROUP BY peer_id LIMIT 64)
UNION ALL
(SELECT 'outcome', id, shyraq_ms(outcome_due) FROM referral
	WHERE outcome_due <= shyraq_now() ORDER BY outcome_due LIMIT 64)
UNION ALL
(SELECT 'offer', id, shyraq_ms(offer_due) FROM casefile
	WHERE offer_due <= shyraq_now() ORDER BY offer_due LIMIT 64)
UNION ALL
(SELECT 'followup', id, shyraq_ms(follow_due) FROM casefile
	WHERE follow_due <= shyraq_now() ORDER BY follow_due LIMIT 64)
UNION ALL
(SELECT 'page', case_id, shyraq_ms(page_due) FROM desk_case
	WHERE page_due <= shyraq_now() ORDER BY page_due LIMIT 64)
UNION ALL
(SELECT 'look', case_id, shyraq_ms(look_due) FROM desk_case
	WHERE look_due <= shyraq_now() ORDER BY look_due LIMIT 64)
UNION ALL
(SELECT 'task', id, shyraq_ms(page_due) FROM task
	WHERE page_due <= shyraq_now() ORDER BY page_due LIMIT 16)
UNION ALL
(SELECT 'intake', id, shyraq_ms(at) FROM intake WHERE state = 'new' ORDER BY id LIMIT 16);

-- Who may be asked about a case, and who was: as the plan of its policy wants them.
-- name: CANDIDATES (worker dispatch)
SELECT r.id, r.kind, r.regions, r.vetted, r.ord, r.lang, r.group_id, r.langs, r.takes, r.of_country,
	COALESCE(r.away_until > shyraq_now(), false),
	COALESCE(r.beds = 0 AND r.beds_at > shyraq_now() - interval '1 day', false),
	r.kind = ANY(string_to_array(c.bypass, ' ')) OR '#' || r.id = ANY(string_to_array(c.bypass, ' ')),
	f.id, CASE WHEN f.state = 'asked' AND NOT k.there THEN 'stood_down' ELSE f.state END,
	shyraq_ms(f.asked_at), f.role, r.hours, COALESCE(f.place_at IS NOT NULL, false),
	shyraq_ms(f.answered_at)
FROM casefile c CROSS JOIN receiver r
CROSS JOIN LATERAL (SELECT r.active AND COALESCE(r.until_at > shyraq_now(), true) AND EXISTS (SELECT
	FROM contact k WHERE k.receiver_id = r.id AND k.active) AS there) k
LEFT JOIN referral f ON f.case_id = c.id AND f.receiver_id = r.id
WHERE c.id = $1::bigint AND (f.id IS NOT NULL OR k.there)
ORDER BY r.id LIMIT 1000;

-- The last word about each kind of consent.
-- name: CASE_CONSENTS (worker dispatch)
(SELECT DISTINCT ON (kind) kind, yes, wording LIKE 'withdrawn %' FROM consent WHERE case_id = $1::bigint
ORDER BY kind, id DESC)
UNION ALL
(SELECT 'supervisors', shyraq_police_words($1::bigint) >= 2, false);

-- How many supervisors let police know now, and whether any of them were asked.
-- name: POLICE_WORDS (dispatch)
SELECT shyraq_police_words($1::bigint),
	EXISTS (SELECT FROM referral f JOIN receiver v ON v.id = f.receiver_id
		WHERE f.case_id = $1::bigint AND v.kind = 'police');

-- name: PEER_NUMBER (worker dispatch)
SELECT number FROM peer WHERE id = $1::bigint;

-- name: REFERRAL_NEW (dispatch)
INSERT INTO referral (case_id, receiver_id, state, asked_at, remind_due, role, text, lead)
VALUES ($1::bigint, $2::bigint, 'asked', shyraq_now(), shyraq_ts($3::bigint), $4::text, $5::text,
	$6::boolean)
RETURNING id;

-- An operator who was asked for a role beside a lead: now for the whole case.
-- name: REFERRAL_AGAIN (dispatch)
UPDATE referral SET state = 'asked', asked_at = shyraq_now(), answered_at = NULL, remind_due = NULL,
	lease_due = NULL, lease_asked = false, outcome_due = NULL, role = 'operator', text = 'operator', lead = true
WHERE id = $1::bigint;

-- name: CONTACTS_OF (dispatch)
SELECT k.id, k.number,
	ARRAY(SELECT a.code FROM referral_ask a
		WHERE a.contact_id = k.id AND a.asked_at > shyraq_now() - interval '30 days'
		ORDER BY a.referral_id DESC LIMIT 700)::text, -- of 1000: a free one is always found
	k.shift
FROM contact k WHERE k.receiver_id = $1::bigint AND k.active ORDER BY k.id;

-- name: ASK_NEW (worker dispatch)
INSERT INTO referral_ask (referral_id, contact_id, code, asked_at, live)
SELECT f.id, $2::bigint, $3::bigint, f.asked_at, f.state IN ('asked', 'accepted')
FROM referral f WHERE f.id = $1::bigint;

-- name: CASE_ASKED (dispatch)
UPDATE casefile SET state = CASE WHEN state = 'open' THEN 'referred' ELSE state END,
	asked_at = COALESCE(asked_at, shyraq_now())
WHERE id = $1::bigint;

-- The ladder looks from now on: it fell due.
-- name: CASE_BEGUN (dispatch)
UPDATE casefile SET refer_due = NULL, begun_at = COALESCE(begun_at, shyraq_now()),
	state = CASE WHEN state = 'open' THEN 'referred' ELSE state END
WHERE id = $1::bigint;

-- name: CASE_OPENS (dispatch)
UPDATE casefile SET opens_at = CASE WHEN $2::bigint <> 0 THEN shyraq_ts($2::bigint) END
WHERE id = $1::bigint;

-- name: CASE_NOT_DUE (dispatch)
UPDATE casefile SET refer_due = NULL, ladder_due = NULL,
	state = CASE WHEN state IN ('open', 'referred') THEN 'nobody' ELSE state END
WHERE id = $1::bigint;

-- name: CASE_OPERATOR (dispatch)
UPDATE casefile SET operator_at = shyraq_now(),
	state = CASE WHEN state IN ('open', 'referred') THEN 'nobody' ELSE state END
WHERE id = $1::bigint;

-- name: REMIND_OFF (dispatch)
UPDATE referral SET remind_due = NULL WHERE id = $1::bigint;

-- What fell due and is refused is put where an operator sees it, so that it falls due no more.
-- name: SESSION_SHUT (dispatch)
UPDATE session SET step = '' WHERE peer_id = $1::bigint;

-- name: PART_WAIT (dispatch)
UPDATE part SET due_at = shyraq_now() + interval '7 days' WHERE peer_id = $1::bigint AND NOT joined;

-- name: INTAKE_LOCK (dispatch)
SELECT kind, box, by FROM intake WHERE id = $1::bigint AND state = 'new' FOR UPDATE SKIP LOCKED;

-- name: INTAKE_DONE (dispatch)
UPDATE intake SET state = CASE WHEN $2::text IS NULL THEN 'done' ELSE 'refused' END, error = $2::text,
	answer = $3::text, box = ''
WHERE id = $1::bigint;

-- name: RECEIVER_FIND (dispatch)
SELECT id, sample FROM receiver WHERE name = $1::text;

-- NULL leaves what may be left out as it is.
-- name: RECEIVER_PUT (dispatch)
INSERT INTO receiver AS r (name, kind, lang, regions, vetted, ord, sample)
VALUES ($1::text, $2::text, $3::text, $4::text, COALESCE($5::boolean, false), COALESCE($6::bigint, 0),
	COALESCE($7::boolean, false))
ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, lang = excluded.lang,
	regions = excluded.regions, vetted = COALESCE($5::boolean, r.vetted), ord = COALESCE($6::bigint, r.ord)
RETURNING id;

-- name: RECEIVER_GROUP (dispatch)
WITH made AS (INSERT INTO receiver_group (name) VALUES ($1::text) ON CONFLICT (name) DO NOTHING RETURNING id)
SELECT id FROM made UNION ALL SELECT id FROM receiver_group WHERE name = $1::text;

-- NULL: as it was. No group is 0, beds not known are -1, not away is 0 minutes, for good is 0.
-- name: RECEIVER_SET (dispatch)
UPDATE receiver SET kind = COALESCE($2::text, kind), lang = COALESCE($3::text, lang),
	regions = COALESCE($4::text, regions), vetted = COALESCE($5::boolean, vetted),
	ord = COALESCE($6::bigint, ord), sample = COALESCE($7::boolean, sample),
	group_id = CASE WHEN $8::bigint IS NULL THEN group_id ELSE NULLIF($8::bigint, 0) END,
	langs = COALESCE($9::text, langs), takes = COALESCE($10::text, takes),
	services = COALESCE($11::text, services), of_country = COALESCE($12::text, of_country),
	hours = COALESCE($13::text, hours),
	beds = CASE WHEN $14::bigint IS NULL THEN beds ELSE NULLIF($14::bigint, -1) END,
	beds_at = CASE WHEN $14::bigint IS NULL THEN beds_at WHEN $14::bigint >= 0 THEN shyraq_now() END,
	away_until = CASE WHEN $15::bigint IS NULL THEN away_until
		WHEN $15::bigint > 0 THEN shyraq_now() + $15::bigint * interval '1 min' END,
	until_at = CASE WHEN $16::bigint IS NULL THEN until_at ELSE shyraq_ts(NULLIF($16::bigint, 0)) END
WHERE id = $1::bigint;

-- name: CONTACT_PUT (dispatch)
INSERT INTO contact AS k (receiver_id, hash, number, active)
SELECT r.id, $2::bytea, $3::bytea, r.active FROM receiver r WHERE r.id = $1::bigint
ON CONFLICT (hash) DO UPDATE SET receiver_id = excluded.receiver_id, active = excluded.active AND NOT k.lost
RETURNING id;

-- name: CONTACT_SET (dispatch)
UPDATE contact SET role = COALESCE($3::text, role), shift = COALESCE($4::text, shift)
WHERE receiver_id = $1::bigint AND id = $2::bigint RETURNING id;

-- Invented receivers that a service in production must not ask.
-- name: RECEIVER_SAMPLES (dispatch)
SELECT id, name FROM receiver WHERE sample AND active ORDER BY id;

-- The outbox ------------------------------------------------------------------------------------

-- name: OUTBOX_CLAIM (dispatch)
WITH picked AS (
	SELECT id FROM outbox
	WHERE state = 'due' AND due_at <= shyraq_now() AND (daemon = '' OR daemon = $2::text)
		AND (submit_by IS NULL OR submit_by > shyraq_now())
		AND NOT EXISTS (SELECT FROM link_pause p WHERE p.link = '' AND NOT p.drain
			AND (p.class = 0 OR p.class = outbox.priority + 1))
	ORDER BY priority, due_at LIMIT $1::bigint FOR UPDATE SKIP LOCKED)
UPDATE outbox o SET state = 'claimed', attempt = o.attempt + 1, instance = $3::bigint,
	daemon = $2::text, asked_at = NULL,
	lease_until = shyraq_now() + $4::bigint * interval '1 ms'
FROM picked
WHERE o.id = picked.id
RETURNING o.id, o.attempt, o.text, o.link, o.priority, shyraq_ms(o.submit_by),
	shyraq_ms(o.window_until), o.parts_done, o.concat_ref,
	(SELECT number FROM peer WHERE id = o.peer_id),
	(SELECT number FROM contact WHERE id = o.contact_id);

-- name: OUTBOX_EXPIRE (dispatch)
UPDATE outbox SET state = 'expired', text = NULL, settled_at = shyraq_now()
WHERE state = 'due' AND submit_by <= shyraq_now()
RETURNING id, case_id;

-- name: LEASES_ENDED (dispatch)
SELECT id, attempt, instance, daemon, shyraq_ms(asked_at)
FROM outbox WHERE state = 'claimed' AND lease_until <= shyraq_now()
ORDER BY lease_until LIMIT 256;

-- name: LEASE_ASKED (dispatch)
UPDATE outbox SET asked_at = COALESCE(asked_at, shyraq_now()),
	lease_until = shyraq_now() + $3::bigint * interval '1 ms'
FROM unnest($1::bigint[], $2::bigint[]) AS t(i, a)
WHERE outbox.id = t.i AND outbox.attempt = t.a AND outbox.state = 'claimed';

-- name: LEASE_RENEW (dispatch)
UPDATE outbox SET asked_at = NULL, lease_until = shyraq_now() + $3::bigint * interval '1 ms'
WHERE id = $1::bigint AND attempt = $2::bigint AND state = 'claimed';

-- S1: what a link's clock is wrong by is the least lag of its last 50 texts, when there are some. Links are
-- found one after the other in the index, and few texts are looked at: an operator's link tells no such time.
-- name: LINK_CLOCK (dispatch)
INSERT INTO link_state (link, clock_error_ms, last_in_at)
WITH RECURSIVE l (link) AS (
	(SELECT link FROM inbox ORDER BY link LIMIT 1)
	UNION ALL
	SELECT (SELECT i.link FROM inbox i WHERE i.link > l.link ORDER BY i.link LIMIT 1)
	FROM l WHERE l.link IS NOT NULL)
SELECT l.link, CASE WHEN count(x.smsc_lag_ms) >= 5 THEN min(x.smsc_lag_ms) ELSE 0 END, max(x.done_at)
FROM l CROSS JOIN LATERAL (SELECT y.smsc_lag_ms, y.done_at
	FROM (SELECT smsc_lag_ms, done_at FROM inbox i WHERE i.link = l.link
		AND i.done_at > shyraq_now() - interval '1 day' ORDER BY i.done_at DESC LIMIT 200) y
	WHERE y.smsc_lag_ms IS NOT NULL ORDER BY y.done_at DESC LIMIT 50) x
WHERE l.link IS NOT NULL
GROUP BY l.link
ON CONFLICT (link) DO UPDATE SET clock_error_ms = excluded.clock_error_ms,
	last_in_at = excluded.last_in_at;

-- name: PARTITIONS (dispatch)
SELECT shyraq_partitions(4);

-- How many went; where as many went as may at once, there are more.
-- name: INBOX_KEY_PURGE (dispatch)
WITH gone AS (DELETE FROM inbox_key WHERE ctid = ANY(ARRAY(
	(SELECT ctid FROM inbox_key WHERE at < shyraq_now() - interval '7 days' LIMIT $1::bigint)
	UNION
	(SELECT ctid FROM inbox_key WHERE confirmed_at < shyraq_now() - interval '10 minutes' LIMIT $1::bigint)
	UNION
	(SELECT ctid FROM inbox_key WHERE bind IS NOT NULL AND at < shyraq_now() - interval '1 day' LIMIT $1::bigint)
	LIMIT $1::bigint)) RETURNING at)
SELECT count(*) FROM gone;

-- Retention, over a connection of the owner ---------------------------------------------------

-- Partitions whose month ended longer ago than the retention, as commands to run one by one.
-- name: PARTITIONS_OLD (owner)
SELECT format('ALTER TABLE %s DETACH PARTITION %s%s', i.inhparent::regclass, i.inhrelid::regclass,
		CASE WHEN i.inhdetachpending THEN ' FINALIZE' ELSE ' CONCURRENTLY' END),
	format('DROP TABLE IF EXISTS %s', i.inhrelid::regclass), i.inhrelid::regclass::text
FROM pg_inherits i
WHERE i.inhparent IN ('inbox'::regclass, 'outbox'::regclass, 'outbox_part'::regclass)
	AND to_date(right(i.inhrelid::regclass::text, 7), 'YYYY_MM') + interval '1 month'
		< shyraq_now() - $1::bigint * interval '1 ms'
ORDER BY 3;

-- Links and operators' orders ---------------------------------------------------------------------

-- name: LINK_STATE_PUT (dispatch)
INSERT INTO link_state (link, daemon, link_group, state, usable, signal, last_in_at, received, sent,
	slots_used, slots_all, waiting, paused, number, balance, balance_at, balance_low, told_at)
VALUES ($1::text, $2::text, $3::text, $4::text, $5::boolean, $6::bigint, shyraq_ts($7::bigint),
	$8::bigint, $9::bigint, $10::bigint, $11::bigint, $12::bigint, $13::boolean, $14::text,
	$15::bigint, shyraq_ts($16::bigint), $17::boolean, shyraq_now())
ON CONFLICT (link) DO UPDATE SET daemon = excluded.daemon, link_group = excluded.link_group,
	state = excluded.state, usable = excluded.usable, signal = excluded.signal,
	last_in_at = GREATEST(link_state.last_in_at, excluded.last_in_at), received = excluded.received,
	sent = excluded.sent, slots_used = excluded.slots_used, slots_all = excluded.slots_all,
	waiting = excluded.waiting, paused = excluded.paused, number = excluded.number,
	balance = COALESCE(excluded.balance, link_state.balance),
	balance_at = COALESCE(excluded.balance_at, link_state.balance_at),
	balance_low = CASE WHEN excluded.balance IS NULL THEN link_state.balance_low
		ELSE excluded.balance_low END,
	told_at = excluded.told_at;

-- name: LINKS_SILENT (dispatch)
UPDATE link_state SET state = 'daemon gone', usable = false
WHERE daemon = $1::text AND state <> 'daemon gone';

-- name: ORDER_NEXT (dispatch)
WITH said AS (
	UPDATE link_order SET said_at = shyraq_now()
	WHERE id = (SELECT id FROM link_order WHERE said_at IS NULL ORDER BY id LIMIT 1 FOR UPDATE)
	RETURNING id, kind, link, class, text, by),
noted AS (
	INSERT INTO audit (what, subject, code, at)
	SELECT 'order.' || kind, id, by, shyraq_now() FROM said ORDER BY id)
SELECT id, kind, link, class, text, by,
	link = '' OR EXISTS (SELECT FROM link_state l WHERE l.link = said.link)
FROM said;

-- name: ORDER_ANSWER (dispatch)
UPDATE link_order SET done_at = shyraq_now(), ok = $2::boolean, answer = $3::text
WHERE id = $1::bigint AND done_at IS NULL;

-- name: PAUSE_PUT (dispatch)
INSERT INTO link_pause (link, class, drain, by, at)
VALUES ($1::text, $2::bigint, $3::boolean, $4::text, shyraq_now()) ON CONFLICT DO NOTHING;

-- name: PAUSE_OFF (dispatch)
DELETE FROM link_pause
WHERE drain = $3::boolean AND ($1::text = '' OR link = $1::text)
	AND ($2::bigint = 0 OR class = $2::bigint);

-- name: PAUSES (dispatch)
SELECT link, class, drain FROM link_pause ORDER BY link, class, drain;

-- People's command line -------------------------------------------------------------------------

-- name: SCHEMA_HAS (migrate)
SELECT to_regclass('public.schema_step') IS NOT NULL;

-- name: SCHEMA_STEPS (schema)
SELECT name FROM schema_step ORDER BY name;

-- name: INTAKE_PUT (ctl)
INSERT INTO intake (kind, box, at) VALUES ($1::text, $2::bytea, shyraq_now()) RETURNING id;

-- name: INTAKE_STATE (ctl)
SELECT state, error, answer FROM intake WHERE id = $1::bigint;

-- name: KEYHOLDER_PUT (ctl)
INSERT INTO keyholder (name, public_key, login) VALUES ($1::text, $2::bytea, $3::text)
ON CONFLICT (name) DO NOTHING RETURNING id;

-- Two at once cannot retire the last two: each sees what the other left.
-- name: KEYHOLDER_RETIRE (ctl)
WITH here AS (SELECT id, name FROM keyholder WHERE active ORDER BY id FOR UPDATE)
UPDATE keyholder k SET active = false, retired_at = shyraq_now()
FROM here
WHERE k.id = here.id AND here.name = $1::text AND (SELECT count(*) FROM here) > 1
RETURNING k.id;

-- name: KEYHOLDER_LIST (ctl)
SELECT name, active, shyraq_ms(added_at), shyraq_ms(retired_at) FROM keyholder ORDER BY id;

-- Places free that were told more than a day ago are not known.
-- name: RECEIVER_LIST (ctl)
SELECT r.id, r.name, r.kind, r.lang, r.regions, r.active,
	(SELECT count(*) FROM contact k WHERE k.receiver_id = r.id AND k.active),
	r.vetted, r.ord, r.sample, COALESCE(g.name, ''),
	CASE WHEN r.beds_at > shyraq_now() - interval '24 hours' THEN r.beds END, shyraq_ms(r.beds_at),
	CASE WHEN r.away_until > shyraq_now() THEN shyraq_ms(r.away_until) END,
	r.langs, r.takes, r.services, r.of_country, r.hours, shyraq_ms(r.until_at),
	COALESCE(r.until_at <= shyraq_now(), false)
FROM receiver r LEFT JOIN receiver_group g ON g.id = r.group_id ORDER BY r.id;

-- name: CONTACT_LIST (ctl)
SELECT id, receiver_id, active, lost, role, shift FROM contact ORDER BY receiver_id, id;

-- What waits, and what failed; what went well only of the last day.
-- name: QUEUE_COUNTS (ctl)
SELECT state, count(*), count(contact_id), shyraq_ms(min(due_at))
FROM (SELECT state, contact_id, due_at FROM outbox WHERE state = 'due'
	UNION ALL
	SELECT state, contact_id, due_at FROM outbox WHERE state = 'claimed'
	UNION ALL
	SELECT state, contact_id, due_at FROM outbox
	WHERE state IN ('failed', 'refused', 'undelivered', 'uncertain', 'expired')
	UNION ALL
	SELECT state, contact_id, due_at FROM outbox
	WHERE state IN ('sent', 'delivered', 'withdrawn') AND settled_at > shyraq_now() - interval '1 day') o
GROUP BY state ORDER BY state;

-- name: QUEUE_ASIDE (ctl)
SELECT id, link, state, error, shyraq_ms(done_at) FROM inbox
WHERE state = ANY($1::text[]) AND state IN ('refused', 'aside') ORDER BY id DESC LIMIT 200;

-- name: QUEUE_FAILED (ctl)
SELECT o.id, r.name, o.key, o.link, o.state, o.failures, o.error, shyraq_ms(o.settled_at)
FROM outbox o
LEFT JOIN contact k ON k.id = o.contact_id
LEFT JOIN receiver r ON r.id = k.receiver_id
WHERE o.state IN ('failed', 'refused', 'undelivered', 'uncertain', 'expired')
ORDER BY o.id DESC LIMIT 200;

-- S16: nothing below shows an erased case, what was answered in it, or a task about it.
-- name: CASE_LIST (ctl)
SELECT c.id, c.number, c.class, c.state, c.lang, shyraq_ms(c.opened_at), shyraq_ms(c.taken_at),
	CASE WHEN shyraq_may_see(c.id) THEN (SELECT string_agg(slot || '=' || code, ' ' ORDER BY slot)
		FROM case_answer a WHERE a.case_id = c.id) ELSE 'restricted' END, shyraq_ms(c.late_at)
FROM casefile c WHERE c.hidden_at IS NULL ORDER BY c.id DESC LIMIT 200;

-- By its number, or ($2) by the id that logs have.
-- name: CASE_SHOW (ctl)
SELECT c.id, c.number, c.class, c.state, c.lang, c.bearer, shyraq_ms(c.opened_at),
	shyraq_ms(c.asked_at), shyraq_ms(c.refer_due), shyraq_ms(c.ladder_due),
	shyraq_ms(c.taken_at),
	(SELECT r.name FROM referral f JOIN receiver r ON r.id = f.receiver_id WHERE f.id = c.taken_by),
	shyraq_look(c.id), shyraq_ms(c.met_at),
	CASE WHEN c.met_at IS NOT NULL THEN (SELECT r.name FROM referral f JOIN receiver r ON r.id = f.receiver_id
		WHERE f.case_id = c.id AND f.met_at IS NOT NULL ORDER BY f.met_at, f.id LIMIT 1) END,
	shyraq_ms(c.late_at)
FROM casefile c WHERE ((NOT $2::boolean AND c.number = $1::bigint) OR ($2::boolean AND c.id = $1::bigint))
	AND c.hidden_at IS NULL;

-- name: CASE_SHOW_ANSWERS (ctl)
SELECT a.slot, a.code, shyraq_ms(a.at)
FROM case_answer a JOIN casefile c ON c.id = a.case_id AND c.hidden_at IS NULL
WHERE a.case_id = $1::bigint ORDER BY a.at, a.slot;

-- name: CASE_SHOW_CONSENTS (ctl)
SELECT o.kind, o.yes, o.wording, shyraq_ms(o.at)
FROM consent o JOIN casefile c ON c.id = o.case_id AND c.hidden_at IS NULL
WHERE o.case_id = $1::bigint ORDER BY o.id;

-- name: CASE_SHOW_REFERRALS (ctl)
SELECT f.id, r.name, r.kind, f.state, f.reason, shyraq_ms(f.asked_at), shyraq_ms(f.answered_at),
	shyraq_ms(f.lease_due)
FROM referral f JOIN receiver r ON r.id = f.receiver_id
JOIN casefile c ON c.id = f.case_id AND c.hidden_at IS NULL
WHERE f.case_id = $1::bigint ORDER BY f.id;

-- name: CASE_SHOW_TASKS (ctl)
SELECT t.id, t.kind, shyraq_ms(t.at), shyraq_ms(t.done_at)
FROM task_seen t JOIN casefile c ON c.id = $1::bigint AND c.hidden_at IS NULL
WHERE t.case_id = c.id OR (t.kind = 'held_acceptance' AND t.done_at IS NULL
	AND c.number = ANY(shyraq_held(t.contact_id)))
ORDER BY t.id;

-- name: CASE_SHOW_HOLDS (ctl)
SELECT h.by, h.reason, shyraq_ms(h.since)
FROM legal_hold h JOIN casefile c ON c.id = h.case_id AND c.hidden_at IS NULL
WHERE h.case_id = $1::bigint;

-- A supervisor may stop an erasure, and must find again what they stopped.
-- name: HOLD_LIST (ctl)
SELECT c.number, h.by, h.reason, shyraq_ms(h.since)
FROM legal_hold h JOIN casefile c ON c.id = h.case_id
WHERE c.hidden_at IS NULL OR pg_has_role(session_user, 'shyraq_supervisor', 'MEMBER')
ORDER BY h.since, c.number;

-- Whether there is such a case at all, erased or not.
-- name: CASE_IS (ctl)
SELECT id FROM casefile WHERE number = $1::bigint AND hidden_at IS NULL;

-- name: HOLD_CASE (ctl)
SELECT id FROM casefile WHERE number = $1::bigint;

-- name: HOLD_PUT (ctl)
INSERT INTO legal_hold (case_id, reason) SELECT id, $2::text FROM casefile WHERE number = $1::bigint
ON CONFLICT (case_id) DO NOTHING RETURNING case_id;

-- name: HOLD_OFF (ctl)
DELETE FROM legal_hold WHERE case_id = (SELECT id FROM casefile WHERE number = $1::bigint)
RETURNING case_id;

-- name: AUDIT_READ (ctl)
SELECT c.n, c.hash, c.audit_id, a.id, (extract(epoch FROM a.at) * 1000000)::bigint, a.case_id,
	a.referral_id, a.contact_id, a.subject, a.what, a.code
FROM audit_chain c LEFT JOIN audit a ON a.id = c.audit_id
WHERE c.n > $1::bigint ORDER BY c.n LIMIT 2000;

-- What dispatch should have chained long ago.
-- name: AUDIT_LOOSE (ctl)
SELECT min(a.id), count(*) FROM audit a
WHERE a.at < shyraq_now() - interval '1 minute'
	AND NOT EXISTS (SELECT FROM audit_chain c WHERE c.audit_id = a.id);

-- One that waits, of this kind and phone; of this case, or of none ($2 NULL).
-- name: TASK_WAITS (worker dispatch)
SELECT EXISTS (SELECT FROM task WHERE kind = $1::text AND case_id IS NOT DISTINCT FROM $2::bigint
	AND contact_id = $3::bigint AND done_at IS NULL);

-- name: TASK_LIST (ctl)
SELECT t.id, t.kind, t.number, t.inbox_id, shyraq_ms(t.at), t.taken_by, shyraq_ms(t.taken_at), t.outcome
FROM task_seen t
WHERE (t.done_at IS NULL OR $5::boolean) AND (t.kind <> 'job_check'
	OR EXISTS (SELECT FROM job_check j WHERE j.inbox_id = t.inbox_id))
	AND ($1::text IS NULL OR t.kind = $1::text) AND ($2::bigint IS NULL OR t.number = $2::bigint
		OR t.kind = 'held_acceptance' AND $2::bigint = ANY(shyraq_held(t.contact_id)))
	AND (NOT COALESCE($3::boolean, false) OR t.taken_by = session_user)
	AND ($4::bigint IS NULL OR t.at <= shyraq_now() - $4::bigint * interval '1 min')
ORDER BY t.id LIMIT 200;

-- name: TASK_SHOW (ctl)
SELECT t.id, t.kind, t.number, t.class, t.inbox_id, r.name, shyraq_ms(t.at), t.taken_by,
	shyraq_ms(t.taken_at), shyraq_ms(t.done_at), t.done_by, t.outcome,
	(SELECT max(j.id) FROM job_check j WHERE t.kind = 'job_check' AND j.inbox_id = t.inbox_id),
	CASE WHEN t.kind = 'held_acceptance' THEN array_to_string(shyraq_held(t.contact_id), ' ') END
FROM task_seen t
LEFT JOIN contact k ON k.id = t.contact_id LEFT JOIN receiver r ON r.id = k.receiver_id
WHERE t.id = $1::bigint;

-- Offers that a person looks at; the words that name them are sealed. $1: those alone that wait.
-- name: JOB_LIST (ctl)
SELECT j.id, shyraq_ms(j.asked_at), j.lang, substring(j.codes FROM '(?:^| )country=([^ ]*)'),
	substring(j.codes FROM '(?:^| )job_passport=([^ ]*)'),
	substring(j.codes FROM '(?:^| )job_debt=([^ ]*)'),
	substring(j.codes FROM '(?:^| )job_ticket=([^ ]*)'), j.epoch_id IS NOT NULL, c.number,
	CASE WHEN j.read_at IS NOT NULL THEN 'read' WHEN j.answered_at IS NOT NULL THEN 'answered'
		ELSE 'open' END, shyraq_ms(j.answered_at)
FROM job_check j LEFT JOIN casefile c ON c.id = j.case_id
WHERE j.asked_at IS NOT NULL AND c.hidden_at IS NULL AND NOT ($1::boolean AND j.answered_at IS NOT NULL)
ORDER BY j.id DESC LIMIT 200;

-- name: JOB_SEALED (ctl)
SELECT id, shyraq_ms(at), sealed, epoch, box FROM shyraq_job_words($1::bigint, $2::bytea);

-- S15: who may read a child's case.
-- name: CHILD_SET (ctl)
SELECT shyraq_child_access($1::text, $2::boolean);

-- name: CHILD_LIST (ctl)
SELECT o.rolname::text, pg_has_role(o.oid, 'shyraq_supervisor', 'MEMBER') FROM pg_roles o
WHERE o.rolcanlogin AND NOT o.rolsuper AND o.rolname <> 'shyraq_owner' AND shyraq_in_child(o.rolname)
ORDER BY o.rolname;

-- name: LINK_LIST (ctl)
SELECT link, daemon, state, usable, signal, received, sent, slots_used, slots_all, waiting, paused,
	number, shyraq_ms(last_in_at), shyraq_ms(told_at), balance, shyraq_ms(balance_at), balance_low
FROM link_state WHERE told_at IS NOT NULL ORDER BY link;

-- name: PAUSE_LIST (ctl)
SELECT link, class, drain, by, shyraq_ms(at) FROM link_pause ORDER BY link, class, drain;

-- name: ORDER_PUT (ctl)
INSERT INTO link_order (kind, link, class, text)
VALUES ($1::text, $2::text, $3::bigint, $4::text) RETURNING id;

-- name: ORDER_STATE (ctl)
SELECT said_at IS NOT NULL, done_at IS NOT NULL, ok, answer FROM link_order WHERE id = $1::bigint;

-- An order that nobody has said yet is taken back: a code dialled hours later helps nobody.
-- name: ORDER_WITHDRAW (ctl)
DELETE FROM link_order WHERE id = $1::bigint AND said_at IS NULL AND by = session_user;

-- Who leads holds the advisory lock of LEAD; workers and dispatchers are told apart by their logins.
-- name: STATUS_SERVICE (ctl)
SELECT current_database()::text, session_user::text, shyraq_ms(shyraq_now()),
	(SELECT max(name) FROM schema_step),
	(SELECT min(a.application_name) FROM pg_locks l
		JOIN pg_stat_activity a ON a.pid = l.pid
		JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
		WHERE l.locktype = 'advisory' AND l.classid = 0 AND l.objid = 7311 AND l.granted),
	(SELECT count(*) FROM pg_stat_activity
		WHERE datname = current_database() AND usename = 'shyraq_dispatch'),
	(SELECT count(*) FROM pg_stat_activity
		WHERE datname = current_database() AND usename = 'shyraq_worker'),
	(SELECT string_agg(application_name, ' ' ORDER BY application_name) FROM pg_stat_activity
		WHERE datname = current_database() AND usename = 'shyraq_worker'),
	(SELECT min(n) FROM (SELECT count(i.inhrelid) FILTER (WHERE
			to_date(right(i.inhrelid::regclass::text, 7), 'YYYY_MM') > shyraq_now()) AS n
		FROM (VALUES ('inbox'::regclass), ('outbox'::regclass), ('outbox_part'::regclass)) t(o)
		LEFT JOIN pg_inherits i ON i.inhparent = t.o GROUP BY t.o) m);

-- This process goes on.
-- name: BEAT (worker dispatch)
INSERT INTO beat (name, part, at, daemons, heard)
VALUES ($1::text, $2::text, shyraq_now(), $3::bigint, $4::bigint)
ON CONFLICT (name) DO UPDATE SET part = excluded.part, at = excluded.at, daemons = excluded.daemons,
	heard = excluded.heard;

-- name: BEAT_END (worker dispatch)
DELETE FROM beat WHERE name = $1::text;

-- Who said so, and whether its connection stands all the same.
-- name: STATUS_BEATS (ctl)
SELECT b.name, b.part, shyraq_ms(b.at), b.daemons, b.heard,
	EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = current_database()
		AND a.usename = 'shyraq_' || b.part AND a.application_name = b.name)
FROM beat b WHERE b.at > shyraq_now() - interval '1 day' ORDER BY b.part, b.name;

-- name: STATUS_OUTBOX (ctl)
SELECT count(*) FILTER (WHERE state = 'due' AND due_at <= shyraq_now()),
	count(*) FILTER (WHERE state = 'due' AND due_at > shyraq_now()),
	count(*) FILTER (WHERE state = 'claimed'),
	shyraq_ms(min(due_at) FILTER (WHERE state = 'due' AND due_at <= shyraq_now())),
	count(*) FILTER (WHERE state IN ('sent', 'delivered', 'undelivered')),
	count(*) FILTER (WHERE state = 'undelivered' AND contact_id IS NOT NULL),
	count(*) FILTER (WHERE state IN ('failed', 'refused') AND contact_id IS NOT NULL),
	count(*) FILTER (WHERE state = 'expired'),
	count(*) FILTER (WHERE state = 'expired' AND settled_at > shyraq_now() - interval '1 hour'),
	count(*) FILTER (WHERE state = 'uncertain')
FROM (SELECT state, due_at, contact_id, settled_at FROM outbox WHERE state = 'due'
	UNION ALL
	SELECT state, due_at, contact_id, settled_at FROM outbox WHERE state = 'claimed'
	UNION ALL
	SELECT state, due_at, contact_id, settled_at FROM outbox
	WHERE state NOT IN ('due', 'claimed') AND settled_at > shyraq_now() - interval '1 day') o;

-- name: STATUS_INBOX (ctl)
SELECT count(*) FILTER (WHERE state = 'aside'), count(*) FILTER (WHERE state = 'refused'),
	count(*) FILTER (WHERE done_at > shyraq_now() - interval '1 day'),
	(SELECT count(*) FROM inbox WHERE late AND done_at > shyraq_now() - interval '1 day'),
	(SELECT count(*) FROM inbox WHERE late AND done_at > shyraq_now() - interval '6 hours')
FROM inbox WHERE state IN ('refused', 'aside');

-- name: STATUS_TASKS (ctl)
SELECT t.kind, count(*), shyraq_ms(min(t.at))
FROM task_seen t
WHERE t.done_at IS NULL AND (t.kind <> 'job_check'
	OR EXISTS (SELECT FROM job_check j WHERE j.inbox_id = t.inbox_id))
GROUP BY t.kind ORDER BY shyraq_cannot_wait(t.kind, 1) DESC, 2 DESC, 1;

-- name: STATUS_CASES (ctl)
SELECT count(*) FILTER (WHERE state = 'open'), count(*) FILTER (WHERE state = 'referred'),
	count(*) FILTER (WHERE state = 'nobody'), count(*) FILTER (WHERE state IN ('taken', 'met')),
	count(*) FILTER (WHERE class = 'danger' AND state IN ('open', 'referred', 'nobody')),
	shyraq_ms(min(opened_at) FILTER (WHERE class = 'danger' AND state IN ('open', 'referred', 'nobody'))),
	array_to_string((array_agg('№' || number ORDER BY opened_at, id)
		FILTER (WHERE class = 'danger' AND state IN ('open', 'referred', 'nobody')))[1:4], ' ')
FROM casefile WHERE state <> 'closed' AND hidden_at IS NULL;

-- name: STATUS_INTAKE (ctl)
SELECT count(*) FILTER (WHERE state = 'new'), shyraq_ms(min(at) FILTER (WHERE state = 'new')),
	count(*) FILTER (WHERE state = 'refused')
FROM intake WHERE state = 'new' OR (state = 'refused' AND at > shyraq_now() - interval '1 day');

-- What dispatch does for people's intake -----------------------------------------------------------

-- name: RECEIVER_ACTIVE (dispatch)
UPDATE receiver SET active = $2::boolean WHERE name = $1::text RETURNING id;

-- name: CONTACTS_ACTIVE (dispatch)
UPDATE contact SET active = $2::boolean AND NOT lost WHERE receiver_id = $1::bigint;

-- Those who were asked and are suspended: their ladders go to the next receiver at once.
-- name: SUSPEND_NEXT (dispatch)
WITH gone AS (UPDATE referral SET state = 'stood_down', remind_due = NULL
	WHERE receiver_id = $1::bigint AND state = 'asked' RETURNING case_id)
UPDATE casefile c SET ladder_due = shyraq_now() FROM gone
WHERE c.id = gone.case_id AND c.refer_due IS NULL AND c.state IN ('referred', 'taken', 'nobody');

-- name: SUSPEND_TAKEN (dispatch)
SELECT c.id FROM referral f JOIN casefile c ON c.id = f.case_id AND c.taken_by = f.id
WHERE f.receiver_id = $1::bigint AND f.state = 'accepted' AND c.state = 'taken' ORDER BY c.id;

-- name: SUSPEND_TEXTS (dispatch)
UPDATE outbox SET state = 'withdrawn', text = NULL, settled_at = shyraq_now()
WHERE state = 'due' AND contact_id IN (SELECT id FROM contact WHERE receiver_id = $1::bigint);

-- One phone of a receiver: by its id, or by the hash of its number.
-- name: CONTACT_FIND (dispatch)
SELECT k.id, k.lost, r.id, r.active,
	(SELECT count(*) FROM contact o WHERE o.receiver_id = r.id AND o.active AND o.id <> k.id)
FROM receiver r JOIN contact k ON k.receiver_id = r.id
WHERE r.name = $1::text AND (k.id = $2::bigint OR k.hash = $3::bytea) FOR UPDATE OF k;

-- name: CONTACT_LOST (worker dispatch)
UPDATE contact SET lost = $2::boolean, wrong_codes = 0, wrong_since = NULL, reason_for = NULL,
	active = NOT $2::boolean AND $3::boolean
WHERE id = $1::bigint;

-- What it was asked about and is open, or was taken with it or beside it: somebody must look.
-- name: CONTACT_CASES (worker dispatch)
SELECT c.id FROM referral_ask a JOIN referral f ON f.id = a.referral_id
JOIN casefile c ON c.id = f.case_id
WHERE a.contact_id = $1::bigint AND a.live AND ((f.state = 'asked' AND c.state IN ('referred', 'nobody'))
	OR (f.state = 'accepted' AND c.taken_by = f.id AND c.state = 'taken')) ORDER BY c.id;

-- Asks that no other phone of the receiver can answer go to the next receiver at once.
-- name: CONTACT_NEXT (worker dispatch)
WITH gone AS (UPDATE referral f SET state = 'stood_down', remind_due = NULL
	WHERE f.state = 'asked'
		AND f.id IN (SELECT a.referral_id FROM referral_ask a WHERE a.contact_id = $1::bigint AND a.live)
		AND NOT EXISTS (SELECT FROM referral_ask a JOIN contact k ON k.id = a.contact_id AND k.active
			WHERE a.referral_id = f.id AND k.id <> $1::bigint)
	RETURNING case_id)
UPDATE casefile c SET ladder_due = shyraq_now() FROM gone
WHERE c.id = gone.case_id AND c.refer_due IS NULL AND c.state IN ('referred', 'taken', 'nobody');

-- Its codes prove nothing any more, also when it comes back.
-- name: CONTACT_CODES (worker dispatch)
DELETE FROM referral_ask WHERE contact_id = $1::bigint;

-- name: CONTACT_TEXTS (worker dispatch)
UPDATE outbox SET state = 'withdrawn', text = NULL, settled_at = shyraq_now()
WHERE state = 'due' AND contact_id = $1::bigint;

-- name: RETRY_TEXT (dispatch)
SELECT o.state, o.contact_id IS NOT NULL, o.text IS NOT NULL,
	EXISTS (SELECT FROM contact k WHERE k.id = o.contact_id AND k.active)
FROM outbox o WHERE o.id = $1::bigint FOR UPDATE OF o;

-- name: RETRY_TEXT_DUE (dispatch)
UPDATE outbox SET state = 'due', due_at = shyraq_now(), daemon = '', failures = 0, uncertain = 0,
	error = 0, asked_at = NULL, lease_until = NULL, settled_at = NULL
WHERE id = $1::bigint AND contact_id IS NOT NULL;

-- name: RETRY_MESSAGE (dispatch)
SELECT i.state, i.peer_id, i.sealed, shyraq_ms(i.t0), i.link,
	EXISTS (SELECT FROM inbox n
		WHERE n.peer_id = i.peer_id AND n.done_at > i.done_at AND n.state <> 'refused'), COALESCE(i.error, '')
FROM inbox i WHERE i.id = $1::bigint FOR UPDATE OF i;

-- name: RETRY_MESSAGE_DONE (dispatch)
UPDATE inbox SET state = 'done', error = NULL, sealed = NULL WHERE id = $1::bigint;

-- name: RETRY_TASK_DONE (dispatch)
UPDATE task SET done_at = shyraq_now() WHERE inbox_id = $1::bigint AND done_at IS NULL;

-- name: TASK_LOCK (dispatch)
SELECT kind, case_id, taken_by, done_at IS NOT NULL, shyraq_ms(taken_at),
	EXISTS (SELECT FROM casefile c WHERE c.id = task.case_id AND c.state IN ('open', 'referred', 'nobody'))
FROM task WHERE id = $1::bigint FOR UPDATE;

-- name: TASK_MAY (dispatch)
SELECT EXISTS (SELECT FROM pg_roles o
	WHERE o.rolname = $1::text AND pg_has_role(o.oid, 'shyraq_supervisor', 'MEMBER'));

-- Over is what somebody has, or what came right by itself (docs/adr/0028): the person was met since; somebody
-- has them and somebody has looked since; an operator has its twin in hand. A case with a complaint about operators
-- goes to a supervisor. The last columns: when supervisors were paged for any task; whether it is news of its own;
-- when somebody was paged for such news of this case.
-- name: TASK_PAGE_LOCK (dispatch)
SELECT shyraq_ms(t.page_due), t.done_at IS NOT NULL OR t.taken_by <> '' OR c.hidden_at IS NOT NULL
	OR shyraq_cannot_wait(t.kind, t.case_id) AND (COALESCE(c.state = 'closed', false)
		OR t.kind IN ('ladder_ended', 'lease_lapsed', 'due_refused') AND c.state IN ('taken', 'met')
		OR t.kind = 'cut' AND (c.state <> 'open' OR c.class = 'other')
		OR t.kind IN ('danger', 'desk_silent', 'cut') AND COALESCE(c.met_at >= t.at, false)
		OR t.kind IN ('danger', 'desk_silent') AND EXISTS (SELECT FROM task o
			WHERE o.case_id = t.case_id AND o.id <> t.id AND o.kind IN ('danger', 'desk_silent')
				AND o.kind <> t.kind AND GREATEST(o.taken_at, o.done_at) >= t.at - interval '30 min')
		OR t.kind = 'danger' AND c.state IN ('taken', 'met') AND EXISTS (SELECT FROM desk_case d
			WHERE d.case_id = t.case_id AND d.looked_at >= t.at)
		OR t.kind = 'desk_silent' AND (EXISTS (SELECT FROM desk_case d
				WHERE d.case_id = t.case_id AND d.looked_at >= t.at)
			OR c.state IN ('taken', 'met')
				AND NOT EXISTS (SELECT FROM narrative n WHERE n.case_id = t.case_id))),
	shyraq_for_supervisor(t.kind) OR EXISTS (SELECT FROM case_answer a
		WHERE a.case_id = t.case_id AND a.slot = 'about_whom' AND a.code = 'operator'),
	t.kind = 'danger', shyraq_ms(t.at), COALESCE(t.case_id, 0), COALESCE(c.number, 0),
	shyraq_ms((SELECT max(p.paged_at) FROM task p WHERE p.paged_at IS NOT NULL
		AND (shyraq_for_supervisor(p.kind) OR p.id = t.id))),
	t.kind IN ('not_found', 'asked_for') AND t.case_id IS NOT NULL,
	shyraq_ms((SELECT max(p.paged_at) FROM task p WHERE p.case_id = t.case_id AND p.kind = t.kind
		AND p.id <> t.id))
FROM task t LEFT JOIN casefile c ON c.id = t.case_id
WHERE t.id = $1::bigint FOR UPDATE OF t;

-- One page is for all that wait.
-- name: TASK_PAGED (dispatch)
UPDATE task SET page_due = NULL, paged_at = shyraq_now()
WHERE page_due IS NOT NULL AND (shyraq_for_supervisor(kind) OR id = $1::bigint);

-- Phones of operators that the case does not pass by: when each was last rung about it, and last without being
-- asked by the ladder. $1 NULL: about no case.
-- name: TASK_RUNG (dispatch)
SELECT k.id, shyraq_ms(o.rung), shyraq_ms(o.paged)
FROM receiver r JOIN contact k ON k.receiver_id = r.id AND k.active
LEFT JOIN casefile c ON c.id = $1::bigint
CROSS JOIN LATERAL (SELECT max(x.created_at) AS rung,
		max(x.created_at) FILTER (WHERE x.key IN ('ref.desk', 'ref.task', 'ref.task_none')) AS paged
	FROM outbox x WHERE x.contact_id = k.id AND shyraq_rings(x.key)
		AND x.case_id IS NOT DISTINCT FROM $1::bigint
		AND x.created_at > shyraq_now() - interval '2 days') o
WHERE r.kind = 'operator' AND NOT COALESCE('#' || r.id = ANY(string_to_array(c.bypass, ' ')), false);

-- One page is for all that wait in its case. $2: when to look again whether somebody is on duty; NULL never.
-- name: TASK_RANG (dispatch)
UPDATE task t SET page_due = shyraq_ts($2::bigint), paged_at = shyraq_now()
FROM task o
WHERE o.id = $1::bigint AND t.page_due IS NOT NULL AND shyraq_cannot_wait(t.kind, t.case_id)
	AND t.case_id IS NOT DISTINCT FROM o.case_id;

-- name: TASK_PAGE_LATER (dispatch)
UPDATE task SET page_due = shyraq_ts($2::bigint) WHERE id = $1::bigint;

-- name: TASK_PAGE_OFF (dispatch)
UPDATE task SET page_due = NULL WHERE id = $1::bigint;

-- Answers to people that died of age in the last hour: an open task a case, twelve an hour at most; for all
-- others one an hour.
-- name: EXPIRED_TASKS (dispatch)
WITH died AS (
	SELECT c.id AS case_id, max(o.settled_at) AS at
	FROM outbox o LEFT JOIN casefile c ON c.id = o.case_id AND c.hidden_at IS NULL
	WHERE o.state = 'expired' AND o.settled_at > shyraq_now() - interval '1 hour' AND o.contact_id IS NULL
	GROUP BY c.id),
fresh AS (
	SELECT d.case_id, d.at, row_number() OVER (ORDER BY d.at, d.case_id)
		+ (SELECT count(*) FROM task t WHERE t.kind = 'expired' AND t.case_id IS NOT NULL
			AND t.at > shyraq_now() - interval '1 hour') <= 12 AS fits
	FROM died d WHERE d.case_id IS NOT NULL AND NOT EXISTS (SELECT FROM task t WHERE t.kind = 'expired'
		AND t.case_id = d.case_id AND (t.done_at IS NULL OR t.at >= d.at)))
INSERT INTO task (kind, case_id, at)
SELECT 'expired', f.case_id, shyraq_now() FROM fresh f WHERE f.fits
UNION ALL
SELECT 'expired', NULL, shyraq_now()
FROM (SELECT max(at) AS at FROM (SELECT at FROM died WHERE case_id IS NULL
	UNION ALL SELECT at FROM fresh WHERE NOT fits) x) rest
WHERE rest.at IS NOT NULL AND NOT EXISTS (SELECT FROM task t WHERE t.kind = 'expired' AND t.case_id IS NULL
	AND (t.at >= rest.at OR t.at > shyraq_now() - interval '1 hour'));

-- Texts of persons that were read when the time of their answer ($1) was over, and whose case each is.
-- name: LATE_MARK (dispatch)
WITH late AS (UPDATE inbox i SET late = true
	WHERE i.done_at > shyraq_now() - interval '1 hour' AND i.state = 'done' AND NOT i.late
		AND i.peer_id IS NOT NULL AND i.contact_id IS NULL
		AND i.done_at > i.t0 + $1::bigint * interval '1 millisecond'
		AND NOT EXISTS (SELECT FROM peer p WHERE p.id = i.peer_id AND p.stopped)
	RETURNING i.peer_id, i.done_at),
last AS (SELECT DISTINCT ON (c.peer_id) c.id, l.at
	FROM (SELECT peer_id, max(done_at) AS at FROM late GROUP BY peer_id) l
	JOIN casefile c ON c.peer_id = l.peer_id AND c.hidden_at IS NULL AND c.opened_at <= l.at
	ORDER BY c.peer_id, c.id DESC)
UPDATE casefile c SET late_at = last.at FROM last WHERE c.id = last.id;

-- They wrote or dialled again in time; $1: how long a window is.
-- name: LATE_OVER (dispatch)
UPDATE casefile c SET late_at = NULL
FROM peer p
WHERE c.late_at IS NOT NULL AND p.id = c.peer_id
	AND p.window_until > c.late_at + $1::bigint * interval '1 millisecond';

-- A task a case that is more than an ordinary one, twelve an hour at most; for all others one an hour.
-- name: LATE_TASKS (dispatch)
WITH late AS (
	SELECT c.id AS case_id, c.peer_id, c.late_at AS at FROM casefile c
	WHERE c.late_at > shyraq_now() - interval '1 hour' AND c.hidden_at IS NULL
		AND c.class <> 'other' AND c.state <> 'closed'),
fresh AS (
	SELECT l.case_id, l.at, row_number() OVER (ORDER BY l.at, l.case_id)
		+ (SELECT count(*) FROM task t WHERE t.kind = 'late' AND t.case_id IS NOT NULL
			AND t.at > shyraq_now() - interval '1 hour') <= 12 AS fits
	FROM late l WHERE NOT EXISTS (SELECT FROM task t WHERE t.kind = 'late'
		AND t.case_id = l.case_id AND (t.done_at IS NULL OR t.at >= l.at)))
INSERT INTO task (kind, case_id, at)
SELECT 'late', f.case_id, shyraq_now() FROM fresh f WHERE f.fits
UNION ALL
SELECT 'late', NULL, shyraq_now()
FROM (SELECT max(at) AS at FROM (SELECT i.done_at AS at FROM inbox i
		WHERE i.late AND i.done_at > shyraq_now() - interval '1 hour'
			AND NOT EXISTS (SELECT FROM late l WHERE l.peer_id = i.peer_id)
	UNION ALL SELECT at FROM fresh WHERE NOT fits) x) rest
WHERE rest.at IS NOT NULL AND NOT EXISTS (SELECT FROM task t WHERE t.kind = 'late' AND t.case_id IS NULL
	AND (t.at >= rest.at OR t.at > shyraq_now() - interval '1 hour'));

-- name: TASK_TAKE (dispatch)
UPDATE task SET taken_by = $2::text, taken_at = CASE WHEN $2::text <> '' THEN shyraq_now() END
WHERE id = $1::bigint;

-- name: TASK_DONE (dispatch)
UPDATE task SET done_at = shyraq_now(), done_by = $2::text, outcome = $3::text
WHERE id = $1::bigint AND done_at IS NULL;

-- Retention: what nothing is due for, nobody holds, and the time is over for ------------------------

-- name: RETENTION_PICK (dispatch)
SELECT id, peer_id FROM case_idle
WHERE opened_at < shyraq_now() - $1::bigint * interval '1 ms'
	AND last_at < shyraq_now() - $1::bigint * interval '1 ms'
ORDER BY opened_at LIMIT $2::bigint;

-- As the turn does: people first. Who is just being answered is left for the next time.
-- name: RETENTION_PEERS (dispatch)
SELECT id FROM peer WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE SKIP LOCKED;

-- Read again under the locks.
-- name: RETENTION_LOCK (dispatch)
SELECT c.id FROM casefile c
WHERE c.id = ANY($1::bigint[]) AND (c.peer_id IS NULL OR c.peer_id = ANY($2::bigint[]))
	AND c.id IN (SELECT i.id FROM case_idle i WHERE i.id = ANY($1::bigint[])
		AND i.last_at < shyraq_now() - $3::bigint * interval '1 ms')
ORDER BY c.id FOR UPDATE OF c SKIP LOCKED;

-- In no order of theirs.
-- name: RETENTION_STAT (dispatch)
INSERT INTO case_stat (month, class, lang, bearer, state, answers, asked, taken_min, outcome)
SELECT date_trunc('month', c.opened_at AT TIME ZONE 'UTC'), c.class, c.lang, c.bearer, c.state,
	COALESCE((SELECT string_agg(a.slot || '=' || a.code, ' ' ORDER BY a.slot) FROM case_answer a
		WHERE a.case_id = c.id AND a.slot NOT IN ('where', 'town', 'place', 'follow_of')), ''),
	(SELECT count(*) FROM referral f WHERE f.case_id = c.id),
	(extract(epoch FROM c.taken_at - c.asked_at) / 60)::int, c.outcome
FROM casefile c WHERE c.id = ANY($1::bigint[]) ORDER BY random();

-- Before they go: what stays counted of them.
-- name: RETENTION_FIGURES (dispatch)
SELECT shyraq_figures_keep($1::bigint[]);

-- name: RETENTION_SESSIONS (dispatch)
DELETE FROM session WHERE case_id = ANY($1::bigint[]);

-- name: RETENTION_TASKS (dispatch)
DELETE FROM task WHERE case_id = ANY($1::bigint[]);

-- With its answers, consents, words, place, referrals and codes, which go by cascade.
-- name: RETENTION_CASES (dispatch)
DELETE FROM casefile WHERE id = ANY($1::bigint[]);

-- A stopped number stays known as stopped (S4); with all others goes the session.
-- name: RETENTION_STRANGERS (dispatch)
WITH gone AS (
	SELECT p.id FROM peer p
	WHERE p.created_at < shyraq_now() - $1::bigint * interval '1 ms' AND NOT p.stopped
		AND (p.window_until IS NULL OR p.window_until < shyraq_now() - $1::bigint * interval '1 ms')
		AND NOT EXISTS (SELECT FROM session s WHERE s.peer_id = p.id AND s.step <> ''
			AND s.expires_at >= shyraq_now() - $1::bigint * interval '1 ms')
		AND NOT EXISTS (SELECT FROM casefile c WHERE c.peer_id = p.id)
	LIMIT $2::bigint FOR UPDATE OF p SKIP LOCKED)
DELETE FROM peer USING gone WHERE peer.id = gone.id RETURNING peer.id;

-- name: RETENTION_EPOCHS (dispatch)
DELETE FROM epoch WHERE id IN (SELECT e.id FROM epoch e
	WHERE e.at < shyraq_now() - $1::bigint * interval '1 ms'
		AND NOT EXISTS (SELECT FROM narrative n WHERE n.epoch_id = e.id)
		AND NOT EXISTS (SELECT FROM job_check j WHERE j.epoch_id = e.id) LIMIT $2::bigint)
RETURNING id;

-- Sealed words that nobody sent or read again in time.
-- name: RETENTION_TEXTS (dispatch)
UPDATE outbox SET text = NULL
WHERE id IN (SELECT o.id FROM outbox o WHERE o.state IN ('failed', 'refused') AND o.text IS NOT NULL
	AND o.settled_at < shyraq_now() - $1::bigint * interval '1 ms' LIMIT $2::bigint)
RETURNING id;

-- name: RETENTION_ASIDE (dispatch)
UPDATE inbox SET sealed = NULL
WHERE id IN (SELECT i.id FROM inbox i WHERE i.sealed IS NOT NULL
	AND i.done_at < shyraq_now() - $1::bigint * interval '1 ms' LIMIT $2::bigint)
RETURNING id;

-- name: RETENTION_DONE (dispatch)
DELETE FROM task WHERE id = ANY(ARRAY(SELECT t.id FROM task t
	WHERE t.done_at < shyraq_now() - $1::bigint * interval '1 ms' LIMIT $2::bigint))
RETURNING id;

-- The chain over the audit -------------------------------------------------------------------------

-- name: AUDIT_NOTE (dispatch)
INSERT INTO audit (what, case_id, contact_id, subject, code, at)
VALUES ($1::text, $2::bigint, $3::bigint, $4::bigint, $5::text, shyraq_now());

-- name: AUDIT_HEAD (dispatch)
SELECT n, hash, (SELECT max(audit_id) FROM audit_chain) FROM audit_chain ORDER BY n DESC LIMIT 1;

-- Ids come from a sequence and may become visible late: those just behind the last are looked at, too.
-- name: AUDIT_NEW (dispatch)
SELECT a.id, (extract(epoch FROM a.at) * 1000000)::bigint, a.case_id, a.referral_id, a.contact_id,
	a.subject, a.what, a.code, a.at < shyraq_now() - interval '10 seconds'
FROM audit a
WHERE a.id > $1::bigint - 1000 AND (SELECT c.n FROM audit_chain c WHERE c.audit_id = a.id) IS NULL
ORDER BY a.id LIMIT 500;

-- name: AUDIT_LINK (dispatch)
INSERT INTO audit_chain (n, audit_id, hash)
SELECT n, a, h FROM unnest($1::bigint[], $2::bigint[], $3::bytea[]) AS t(n, a, h);

-- Conversations: what a person left behind, and what only the turn can do ---------------------------

-- name: SESSION_DROP (worker dispatch)
DELETE FROM session WHERE peer_id = $1::bigint;

-- name: SESSION_TIMER_OFF (dispatch)
UPDATE session SET timer_at = NULL WHERE peer_id = $1::bigint;

-- S12: whom a code opens, while it is alive: until so long after the case was last active.
-- name: CASE_BY_NUMBER (worker dispatch)
SELECT c.id, c.class, c.state, c.refer_due IS NOT NULL, shyraq_ms(c.taken_at),
	(SELECT code FROM case_answer a WHERE a.case_id = c.id AND a.slot = 'region')
FROM casefile c
WHERE c.number = $1::bigint AND c.hidden_at IS NULL
	AND GREATEST(c.opened_at, c.asked_at, c.taken_at, c.code_used_at,
		(SELECT max(at) FROM case_answer a WHERE a.case_id = c.id),
		(SELECT max(p.window_until) FROM session s JOIN peer p ON p.id = s.peer_id
			WHERE s.case_id = c.id AND s.peer_id = c.peer_id))
		> shyraq_now() - $2::bigint * interval '1 ms';

-- name: CASE_CODE_USED (worker dispatch)
UPDATE casefile SET code_used_at = shyraq_now() WHERE id = $1::bigint;

-- name: CODE_TRIES (worker dispatch)
SELECT count(*) FILTER (WHERE peer_id = $1::bigint), count(*) FROM code_try
WHERE at > shyraq_now() - interval '1 hour';

-- name: CODE_TRY_PUT (worker dispatch)
INSERT INTO code_try (peer_id, at) VALUES ($1::bigint, shyraq_now());

-- name: CODE_TRY_PURGE (worker dispatch)
DELETE FROM code_try WHERE at < shyraq_now() - interval '1 day';

-- name: PEER_OWN_STOP (worker dispatch)
UPDATE peer SET own_stop = $2::bytea WHERE id = $1::bigint;

-- name: PEER_WITNESS (worker dispatch)
UPDATE peer SET witness_until = shyraq_ts($2::bigint) WHERE id = $1::bigint;

-- An hour is of the phone that agrees to it; another one than before has not been knocked at.
-- name: SAFE_SET (worker dispatch)
UPDATE casefile SET safe_from = $2::bigint, safe_to = $3::bigint, safe_until = shyraq_ts($4::bigint),
	safe_peer = $5::bigint,
	knocked_at = CASE WHEN safe_peer IS NOT DISTINCT FROM $5::bigint THEN knocked_at END
WHERE id = $1::bigint;

-- S18: this phone is not theirs, or erased: no hour of it stands, in whichever case.
-- name: SAFE_OFF (worker dispatch)
UPDATE casefile SET safe_from = NULL, safe_to = NULL, safe_until = NULL, safe_peer = NULL, knock_due = NULL,
	follow_due = NULL
WHERE safe_peer = $1::bigint;

-- Everything that decides whether and when words may go to a person unasked, to the phone with the hour.
-- name: CASE_REACH (worker dispatch)
SELECT p.id, c.bearer, CASE WHEN p.id = c.safe_peer THEN c.safe_from END,
	CASE WHEN p.id = c.safe_peer THEN c.safe_to END,
	CASE WHEN p.id = c.safe_peer THEN shyraq_ms(c.safe_until) END, shyraq_ms(c.knock_due),
	c.knocked_at IS NOT NULL, c.hidden_at IS NOT NULL, p.stopped, shyraq_ms(p.witness_until),
	(SELECT code FROM case_answer a WHERE a.case_id = c.id AND a.slot IN ('own_region', 'region') AND a.code <> ''
		ORDER BY a.slot LIMIT 1),
	EXISTS (SELECT FROM relay q WHERE q.case_id = c.id AND q.read_at IS NULL AND q.sealed IS NOT NULL),
	(c.state = 'taken' AND (c.told_at IS NULL OR c.told_at < c.taken_at))
		OR EXISTS (SELECT FROM job_check j WHERE j.peer_id = p.id
			AND j.answered_at IS NOT NULL AND j.read_at IS NULL),
	(SELECT s.flags & 2 <> 0 FROM session s WHERE s.peer_id = p.id AND s.case_id = c.id),
	c.lang, c.cut_at IS NOT NULL, shyraq_ms(c.met_at), shyraq_phone_left(c.id, 0)
FROM casefile c LEFT JOIN peer p ON p.id = COALESCE(c.safe_peer, c.peer_id)
WHERE c.id = $1::bigint;

-- name: KNOCK_SET (worker dispatch)
UPDATE casefile SET knock_due = shyraq_ts($2::bigint) WHERE id = $1::bigint;

-- name: KNOCK_OFF (dispatch)
UPDATE casefile SET knock_due = NULL WHERE id = $1::bigint;

-- name: KNOCKED (dispatch)
UPDATE casefile SET knocked_at = shyraq_now(), unread_due = shyraq_ts($2::bigint)
WHERE id = $1::bigint;

-- name: KNOCK_HEARD (worker dispatch)
UPDATE casefile SET knocked_at = NULL WHERE id = $1::bigint AND safe_peer = $2::bigint;

-- Due still, and as it was when it was looked for: one of two at once finds it so.
-- name: UNREAD_TAKE (dispatch)
UPDATE casefile SET unread_due = NULL WHERE id = $1::bigint AND shyraq_ms(unread_due) = $2::bigint
RETURNING id;

-- name: UNREAD_OFF (dispatch)
UPDATE casefile SET unread_due = NULL WHERE id = $1::bigint;

-- name: CASE_TOLD (worker dispatch)
UPDATE casefile SET told_at = shyraq_now() WHERE id = $1::bigint;

-- Their yes or no to one question later. It is not an answer of the flow's: the case may be closed.
-- name: FOLLOW_AGREED (worker dispatch)
INSERT INTO consent (case_id, kind, yes, wording, at)
VALUES ($1::bigint, 'follow', $2::boolean, $3::text, shyraq_now());

-- The case and those that are linked to it: ended well, and agreed to.
-- The agreed hour holds for it for a week; what is due here keeps no case (case_idle does not know it).
-- name: FOLLOW_PLAN (worker dispatch)
UPDATE casefile c SET follow_due = shyraq_now() + $2::bigint * interval '1 ms',
	follow_until = shyraq_now() + $2::bigint * interval '1 ms' + interval '7 days'
WHERE c.id = ANY(ARRAY(SELECT $1::bigint UNION ALL
		SELECT l.case_id FROM case_link l WHERE l.to_case = $1::bigint))
	AND c.state = 'closed' AND shyraq_is_helped(c.outcome) AND c.followed_at IS NULL
	AND c.safe_peer IS NOT NULL AND c.hidden_at IS NULL
	AND (SELECT o.yes FROM consent o
		WHERE o.case_id = c.id AND o.kind = 'follow' ORDER BY o.id DESC LIMIT 1);

-- Whether it may be asked still: not opened again, nothing taken back, no other phone, nothing newer.
-- name: FOLLOW_LOOK (dispatch)
SELECT shyraq_ms(c.follow_due), shyraq_ms(c.follow_until),
	c.state = 'closed' AND shyraq_is_helped(c.outcome) AND c.followed_at IS NULL AND c.code_used_at IS NULL
	AND COALESCE(c.safe_peer = c.peer_id, false)
	AND COALESCE((SELECT o.yes FROM consent o WHERE o.case_id = c.id AND o.kind = 'follow'
		ORDER BY o.id DESC LIMIT 1), false)
	AND NOT EXISTS (SELECT FROM consent o WHERE o.case_id = c.id AND o.wording LIKE 'withdrawn %')
	AND NOT EXISTS (SELECT FROM casefile n WHERE n.peer_id = c.peer_id AND n.id > c.id)
FROM casefile c WHERE c.id = $1::bigint;

-- name: FOLLOW_SET (dispatch)
UPDATE casefile SET follow_due = shyraq_ts($2::bigint) WHERE id = $1::bigint;

-- name: FOLLOW_OFF (dispatch)
UPDATE casefile SET follow_due = NULL WHERE id = $1::bigint;

-- name: FOLLOWED (dispatch)
UPDATE casefile SET followed_at = shyraq_now(), knocked_at = shyraq_now() WHERE id = $1::bigint;

-- name: FOLLOW_SAID (worker dispatch)
WITH said AS (
	INSERT INTO case_answer (case_id, slot, code, at)
	VALUES ($1::bigint, 'followup', $2::text, shyraq_now())
	ON CONFLICT (case_id, slot) DO UPDATE SET code = excluded.code, at = excluded.at)
SELECT number FROM casefile WHERE id = $1::bigint;

-- name: RELAY_NEXT (dispatch)
SELECT id, phrase, at_time, sealed FROM relay
WHERE case_id = $1::bigint AND read_at IS NULL AND sealed IS NOT NULL ORDER BY id LIMIT 1;

-- name: RELAY_PUT (worker dispatch)
INSERT INTO relay (id, case_id, referral_id, contact_id, phrase, at_time, sealed, at)
VALUES ($1::bigint, $2::bigint, $3::bigint, $4::bigint, $5::text, $6::text, $7::bytea, shyraq_now());

-- name: RELAY_READ (worker dispatch)
UPDATE relay SET read_at = shyraq_now() WHERE id = $1::bigint AND read_at IS NULL;

-- The last that was read is what was answered; the words are needed no more.
-- name: RELAY_TOLD (worker dispatch)
UPDATE relay q SET told_at = shyraq_now(), answer = $2::text, sealed = NULL
FROM (SELECT o.id, k.id AS contact, r.lang, -- none: a case worker's; nor is one told that stood down
	COALESCE(k.active AND f.state NOT IN ('stood_down', 'revoked'), false) AS active
	FROM relay o LEFT JOIN contact k ON k.id = o.contact_id LEFT JOIN receiver r ON r.id = k.receiver_id
	LEFT JOIN referral f ON f.id = o.referral_id
	WHERE o.case_id = $1::bigint AND o.read_at IS NOT NULL AND o.told_at IS NULL
	ORDER BY o.read_at DESC, o.id DESC LIMIT 1) w, casefile c
WHERE q.id = w.id AND c.id = q.case_id
RETURNING q.phrase, w.contact, w.active, w.lang, c.number,
	(SELECT code FROM case_answer a WHERE a.case_id = c.id AND a.slot = 'who');

-- Each that the person had the chance to read and did not: who sent it hears so once.
-- name: RELAY_UNREAD (dispatch)
UPDATE relay q SET unread_at = shyraq_now()
FROM contact k JOIN receiver r ON r.id = k.receiver_id, casefile c
WHERE q.case_id = $1::bigint AND q.read_at IS NULL AND q.unread_at IS NULL AND q.sealed IS NOT NULL
	AND k.id = q.contact_id AND c.id = q.case_id
RETURNING k.id, k.active AND NOT EXISTS (SELECT FROM referral f WHERE f.id = q.referral_id
	AND f.state IN ('stood_down', 'revoked')), r.lang, c.number;

-- name: RELAY_WIPE (worker dispatch)
UPDATE relay SET sealed = NULL WHERE case_id = $1::bigint AND sealed IS NOT NULL;

-- Those who took the case, by phone.
-- name: TAKER_CONTACTS (worker dispatch)
SELECT k.id, r.lang, c.number
FROM casefile c JOIN referral_ask a ON a.referral_id = c.taken_by
JOIN contact k ON k.id = a.contact_id AND k.active JOIN receiver r ON r.id = k.receiver_id
WHERE c.id = $1::bigint AND c.state IN ('taken', 'met') ORDER BY k.id;

-- Who has or had the case, closed or not, whatever police say of it.
-- name: LEAD_CONTACTS (worker dispatch)
SELECT DISTINCT k.id, r.lang
FROM referral f JOIN receiver r ON r.id = f.receiver_id AND r.kind <> 'police'
JOIN referral_ask a ON a.referral_id = f.id JOIN contact k ON k.id = a.contact_id AND k.active
WHERE f.case_id = $1::bigint AND f.state = 'accepted' AND f.lead ORDER BY k.id;

-- Everybody who has accepted, whatever their role.
-- name: ACCEPTED_CONTACTS (worker dispatch)
SELECT k.id, r.lang
FROM casefile c JOIN referral f ON f.case_id = c.id AND f.state = 'accepted'
JOIN referral_ask a ON a.referral_id = f.id
JOIN contact k ON k.id = a.contact_id AND k.active JOIN receiver r ON r.id = k.receiver_id
WHERE c.id = $1::bigint AND c.state <> 'closed' ORDER BY k.id;

-- name: JOB_WORDS (worker dispatch)
INSERT INTO job_check (id, peer_id, epoch_id, words) VALUES ($1::bigint, $2::bigint, $3::bigint, $4::bytea);

-- name: JOB_DRAFTS (worker dispatch)
DELETE FROM job_check WHERE peer_id = $1::bigint AND asked_at IS NULL;

-- name: JOB_ASK (worker dispatch)
UPDATE job_check SET asked_at = shyraq_now(), case_id = $2::bigint, codes = $3::text,
	inbox_id = $4::bigint, lang = $5::text, bearer = $6::bigint
WHERE id = (SELECT max(id) FROM job_check WHERE peer_id = $1::bigint AND asked_at IS NULL)
RETURNING id;

-- name: JOB_NEW (worker dispatch)
INSERT INTO job_check (id, peer_id, case_id, codes, inbox_id, lang, bearer, asked_at)
VALUES ($1::bigint, $2::bigint, $3::bigint, $4::text, $5::bigint, $6::text, $7::bigint, shyraq_now());

-- Said in their window: kept until they ask, for that text may die.
-- name: JOB_SAID (worker dispatch)
UPDATE job_check SET read_at = shyraq_now() WHERE id = $1::bigint;

-- name: JOB_READ (worker dispatch)
UPDATE job_check SET read_at = shyraq_now(), answer = NULL WHERE id = $1::bigint;

-- name: JOB_FIND (dispatch)
SELECT j.peer_id, j.answered_at IS NOT NULL, j.bearer, j.case_id, shyraq_ms(p.window_until), p.stopped
FROM job_check j JOIN peer p ON p.id = j.peer_id
WHERE j.id = $1::bigint AND j.asked_at IS NOT NULL;

-- name: JOB_ANSWER (dispatch)
UPDATE job_check SET answer = $2::bytea, answered_at = shyraq_now()
WHERE id = $1::bigint AND answered_at IS NULL RETURNING inbox_id, case_id, shyraq_ms(answered_at);

-- name: JOB_TASK_DONE (dispatch)
UPDATE task SET done_at = shyraq_now()
WHERE kind = 'job_check' AND inbox_id = $1::bigint AND done_at IS NULL;

-- A case of theirs with a safe time: it may knock for the answer.
-- name: JOB_KNOCK (dispatch)
SELECT id FROM casefile
WHERE safe_peer = $1::bigint AND hidden_at IS NULL AND safe_until > shyraq_now() ORDER BY id DESC LIMIT 1;

-- Whom a complaint names is asked no more: the police as a kind, others of that kind who were asked.
-- name: BYPASS_SET (worker dispatch)
UPDATE casefile c SET bypass = trim(c.bypass || ' ' || CASE WHEN $2::text = 'police' THEN 'police'
	ELSE COALESCE((SELECT string_agg(DISTINCT '#' || r.id, ' ')
		FROM referral f JOIN receiver r ON r.id = f.receiver_id
		JOIN casefile o ON o.id = f.case_id
		WHERE (o.id = c.id OR o.peer_id = c.peer_id) AND r.kind = ANY(string_to_array($3::text, ' '))), '')
	END)
WHERE c.id = $1::bigint;

-- name: BYPASS_ASKED (worker dispatch)
UPDATE referral f SET state = 'stood_down', remind_due = NULL
FROM casefile c, receiver r
WHERE f.case_id = $1::bigint AND c.id = f.case_id AND r.id = f.receiver_id AND f.state = 'asked'
	AND (r.kind = ANY(string_to_array(c.bypass, ' ')) OR '#' || r.id = ANY(string_to_array(c.bypass, ' ')))
RETURNING f.id;

-- S14: who was asked, or took it, by kind of receiver ('' all); they hear it once.
-- name: WITHDRAW_CONTACTS (worker dispatch)
SELECT DISTINCT k.id, r.lang, c.number, r.kind = 'police'
FROM referral f JOIN receiver r ON r.id = f.receiver_id JOIN casefile c ON c.id = f.case_id
JOIN referral_ask a ON a.referral_id = f.id JOIN contact k ON k.id = a.contact_id AND k.active
WHERE f.case_id = $1::bigint AND f.state IN ('asked', 'accepted')
	AND ($2::text = '' OR r.kind = $2::text) AND r.kind <> 'operator' ORDER BY k.id;

-- name: WITHDRAW_DOWN (worker dispatch)
UPDATE referral f SET state = 'revoked', remind_due = NULL, lease_due = NULL, outcome_due = NULL
FROM receiver r
WHERE f.case_id = $1::bigint AND r.id = f.receiver_id AND f.state IN ('asked', 'accepted')
	AND ($2::text = '' OR r.kind = $2::text) AND r.kind <> 'operator'
RETURNING f.id;

-- name: WITHDRAW_QUIET (worker dispatch)
UPDATE referral f SET remind_due = NULL FROM receiver r
WHERE f.case_id = $1::bigint AND r.id = f.receiver_id AND f.state = 'asked'
	AND ($2::text = '' OR r.kind = $2::text) AND r.kind <> 'operator';

-- All kinds: nothing leaves any more. One kind that had taken it: the ladder goes on without them.
-- name: WITHDRAW_CASE (worker dispatch)
UPDATE casefile c SET
	state = CASE WHEN c.state IN ('closed', 'met') THEN c.state WHEN $2::boolean THEN 'open'
		WHEN f.id IS NOT NULL THEN 'referred' ELSE c.state END,
	taken_at = CASE WHEN f.id IS NULL THEN c.taken_at END,
	taken_by = CASE WHEN f.id IS NULL THEN c.taken_by END,
	refer_due = CASE WHEN NOT $2::boolean THEN c.refer_due END,
	ladder_due = CASE WHEN $2::boolean THEN NULL
		WHEN f.id IS NOT NULL AND c.state = 'taken' THEN shyraq_now() ELSE c.ladder_due END
FROM casefile o LEFT JOIN referral f ON f.id = o.taken_by AND f.state = 'revoked'
WHERE c.id = $1::bigint AND o.id = c.id;

-- S16 -------------------------------------------------------------------------------------------------

-- name: ERASE_ASK (worker dispatch)
SELECT c.id, EXISTS (SELECT FROM legal_hold h WHERE h.case_id = c.id),
	c.state IN ('referred', 'taken', 'nobody') OR (c.refer_due IS NOT NULL AND c.class IN ('danger', 'urgent', 'held'))
FROM casefile c WHERE c.peer_id = $1::bigint AND c.hidden_at IS NULL ORDER BY c.id FOR UPDATE OF c;

-- name: ERASE_HIDE (worker dispatch)
UPDATE casefile SET hidden_at = shyraq_now(), destroy_at = shyraq_now() + $2::bigint * interval '1 ms',
	peer_id = NULL, safe_from = NULL, safe_to = NULL, safe_until = NULL, safe_peer = NULL, knock_due = NULL,
	unread_due = NULL, follow_due = NULL,
	refer_due = CASE WHEN class IN ('danger', 'urgent', 'held') THEN refer_due END
WHERE id = $1::bigint;

-- Offers that they asked about are no case: gone at once, with the answers that wait.
-- name: ERASE_JOBS (worker dispatch)
DELETE FROM job_check WHERE peer_id = $1::bigint;

-- name: ERASE_PLACE (worker dispatch)
UPDATE place SET sealed = '' WHERE case_id = $1::bigint;

-- name: ERASE_LOCK (dispatch)
SELECT shyraq_ms(c.destroy_at), EXISTS (SELECT FROM legal_hold h WHERE h.case_id = c.id)
FROM casefile c WHERE c.id = $1::bigint FOR UPDATE OF c;

-- Who heard that the yes was taken back, and was not asked after that, hears no more.
-- name: ERASE_CONTACTS (dispatch)
SELECT DISTINCT k.id, r.lang, c.number, c.class <> 'other' AND r.kind <> 'police'
FROM referral f JOIN receiver r ON r.id = f.receiver_id JOIN casefile c ON c.id = f.case_id
JOIN referral_ask a ON a.referral_id = f.id JOIN contact k ON k.id = a.contact_id AND k.active
WHERE f.case_id = $1::bigint AND f.state IN ('asked', 'accepted') AND f.met_at IS NULL
	AND c.state IN ('referred', 'taken', 'nobody')
	AND (r.kind = 'operator' OR NOT EXISTS (SELECT FROM consent s
		WHERE s.id = (SELECT max(id) FROM consent WHERE case_id = $1::bigint AND kind = 'ngo')
			AND s.wording LIKE 'withdrawn %' AND f.asked_at < s.at))
ORDER BY k.id;

-- name: ERASE_LATER (dispatch)
UPDATE casefile SET destroy_at = shyraq_now() + interval '1 day' WHERE id = $1::bigint;

-- Not their phone, or erased: the number remembers nothing, and is forgotten when no case is its own.
-- name: FORGET_LOCK (dispatch)
SELECT shyraq_ms(forget_at) FROM peer WHERE id = $1::bigint FOR UPDATE;

-- name: FORGET_CASE (worker dispatch)
UPDATE casefile SET peer_id = NULL
WHERE peer_id = $1::bigint AND id = (SELECT case_id FROM session WHERE peer_id = $1::bigint);

-- What is on its way to it keeps the row: forgotten when that has gone.
-- name: FORGET_OFF (dispatch)
UPDATE peer p SET own_stop = NULL, forget_at = CASE
	WHEN p.stopped OR EXISTS (SELECT FROM casefile c WHERE c.peer_id = p.id) THEN NULL
	ELSE shyraq_now() + interval '5 minutes' END
WHERE id = $1::bigint;

-- name: FORGET_PEER (dispatch)
DELETE FROM peer p WHERE p.id = $1::bigint AND NOT p.stopped
	AND NOT EXISTS (SELECT FROM casefile c WHERE c.peer_id = p.id)
	AND NOT EXISTS (SELECT FROM outbox o WHERE o.peer_id = p.id AND o.state IN ('due', 'claimed'))
RETURNING p.id;

-- Receivers' words and outcomes ----------------------------------------------------------------------

-- name: CONTACT_ASK (worker dispatch)
UPDATE contact SET question = $2::text, question_of = $3::bigint, question_at = shyraq_now(),
	reason_for = NULL
WHERE id = $1::bigint;

-- name: CONTACT_HELD (worker dispatch)
SELECT held_until > shyraq_now() FROM contact WHERE id = $1::bigint;

-- name: CONTACT_FREE (dispatch)
UPDATE contact SET held_until = NULL, wrong_codes = 0, wrong_since = NULL
WHERE id IN (SELECT contact_id FROM referral_ask WHERE referral_id = $1::bigint);

-- name: ASKED_SINCE (worker dispatch)
SELECT EXISTS (SELECT FROM referral_ask a JOIN referral f ON f.id = a.referral_id
	WHERE a.contact_id = $1::bigint AND a.live AND f.state = 'asked' AND f.asked_at > shyraq_ts($2::bigint));

-- name: BEDS_SET (worker dispatch)
UPDATE receiver SET beds = $2::bigint, beds_at = shyraq_now() WHERE id = $1::bigint;

-- name: AWAY_SET (worker dispatch)
UPDATE receiver SET away_until = shyraq_ts($2::bigint) WHERE id = $1::bigint;

-- What is open for a phone: asked and not answered, or taken and not at its end.
-- name: OPEN_OF (worker dispatch)
SELECT c.number, a.code, f.state = 'accepted'
FROM referral_ask a JOIN referral f ON f.id = a.referral_id JOIN casefile c ON c.id = f.case_id
WHERE a.contact_id = $1::bigint AND a.live AND c.hidden_at IS NULL
	AND ((f.state = 'asked' AND c.state IN ('open', 'referred', 'nobody'))
		OR (f.state = 'accepted' AND c.state <> 'closed' AND f.outcome = ''))
ORDER BY f.id DESC LIMIT 40;

-- Which first text it was sent.
-- name: REFERRAL_ROLE (worker dispatch)
SELECT text FROM referral WHERE id = $1::bigint;

-- name: CONTACT_OTHERS (worker dispatch)
SELECT id, role FROM contact WHERE receiver_id = $1::bigint AND active AND id <> $2::bigint
ORDER BY id LIMIT 9;

-- What this phone was asked or took, and another of its receiver was not asked with a code of its own.
-- name: LOST_ASKS (worker dispatch)
SELECT f.id, f.case_id, f.state = 'accepted', f.state = 'accepted' AND f.place_at IS NOT NULL, f.text
FROM referral_ask a JOIN referral f ON f.id = a.referral_id JOIN casefile c ON c.id = f.case_id
WHERE a.contact_id = $1::bigint AND a.live AND c.hidden_at IS NULL
	AND ((f.state = 'asked' AND c.state IN ('open', 'referred', 'nobody'))
		OR (f.state = 'accepted' AND c.state IN ('taken', 'met')))
	AND NOT EXISTS (SELECT FROM referral_ask o WHERE o.referral_id = f.id AND o.contact_id = $2::bigint)
ORDER BY f.id;

-- Codes that a phone was given within 30 days.
-- name: CODES_OF (worker dispatch)
SELECT a.code FROM referral_ask a
WHERE a.contact_id = $1::bigint AND a.asked_at > shyraq_now() - interval '30 days';

-- Whose outcome was asked for and has not come.
-- name: OUTCOMES_OF (worker dispatch)
SELECT f.id, f.case_id, a.code, r.kind
FROM referral_ask a JOIN referral f ON f.id = a.referral_id JOIN receiver r ON r.id = f.receiver_id
WHERE a.contact_id = $1::bigint AND a.live AND f.outcome_asked > 0 AND f.outcome = '' AND f.state = 'accepted'
ORDER BY f.id DESC LIMIT 20;

-- name: OUTCOME_LOCK (worker dispatch)
SELECT f.state, shyraq_ms(f.outcome_due), f.outcome_asked, f.outcome, r.kind
FROM referral f JOIN receiver r ON r.id = f.receiver_id WHERE f.id = $1::bigint FOR UPDATE OF f;

-- name: OUTCOME_ASKED (dispatch)
UPDATE referral SET outcome_asked = outcome_asked + 1, outcome_due = shyraq_ts($2::bigint)
WHERE id = $1::bigint;

-- name: OUTCOME_OFF (dispatch)
UPDATE referral SET outcome_due = NULL WHERE id = $1::bigint;

-- name: OUTCOME_PUT (worker dispatch)
UPDATE referral SET outcome = $2::text, outcome_at = shyraq_now(), outcome_due = NULL, lease_due = NULL
WHERE id = $1::bigint;

-- name: ASSERT_PUT (worker dispatch)
INSERT INTO assertion (case_id, what, code, referral_id, maker, note, at)
VALUES ($1::bigint, $2::text, $3::text, $4::bigint, $5::text, $6::text, shyraq_now());

-- name: CASE_CLOSE (worker dispatch)
UPDATE casefile SET state = 'closed', closed_at = shyraq_now(), outcome = $2::text, refer_due = NULL,
	ladder_due = NULL, rest_until = NULL, knock_due = NULL, unread_due = NULL,
	offer_due = NULL
WHERE id = $1::bigint AND state <> 'closed';

-- Nothing is due for them any more.
-- name: REFERRALS_END (worker dispatch)
UPDATE referral SET remind_due = NULL, lease_due = NULL,
	outcome_due = CASE WHEN $2::boolean THEN outcome_due END
WHERE case_id = $1::bigint;

-- Who was asked and has not answered; they hear it from whoever ran this.
-- name: ASKED_DOWN (worker dispatch)
UPDATE referral SET state = 'stood_down', remind_due = NULL
WHERE case_id = $1::bigint AND state = 'asked' RETURNING id;

-- name: CASE_NUMBERED (dispatch)
SELECT id FROM casefile WHERE number = $1::bigint AND hidden_at IS NULL;

-- Back to whoever had it, or to the beginning of its ladder.
-- name: CASE_REOPEN (dispatch)
UPDATE casefile c SET closed_at = NULL, outcome = '',
	state = CASE WHEN f.id IS NULL THEN 'open' WHEN c.met_at IS NULL THEN 'taken' ELSE 'met' END,
	taken_at = CASE WHEN f.id IS NOT NULL THEN c.taken_at END,
	taken_by = f.id, met_at = CASE WHEN f.id IS NOT NULL THEN c.met_at END,
	refer_due = CASE WHEN f.id IS NULL THEN shyraq_now() END,
	operator_at = CASE WHEN f.id IS NOT NULL THEN c.operator_at END
FROM casefile o
LEFT JOIN referral f ON f.id = o.taken_by AND f.state = 'accepted'
	AND EXISTS (SELECT FROM receiver r WHERE r.id = f.receiver_id AND r.active)
WHERE c.id = $1::bigint AND o.id = c.id
RETURNING c.taken_by;

-- name: OUTCOME_AGAIN (dispatch)
UPDATE referral SET outcome = '', outcome_at = NULL, outcome_asked = 0,
	outcome_due = shyraq_now() + interval '1 day'
WHERE id = $1::bigint;

-- name: LINK_OF (worker dispatch)
SELECT to_case FROM case_link WHERE case_id = $1::bigint;

-- Those that are linked to it go along.
-- name: LINK_PUT (dispatch)
WITH moved AS (UPDATE case_link SET to_case = $2::bigint WHERE to_case = $1::bigint)
INSERT INTO case_link (case_id, to_case, by, at)
VALUES ($1::bigint, $2::bigint, $3::text, shyraq_now());

-- name: LINK_FOLLOW (dispatch)
UPDATE casefile c SET state = h.state, taken_at = h.taken_at, taken_by = h.taken_by, met_at = h.met_at,
	refer_due = NULL, ladder_due = NULL, rest_until = NULL
FROM casefile h WHERE c.id = $1::bigint AND h.id = $2::bigint;

-- Nothing is asked about it: it goes along.
-- name: LINK_QUIET (worker dispatch)
UPDATE casefile SET refer_due = NULL, ladder_due = NULL WHERE id = $1::bigint;

-- name: LINK_OFF (dispatch)
DELETE FROM case_link WHERE case_id = $1::bigint RETURNING to_case;

-- On its own again: its ladder begins.
-- name: LINK_FREE (dispatch)
UPDATE casefile SET state = 'open', taken_at = NULL, taken_by = NULL, met_at = NULL,
	refer_due = shyraq_now(), operator_at = NULL
WHERE id = $1::bigint AND state <> 'closed';

-- A case of others' words, and how many more of the same place were told within a day of it.
-- name: OFFER_LOOK (dispatch)
SELECT shyraq_ms(c.offer_due),
	(SELECT count(DISTINCT o.peer_id) FROM casefile o
		JOIN case_answer w ON w.case_id = o.id AND w.slot = 'where' AND w.code = v.code
		JOIN case_answer b ON b.case_id = o.id AND b.slot = 'band'
		WHERE o.opened_at > c.opened_at - interval '1 day' AND o.opened_at <= c.opened_at
			AND o.hidden_at IS NULL AND o.state <> 'closed' AND o.peer_id <> c.peer_id
			AND NOT EXISTS (SELECT FROM case_link l WHERE l.case_id = o.id)),
	v.code IS NOT NULL, c.opened_at > shyraq_now() - interval '1 hour'
FROM casefile c
LEFT JOIN LATERAL (SELECT w.code FROM case_answer w JOIN case_answer b ON b.case_id = w.case_id AND b.slot = 'band'
	WHERE w.case_id = c.id AND w.slot = 'where') v ON true
WHERE c.id = $1::bigint AND c.hidden_at IS NULL AND c.state <> 'closed'
	AND NOT EXISTS (SELECT FROM case_link l WHERE l.case_id = c.id)
FOR UPDATE OF c;

-- name: OFFER_NEXT (dispatch)
UPDATE casefile SET offer_due = shyraq_ts($2::bigint) WHERE id = $1::bigint;

-- name: OFFER_OFF (dispatch)
UPDATE casefile SET offer_due = NULL WHERE id = $1::bigint;

-- name: HELD_PUT (worker dispatch)
UPDATE referral SET held = true WHERE id = $1::bigint;

-- name: HELD_REFERRAL (dispatch)
SELECT f.id FROM referral f WHERE f.case_id = $1::bigint AND f.held ORDER BY f.id LIMIT 1;

-- name: HELD_OVER (dispatch)
UPDATE casefile SET rest_until = NULL, ladder_due = shyraq_now()
WHERE id = $1::bigint AND state IN ('open', 'referred', 'nobody');

-- name: HELD_OFF (dispatch)
UPDATE referral SET held = false WHERE id = $1::bigint;

-- One answer of a case erased: whoever speaks about it waits, then its code goes from wherever it stands.
-- name: FORGET_PEOPLE (dispatch)
SELECT p.id FROM peer p
WHERE p.id = ANY(ARRAY(SELECT c.peer_id FROM casefile c WHERE c.id = $1::bigint
	UNION SELECT s.peer_id FROM session s WHERE s.case_id = $1::bigint
	UNION SELECT s.peer_id FROM session s
		WHERE s.hidden <> '' AND split_part(split_part(s.hidden, '|', 1), ' ', 7) = ($1::bigint)::text))
ORDER BY p.id FOR UPDATE;

-- name: FORGET_MAY (dispatch)
SELECT NOT shyraq_is_child($1::bigint) OR shyraq_in_child($2::text::name), shyraq_is_child($1::bigint),
	EXISTS (SELECT FROM legal_hold h WHERE h.case_id = $1::bigint),
	EXISTS (SELECT FROM casefile c WHERE c.id = $1::bigint AND (c.safe_from IS NOT NULL OR c.follow_due IS NOT NULL)),
	EXISTS (SELECT FROM pg_roles o WHERE o.rolname = $2::text AND pg_has_role(o.oid, 'shyraq_supervisor', 'MEMBER'));

-- name: FORGET_ANSWER (dispatch)
DELETE FROM case_answer WHERE case_id = $1::bigint AND slot = $2::text RETURNING slot;

-- name: FORGET_SESSIONS (dispatch)
UPDATE session SET slots = CASE WHEN case_id = $1::bigint THEN shyraq_without(slots, $2::text) ELSE slots END,
	hidden = CASE WHEN split_part(split_part(hidden, '|', 1), ' ', 7) = ($1::bigint)::text
		THEN split_part(hidden, '|', 1) || '|' || shyraq_without(split_part(hidden, '|', 2), $2::text)
		ELSE hidden END
WHERE peer_id = ANY(ARRAY(SELECT s.peer_id FROM session s WHERE s.case_id = $1::bigint
	UNION SELECT s.peer_id FROM session s
		WHERE s.hidden <> '' AND split_part(split_part(s.hidden, '|', 1), ' ', 7) = ($1::bigint)::text));

-- name: FORGET_JOBS (dispatch)
UPDATE job_check SET codes = shyraq_without(codes, $2::text) WHERE case_id = $1::bigint;

-- name: FORGET_PLACE (dispatch)
DELETE FROM place WHERE case_id = $1::bigint;

-- Of one month ("2026-11"), or of the last twelve.
-- name: CASE_STATS (ctl)
SELECT to_char(month, 'YYYY-MM'), outcome, COALESCE(cases::text, '<5') FROM case_month
WHERE CASE WHEN $1::text IS NULL THEN month > (shyraq_now() AT TIME ZONE 'UTC')::date - interval '12 months'
	ELSE to_char(month, 'YYYY-MM') = $1::text END
ORDER BY month DESC, outcome;

-- Of these months ("2026-01" to "2026-11"), or of the last twelve.
-- name: CASE_FIGURES (ctl)
SELECT to_char(month, 'YYYY-MM'), what, COALESCE(NULLIF(code, ''), 'any'), cases, persons FROM figure_month
WHERE to_char(month, 'YYYY-MM') >= COALESCE($1::text, to_char((shyraq_now() AT TIME ZONE 'UTC')
		- interval '11 months', 'YYYY-MM'))
	AND ($2::text IS NULL OR to_char(month, 'YYYY-MM') <= $2::text)
ORDER BY month, what, code;

-- name: CASE_LAW_ERASED (ctl)
SELECT shyraq_law_erased($1::text, $2::text);

-- name: OPERATION_PUT (ctl)
INSERT INTO operation (name, regions, from_at, to_at)
VALUES ($1::text, $2::text, shyraq_ts($3::bigint), shyraq_ts($4::bigint))
ON CONFLICT DO NOTHING RETURNING id;

-- name: OPERATION_END (ctl)
SELECT shyraq_operation_end($1::text);

-- Those that are on first, then the latest.
-- name: OPERATION_LIST (ctl)
SELECT name, CASE WHEN from_at > shyraq_now() THEN 'to come' WHEN to_at > shyraq_now() THEN 'on' ELSE 'over' END,
	shyraq_ms(from_at), shyraq_ms(to_at), regions, COALESCE(cases::text, '<5'), COALESCE(accepted::text, '<5'),
	COALESCE(met::text, '<5'), by
FROM operation_seen
ORDER BY NOT (from_at <= shyraq_now() AND to_at > shyraq_now()), from_at DESC, id DESC LIMIT 200;

-- name: CASE_SHOW_ASSERTIONS (ctl)
SELECT s.what, s.code, COALESCE(NULLIF(s.maker, ''), (SELECT r.name FROM referral f
		JOIN receiver r ON r.id = f.receiver_id WHERE f.id = s.referral_id)) AS by, s.note,
	shyraq_ms(s.at) AS ms
FROM assertion s JOIN casefile c ON c.id = s.case_id AND c.hidden_at IS NULL
WHERE c.number = $1::bigint
UNION ALL
SELECT 'referral', e.code, r.name, COALESCE(e.note, ''), shyraq_ms(e.at)
FROM referral f JOIN casefile c ON c.id = f.case_id AND c.hidden_at IS NULL
JOIN receiver r ON r.id = f.receiver_id
CROSS JOIN LATERAL (VALUES ('asked', '', f.asked_at), (f.state, f.reason, f.answered_at),
	('met', '', f.met_at)) AS e(code, note, at)
WHERE c.number = $1::bigint AND e.at IS NOT NULL
ORDER BY ms;

-- Cases that are one with it, and those that tell of the same place within a day.
-- name: CASE_LINKS (ctl)
SELECT o.number, CASE WHEN l.case_id IS NOT NULL THEN 'linked to it' WHEN m.to_case IS NOT NULL THEN 'it is linked to'
	ELSE 'same place and day' END, o.class, o.state, shyraq_ms(o.opened_at), v.code
FROM casefile c JOIN casefile o ON o.id <> c.id AND o.hidden_at IS NULL
LEFT JOIN case_link l ON l.case_id = o.id AND l.to_case = c.id
LEFT JOIN case_link m ON m.case_id = c.id AND m.to_case = o.id
LEFT JOIN case_answer w ON w.case_id = c.id AND w.slot = 'where'
LEFT JOIN case_answer v ON v.case_id = o.id AND v.slot = 'where'
WHERE c.number = $1::bigint AND c.hidden_at IS NULL AND (l.case_id IS NOT NULL OR m.to_case IS NOT NULL
	OR (v.code = w.code AND o.state <> 'closed'
		AND o.opened_at BETWEEN c.opened_at - interval '1 day' AND c.opened_at + interval '1 day'))
ORDER BY o.id LIMIT 200;

-- People on duty ------------------------------------------------------------------------------------

-- The phones of who is on duty now for a part.
-- name: DUTY_CONTACTS (dispatch)
SELECT DISTINCT k.id, r.id, r.lang
FROM duty d JOIN contact k ON k.id = d.contact_id AND k.active
JOIN receiver r ON r.id = k.receiver_id AND r.active AND r.kind = 'operator'
	AND COALESCE(r.until_at > shyraq_now(), true)
WHERE d.part = $1::text AND d.from_at <= shyraq_now() AND d.to_at > shyraq_now() ORDER BY k.id;

-- name: DUTY_ALL (dispatch)
SELECT k.id, r.id, r.lang
FROM contact k JOIN receiver r ON r.id = k.receiver_id AND r.active AND r.kind = 'operator'
	AND COALESCE(r.until_at > shyraq_now(), true)
WHERE k.active ORDER BY r.ord, k.id;

-- name: DUTY_NEXT (dispatch)
SELECT shyraq_ms(min(from_at)) FROM duty WHERE part = $1::text AND from_at > shyraq_now();

-- name: DUTY_OF (dispatch)
SELECT DISTINCT k.id, r.id, r.lang
FROM duty d JOIN contact k ON k.id = d.contact_id AND k.active
JOIN receiver r ON r.id = k.receiver_id AND r.active AND r.kind = 'operator'
	AND COALESCE(r.until_at > shyraq_now(), true)
WHERE d.login = $1::text AND d.from_at <= shyraq_now() AND d.to_at > shyraq_now() ORDER BY k.id LIMIT 1;

-- What is over is shown only on demand; who is on duty now stands first.
-- name: DUTY_LIST (ctl)
SELECT d.id, d.part, d.login, shyraq_ms(d.from_at), shyraq_ms(d.to_at),
	d.from_at <= shyraq_now() AND d.to_at > shyraq_now(), d.contact_id, r.name, d.by
FROM duty d LEFT JOIN contact k ON k.id = d.contact_id LEFT JOIN receiver r ON r.id = k.receiver_id
WHERE (d.to_at > shyraq_now() OR $1::boolean) AND ($2::text IS NULL OR d.part = $2::text)
ORDER BY d.from_at > shyraq_now(), d.from_at, d.id LIMIT 500;

-- name: DUTY_PUT (ctl)
INSERT INTO duty (login, part, contact_id, from_at, to_at)
VALUES ($1::text, $2::text, $3::bigint, shyraq_ts($4::bigint), shyraq_ts($5::bigint)) RETURNING id;

-- Whether the login is there and may do the part, and whether the phone is an operator's and in use.
-- name: DUTY_KNOWN (ctl)
SELECT EXISTS (SELECT FROM pg_roles o WHERE o.rolname = $1::text),
	EXISTS (SELECT FROM pg_roles o, pg_roles g WHERE o.rolname = $1::text
		AND g.rolname = 'shyraq_' || $2::text AND pg_has_role(o.oid, g.oid, 'MEMBER')),
	EXISTS (SELECT FROM contact k JOIN receiver r ON r.id = k.receiver_id
		WHERE k.id = $3::bigint AND k.active AND r.kind = 'operator'),
	$2::text <> 'caseworker' OR shyraq_has_key($1::text);

-- One that has begun ends now; one that has not is taken away.
-- name: DUTY_END (ctl)
UPDATE duty SET to_at = shyraq_now()
WHERE id = $1::bigint AND from_at < shyraq_now() AND to_at > shyraq_now() RETURNING id;

-- name: DUTY_DROP (ctl)
DELETE FROM duty WHERE id = $1::bigint AND from_at >= shyraq_now() RETURNING id;

-- Hours of the next two weeks that nobody covers; a case worker without a key covers none.
-- name: DUTY_GAPS (ctl)
SELECT p.part, shyraq_ms(lower(g.r)), shyraq_ms(upper(g.r))
FROM unnest(ARRAY['operator', 'caseworker', 'supervisor']) WITH ORDINALITY AS p(part, n)
CROSS JOIN LATERAL unnest(tstzmultirange(tstzrange(shyraq_now(), shyraq_now() + interval '14 days'))
	- COALESCE((SELECT range_agg(tstzrange(d.from_at, d.to_at)) FROM duty d
		WHERE d.part = p.part AND d.to_at > shyraq_now()
			AND (d.part <> 'caseworker' OR shyraq_has_key(d.login))), '{}'::tstzmultirange)) AS g(r)
WHERE $1::text IS NULL OR p.part = $1::text
ORDER BY p.n, lower(g.r);

-- Case workers on the rota of the next two weeks whose key nobody knows.
-- name: DUTY_KEYLESS (ctl)
SELECT DISTINCT d.login FROM duty d
WHERE d.part = 'caseworker' AND d.to_at > shyraq_now() AND d.from_at < shyraq_now() + interval '14 days'
	AND NOT shyraq_has_key(d.login) ORDER BY d.login;

-- The live desk -------------------------------------------------------------------------------------

-- Wanted at the desk: paged once in so long, looked at within so long.
-- name: DESK_WANT (worker dispatch)
INSERT INTO desk_case (case_id, asked_at, page_due, look_due)
SELECT c, shyraq_now(), shyraq_now(), shyraq_now() + max(l) * interval '1 ms'
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS t(c, a, l) GROUP BY c
ON CONFLICT (case_id) DO UPDATE SET asked_at = excluded.asked_at, done_at = NULL,
	page_due = CASE WHEN desk_case.paged_at > shyraq_now()
			- (SELECT max(a) FROM unnest($2::bigint[]) AS u(a)) * interval '1 ms'
		THEN desk_case.page_due ELSE excluded.page_due END,
	look_due = COALESCE(desk_case.look_due, excluded.look_due);

-- name: DESK_LOCK (dispatch)
SELECT shyraq_ms(d.page_due), shyraq_ms(d.look_due), c.number,
	c.hidden_at IS NOT NULL OR c.state = 'closed', COALESCE(d.looked_at >= d.asked_at, false)
FROM desk_case d JOIN casefile c ON c.id = d.case_id WHERE d.case_id = $1::bigint FOR UPDATE OF d;

-- name: DESK_PAGED (dispatch)
UPDATE desk_case SET page_due = NULL, paged_at = CASE WHEN $2::boolean THEN shyraq_now() ELSE paged_at END
WHERE case_id = $1::bigint;

-- name: DESK_PAGE_OFF (dispatch)
UPDATE desk_case SET page_due = NULL WHERE case_id = $1::bigint;

-- name: DESK_LOOK_OFF (dispatch)
UPDATE desk_case SET look_due = NULL WHERE case_id = $1::bigint;

-- name: DESK_SILENT (dispatch)
SELECT EXISTS (SELECT FROM task
	WHERE case_id = $1::bigint AND kind = 'desk_silent' AND done_at IS NULL);

-- name: DESK_MAY (dispatch)
SELECT EXISTS (SELECT FROM pg_roles o
	WHERE o.rolname = $1::text AND pg_has_role(o.oid, 'shyraq_caseworker', 'MEMBER'));

-- name: CHILD_MAY (dispatch)
SELECT NOT shyraq_is_child($1::bigint) OR shyraq_in_child($2::text::name);

-- name: DESK_CASE (dispatch)
SELECT c.id, c.peer_id FROM casefile c
WHERE c.number = $1::bigint AND c.hidden_at IS NULL AND c.state <> 'closed';

-- Under the lock of the person.
-- name: DESK_ROW (dispatch)
SELECT d.by, shyraq_ms(d.claimed_at), shyraq_ms((SELECT p.window_until FROM peer p WHERE p.id = c.peer_id))
FROM desk_case d JOIN casefile c ON c.id = d.case_id WHERE d.case_id = $1::bigint FOR UPDATE OF d;

-- name: DESK_CLAIM (dispatch)
UPDATE desk_case SET by = $2::text, claimed_at = CASE WHEN $2::text <> '' THEN shyraq_now() END
WHERE case_id = $1::bigint;

-- name: DESK_DONE (dispatch)
UPDATE desk_case SET done_at = shyraq_now(), by = '', claimed_at = NULL, page_due = NULL, look_due = NULL
WHERE case_id = $1::bigint;

-- name: DESK_SAY (dispatch)
INSERT INTO relay (id, case_id, by, phrase, at_time, sealed, at)
VALUES ($1::bigint, $2::bigint, $3::text, $4::text, $5::text, $6::bytea, shyraq_now());

-- name: DESK_ME (ctl)
SELECT session_user::text, shyraq_ms(shyraq_now()),
	(SELECT name FROM keyholder WHERE public_key = $1::bytea AND active);

-- name: DESK_LIST (ctl)
SELECT id, number, class, state, lang, bearer, shyraq_ms(asked_at), shyraq_ms(paged_at),
	shyraq_ms(looked_at), by, shyraq_ms(claimed_at), shyraq_ms(window_until), cut, plain, here, answers,
	waiting, shyraq_ms(shyraq_now())
FROM desk_list
ORDER BY array_position(ARRAY['danger', 'held', 'urgent', 'other'], class), asked_at DESC LIMIT 100;

-- name: DESK_WORDS (ctl)
SELECT id, shyraq_ms(at), sealed, epoch, box FROM shyraq_words($1::bigint, $2::bytea, $3::bigint);

-- name: DESK_SAID (ctl)
SELECT id, by, phrase, at_time, shyraq_ms(at), shyraq_ms(read_at), answer FROM desk_said
WHERE case_id = $1::bigint ORDER BY id LIMIT 200;
