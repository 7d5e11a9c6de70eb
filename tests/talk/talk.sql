-- SPDX-License-Identifier: GPL-3.0-or-later
-- Statements of the runner of talks, beside those of sql/statements.sql; run as the superuser of a
-- throwaway cluster. Columns that a schema may not have yet are read by way of jsonb.

-- name: TALK_CLOCK (talk)
UPDATE test_clock SET ms = $1::bigint;

-- name: TALK_RESET (talk)
SELECT talk_reset();

-- name: TALK_GROUP (talk)
SELECT talk_group($1::text);

-- name: TALK_HOURS (talk)
UPDATE receiver SET hours = $2::text WHERE name = $1::text;

-- name: TALK_DUTY (talk)
INSERT INTO duty (login, part, contact_id, from_at, to_at)
VALUES ('duty', $1::text, $2::bigint, shyraq_now() - interval '1 day', shyraq_now() + interval '30 days');

-- What a network would take by now; each is handed over once.
-- name: TALK_TAKE (talk)
UPDATE outbox SET state = 'sent', settled_at = shyraq_now()
WHERE state IN ('due', 'claimed') AND due_at <= shyraq_now()
	AND (submit_by IS NULL OR submit_by > shyraq_now())
RETURNING id, COALESCE(inbox_id, 0), COALESCE(peer_id, 0), COALESCE(contact_id, 0),
	COALESCE(case_id, 0), key, text, COALESCE(shyraq_ms(submit_by), 0),
	COALESCE(shyraq_ms(window_until), 0);

-- name: TALK_PEER (talk)
SELECT p.id, COALESCE(shyraq_ms((to_jsonb(p)->>'witness_until')::timestamptz), 0),
	COALESCE(shyraq_ms(p.window_until), 0)
FROM peer p WHERE p.hash = $1::bytea;

-- name: TALK_CASE (talk)
SELECT c.id, c.number, c.state, c.class,
	COALESCE((SELECT code FROM case_answer a WHERE a.case_id = c.id AND a.slot IN ('own_region', 'region') AND a.code <> ''
		ORDER BY a.slot LIMIT 1), ''),
	COALESCE(CASE WHEN c.safe_peer = $1::bigint THEN c.safe_from END, -1), -- of this very phone
	COALESCE((to_jsonb(c)->>'safe_to')::bigint, -1),
	COALESCE(shyraq_ms((to_jsonb(c)->>'safe_until')::timestamptz), -1),
	COALESCE(shyraq_ms(c.follow_until), -1),
	COALESCE((SELECT string_agg(slot || '=' || code, '; ' ORDER BY at, slot) FROM case_answer a
		WHERE a.case_id = c.id), '')
FROM casefile c
WHERE c.id = COALESCE((SELECT s.case_id FROM session s WHERE s.peer_id = $1::bigint),
	(SELECT max(f.id) FROM casefile f WHERE f.peer_id = $1::bigint), NULLIF($2::bigint, 0));

-- name: TALK_SLOT (talk)
SELECT code FROM case_answer WHERE case_id = $1::bigint AND slot = $2::text;

-- name: TALK_CONSENT (talk)
SELECT yes, wording FROM consent WHERE case_id = $1::bigint AND kind = $2::text ORDER BY id DESC LIMIT 1;

-- name: TALK_TASK (talk)
SELECT count(*) FROM task
WHERE kind = $1::text AND (case_id = $2::bigint OR case_id IS NULL OR $2::bigint = 0);

-- name: TALK_TASKS (talk)
SELECT COALESCE(string_agg(DISTINCT kind, ' '), '') FROM task;

-- name: TALK_ASKED (talk)
SELECT count(*) FROM referral WHERE case_id = $1::bigint AND receiver_id = $2::bigint;

-- name: TALK_CODE (talk)
SELECT lpad(a.code::text, 3, '0') FROM referral_ask a
WHERE a.contact_id = $1::bigint ORDER BY a.referral_id DESC LIMIT 1;

-- The last offer that this phone asked about.
-- name: TALK_JOB (talk)
SELECT id FROM job_check WHERE peer_id = $1::bigint AND asked_at IS NOT NULL ORDER BY id DESC LIMIT 1;

-- name: TALK_INTAKE (talk)
INSERT INTO intake (kind, box, at) VALUES ($1::text, $2::bytea, shyraq_now()) RETURNING id;

-- name: TALK_INTAKE_STATE (talk)
SELECT state, COALESCE(error, answer) FROM intake WHERE id = $1::bigint;

-- name: TALK_TASK_OPEN (talk)
SELECT count(*) FROM task
WHERE kind = $1::text AND done_at IS NULL AND (case_id = $2::bigint OR case_id IS NULL OR $2::bigint = 0);

-- name: TALK_CODE_OF (talk)
SELECT lpad(a.code::text, 3, '0') FROM referral_ask a JOIN referral r ON r.id = a.referral_id
WHERE a.contact_id = $1::bigint AND r.case_id = $2::bigint;

-- Three digits that are no code of this phone.
-- name: TALK_WRONG (talk)
SELECT lpad(min(n)::text, 3, '0') FROM generate_series(100, 999) n
WHERE NOT EXISTS (SELECT FROM referral_ask a WHERE a.contact_id = $1::bigint AND a.code = n);
