-- SPDX-License-Identifier: GPL-3.0-or-later
-- The logins and group roles, made once a cluster by its superuser (psql -v ON_ERROR_STOP=1 -f).
-- Grants stand in sql/grants.sql, run by `shyraqctl db migrate` after the schema steps.

DO $$
DECLARE r text;
BEGIN
	FOREACH r IN ARRAY ARRAY['shyraq_owner', 'shyraq_worker', 'shyraq_dispatch', 'shyraq_web'] LOOP
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r) THEN
			EXECUTE format('CREATE ROLE %I LOGIN', r);
		END IF;
	END LOOP;
	FOREACH r IN ARRAY ARRAY['shyraq_operator', 'shyraq_caseworker', 'shyraq_supervisor', 'shyraq_auditor',
		'shyraq_child'] LOOP
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r) THEN
			EXECUTE format('CREATE ROLE %I NOLOGIN', r);
		END IF;
	END LOOP;
END $$;

GRANT shyraq_operator TO shyraq_caseworker, shyraq_supervisor;
-- a child's case is read by its members alone; a supervisor says who is one (shyraqctl child grant)
GRANT shyraq_child TO shyraq_supervisor;
GRANT shyraq_child TO shyraq_owner WITH ADMIN OPTION;
