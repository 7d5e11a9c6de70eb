-- SPDX-License-Identifier: GPL-3.0-or-later
-- No way around the rights of people: functions of the owner look no temporary table up, views show nothing
-- of a row before they have decided about it. And paths: no statement of a turn walks through a table that grows.

-- Where pg_temp is not named it is searched first: a table of the caller's own would stand for ours.
DO $$
DECLARE f regprocedure;
BEGIN
	FOR f IN SELECT p.oid FROM pg_proc p WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace
		AND starts_with(p.proname, 'shyraq_') LOOP
		EXECUTE format('ALTER FUNCTION %s SET search_path = public, pg_temp', f);
	END LOOP;
END $$;

-- What a caller asks of a row is asked after S15 and S16 have let it through.
ALTER VIEW task_seen SET (security_barrier);
ALTER VIEW desk_list SET (security_barrier);
ALTER VIEW desk_said SET (security_barrier);
ALTER VIEW case_month SET (security_barrier);

-- Offers: by person (each turn looks), by case, by the answer that asked.
DROP INDEX job_check_peer;
CREATE INDEX job_check_peer ON job_check (peer_id);
CREATE INDEX job_check_case ON job_check (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX job_check_inbox ON job_check (inbox_id);

DROP INDEX relay_open;
CREATE INDEX relay_case ON relay (case_id);

-- What is erased goes with its conversation. A stranger's session has no case and is not in it.
CREATE INDEX session_case ON session (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX session_hidden ON session (peer_id) WHERE hidden <> '';

CREATE INDEX referral_held ON referral (case_id) WHERE held;
CREATE INDEX task_done ON task (done_at) WHERE done_at IS NOT NULL;
CREATE INDEX desk_case_open ON desk_case (asked_at) WHERE done_at IS NULL;
CREATE INDEX casefile_live ON casefile (state, class) WHERE state <> 'closed' AND hidden_at IS NULL;

-- A link's last texts: in the place of the one by id, of which nobody asks.
DROP INDEX inbox_link;
CREATE INDEX inbox_link ON inbox (link, done_at);
-- Times only grow: an entry is put at the end of the index, or there is one a hundred pages (brin).
CREATE INDEX inbox_done ON inbox (done_at);
CREATE INDEX outbox_settled ON outbox USING brin (settled_at) WITH (autosummarize = on);
CREATE INDEX outbox_bad ON outbox (id)
	WHERE state IN ('failed', 'refused', 'undelivered', 'uncertain', 'expired');

-- What a phone was asked in a month, and what it may still answer, out of thousands of askings of it.
ALTER TABLE referral_ask
	ADD COLUMN asked_at timestamptz NOT NULL DEFAULT shyraq_now(), -- of its referral, or later
	ADD COLUMN live boolean NOT NULL DEFAULT true; -- false: neither asked nor accepted any more
UPDATE referral_ask a SET asked_at = f.asked_at, live = f.state IN ('asked', 'accepted')
FROM referral f WHERE f.id = a.referral_id;
DROP INDEX referral_ask_contact;
CREATE INDEX referral_ask_contact ON referral_ask (contact_id, asked_at);
CREATE INDEX referral_ask_live ON referral_ask (contact_id) WHERE live;

CREATE FUNCTION shyraq_ask_follow() RETURNS trigger
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
	UPDATE referral_ask SET asked_at = NEW.asked_at, live = NEW.state IN ('asked', 'accepted')
	WHERE referral_id = NEW.id;
	RETURN NULL;
END $$;
CREATE TRIGGER referral_ask AFTER UPDATE OF asked_at, state ON referral
	FOR EACH ROW WHEN (OLD.asked_at <> NEW.asked_at
		OR OLD.state IN ('asked', 'accepted') <> (NEW.state IN ('asked', 'accepted')))
	EXECUTE FUNCTION shyraq_ask_follow();

INSERT INTO schema_step (name) VALUES ('015_rights_and_paths');
