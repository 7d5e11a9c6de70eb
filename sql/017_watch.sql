-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the person on duty could not see: a process that hangs with its connection open, and who wrote while
-- nobody could be answered.

-- Each worker and each dispatch says every few seconds, out of its own loop, that it goes on. One that ends in
-- order takes its row along.
CREATE TABLE beat (
	name text PRIMARY KEY, -- of its section in the config
	part text NOT NULL CHECK (part IN ('worker', 'dispatch')),
	at timestamptz NOT NULL DEFAULT shyraq_now(),
	daemons int NOT NULL, -- of the config
	heard int NOT NULL -- of them, now at the other end of the bus
) WITH (fillfactor = 50);

-- S1: a text that was read when its answer's time was over opens its case and is not answered. Dispatch marks it.
ALTER TABLE inbox ADD COLUMN late boolean NOT NULL DEFAULT false;
CREATE INDEX inbox_late ON inbox (done_at) WHERE late;
-- when the person's last text was read too late; NULL once they wrote again in time
ALTER TABLE casefile ADD COLUMN late_at timestamptz;
CREATE INDEX casefile_late ON casefile (id) WHERE late_at IS NOT NULL;
CREATE INDEX task_late ON task (case_id) WHERE kind = 'late';

INSERT INTO schema_step (name) VALUES ('017_watch');
