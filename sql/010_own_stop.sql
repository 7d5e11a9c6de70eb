-- SPDX-License-Identifier: GPL-3.0-or-later
-- S4: a stop word of the person's own, as a keyed hash alone; it goes with the number.

ALTER TABLE peer ADD COLUMN own_stop bytea CHECK (length(own_stop) = 16);

INSERT INTO schema_step (name) VALUES ('010_own_stop');
