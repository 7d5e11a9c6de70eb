-- SPDX-License-Identifier: GPL-3.0-or-later
-- Repeats over SMPP (docs/adr/0004): a row of inbox_key also says which bind and which reading of ours it
-- answers for, and whether the SMSC may still repeat it. There is one row a text, not one a hash.

ALTER TABLE inbox_key
	ADD COLUMN bind bigint, -- NULL: a SIM's, or a USSD step: its key is given once
	ADD COLUMN reading bigint, -- in order over all binds, never given twice
	ADD COLUMN open boolean NOT NULL DEFAULT false, -- its answer may not have been heard
	ADD COLUMN confirmed_at timestamptz,
	ADD CHECK ((bind IS NULL) = (reading IS NULL)),
	DROP CONSTRAINT inbox_key_pkey;
CREATE UNIQUE INDEX inbox_key_once ON inbox_key (link_group, key) WHERE bind IS NULL;
CREATE UNIQUE INDEX inbox_key_reading ON inbox_key (link_group, reading) WHERE bind IS NOT NULL;
CREATE INDEX inbox_key_like ON inbox_key (link_group, key) WHERE bind IS NOT NULL;
CREATE INDEX inbox_key_confirmed ON inbox_key (confirmed_at) WHERE confirmed_at IS NOT NULL;
ALTER TABLE inbox_key SET (fillfactor = 80);

INSERT INTO schema_step (name) VALUES ('006_smpp');
