-- SPDX-License-Identifier: GPL-3.0-or-later
-- What links are now, as their daemons tell it, and what operators order: both pass through dispatch.

ALTER TABLE link_state
	ADD COLUMN daemon text NOT NULL DEFAULT '',
	ADD COLUMN link_group text NOT NULL DEFAULT '',
	ADD COLUMN state text NOT NULL DEFAULT 'unknown',
	ADD COLUMN usable boolean NOT NULL DEFAULT false,
	ADD COLUMN signal int NOT NULL DEFAULT -1, -- percent; -1 unknown
	ADD COLUMN received bigint NOT NULL DEFAULT 0, -- texts since the daemon's start
	ADD COLUMN sent bigint NOT NULL DEFAULT 0, -- parts since the daemon's start
	ADD COLUMN slots_used int NOT NULL DEFAULT 0,
	ADD COLUMN slots_all int NOT NULL DEFAULT 0,
	ADD COLUMN waiting int NOT NULL DEFAULT 0, -- texts held for it
	ADD COLUMN paused boolean NOT NULL DEFAULT false,
	ADD COLUMN number text NOT NULL DEFAULT '', -- the service's own, as posters show it
	ADD COLUMN told_at timestamptz,
	ADD COLUMN balance bigint, -- of a prepaid SIM, in the operator's own unit; null: never heard
	ADD COLUMN balance_at timestamptz,
	ADD COLUMN balance_low boolean NOT NULL DEFAULT false; -- below what the config calls low

-- One row an order; dispatch says it to the daemons within a second and writes the answer.
CREATE TABLE link_order (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	kind text NOT NULL CHECK (kind IN ('pause', 'resume', 'drain', 'undrain', 'ussd')),
	link text NOT NULL DEFAULT '', -- '' all
	class int NOT NULL DEFAULT 0 CHECK (class BETWEEN 0 AND 6), -- priority + 1; 0 all
	text text NOT NULL DEFAULT '' CHECK (text ~ '^[0-9*#+]{0,64}$'),
	by text NOT NULL DEFAULT session_user,
	at timestamptz NOT NULL DEFAULT shyraq_now(),
	said_at timestamptz,
	done_at timestamptz,
	ok boolean,
	answer text
);
CREATE INDEX link_order_new ON link_order (id) WHERE said_at IS NULL;

-- What stands: said again to a daemon that comes up.
CREATE TABLE link_pause (
	link text NOT NULL, -- '' all
	class int NOT NULL, -- 0 all
	drain boolean NOT NULL, -- no new sends on this link, reads go on
	by text NOT NULL,
	at timestamptz NOT NULL DEFAULT shyraq_now(),
	PRIMARY KEY (link, class, drain)
);

INSERT INTO schema_step (name) VALUES ('002_links_orders');
