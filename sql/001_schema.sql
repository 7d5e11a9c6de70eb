-- SPDX-License-Identifier: GPL-3.0-or-later
-- The first schema. Numbers are a keyed hash and a sealed value; texts of people are sealed or not kept.
-- A dump of it shows no number and no word of a person. Never edited once released: the next step is 002.

-- All time in SQL comes from here; test builds replace the body (sql/test_clock.sql).
CREATE FUNCTION shyraq_now() RETURNS timestamptz
	LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT now()';
-- Milliseconds since 1970, as C has them, to and fro.
CREATE FUNCTION shyraq_ts(ms bigint) RETURNS timestamptz
	LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
	AS 'SELECT ''epoch''::timestamptz + ms * interval ''1 millisecond''';
CREATE FUNCTION shyraq_ms(t timestamptz) RETURNS bigint
	LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
	AS 'SELECT (extract(epoch FROM t) * 1000)::bigint';

CREATE TABLE schema_step (
	name text PRIMARY KEY,
	done_at timestamptz NOT NULL DEFAULT shyraq_now()
);

-- Ids handed to workers in blocks, so that a batch knows its ids before it writes.
CREATE SEQUENCE block_seq;

CREATE TABLE peer (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	hash bytea NOT NULL UNIQUE CHECK (length(hash) = 16),
	number bytea NOT NULL, -- sealed, person-seal
	window_until timestamptz, -- S1: nothing goes to them after it
	stopped boolean NOT NULL DEFAULT false, -- S4
	created_at timestamptz NOT NULL DEFAULT shyraq_now()
) WITH (fillfactor = 80);

CREATE TABLE session (
	peer_id bigint PRIMARY KEY REFERENCES peer ON DELETE CASCADE,
	flow text NOT NULL,
	version int NOT NULL,
	step text NOT NULL,
	lang text NOT NULL,
	flags int NOT NULL, -- 1 language chosen, 2 plain words
	misses int NOT NULL,
	slots text NOT NULL, -- "name=code,code name=code": codes only
	case_id bigint, -- no foreign key: an erased case leaves a session that knows none
	expires_at timestamptz NOT NULL
) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX session_expires ON session (expires_at) WHERE step <> '';

-- inbox, outbox and outbox_part are transport: partitioned by month, made ahead, dropped whole when old.
CREATE TABLE inbox (
	id bigint NOT NULL,
	link text NOT NULL,
	peer_id bigint,
	contact_id bigint,
	t0 timestamptz NOT NULL, -- when the person's window began
	smsc_lag_ms bigint, -- our reading less the SMSC's time, where that counts
	done_at timestamptz NOT NULL DEFAULT shyraq_now(),
	state text NOT NULL CHECK (state IN ('done', 'part', 'refused', 'aside')),
	error text, -- a code, never a text of a person
	sealed bytea, -- under the inbox key, only while refused or put aside
	PRIMARY KEY (id, done_at)
) PARTITION BY RANGE (done_at);
CREATE INDEX inbox_aside ON inbox (id) WHERE state IN ('refused', 'aside');
CREATE INDEX inbox_link ON inbox (link, id);

CREATE TABLE inbox_key (
	link_group text NOT NULL,
	key bytea NOT NULL CHECK (length(key) = 16),
	inbox_id bigint NOT NULL,
	at timestamptz NOT NULL DEFAULT shyraq_now(),
	PRIMARY KEY (link_group, key)
);
CREATE INDEX inbox_key_at ON inbox_key (at);

-- Parts of one long text share sender, reference, its width and the total. The same part number with
-- another text begins another set. A joined set stays, without its texts, to know late copies by.
CREATE TABLE part (
	peer_id bigint NOT NULL,
	ref int NOT NULL,
	ref_bits smallint NOT NULL,
	total smallint NOT NULL,
	set_no smallint NOT NULL,
	part smallint NOT NULL,
	hash bytea NOT NULL CHECK (length(hash) = 16), -- of the text, under the inbox key
	sealed bytea, -- under the inbox key; NULL when joined
	joined boolean NOT NULL DEFAULT false,
	t0 timestamptz NOT NULL,
	due_at timestamptz NOT NULL,
	PRIMARY KEY (peer_id, ref, ref_bits, total, set_no, part),
	CHECK (joined OR sealed IS NOT NULL)
);
CREATE INDEX part_due ON part (due_at) WHERE NOT joined;

CREATE TABLE casefile (
	id bigint PRIMARY KEY,
	number bigint GENERATED ALWAYS AS IDENTITY UNIQUE, -- what receivers and operators see
	peer_id bigint REFERENCES peer ON DELETE SET NULL,
	class text NOT NULL CHECK (class IN ('other', 'held', 'urgent', 'danger')),
	lang text NOT NULL,
	bearer smallint NOT NULL,
	state text NOT NULL DEFAULT 'open'
		CHECK (state IN ('open', 'referred', 'nobody', 'taken', 'met', 'closed')),
	opened_at timestamptz NOT NULL DEFAULT shyraq_now(),
	refer_due timestamptz,
	asked_at timestamptz, -- the first asking of anybody
	operator_due timestamptz,
	taken_at timestamptz,
	taken_by bigint, -- referral
	cut_at timestamptz -- receivers were told that the person is not to be written to
) WITH (fillfactor = 80);
CREATE INDEX casefile_refer_due ON casefile (refer_due) WHERE refer_due IS NOT NULL;
CREATE INDEX casefile_operator_due ON casefile (operator_due) WHERE operator_due IS NOT NULL;

