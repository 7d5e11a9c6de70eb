-- SPDX-License-Identifier: GPL-3.0-or-later
-- Referrals to their end: what is known of receivers, ladders that follow a plan, acceptances as leases,
-- outcomes, assertions with their maker, linked cases, people on duty and what they do with tasks.

-- The registry ------------------------------------------------------------------------------------

CREATE TABLE receiver_group ( -- a mobile group: receivers with roles that are asked together
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	name text NOT NULL UNIQUE
);
ALTER TABLE receiver
	ADD COLUMN group_id bigint REFERENCES receiver_group,
	ADD COLUMN langs text NOT NULL DEFAULT '', -- that it speaks, "kk ru"; '' not known
	ADD COLUMN takes text NOT NULL DEFAULT '', -- answers to "who" that it takes; '' all
	ADD COLUMN services text NOT NULL DEFAULT '', -- answers to "need" that it serves; '' not known
	ADD COLUMN of_country text NOT NULL DEFAULT '', -- an embassy's own
	ADD COLUMN hours text NOT NULL DEFAULT '', -- "09:00-18:00 mon-fri"; '' round the clock
	ADD COLUMN beds int CHECK (beds BETWEEN 0 AND 999), -- places free; NULL not known
	ADD COLUMN beds_at timestamptz, -- what is older than a day is not known
	ADD COLUMN away_until timestamptz; -- not asked before then
ALTER TABLE contact
	ADD COLUMN role text NOT NULL DEFAULT '', -- as its receiver calls it: "duty", "head"
	ADD COLUMN shift text NOT NULL DEFAULT '', -- "20:00-08:00 mon-sun"; '' always
	ADD COLUMN question text NOT NULL DEFAULT '', -- what our last text to it asked: a bare digit answers it
	ADD COLUMN question_of bigint, -- the referral it was asked about
	ADD COLUMN held_until timestamptz; -- three wrong codes: an acceptance from here waits for an operator

-- S17: what somebody says of a case, with who and when; none overwrites another.
CREATE TABLE assertion (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	case_id bigint NOT NULL REFERENCES casefile ON DELETE CASCADE,
	what text NOT NULL CHECK (what IN ('outcome', 'identified', 'not_identified', 'reclassified', 'closed',
		'reopened', 'linked', 'unlinked')),
	code text NOT NULL DEFAULT '', -- of a closed list
	referral_id bigint, -- a receiver said it, or
	maker text NOT NULL DEFAULT '', -- a person with a login did
	at timestamptz NOT NULL DEFAULT shyraq_now()
);
CREATE INDEX assertion_case ON assertion (case_id);

-- One thing told by several: the cases stay apart, receivers hear of one.
CREATE TABLE case_link (
	case_id bigint PRIMARY KEY REFERENCES casefile ON DELETE CASCADE,
	to_case bigint NOT NULL REFERENCES casefile ON DELETE CASCADE,
	by text NOT NULL DEFAULT '',
	at timestamptz NOT NULL DEFAULT shyraq_now(),
	CHECK (case_id <> to_case)
);
CREATE INDEX case_link_to ON case_link (to_case);

-- People on duty ----------------------------------------------------------------------------------

-- Who is on duty when: operators and case workers, by the name of their login. The phone that is paged
-- is a contact of a receiver of kind operator.
CREATE TABLE duty (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	login text NOT NULL,
	part text NOT NULL CHECK (part IN ('operator', 'caseworker', 'supervisor')),
	contact_id bigint REFERENCES contact,
	from_at timestamptz NOT NULL,
	to_at timestamptz NOT NULL,
	by text NOT NULL DEFAULT session_user,
	CHECK (to_at > from_at)
);
CREATE INDEX duty_to ON duty (to_at);

ALTER TABLE task
	ADD COLUMN taken_by text NOT NULL DEFAULT '', -- login
	ADD COLUMN taken_at timestamptz,
	ADD COLUMN done_by text NOT NULL DEFAULT '',
	ADD COLUMN outcome text NOT NULL DEFAULT ''; -- a code

-- The ladder --------------------------------------------------------------------------------------

