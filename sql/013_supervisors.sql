-- SPDX-License-Identifier: GPL-3.0-or-later
-- Tasks that go past the people on duty to a supervisor, deaths of texts as tasks, whose key a key holder's
-- is, figures of a month.

-- A complaint, or what police closed, is a supervisor's: lib/tasks.c says the same, and a test holds them together.
CREATE FUNCTION shyraq_for_supervisor(kind text) RETURNS boolean
	LANGUAGE sql IMMUTABLE AS $$
	SELECT kind IN ('complaint', 'supervisor', 'police_closed', 'police_reclassified')
$$;

-- Tasks that cannot wait until somebody looks at the list: the operators on duty hear by SMS that there is one.
-- All others wait for the list. A test holds each to a kind of lib/tasks.c.
CREATE FUNCTION shyraq_cannot_wait(kind text, of_case bigint) RETURNS boolean
	LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE kind
		WHEN 'danger' THEN true -- a life, and receivers may be asked only when the town is known
		WHEN 'desk_silent' THEN true -- the case worker who was paged does not look, nobody else was told
		WHEN 'ladder_ended' THEN true -- nobody is left to ask: who the ladder could not ring is told so
		WHEN 'lease_lapsed' THEN true -- the person believes that somebody comes
		WHEN 'not_found' THEN true -- who came stands there now, and the person does not
		WHEN 'asked_for' THEN true -- a receiver was told that an operator calls
		WHEN 'cut' THEN true -- they broke off at the place: nobody was asked, and nothing more falls due
		WHEN 'due_refused' THEN of_case IS NOT NULL -- the ladder of this case does not go on by itself
		ELSE false END
$$;

-- Texts that ring a phone about a case: who had one in the last minutes is not rung again for a task.
CREATE FUNCTION shyraq_rings(key text) RETURNS boolean
	LANGUAGE sql IMMUTABLE AS $$
	SELECT key IN ('ref.first', 'ref.operator', 'ref.reminder', 'ref.danger', 'ref.desk', 'ref.task',
		'ref.task_none')
$$;
CREATE INDEX outbox_rings ON outbox (contact_id, created_at) WHERE shyraq_rings(key);

-- Who may see what such a task is about; who audits looks at everything.
CREATE FUNCTION shyraq_supervises() RETURNS boolean
	LANGUAGE sql STABLE AS $$
	SELECT pg_has_role(session_user, 'shyraq_supervisor', 'MEMBER')
		OR pg_has_role(session_user, 'shyraq_auditor', 'MEMBER')
$$;

ALTER TABLE task
	ADD COLUMN page_due timestamptz, -- who is on duty hears by SMS that there is something, not what
	ADD COLUMN paged_at timestamptz;
CREATE INDEX task_page_due ON task (page_due) WHERE page_due IS NOT NULL;
CREATE INDEX task_paged ON task (paged_at) WHERE paged_at IS NOT NULL;
CREATE INDEX task_expired ON task (case_id) WHERE kind = 'expired';
CREATE INDEX outbox_expired ON outbox (settled_at) WHERE state = 'expired';

-- Tasks as people see them: none about an erased case (S16), and of a supervisor's only that it is there.
CREATE VIEW task_seen AS
SELECT t.id, CASE WHEN s.may THEN t.kind ELSE 'restricted' END AS kind,
	CASE WHEN s.may THEN t.case_id END AS case_id, CASE WHEN s.may THEN c.number END AS number,
	CASE WHEN s.may THEN c.class END AS class, CASE WHEN s.may THEN t.inbox_id END AS inbox_id,
	CASE WHEN s.may THEN t.contact_id END AS contact_id, t.at, t.done_at, t.taken_by, t.taken_at, t.done_by,
	CASE WHEN s.may THEN t.outcome ELSE '' END AS outcome
FROM task t LEFT JOIN casefile c ON c.id = t.case_id
CROSS JOIN LATERAL (SELECT NOT shyraq_for_supervisor(t.kind) OR shyraq_supervises() AS may) s
WHERE c.hidden_at IS NULL;

-- Whom a person complains about is not for those who may be meant.
ALTER POLICY people ON case_answer
	USING (shyraq_may_see(case_id) AND (slot <> 'about_whom' OR shyraq_supervises()));

-- How an offer was asked about: who dialled gets no SMS (S1c).
ALTER TABLE job_check ADD COLUMN bearer smallint NOT NULL DEFAULT 0;

-- Whose key it is, where the name of the key is not their login.
ALTER TABLE keyholder ADD COLUMN login text NOT NULL DEFAULT '';
CREATE FUNCTION shyraq_has_key(of_login text) RETURNS boolean
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
	SELECT EXISTS (SELECT FROM keyholder k
		WHERE k.active AND COALESCE(NULLIF(k.login, ''), k.name) = of_login)
$$;

-- "a=b c=d" without one of them.
CREATE FUNCTION shyraq_without(slots text, slot text) RETURNS text
	LANGUAGE sql IMMUTABLE AS $$
	SELECT COALESCE(string_agg(v, ' ' ORDER BY n), '')
	FROM string_to_table(slots, ' ') WITH ORDINALITY AS t(v, n)
	WHERE v <> '' AND split_part(v, '=', 1) <> slot
$$;

-- How cases of a month ended, those that are erased too. What is fewer than five could name somebody: no figure.
CREATE VIEW case_month AS
SELECT s.month, s.outcome, CASE WHEN count(*) >= 5 THEN count(*) END AS cases
FROM (SELECT month, COALESCE(NULLIF(outcome, ''), 'none') AS outcome FROM case_stat
	UNION ALL
	SELECT date_trunc('month', opened_at AT TIME ZONE 'UTC')::date,
		COALESCE(NULLIF(outcome, ''), CASE WHEN state = 'closed' THEN 'none' ELSE 'open' END)
	FROM casefile WHERE hidden_at IS NULL) s
WHERE s.outcome <> 'test'
GROUP BY s.month, s.outcome;

INSERT INTO schema_step (name) VALUES ('013_supervisors');
