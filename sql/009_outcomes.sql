-- SPDX-License-Identifier: GPL-3.0-or-later
-- How cases end: outcomes asked for and overdue, what organisations say of a case over time, cases that
-- are one, and what a receiver's phone was asked last.

ALTER TABLE contact ADD COLUMN question_at timestamptz; -- a bare digit answers it for so long

ALTER TABLE referral ADD COLUMN outcome_asked smallint NOT NULL DEFAULT 0; -- how often

ALTER TABLE casefile
	ADD COLUMN offer_due timestamptz; -- whether others tell of the same place and day is looked at
ALTER TABLE casefile ALTER COLUMN offer_due SET DEFAULT shyraq_now() + interval '10 minutes';
CREATE INDEX casefile_offer_due ON casefile (offer_due) WHERE offer_due IS NOT NULL;

-- S17: what a case was said to be, by whom, when. `legal`: where it stands with the law; `police` (S10): a
-- supervisor's word, one of two, that lets police know.
ALTER TABLE assertion
	DROP CONSTRAINT assertion_what_check,
	ADD CONSTRAINT assertion_what_check CHECK (what IN ('outcome', 'identified', 'not_identified', 'legal',
		'closed', 'reopened', 'linked', 'unlinked', 'confirmed', 'not_confirmed', 'police', 'no_police')),
	ADD COLUMN note text NOT NULL DEFAULT '' CHECK (length(note) <= 200); -- of a colleague, about the work

ALTER TABLE case_stat ADD COLUMN outcome text NOT NULL DEFAULT '';

-- What dispatch does not know, it refuses in the row.
ALTER TABLE intake
	DROP CONSTRAINT intake_kind_check,
	ADD CONSTRAINT intake_kind_check CHECK (kind ~ '^[a-z_]{1,16}$');

-- A case that is linked to another shows what became of that one: nobody is asked about it twice.
CREATE FUNCTION shyraq_link_follow() RETURNS trigger
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
	UPDATE casefile SET state = NEW.state, taken_at = NEW.taken_at, taken_by = NEW.taken_by,
		met_at = NEW.met_at, closed_at = NEW.closed_at, outcome = NEW.outcome
	WHERE id IN (SELECT case_id FROM case_link WHERE to_case = NEW.id);
	RETURN NULL;
END $$;
CREATE TRIGGER casefile_link AFTER UPDATE OF state, taken_by, outcome ON casefile
	FOR EACH ROW WHEN (OLD.state <> NEW.state OR OLD.taken_by IS DISTINCT FROM NEW.taken_by
		OR OLD.outcome <> NEW.outcome)
	EXECUTE FUNCTION shyraq_link_follow();

-- "7" more than who wrote: theirs, and those of the cases that are linked to theirs, each with who wrote it.
-- As it was told where nothing is linked, and of whoever told of others: they are no one of them.
CREATE FUNCTION shyraq_persons(head bigint, told text) RETURNS text
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
	SELECT CASE WHEN count(l.case_id) = 0 OR EXISTS (SELECT FROM case_answer b WHERE b.case_id = head
			AND (b.slot = 'band' OR (b.slot = 'who' AND b.code = 'woman_children'))) THEN told
		ELSE (CASE WHEN told ~ '^[0-9]{1,3}$' THEN told::int ELSE 0 END
			+ sum(CASE WHEN EXISTS (SELECT FROM case_answer b WHERE b.case_id = l.case_id AND b.slot = 'band')
				THEN 0 ELSE 1 + COALESCE((SELECT n.code::int FROM case_answer n WHERE n.case_id = l.case_id
					AND n.slot = 'count' AND n.code ~ '^[0-9]{1,3}$'), 0) END))::text END
	FROM case_link l WHERE l.to_case = head
$$;

-- How many supervisors let police know now: of each the last word, none from before the person took a yes back (S14).
CREATE FUNCTION shyraq_police_words(of_case bigint) RETURNS bigint
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
	SELECT count(*) FROM (SELECT DISTINCT ON (a.maker) a.maker, a.what FROM assertion a
		WHERE a.case_id = of_case AND a.what IN ('police', 'no_police')
			AND a.at > COALESCE((SELECT max(o.at) FROM consent o WHERE o.case_id = of_case
				AND o.kind IN ('police', 'ngo') AND o.wording LIKE 'withdrawn %'), '-infinity')
		ORDER BY a.maker, a.id DESC) w
	WHERE w.what = 'police'
$$;

-- Acceptances that wait for an operator's word stand in one task a phone: which cases they are of. Numbers alone.
CREATE FUNCTION shyraq_held(of_contact bigint) RETURNS bigint[]
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
	SELECT array_agg(c.number ORDER BY c.number)
	FROM referral_ask a JOIN referral f ON f.id = a.referral_id AND f.held
	JOIN casefile c ON c.id = f.case_id AND c.hidden_at IS NULL AND c.state <> 'closed'
	WHERE a.contact_id = of_contact
$$;
REVOKE EXECUTE ON FUNCTION shyraq_held(bigint) FROM PUBLIC;

INSERT INTO schema_step (name) VALUES ('009_outcomes');