ALTER TABLE casefile
	ADD COLUMN begun_at timestamptz, -- when its ladder began
	ADD COLUMN ladder_due timestamptz, -- when to look again whom to ask
	ADD COLUMN rest_until timestamptz, -- a bare yes: nobody else is asked before then
	ADD COLUMN operator_at timestamptz, -- the end of the plan was told: nobody is left, or too late
	ADD COLUMN opens_at timestamptz, -- nobody works before then: what the person hears (S19)
	ADD COLUMN outcome text NOT NULL DEFAULT '',
	ADD COLUMN closed_at timestamptz;
UPDATE casefile SET begun_at = asked_at,
	ladder_due = CASE WHEN state IN ('referred', 'nobody') THEN shyraq_now() END,
	operator_at = CASE WHEN state = 'nobody' THEN shyraq_now() END
WHERE asked_at IS NOT NULL;
CREATE INDEX casefile_ladder_due ON casefile (ladder_due) WHERE ladder_due IS NOT NULL;

ALTER TABLE referral
	DROP CONSTRAINT referral_state_check,
	ADD CONSTRAINT referral_state_check CHECK (state IN ('asked', 'accepted', 'declined', 'given_back',
		'lapsed', 'stood_down', 'revoked')),
	ADD COLUMN role text NOT NULL DEFAULT '', -- of the plan, for which it was asked
	ADD COLUMN text text NOT NULL DEFAULT 'first', -- which first text it was sent
	ADD COLUMN lead boolean NOT NULL DEFAULT true, -- its acceptance settles the case
	ADD COLUMN lease_due timestamptz, -- an acceptance without a sign of life is asked after
	ADD COLUMN lease_asked boolean NOT NULL DEFAULT false,
	ADD COLUMN held boolean NOT NULL DEFAULT false, -- accepted, and an operator must confirm it
	ADD COLUMN place_at timestamptz, -- it was told the place
	ADD COLUMN on_way_at timestamptz,
	ADD COLUMN met_at timestamptz,
	ADD COLUMN outcome_due timestamptz, -- the outcome is asked for
	ADD COLUMN outcome text NOT NULL DEFAULT '',
	ADD COLUMN outcome_at timestamptz;
CREATE INDEX referral_lease_due ON referral (lease_due) WHERE lease_due IS NOT NULL;
CREATE INDEX referral_outcome_due ON referral (outcome_due) WHERE outcome_due IS NOT NULL;

DROP VIEW case_idle;
ALTER TABLE casefile DROP COLUMN operator_due;
ALTER TABLE referral DROP COLUMN next_due;
-- Cases that nothing is due for and nobody holds, with what last happened to each.
CREATE VIEW case_idle AS
SELECT c.id, c.peer_id, c.opened_at, GREATEST(c.opened_at, c.asked_at, c.taken_at, c.met_at, c.cut_at,
	c.closed_at,
	(SELECT max(at) FROM case_answer a WHERE a.case_id = c.id),
	(SELECT max(at) FROM consent o WHERE o.case_id = c.id),
	(SELECT max(at) FROM narrative n WHERE n.case_id = c.id),
	(SELECT max(at) FROM assertion s WHERE s.case_id = c.id),
	(SELECT max(GREATEST(f.asked_at, f.answered_at)) FROM referral f WHERE f.case_id = c.id),
	(SELECT max(GREATEST(r.at, r.read_at)) FROM relay r WHERE r.case_id = c.id),
	(SELECT p.window_until FROM peer p WHERE p.id = c.peer_id
		AND c.id = (SELECT max(y.id) FROM casefile y WHERE y.peer_id = p.id))) AS last_at
FROM casefile c
WHERE c.refer_due IS NULL AND c.ladder_due IS NULL AND c.knock_due IS NULL AND c.unread_due IS NULL
	AND NOT EXISTS (SELECT FROM legal_hold h WHERE h.case_id = c.id)
	AND NOT EXISTS (SELECT FROM referral f WHERE f.case_id = c.id
		AND (f.remind_due IS NOT NULL OR f.lease_due IS NOT NULL OR f.outcome_due IS NOT NULL));

INSERT INTO schema_step (name) VALUES ('007_referrals');
