-- SPDX-License-Identifier: GPL-3.0-or-later
-- Figures of a month that stay when cases go: what became of them with the law, who was identified, who was
-- helped. Special operations with counts of their own, and receivers that are asked for a time alone.

-- Whom only an operation has: not asked from then on by any ladder.
ALTER TABLE receiver ADD COLUMN until_at timestamptz;

-- `service`: what followed on a case, weeks or months after it ended.
ALTER TABLE assertion
	DROP CONSTRAINT assertion_what_check,
	ADD CONSTRAINT assertion_what_check CHECK (what IN ('outcome', 'identified', 'not_identified', 'legal',
		'closed', 'reopened', 'linked', 'unlinked', 'confirmed', 'not_confirmed', 'police', 'no_police', 'service'));

-- Outcomes of which there was no person in need (lib/engine/outcome_codes.c, OUTCOME_NOISE).
CREATE FUNCTION shyraq_is_noise(outcome text) RETURNS boolean
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN outcome IN ('info', 'not_trafficking', 'duplicate', 'test', 'prank', 'false_danger', 'no_answer');

-- Counts of cases that are erased, and of those told of after it. Linked to nobody.
CREATE TABLE figure (
	month date NOT NULL CHECK (extract(day FROM month) = 1),
	what text NOT NULL CHECK (what IN ('law', 'identified', 'not_identified', 'taken_back', 'helped', 'service')),
	code text NOT NULL, -- helped '': by any of the codes
	cases bigint NOT NULL CHECK (cases > 0),
	persons bigint NOT NULL DEFAULT 0, -- helped and service: told of in these cases, at least
	PRIMARY KEY (month, what, code)
);

-- What counts of each case that is there: a code once, when it was first said. A body that takes its own word
-- back is counted apart; what another body says beside it is its own.
CREATE VIEW figure_case AS
SELECT s.case_id, c.hidden_at, date_trunc('month', s.at AT TIME ZONE 'UTC')::date AS month, s.what, s.code,
	CASE WHEN s.what IN ('helped', 'service') THEN (
		-- themselves and the others, those of the cases that are linked to theirs; a witness: the least they said
		SELECT sum(CASE (SELECT b.code FROM case_answer b WHERE b.case_id = k.id AND b.slot = 'band')
			WHEN 'n1' THEN 1 WHEN 'n2_5' THEN 2 WHEN 'n6_20' THEN 6 WHEN 'n20' THEN 20 WHEN 'unknown' THEN 1
			ELSE 1 + COALESCE((SELECT n.code::int FROM case_answer n WHERE n.case_id = k.id
				AND n.slot = 'count' AND n.code ~ '^[0-9]{1,3}$'), 0) END)
		FROM (SELECT s.case_id AS id UNION SELECT l.case_id FROM case_link l WHERE l.to_case = s.case_id) k)
		ELSE 0 END AS persons
FROM (
	SELECT a.case_id, 'law' AS what, a.code, min(a.at) AS at
	FROM assertion a WHERE a.what = 'legal' GROUP BY a.case_id, a.code
	UNION ALL
	SELECT a.case_id, 'identified', a.code, min(a.at)
	FROM assertion a WHERE a.what = 'identified' GROUP BY a.case_id, a.code
	UNION ALL
	SELECT a.case_id, CASE WHEN EXISTS (SELECT FROM assertion i WHERE i.case_id = a.case_id
			AND i.what = 'identified' AND i.code = a.code AND i.id < a.id) THEN 'taken_back'
		ELSE 'not_identified' END, a.code, min(a.at)
	FROM assertion a WHERE a.what = 'not_identified' GROUP BY 1, 2, 3
	UNION ALL
	SELECT a.case_id, 'helped', a.code, min(a.at)
	FROM assertion a WHERE a.what IN ('outcome', 'closed') AND shyraq_is_helped(a.code)
	GROUP BY a.case_id, a.code
	UNION ALL
	SELECT a.case_id, 'helped', '', min(a.at)
	FROM assertion a WHERE a.what IN ('outcome', 'closed') AND shyraq_is_helped(a.code) GROUP BY a.case_id
	UNION ALL
	SELECT a.case_id, 'service', a.code, min(a.at)
	FROM assertion a WHERE a.what = 'service' GROUP BY a.case_id, a.code) s
JOIN casefile c ON c.id = s.case_id AND c.outcome <> 'test'
WHERE s.what NOT IN ('helped', 'service') OR NOT shyraq_is_noise(c.outcome);

-- Erased ones and those that are there. What is fewer than five could name somebody: no figure; and none of the
-- codes beside it from which it could be reckoned with the sum.
CREATE VIEW figure_month WITH (security_barrier) AS
SELECT g.month, g.what, g.code, CASE WHEN g.shown THEN g.cases END AS cases,
	CASE WHEN g.shown AND g.what IN ('helped', 'service') THEN g.persons END AS persons