CREATE TABLE case_answer (
	case_id bigint NOT NULL REFERENCES casefile ON DELETE CASCADE,
	slot text NOT NULL,
	code text NOT NULL,
	at timestamptz NOT NULL DEFAULT shyraq_now(),
	PRIMARY KEY (case_id, slot)
);

CREATE TABLE consent (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	case_id bigint NOT NULL REFERENCES casefile ON DELETE CASCADE,
	kind text NOT NULL,
	yes boolean NOT NULL,
	wording text NOT NULL, -- key of the text that asked, and the flow's version
	at timestamptz NOT NULL DEFAULT shyraq_now()
);

-- Case workers who can open words of people, each with a public key; the secret one is only theirs.
CREATE TABLE keyholder (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	name text NOT NULL UNIQUE,
	public_key bytea NOT NULL CHECK (length(public_key) = 32),
	active boolean NOT NULL DEFAULT true
);
CREATE TABLE epoch (
	id bigint PRIMARY KEY,
	at timestamptz NOT NULL DEFAULT shyraq_now()
);
CREATE TABLE epoch_box (
	epoch_id bigint NOT NULL REFERENCES epoch ON DELETE CASCADE,
	keyholder_id bigint NOT NULL REFERENCES keyholder,
	box bytea NOT NULL,
	PRIMARY KEY (epoch_id, keyholder_id)
);
CREATE TABLE narrative (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	case_id bigint NOT NULL REFERENCES casefile ON DELETE CASCADE,
	epoch_id bigint NOT NULL REFERENCES epoch,
	sealed bytea NOT NULL, -- under the epoch's key
	at timestamptz NOT NULL DEFAULT shyraq_now()
);
CREATE TABLE place (
	case_id bigint PRIMARY KEY REFERENCES casefile ON DELETE CASCADE,
	sealed bytea NOT NULL -- under the place key; opened only for a receiver that accepted
);

CREATE TABLE receiver (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	name text NOT NULL UNIQUE,
	kind text NOT NULL CHECK (kind IN ('shelter', 'ngo', 'police', 'social', 'embassy', 'child',
		'legal', 'health', 'labour', 'operator')),
	lang text NOT NULL,
	regions text NOT NULL, -- blank-separated ISO 3166-2 codes or countries, or *
	vetted boolean NOT NULL DEFAULT false,
	ord int NOT NULL DEFAULT 0,
	active boolean NOT NULL DEFAULT true,
	sample boolean NOT NULL DEFAULT false
);
CREATE TABLE contact (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	receiver_id bigint NOT NULL REFERENCES receiver,
	hash bytea NOT NULL UNIQUE CHECK (length(hash) = 16),
	number bytea NOT NULL, -- sealed, receiver-seal
	active boolean NOT NULL DEFAULT true,
	wrong_codes int NOT NULL DEFAULT 0,
	wrong_since timestamptz,
	reason_for bigint -- the referral whose "why?" was our last text to them
);
CREATE INDEX contact_receiver ON contact (receiver_id);

CREATE TABLE referral (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	case_id bigint NOT NULL REFERENCES casefile ON DELETE CASCADE,
	receiver_id bigint NOT NULL REFERENCES receiver,
	state text NOT NULL CHECK (state IN ('asked', 'accepted', 'declined', 'stood_down')),
	reason text,
	asked_at timestamptz NOT NULL DEFAULT shyraq_now(),
	remind_due timestamptz,
	next_due timestamptz,
	answered_at timestamptz,
	UNIQUE (case_id, receiver_id)
) WITH (fillfactor = 80);
CREATE INDEX referral_remind_due ON referral (remind_due) WHERE remind_due IS NOT NULL;
CREATE INDEX referral_next_due ON referral (next_due) WHERE next_due IS NOT NULL;

-- One a contact asked: the answer code that proves who answers.
CREATE TABLE referral_ask (
	referral_id bigint NOT NULL REFERENCES referral ON DELETE CASCADE,
	contact_id bigint NOT NULL REFERENCES contact,
	code smallint NOT NULL CHECK (code BETWEEN 0 AND 999),
	PRIMARY KEY (referral_id, contact_id)
);
CREATE INDEX referral_ask_contact ON referral_ask (contact_id, code);

