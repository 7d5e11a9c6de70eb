-- SPDX-License-Identifier: GPL-3.0-or-later
-- The question how it is, some weeks after a case has ended well: when it is due, until when the hour was
-- agreed for it, when the knock for it went. What falls due here keeps no case from its retention.

ALTER TABLE casefile
	ADD COLUMN follow_due timestamptz,
	ADD COLUMN follow_until timestamptz,
	ADD COLUMN followed_at timestamptz;
CREATE INDEX casefile_follow_due ON casefile (follow_due) WHERE follow_due IS NOT NULL;

ALTER TABLE case_answer ADD CONSTRAINT case_answer_followup
	CHECK (slot <> 'followup' OR code IN ('well', 'help', 'no_more'));

-- Outcomes of which a person was met and helped (lib/engine/outcome_codes.c, OUTCOME_HELPED).
CREATE FUNCTION shyraq_is_helped(outcome text) RETURNS boolean
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN outcome IN ('safe_place', 'medical', 'legal', 'papers', 'wages', 'returned');

INSERT INTO schema_step (name) VALUES ('012_followup');
