-- SPDX-License-Identifier: GPL-3.0-or-later
-- Statements of the simulation, beside those of sql/statements.sql; run as the superuser of a
-- throwaway cluster. SIM_NEXT, the earliest thing that falls due, is made of DUE (tests/simulate.mk).

-- name: SIM_CLOCK (simulate)
UPDATE test_clock SET ms = $1::bigint;

-- name: SIM_GROUP (simulate)
INSERT INTO receiver_group (name) VALUES ($1::text) RETURNING id;

-- name: SIM_RECEIVER (simulate)
INSERT INTO receiver (name, kind, lang, regions, vetted, ord, sample, group_id, takes, of_country)
VALUES ($1::text, $2::text, $3::text, $4::text, true, $5::bigint, true, NULLIF($6::bigint, 0), $7::text,
	$8::text)
RETURNING id;

-- name: SIM_CONTACT (simulate)
INSERT INTO contact (receiver_id, hash, number) VALUES ($1::bigint, $2::bytea, $3::bytea) RETURNING id;

-- name: SIM_PEER (simulate)
SELECT id FROM peer WHERE hash = $1::bytea;

-- What a network would take by now; each is handed over once. Stand-downs are last of what was
-- written in the same moment: two transactions that ran side by side may have begun in either order.
-- name: SIM_TAKE (simulate)
WITH taken AS (
	UPDATE outbox SET state = 'sent', settled_at = shyraq_now()
	WHERE state IN ('due', 'claimed') AND due_at <= shyraq_now()
		AND created_at > shyraq_now() - interval '2 hours' -- of one partition or two
		AND (submit_by IS NULL OR submit_by > shyraq_now())
	RETURNING id, inbox_id, peer_id, contact_id, case_id, key, text, submit_by, window_until, created_at)
SELECT o.id, COALESCE(o.inbox_id, 0), COALESCE(o.peer_id, 0), COALESCE(o.contact_id, 0),
	COALESCE(o.case_id, 0), o.key, o.text, COALESCE(shyraq_ms(o.submit_by), 0),
	COALESCE(shyraq_ms(o.window_until), 0), COALESCE(c.peer_id, 0), COALESCE(c.class, ''),
	COALESCE(c.number, 0), COALESCE(f.role, ''), COALESCE(c.state, ''), COALESCE(shyraq_ms(c.begun_at), 0),
	COALESCE(f.lead, false),
	COALESCE((SELECT code FROM case_answer a WHERE a.case_id = c.id AND a.slot = 'region'), '')
FROM taken o
LEFT JOIN casefile c ON c.id = COALESCE(o.case_id,
	(SELECT s.case_id FROM session s WHERE s.peer_id = o.peer_id))
LEFT JOIN LATERAL (SELECT r.role, r.lead FROM referral r JOIN referral_ask a ON a.referral_id = r.id
	WHERE r.case_id = o.case_id AND a.contact_id = o.contact_id) f ON true
ORDER BY o.key = 'ref.taken_else', o.created_at, o.id;

-- Whether a clock of this case that has run out was heard by somebody.
-- name: SIM_CASE (simulate)
SELECT c.state, c.operator_at IS NOT NULL OR EXISTS (SELECT FROM task t WHERE t.case_id = c.id
		AND t.kind IN ('ladder_ended', 'supervisor')),
	(SELECT yes FROM consent o WHERE o.case_id = c.id AND o.kind = 'ngo' ORDER BY o.id DESC LIMIT 1),
	COALESCE(shyraq_ms(c.rest_until), 0)
FROM casefile c WHERE c.id = $1::bigint;

-- name: SIM_TASK_TAKE (simulate)
UPDATE task SET taken_by = 'simulated', taken_at = shyraq_now()
WHERE case_id = $1::bigint AND taken_at IS NULL AND done_at IS NULL;

-- How each case stands when all is over.
-- name: SIM_ENDS (simulate)
SELECT c.id, c.number, COALESCE(c.peer_id, 0), c.state, c.class, c.begun_at IS NOT NULL,
	COALESCE(NULLIF(c.outcome, ''), (SELECT max(a.code) FROM assertion a WHERE a.case_id = c.id), ''),
	COALESCE((SELECT v.kind FROM referral f JOIN receiver v ON v.id = f.receiver_id
		WHERE f.id = c.taken_by), ''),
	c.operator_at IS NOT NULL,
	(SELECT count(*) FROM task t WHERE t.case_id = c.id),
	(SELECT count(*) FROM task t WHERE t.case_id = c.id AND t.kind = 'due_refused'),
	COALESCE((SELECT CASE WHEN yes THEN 'yes' ELSE 'no' END FROM consent o WHERE o.case_id = c.id
		AND o.kind = 'ngo' ORDER BY o.id DESC LIMIT 1), ''),
	COALESCE((SELECT bool_or(wording LIKE 'withdrawn%') FROM consent o WHERE o.case_id = c.id), false),
	c.met_at IS NOT NULL,
	c.refer_due IS NOT NULL OR c.ladder_due IS NOT NULL,
	(SELECT count(*) FROM referral f WHERE f.case_id = c.id),
	(SELECT count(*) FROM referral f WHERE f.case_id = c.id AND (f.remind_due IS NOT NULL
		OR f.lease_due IS NOT NULL)),
	(SELECT count(*) FROM referral f WHERE f.case_id = c.id AND f.state = 'asked' AND (c.state = 'met'
		OR EXISTS (SELECT FROM referral g WHERE g.case_id = c.id AND g.state = 'accepted'
			AND g.role = f.role))),
	(SELECT count(*) FROM referral f JOIN receiver v ON v.id = f.receiver_id
		WHERE f.case_id = c.id AND v.kind = 'police' AND NOT EXISTS (SELECT FROM consent o
			WHERE o.case_id = c.id AND o.kind = 'police' AND o.yes)),
	EXISTS (SELECT FROM case_answer a WHERE a.case_id = c.id AND a.slot = 'where'),
	(SELECT string_agg(slot || '=' || code, ' ' ORDER BY slot) FROM case_answer a WHERE a.case_id = c.id)
FROM casefile c ORDER BY c.id;

-- name: SIM_REFUSED (simulate)
SELECT (SELECT count(*) FROM task WHERE kind = 'due_refused'),
	(SELECT count(*) FROM inbox WHERE state = 'refused'),
	(SELECT count(*) FROM outbox WHERE state IN ('due', 'claimed')),
	(SELECT count(*) FROM referral), (SELECT count(*) FROM outbox),
	(SELECT count(*) FROM audit), (SELECT count(*) FROM task);

-- Kinds of tasks of a case that ring at once, whatever rang before.
-- name: SIM_RINGS (simulate)
SELECT count(DISTINCT kind) FROM task WHERE case_id = $1::bigint AND kind IN ('not_found', 'asked_for')
	AND at > shyraq_now() - interval '16 min';