FROM (SELECT f.*, f.cases >= 5 AND NOT (f.what = 'helped' AND f.code <> '' AND COALESCE(sum(f.cases)
		FILTER (WHERE f.code <> '') OVER (PARTITION BY f.month, f.what ORDER BY f.code = '', f.cases, f.code
			ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) BETWEEN 1 AND 4) AS shown
	FROM (SELECT a.month, a.what, a.code, sum(a.cases)::bigint AS cases, sum(a.persons)::bigint AS persons
		FROM (SELECT month, what, code, cases, persons FROM figure
			UNION ALL
			SELECT month, what, code, 1, persons FROM figure_case WHERE hidden_at IS NULL) a
		GROUP BY a.month, a.what, a.code) f) g;

-- A court speaks years after the case was erased: counted without one, and who said so is in the audit.
-- False: no code or month of ours.
CREATE FUNCTION shyraq_law_erased(of_code text, of_month text) RETURNS boolean
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
	this date := date_trunc('month', shyraq_now() AT TIME ZONE 'UTC');
	first date := CASE WHEN of_month IS NULL THEN this
		WHEN of_month ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$' THEN (of_month || '-01')::date END;
BEGIN
	IF first IS NULL OR first > this OR of_code IS NULL OR of_code NOT IN ('reported', 'registered',
			'no_evidence', 'reclassified', 'court', 'sentence', 'acquitted') THEN
		RETURN false;
	END IF;
	INSERT INTO figure AS f (month, what, code, cases) VALUES (first, 'law', of_code, 1)
	ON CONFLICT (month, what, code) DO UPDATE SET cases = f.cases + 1;
	INSERT INTO audit (what, code)
	VALUES ('figure.law', session_user || ' ' || of_code || ' ' || to_char(first, 'YYYY-MM'));
	RETURN true;
END $$;
REVOKE EXECUTE ON FUNCTION shyraq_law_erased(text, text) FROM PUBLIC;

-- Special operations --------------------------------------------------------------------------------

CREATE TABLE operation (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	name text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 63),
	regions text NOT NULL DEFAULT '*', -- blank-separated, as a receiver's
	from_at timestamptz NOT NULL,
	to_at timestamptz NOT NULL,
	by text NOT NULL DEFAULT session_user,
	-- of cases that are erased
	cases bigint NOT NULL DEFAULT 0,
	accepted bigint NOT NULL DEFAULT 0,
	met bigint NOT NULL DEFAULT 0,
	CHECK (to_at > from_at)
);

CREATE FUNCTION shyraq_audit_operation() RETURNS trigger
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
	INSERT INTO audit (what, subject, code)
	VALUES (CASE TG_OP WHEN 'INSERT' THEN 'operation.begun' WHEN 'DELETE' THEN 'operation.dropped'
		ELSE 'operation.ended' END, COALESCE(NEW.id, OLD.id), session_user);
	RETURN NULL;
END $$;
CREATE TRIGGER operation_audit AFTER INSERT OR DELETE OR UPDATE OF to_at ON operation
	FOR EACH ROW EXECUTE FUNCTION shyraq_audit_operation();

-- Cases opened in its time and regions: who took one and gave it back had accepted it.
CREATE VIEW operation_case AS
SELECT o.id AS operation_id, c.id AS case_id, c.hidden_at, (SELECT count(*) FROM referral f
		WHERE f.case_id = c.id AND f.state IN ('accepted', 'given_back', 'lapsed')) AS accepted,
	(c.met_at IS NOT NULL)::int AS met
FROM operation o JOIN casefile c ON c.opened_at >= o.from_at AND c.opened_at < o.to_at AND c.outcome <> 'test'
WHERE '*' = ANY(string_to_array(o.regions, ' ')) OR EXISTS (SELECT FROM case_answer a
	JOIN string_to_table(o.regions, ' ') AS r(code) ON a.code = r.code OR starts_with(a.code, r.code || '-')
	WHERE a.case_id = c.id AND a.slot = 'region');

CREATE VIEW operation_seen WITH (security_barrier) AS
SELECT o.id, o.name, o.regions, o.from_at, o.to_at, o.by, CASE WHEN n.cases >= 5 THEN n.cases END AS cases,
	CASE WHEN n.accepted >= 5 THEN n.accepted END AS accepted, CASE WHEN n.met >= 5 THEN n.met END AS met
FROM operation o
CROSS JOIN LATERAL (SELECT o.cases + count(*) AS cases, o.accepted + COALESCE(sum(k.accepted), 0)::bigint AS accepted,
		o.met + COALESCE(sum(k.met), 0)::bigint AS met
	FROM operation_case k WHERE k.operation_id = o.id AND k.hidden_at IS NULL) n;

-- One that is on ends now, one that has not begun is taken away; NULL: neither.
CREATE FUNCTION shyraq_operation_end(of_name text) RETURNS text
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
	UPDATE operation SET to_at = shyraq_now()
	WHERE name = of_name AND from_at < shyraq_now() AND to_at > shyraq_now();
	IF FOUND THEN
		RETURN 'ended';
	END IF;
	DELETE FROM operation WHERE name = of_name AND from_at >= shyraq_now() AND cases = 0;
	RETURN CASE WHEN FOUND THEN 'taken away' END;
END $$;
REVOKE EXECUTE ON FUNCTION shyraq_operation_end(text) FROM PUBLIC;

-- What of these cases is to stay counted: called in the transaction that erases them, before it does.
CREATE FUNCTION shyraq_figures_keep(ids bigint[]) RETURNS void
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
	INSERT INTO figure AS f (month, what, code, cases, persons)
	SELECT k.month, k.what, k.code, count(*), sum(k.persons) FROM figure_case k
	WHERE k.case_id = ANY(ids) GROUP BY k.month, k.what, k.code ORDER BY 1, 2, 3
	ON CONFLICT (month, what, code) DO UPDATE SET cases = f.cases + excluded.cases,
		persons = f.persons + excluded.persons;
	UPDATE operation o SET cases = o.cases + n.cases, accepted = o.accepted + n.accepted, met = o.met + n.met
	FROM (SELECT k.operation_id, count(*) AS cases, sum(k.accepted) AS accepted, sum(k.met) AS met
		FROM operation_case k WHERE k.case_id = ANY(ids) GROUP BY k.operation_id) n
	WHERE o.id = n.operation_id;
END $$;
REVOKE EXECUTE ON FUNCTION shyraq_figures_keep(bigint[]) FROM PUBLIC;

INSERT INTO schema_step (name) VALUES ('014_figures');