CREATE TABLE outbox (
	id bigint NOT NULL,
	inbox_id bigint, -- the message it answers, if any
	peer_id bigint, -- a person, or
	contact_id bigint, -- a receiver
	case_id bigint,
	key text NOT NULL, -- which text it is
	text bytea, -- sealed under the outbox key; deleted when settled
	link text NOT NULL DEFAULT '', -- the way it came
	daemon text NOT NULL DEFAULT '', -- whom it is claimed for, or should go to; '' any
	priority smallint NOT NULL,
	state text NOT NULL CHECK (state IN ('due', 'claimed', 'sent', 'delivered', 'undelivered',
		'refused', 'failed', 'uncertain', 'expired', 'withdrawn')),
	attempt int NOT NULL DEFAULT 0,
	instance bigint,
	lease_until timestamptz,
	due_at timestamptz NOT NULL DEFAULT shyraq_now(),
	submit_by timestamptz, -- S1: an automatic answer to a person dies here
	window_until timestamptz,
	failures int NOT NULL DEFAULT 0,
	uncertain int NOT NULL DEFAULT 0,
	parts_done bigint NOT NULL DEFAULT 0,
	concat_ref int NOT NULL DEFAULT 0,
	error int NOT NULL DEFAULT 0, -- the network's
	asked_at timestamptz, -- the daemon was asked after its lease
	created_at timestamptz NOT NULL DEFAULT shyraq_now(),
	settled_at timestamptz,
	PRIMARY KEY (id, created_at),
	CHECK ((peer_id IS NULL) <> (contact_id IS NULL)),
	CHECK (peer_id IS NULL OR submit_by IS NOT NULL)
) PARTITION BY RANGE (created_at);
CREATE INDEX outbox_due ON outbox (priority, due_at) WHERE state = 'due';
CREATE INDEX outbox_lease ON outbox (lease_until) WHERE state = 'claimed';
CREATE INDEX outbox_inbox ON outbox (inbox_id) WHERE state = 'claimed';
CREATE INDEX outbox_peer ON outbox (peer_id) WHERE state IN ('due', 'claimed');

-- What a network calls the parts it took: receipts are matched on link, reference, number and time.
CREATE TABLE outbox_part (
	outbox_id bigint NOT NULL,
	part smallint NOT NULL,
	link text NOT NULL,
	ref bigint NOT NULL,
	at timestamptz NOT NULL DEFAULT shyraq_now(),
	receipt text,
	PRIMARY KEY (outbox_id, part, at)
) PARTITION BY RANGE (at);
CREATE INDEX outbox_part_ref ON outbox_part (link, ref, at);

-- Makes the partitions of this month and of `ahead` more; returns how many months from now on are there.
CREATE FUNCTION shyraq_partitions(ahead int) RETURNS int
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
	t text;
	first date := date_trunc('month', shyraq_now() AT TIME ZONE 'UTC');
	m date;
	name text;
	options text;
BEGIN
	FOREACH t IN ARRAY ARRAY['inbox', 'outbox', 'outbox_part'] LOOP
		-- rows of the outbox are written several times: room in the page, and vacuum early
		options := CASE t WHEN 'outbox'
			THEN ' WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02)' ELSE '' END;
		FOR i IN 0..ahead LOOP
			m := first + i * interval '1 month';
			name := t || to_char(m, '_YYYY_MM');
			IF to_regclass(name) IS NULL THEN
				EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)%s', name, t,
					m || ' 00:00:00+00', (m + interval '1 month')::date || ' 00:00:00+00', options);
			END IF;
		END LOOP;
	END LOOP;
	RETURN (SELECT count(*) FROM generate_series(0, ahead) i
		WHERE (SELECT count(*) FROM pg_inherits p
			WHERE p.inhparent IN ('inbox'::regclass, 'outbox'::regclass, 'outbox_part'::regclass)
				AND right(p.inhrelid::regclass::text, 8)
					= to_char(first + i * interval '1 month', '_YYYY_MM')) = 3);
END $$;
REVOKE EXECUTE ON FUNCTION shyraq_partitions(int) FROM PUBLIC;
SELECT shyraq_partitions(4);

CREATE TABLE task (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	kind text NOT NULL,
	case_id bigint,
	inbox_id bigint,
	contact_id bigint,
	at timestamptz NOT NULL DEFAULT shyraq_now(),
	done_at timestamptz
);

CREATE TABLE audit (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at timestamptz NOT NULL DEFAULT shyraq_now(),
	what text NOT NULL,
	case_id bigint,
	referral_id bigint,
	contact_id bigint,
	code text
);

-- What a console writes to be stored: sealed to intake.pub, opened by dispatch alone.
CREATE TABLE intake (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	kind text NOT NULL CHECK (kind IN ('receiver')),
	box bytea NOT NULL,
	at timestamptz NOT NULL DEFAULT shyraq_now(),
	state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'done', 'refused')),
	error text
);
CREATE INDEX intake_new ON intake (id) WHERE state = 'new';

CREATE TABLE link_state (
	link text PRIMARY KEY,
	clock_error_ms bigint NOT NULL DEFAULT 0, -- S1: least lag of its last 50 texts
	last_in_at timestamptz
);

INSERT INTO schema_step (name) VALUES ('001_schema');
