-- SPDX-License-Identifier: GPL-3.0-or-later
-- S15: a child's case is read by those alone whom a supervisor has let (group role shyraq_child): others see
-- that it is there, how urgent and in which state. And the words of an offer check, read as those of a case.

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
