-- SPDX-License-Identifier: GPL-3.0-or-later
-- What is kept and for how long: holds and statistics, one phone suspended alone, key holders who left,
-- and the chain over the audit.

-- Suspended alone: neither its receiver's return nor a list that names it again brings it back.
ALTER TABLE contact ADD COLUMN lost boolean NOT NULL DEFAULT false;
ALTER TABLE casefile ADD COLUMN met_at timestamptz;
ALTER TABLE keyholder
	ADD COLUMN added_at timestamptz NOT NULL DEFAULT shyraq_now(),
	ADD COLUMN retired_at timestamptz;

-- A case that must not be erased. No cascade: an erasure that forgot to look fails.
CREATE TABLE legal_hold (
	case_id bigint PRIMARY KEY REFERENCES casefile,
	by text NOT NULL DEFAULT session_user,
	reason text NOT NULL CHECK (length(reason) BETWEEN 3 AND 200),
	since timestamptz NOT NULL DEFAULT shyraq_now()
);

-- What stays of an erased case: coded facts, the month, no id, no town, linked to nobody.
CREATE TABLE case_stat (
	month date NOT NULL,
	class text NOT NULL,
	lang text NOT NULL,
	bearer smallint NOT NULL,
	state text NOT NULL,
	answers text NOT NULL, -- "slot=code slot=code"
	asked int NOT NULL, -- receivers
	taken_min int -- from the first asking; NULL: nobody took it
);

-- Cases that nothing is due for and nobody holds, with what last happened to each.
CREATE VIEW case_idle AS
SELECT c.id, c.peer_id, c.opened_at, GREATEST(c.opened_at, c.asked_at, c.taken_at, c.met_at, c.cut_at,
	(SELECT max(at) FROM case_answer a WHERE a.case_id = c.id),
	(SELECT max(at) FROM consent o WHERE o.case_id = c.id),
	(SELECT max(at) FROM narrative n WHERE n.case_id = c.id),
	(SELECT max(GREATEST(f.asked_at, f.answered_at)) FROM referral f WHERE f.case_id = c.id),
	(SELECT max(GREATEST(r.at, r.read_at)) FROM relay r WHERE r.case_id = c.id),
	(SELECT p.window_until FROM peer p WHERE p.id = c.peer_id
		AND c.id = (SELECT max(y.id) FROM casefile y WHERE y.peer_id = p.id))) AS last_at
FROM casefile c
WHERE c.refer_due IS NULL AND c.operator_due IS NULL AND c.knock_due IS NULL AND c.unread_due IS NULL
	AND NOT EXISTS (SELECT FROM legal_hold h WHERE h.case_id = c.id)
	AND NOT EXISTS (SELECT FROM referral f WHERE f.case_id = c.id
		AND (f.remind_due IS NOT NULL OR f.next_due IS NOT NULL));

CREATE INDEX casefile_opened ON casefile (opened_at);
CREATE INDEX casefile_peer ON casefile (peer_id);
CREATE INDEX consent_case ON consent (case_id);
CREATE INDEX narrative_case ON narrative (case_id);
CREATE INDEX narrative_epoch ON narrative (epoch_id);
CREATE INDEX task_case ON task (case_id);
CREATE INDEX job_check_epoch ON job_check (epoch_id);
CREATE INDEX epoch_at ON epoch (at);
CREATE INDEX peer_created ON peer (created_at);
-- sealed words that wait for an operator, until the retention is over
CREATE INDEX outbox_failed ON outbox (settled_at)
	WHERE state IN ('failed', 'refused') AND text IS NOT NULL;
CREATE INDEX inbox_sealed ON inbox (done_at) WHERE sealed IS NOT NULL;

-- The audit is written by whoever does a thing, chained by dispatch alone: hash = BLAKE2b over the hash
-- before and the row (lib/audit_row.c). n is the place in the chain; it follows the ids.
ALTER TABLE audit ADD COLUMN subject bigint; -- a receiver, an order, a key holder: by `what`
CREATE TABLE audit_chain (
	n bigint PRIMARY KEY CHECK (n > 0),
	audit_id bigint NOT NULL UNIQUE REFERENCES audit,
	hash bytea NOT NULL CHECK (length(hash) = 32)
);

-- People write these two tables themselves; the audit of it is not theirs to leave out.
CREATE FUNCTION shyraq_audit_keyholder() RETURNS trigger
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
	INSERT INTO audit (what, subject, code)
	VALUES (CASE WHEN TG_OP = 'INSERT' THEN 'key.added' WHEN NEW.active THEN 'key.changed'
		ELSE 'key.retired' END, NEW.id, session_user);
	RETURN NULL;
END $$;
CREATE TRIGGER keyholder_audit AFTER INSERT OR UPDATE ON keyholder
	FOR EACH ROW EXECUTE FUNCTION shyraq_audit_keyholder();

CREATE FUNCTION shyraq_audit_hold() RETURNS trigger
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
	INSERT INTO audit (what, case_id, code)
	VALUES (CASE TG_OP WHEN 'INSERT' THEN 'hold.begun' WHEN 'DELETE' THEN 'hold.ended'
		ELSE 'hold.changed' END, COALESCE(NEW.case_id, OLD.case_id), session_user);
	RETURN NULL;
END $$;
CREATE TRIGGER legal_hold_audit AFTER INSERT OR UPDATE OR DELETE ON legal_hold
	FOR EACH ROW EXECUTE FUNCTION shyraq_audit_hold();

INSERT INTO schema_step (name) VALUES ('005_keeping');
