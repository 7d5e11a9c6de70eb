-- SPDX-License-Identifier: GPL-3.0-or-later
-- What people at the command line ask of dispatch: more kinds of intake, who asked, and the answer.

ALTER TABLE intake
	DROP CONSTRAINT intake_kind_check,
	ADD CONSTRAINT intake_kind_check
		CHECK (kind IN ('receiver', 'receivers', 'active', 'retry', 'task')),
	ADD COLUMN by text NOT NULL DEFAULT session_user,
	ADD COLUMN answer text; -- what dispatch says to who asked: codes and counts, never a number
CREATE INDEX intake_refused ON intake (at) WHERE state = 'refused';
CREATE INDEX task_open ON task (id) WHERE done_at IS NULL;
CREATE INDEX referral_receiver ON referral (receiver_id) WHERE state IN ('asked', 'accepted');

INSERT INTO schema_step (name) VALUES ('003_console');
