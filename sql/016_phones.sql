-- SPDX-License-Identifier: GPL-3.0-or-later
-- A case may be spoken about from several phones. An hour belongs to the phone that agreed to it, the last one
-- that did; and contact is cut only while no phone of the conversation may be written to (S1, S4).

ALTER TABLE casefile
	ADD COLUMN safe_peer bigint REFERENCES peer ON DELETE SET NULL; -- without it there is no hour
UPDATE casefile SET safe_peer = peer_id WHERE safe_from IS NOT NULL;
CREATE INDEX casefile_safe_peer ON casefile (safe_peer) WHERE safe_peer IS NOT NULL;

-- Whether a phone other than `but` (0: any) is in the conversation about this case and may be written to: their
-- own, the one with the hour, one that a code let in; none that said stop or is given back.
CREATE FUNCTION shyraq_phone_left(of_case bigint, but bigint) RETURNS boolean
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
	SELECT EXISTS (SELECT FROM peer p WHERE p.id IN (
			SELECT c.peer_id FROM casefile c WHERE c.id = of_case
			UNION SELECT c.safe_peer FROM casefile c WHERE c.id = of_case
			UNION SELECT s.peer_id FROM session s
				WHERE s.case_id = of_case AND s.expires_at > shyraq_now())
		AND p.id <> but AND NOT p.stopped AND p.forget_at IS NULL)
$$;

-- At the desk contact is cut where a stop left no phone.
CREATE OR REPLACE VIEW desk_list WITH (security_barrier) AS
SELECT c.id, c.number, c.class, c.state, c.lang, c.bearer, d.asked_at, d.paged_at, d.looked_at, d.by,
	d.claimed_at, p.window_until,
	c.cut_at IS NOT NULL OR (COALESCE(p.stopped, false) AND NOT shyraq_phone_left(c.id, 0)) AS cut,
	COALESCE(s.flags & 2 <> 0, false) AS plain,
	COALESCE(s.case_id = c.id, false) AS here, -- their conversation is about this case
	CASE WHEN shyraq_may_see(c.id) THEN (SELECT string_agg(a.slot || '=' || a.code, ' ' ORDER BY a.at, a.slot)
		FROM case_answer a WHERE a.case_id = c.id AND a.slot <> 'about_whom') ELSE 'restricted' END AS answers,
	(SELECT count(*) FROM relay q WHERE q.case_id = c.id AND q.read_at IS NULL AND q.sealed IS NOT NULL)
		AS waiting
FROM desk_case d
JOIN casefile c ON c.id = d.case_id AND c.hidden_at IS NULL AND c.state <> 'closed'
LEFT JOIN peer p ON p.id = c.peer_id
LEFT JOIN session s ON s.peer_id = c.peer_id
WHERE d.done_at IS NULL;

INSERT INTO schema_step (name) VALUES ('016_phones');
