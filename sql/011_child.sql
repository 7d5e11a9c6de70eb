-- SPDX-License-Identifier: GPL-3.0-or-later
-- S15: a child's case is read by those alone whom a supervisor has let (group role shyraq_child): others see
-- that it is there, how urgent and in which state. And the words of an offer check, read as those of a case.

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

-- The same for who opens a case; a child's case that is opened stands in the audit.
CREATE FUNCTION shyraq_look(of_case bigint) RETURNS boolean
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
	IF NOT shyraq_is_child(of_case) THEN
		RETURN true;
	END IF;
	INSERT INTO audit (what, case_id, code) VALUES (CASE WHEN shyraq_in_child(session_user)
		THEN 'child.read' ELSE 'child.refused' END, of_case, session_user);
	RETURN shyraq_in_child(session_user);
END $$;
REVOKE EXECUTE ON FUNCTION shyraq_look(bigint) FROM PUBLIC;

ALTER TABLE case_answer ENABLE ROW LEVEL SECURITY;
ALTER TABLE consent ENABLE ROW LEVEL SECURITY;
ALTER TABLE assertion ENABLE ROW LEVEL SECURITY;
ALTER TABLE referral ENABLE ROW LEVEL SECURITY;
CREATE POLICY service ON case_answer TO shyraq_worker, shyraq_dispatch USING (true);
CREATE POLICY service ON consent TO shyraq_worker, shyraq_dispatch USING (true);
CREATE POLICY service ON assertion TO shyraq_worker, shyraq_dispatch USING (true);
CREATE POLICY service ON referral TO shyraq_worker, shyraq_dispatch USING (true);
CREATE POLICY people ON case_answer FOR SELECT USING (shyraq_may_see(case_id));
CREATE POLICY people ON consent FOR SELECT USING (shyraq_may_see(case_id));
CREATE POLICY people ON assertion FOR SELECT USING (shyraq_may_see(case_id));
CREATE POLICY people ON referral FOR SELECT USING (shyraq_may_see(case_id));

CREATE OR REPLACE VIEW desk_list AS
SELECT c.id, c.number, c.class, c.state, c.lang, c.bearer, d.asked_at, d.paged_at, d.looked_at, d.by,
	d.claimed_at, p.window_until, COALESCE(p.stopped, false) OR c.cut_at IS NOT NULL AS cut,
	COALESCE(s.flags & 2 <> 0, false) AS plain,
	COALESCE(s.case_id = c.id, false) AS here, -- their conversation is about this case
	CASE WHEN shyraq_may_see(c.id) THEN (SELECT string_agg(a.slot || '=' || a.code, ' ' ORDER BY a.at, a.slot)
		FROM case_answer a WHERE a.case_id = c.id) ELSE 'restricted' END AS answers,
	(SELECT count(*) FROM relay q WHERE q.case_id = c.id AND q.read_at IS NULL AND q.sealed IS NOT NULL)
		AS waiting
FROM desk_case d
JOIN casefile c ON c.id = d.case_id AND c.hidden_at IS NULL AND c.state <> 'closed'
LEFT JOIN peer p ON p.id = c.peer_id
LEFT JOIN session s ON s.peer_id = c.peer_id
WHERE d.done_at IS NULL;

CREATE OR REPLACE VIEW desk_said AS
SELECT q.id, q.case_id, q.by, q.phrase, q.at_time, q.at, q.read_at, q.answer
FROM relay q JOIN casefile c ON c.id = q.case_id AND c.hidden_at IS NULL
WHERE shyraq_may_see(q.case_id);

CREATE OR REPLACE FUNCTION shyraq_words(of_case bigint, of_key bytea, after bigint)
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

-- The words of an offer check: sealed, with the one box that this key opens; whoever asks stands in the audit.
CREATE FUNCTION shyraq_job_words(of_job bigint, of_key bytea)
	RETURNS TABLE (id bigint, at timestamptz, sealed bytea, epoch bigint, box bytea)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE holder bigint := (SELECT k.id FROM keyholder k WHERE k.public_key = of_key AND k.active);
BEGIN
	IF holder IS NULL THEN
		RETURN;
	END IF;
	RETURN QUERY SELECT j.id, j.asked_at, j.words, j.epoch_id, b.box
	FROM job_check j
	LEFT JOIN casefile c ON c.id = j.case_id
	LEFT JOIN epoch_box b ON b.epoch_id = j.epoch_id AND b.keyholder_id = holder
	WHERE j.id = of_job AND j.asked_at IS NOT NULL AND j.words IS NOT NULL AND c.hidden_at IS NULL
		AND (j.case_id IS NULL OR shyraq_may_see(j.case_id));
	IF FOUND THEN
		INSERT INTO audit (what, subject, code) VALUES ('job.read', of_job, session_user);
	END IF;
END $$;
REVOKE EXECUTE ON FUNCTION shyraq_job_words(bigint, bytea) FROM PUBLIC;

-- Lets a login into the group, or takes it out: false when it is no login of people.
CREATE FUNCTION shyraq_child_access(who text, may boolean) RETURNS boolean
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE login oid := (SELECT o.oid FROM pg_roles o WHERE o.rolname = who AND o.rolcanlogin
	AND (pg_has_role(o.oid, 'shyraq_operator', 'MEMBER') OR pg_has_role(o.oid, 'shyraq_auditor', 'MEMBER')));
BEGIN
	IF login IS NULL THEN
		RETURN false;
	END IF;
	IF may THEN
		EXECUTE format('GRANT shyraq_child TO %I', who);
	ELSE
		EXECUTE format('REVOKE shyraq_child FROM %I', who);
	END IF;
	INSERT INTO audit (what, subject, code)
	VALUES (CASE WHEN may THEN 'child.granted' ELSE 'child.revoked' END, login::bigint, session_user);
	RETURN true;
END $$;
REVOKE EXECUTE ON FUNCTION shyraq_child_access(text, boolean) FROM PUBLIC;

INSERT INTO schema_step (name) VALUES ('011_child');
