-- SPDX-License-Identifier: GPL-3.0-or-later
-- What conversations leave behind between two texts: timers, hidden conversations, safe times, words that
-- wait, codes that were tried, a number's rhythm. Codes and sealed words only.

ALTER TABLE peer
	ADD COLUMN link text NOT NULL DEFAULT '', -- the way their last text came
	ADD COLUMN witness_until timestamptz, -- questions with content may go to them until then
	ADD COLUMN forget_at timestamptz, -- not their phone: what the number remembers goes then
	ADD COLUMN rhythm text NOT NULL DEFAULT '', -- S13: counts, and a keyed hash of the last text
	ADD COLUMN guarded_until timestamptz; -- S13: a machine; answered only where it must be
CREATE INDEX peer_forget ON peer (forget_at) WHERE forget_at IS NOT NULL;

ALTER TABLE session
	ADD COLUMN timer_at timestamptz, -- silence until then is an answer
	ADD COLUMN hidden text NOT NULL DEFAULT ''; -- S18: the conversation that a dial must not show
CREATE INDEX session_timer ON session (timer_at) WHERE timer_at IS NOT NULL;

ALTER TABLE casefile
	ADD COLUMN safe_from smallint, -- minutes of the day in the zone of the place
	ADD COLUMN safe_to smallint, -- above 1440: past midnight
	ADD COLUMN safe_until timestamptz,
	ADD COLUMN knock_due timestamptz,
	ADD COLUMN knocked_at timestamptz, -- no second knock until the person has written
	ADD COLUMN unread_due timestamptz, -- the knocked safe time ends
	ADD COLUMN told_at timestamptz, -- the person heard that it was taken
	ADD COLUMN hidden_at timestamptz, -- S16: erased for everybody
	ADD COLUMN destroy_at timestamptz,
	ADD COLUMN code_used_at timestamptz,
	ADD COLUMN bypass text NOT NULL DEFAULT ''; -- kinds, and "#id" of receivers that are not asked
CREATE INDEX casefile_knock_due ON casefile (knock_due) WHERE knock_due IS NOT NULL;
CREATE INDEX casefile_unread_due ON casefile (unread_due) WHERE unread_due IS NOT NULL;
CREATE INDEX casefile_destroy_at ON casefile (destroy_at) WHERE destroy_at IS NOT NULL;

-- Words of a receiver for the person; they wait until fetched, knocked for, or the case closes.
CREATE TABLE relay (
	id bigint PRIMARY KEY,
	case_id bigint NOT NULL REFERENCES casefile ON DELETE CASCADE,
	referral_id bigint NOT NULL,
	contact_id bigint NOT NULL,
	phrase text NOT NULL CHECK (phrase IN ('come', 'meet', 'safe', 'wait', 'call112', 'free')),
	at_time text NOT NULL DEFAULT '' CHECK (length(at_time) <= 5),
	sealed bytea, -- the slot's words, under the outbox key
	at timestamptz NOT NULL DEFAULT shyraq_now(),
	read_at timestamptz,
	told_at timestamptz, -- who sent it has the answer
	answer text,
	unread_at timestamptz -- who sent it heard that it was not read
);
CREATE INDEX relay_open ON relay (case_id) WHERE told_at IS NULL;

-- An offer of work that a human looks at; the words that name it are sealed like a narrative.
CREATE TABLE job_check (
	id bigint PRIMARY KEY,
	peer_id bigint NOT NULL REFERENCES peer ON DELETE CASCADE,
	case_id bigint,
	inbox_id bigint, -- the answer that asked: its task bears it
	lang text NOT NULL DEFAULT '', -- whoever answers writes it
	epoch_id bigint REFERENCES epoch ON DELETE SET NULL,
	words bytea,
	codes text NOT NULL DEFAULT '',
	asked_at timestamptz, -- NULL: still being told
	answer bytea, -- under the outbox key
	answered_at timestamptz,
	read_at timestamptz
);
CREATE INDEX job_check_peer ON job_check (peer_id) WHERE read_at IS NULL;
CREATE INDEX job_check_open ON job_check (id) WHERE answered_at IS NULL;
ALTER TABLE intake
	DROP CONSTRAINT intake_kind_check,
	ADD CONSTRAINT intake_kind_check
		CHECK (kind IN ('receiver', 'receivers', 'active', 'retry', 'task', 'job'));

CREATE TABLE code_try (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	peer_id bigint NOT NULL REFERENCES peer ON DELETE CASCADE,
	at timestamptz NOT NULL DEFAULT shyraq_now()
);
CREATE INDEX code_try_at ON code_try (at);

INSERT INTO schema_step (name) VALUES ('004_conversations');
