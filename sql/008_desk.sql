-- SPDX-License-Identifier: GPL-3.0-or-later
-- People on duty at work: the live desk, whose case it is, what a case worker says to a person, rotas
-- that people write themselves with an audit that is not theirs to leave out.

-- Cases that a case worker should see now: danger, or words that fit nothing where somebody is held.
CREATE TABLE desk_case (
	case_id bigint PRIMARY KEY REFERENCES casefile ON DELETE CASCADE,
	asked_at timestamptz NOT NULL, -- the danger, or the last words
	page_due timestamptz, -- who is on duty hears by SMS that there is something, not what
	paged_at timestamptz,
	look_due timestamptz, -- nobody with a key has looked by then: a task
	looked_at timestamptz, -- somebody with a key did
	by text NOT NULL DEFAULT '', -- the login that answers
	claimed_at timestamptz, -- and when it last did something
	done_at timestamptz -- off the desk until the person writes again
);
CREATE INDEX desk_case_page_due ON desk_case (page_due) WHERE page_due IS NOT NULL;
CREATE INDEX desk_case_look_due ON desk_case (look_due) WHERE look_due IS NOT NULL;

-- Words for the person may also come from a case worker.
ALTER TABLE relay
	ALTER COLUMN referral_id DROP NOT NULL,
	ALTER COLUMN contact_id DROP NOT NULL,
	ADD COLUMN by text NOT NULL DEFAULT '', -- login; '' a receiver's
	ADD CONSTRAINT relay_whose CHECK ((by = '') = (contact_id IS NOT NULL));

ALTER TABLE intake
	DROP CONSTRAINT intake_kind_check,
	ADD CONSTRAINT intake_kind_check CHECK (kind IN ('receiver', 'receivers', 'active', 'retry', 'task',
		'job', 'set', 'case', 'desk'));

-- S15: a child's case is read by those alone whom a supervisor has let (group role shyraq_child).
CREATE FUNCTION shyraq_is_child(of_case bigint) RETURNS boolean
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
	SELECT EXISTS (SELECT FROM case_answer a WHERE a.case_id = of_case
		AND ((a.slot = 'who' AND a.code = 'child') OR (a.slot = 'child' AND a.code = 'yes')))
$$;

-- Where the group is not there yet, nobody is in it.
CREATE FUNCTION shyraq_in_child(login name) RETURNS boolean
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
	SELECT EXISTS (SELECT FROM pg_roles g JOIN pg_roles o ON o.rolname = login
		WHERE g.rolname = 'shyraq_child' AND pg_has_role(o.oid, g.oid, 'MEMBER'))
$$;

CREATE FUNCTION shyraq_may_see(of_case bigint) RETURNS boolean
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
	SELECT NOT shyraq_is_child(of_case) OR shyraq_in_child(session_user)
$$;

-- What the desk shows: codes and times, no number, no word.
CREATE VIEW desk_list AS
SELECT c.id, c.number, c.class, c.state, c.lang, c.bearer, d.asked_at, d.paged_at, d.looked_at, d.by,
	d.claimed_at, p.window_until, COALESCE(p.stopped, false) OR c.cut_at IS NOT NULL AS cut,
	COALESCE(s.flags & 2 <> 0, false) AS plain,
	COALESCE(s.case_id = c.id, false) AS here, -- their conversation is about this case
	CASE WHEN shyraq_may_see(c.id) THEN (SELECT string_agg(a.slot || '=' || a.code, ' ' ORDER BY a.at, a.slot)
		FROM case_answer a WHERE a.case_id = c.id AND a.slot <> 'about_whom') ELSE 'restricted' END AS answers,
	(SELECT count(*) FROM relay q WHERE q.case_id = c.id AND q.read_at IS NULL AND q.sealed IS NOT NULL)
		AS waiting
FROM desk_case d
JOIN casefile c ON c.id = d.case_id AND c.hidden_at IS NULL AND c.state <> 'closed'
LEFT JOIN peer p ON p.id = c.peer_id
LEFT JOIN session s ON s.peer_id = c.peer_id
WHERE d.done_at IS NULL;

-- What was said to the person, by whom, and what they answered: which phrase, never the words.
CREATE VIEW desk_said AS
SELECT q.id, q.case_id, q.by, q.phrase, q.at_time, q.at, q.read_at, q.answer
FROM relay q JOIN casefile c ON c.id = q.case_id AND c.hidden_at IS NULL
WHERE shyraq_may_see(q.case_id);

-- A person's own words, sealed, with the one box that this key opens; whoever asks stands in the audit.
CREATE FUNCTION shyraq_words(of_case bigint, of_key bytea, after bigint)
	RETURNS TABLE (id bigint, at timestamptz, sealed bytea, epoch bigint, box bytea)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE holder bigint := (SELECT k.id FROM keyholder k WHERE k.public_key = of_key AND k.active);
BEGIN
	IF holder IS NULL OR NOT shyraq_may_see(of_case) THEN
		RETURN;
	END IF;
	UPDATE desk_case d SET looked_at = shyraq_now()
	WHERE d.case_id = of_case AND (d.looked_at IS NULL OR d.looked_at < d.asked_at);
	RETURN QUERY SELECT n.id, n.at, n.sealed, n.epoch_id, b.box
	FROM narrative n
	JOIN casefile c ON c.id = n.case_id AND c.hidden_at IS NULL
	LEFT JOIN epoch_box b ON b.epoch_id = n.epoch_id AND b.keyholder_id = holder
	WHERE n.case_id = of_case AND n.id > after ORDER BY n.id LIMIT 200;
	IF FOUND THEN
		INSERT INTO audit (what, case_id, code) VALUES ('words.read', of_case, session_user);
	END IF;
END $$;
REVOKE EXECUTE ON FUNCTION shyraq_words(bigint, bytea, bigint) FROM PUBLIC;

-- Rotas: the phone that is paged belongs to the operators, and every change is written down.
CREATE FUNCTION shyraq_duty_check() RETURNS trigger
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
	IF NEW.contact_id IS NOT NULL AND NOT EXISTS (SELECT FROM contact k JOIN receiver r
			ON r.id = k.receiver_id WHERE k.id = NEW.contact_id AND r.kind = 'operator') THEN
		RAISE EXCEPTION 'not a phone of an operator' USING ERRCODE = '23514';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER duty_contact BEFORE INSERT OR UPDATE ON duty
	FOR EACH ROW EXECUTE FUNCTION shyraq_duty_check();

CREATE FUNCTION shyraq_audit_duty() RETURNS trigger
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
	INSERT INTO audit (what, subject, contact_id, code)
	VALUES (CASE TG_OP WHEN 'INSERT' THEN 'duty.set' WHEN 'DELETE' THEN 'duty.dropped' ELSE 'duty.ended' END,
		COALESCE(NEW.id, OLD.id), COALESCE(NEW.contact_id, OLD.contact_id), session_user);
	RETURN NULL;
END $$;
CREATE TRIGGER duty_audit AFTER INSERT OR UPDATE OR DELETE ON duty
	FOR EACH ROW EXECUTE FUNCTION shyraq_audit_duty();

INSERT INTO schema_step (name) VALUES ('008_desk');
