-- SPDX-License-Identifier: GPL-3.0-or-later
-- Ways around the rights of people at the command line (S15, S16): tables of their own under our names, and
-- functions that see a row before a view has decided about it. It keeps nothing. Called by scripts/db-tests.
BEGIN;
SET LOCAL client_min_messages = error; -- pgTAP's own views
SELECT plan(18);
SET ROLE shyraq_owner;
\i sql/grants.sql
RESET ROLE;

CREATE ROLE test_op LOGIN IN ROLE shyraq_operator;
CREATE ROLE test_cw LOGIN IN ROLE shyraq_caseworker;
\set key '\'\\x1111111111111111111111111111111111111111111111111111111111111111\''
INSERT INTO casefile (id, number, class, lang, bearer, state, outcome, opened_at, hidden_at)
	OVERRIDING SYSTEM VALUE VALUES
	(9001, 90001, 'held', 'ru', 0, 'open', '', shyraq_now(), NULL), -- a child's
	(9002, 90002, 'danger', 'ru', 0, 'closed', 'gone', shyraq_now(), shyraq_now()), -- erased
	(9003, 90003, 'urgent', 'ru', 0, 'open', '', shyraq_now(), NULL);
INSERT INTO case_answer (case_id, slot, code) VALUES (9001, 'who', 'child'), (9003, 'who', 'man');
INSERT INTO consent (case_id, kind, yes, wording) VALUES (9001, 'ngo', true, 'w');
INSERT INTO epoch (id) VALUES (9);
INSERT INTO narrative (case_id, epoch_id, sealed) VALUES (9003, 9, 'x');
INSERT INTO desk_case (case_id, asked_at) VALUES (9002, shyraq_now()), (9003, shyraq_now());
INSERT INTO task (kind, case_id) VALUES ('erased_one', 9002), ('complaint', 9003), ('seen', 9003);
INSERT INTO relay (id, case_id, by, phrase) VALUES (1, 9001, 'x', 'meet'), (2, 9002, 'x', 'safe'), (3, 9003, 'x', 'come');

-- Tables of their own -------------------------------------------------------------------------------

SELECT ok(NOT has_database_privilege(r, current_database(), 'TEMPORARY'), r || ' makes no temporary table')
FROM unnest(ARRAY['test_op', 'test_cw', 'shyraq_worker', 'shyraq_dispatch']) r;
SELECT ok(has_database_privilege('shyraq_owner', current_database(), 'TEMPORARY'), 'the owner may');

-- and where one could, it stands for none of ours
DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO test_op, test_cw', current_database()); END $$;
SET SESSION AUTHORIZATION test_cw;
CREATE TEMP TABLE case_answer (case_id bigint, slot text, code text, at timestamptz);
CREATE TEMP TABLE audit (what text, case_id bigint, subject bigint, contact_id bigint, code text);
CREATE TEMP TABLE keyholder (id bigint, name text, login text, public_key bytea, active boolean);
CREATE TEMP TABLE case_link (case_id bigint, to_case bigint);
GRANT ALL ON pg_temp.case_answer, pg_temp.audit, pg_temp.keyholder, pg_temp.case_link TO PUBLIC;
INSERT INTO pg_temp.keyholder VALUES (1, 'test_cw', '', :key, true);
SELECT count(*) AS answers FROM public.case_answer WHERE case_id = 9001 \gset
SELECT count(*) AS consents FROM public.consent WHERE case_id = 9001 \gset
SELECT shyraq_look(9001) AS looks, shyraq_has_key('test_cw') AS has_key \gset
SELECT count(*) AS words FROM shyraq_words(9003, :key, 0) \gset
SELECT answers AS desk FROM desk_list WHERE id = 9003 \gset
INSERT INTO duty (login, part, from_at, to_at)
VALUES ('test_cw', 'operator', shyraq_now(), shyraq_now() + interval '1 hour');
RESET SESSION AUTHORIZATION;
SELECT is(:answers, 0, 'answers of a child stay hidden');
SELECT is(:consents, 0, 'and so does the consent');
SELECT ok(NOT :'looks'::boolean, 'and who opens it is refused');
SELECT ok(NOT :'has_key'::boolean, 'a key holder of their own is none');
SELECT is(:words, 0, 'and opens no words');
SELECT is(:'desk'::text, 'who=man', 'the desk shows our answers');
SELECT is((SELECT string_agg(what || ' ' || code, ', ' ORDER BY id) FROM public.audit WHERE code = 'test_cw'),
	'child.refused test_cw, duty.set test_cw', 'what they did stands in our audit');
SELECT is((SELECT string_agg(proname, ' ') FROM pg_proc
	WHERE prosecdef AND pronamespace = 'public'::regnamespace AND starts_with(proname, 'shyraq_')
		AND proconfig IS DISTINCT FROM '{"search_path=public, pg_temp"}'), NULL, 'functions of the owner look there last');

-- Functions that tell what they are asked about -----------------------------------------------------------

SELECT is((SELECT string_agg(c.relname, ' ') FROM pg_class c
	WHERE c.relkind = 'v' AND c.relnamespace = 'public'::regnamespace
		AND (has_any_column_privilege('test_cw', c.oid, 'SELECT')
			OR has_any_column_privilege('shyraq_supervisor', c.oid, 'SELECT')
			OR has_any_column_privilege('shyraq_auditor', c.oid, 'SELECT'))
		AND c.relname <> ALL(ARRAY['tap_funky', 'pg_all_foreign_keys'])
		AND NOT COALESCE(c.reloptions @> '{security_barrier=true}', false)), NULL, 'views of people are barriers');

CREATE FUNCTION leak(what text) RETURNS boolean LANGUAGE plpgsql STABLE COST 0.000001 AS $$
BEGIN
	PERFORM set_config('test.leaked', current_setting('test.leaked') || ' ' || what, false);
	RETURN true;
END $$;
SET test.leaked = '';
SET SESSION AUTHORIZATION test_cw;
SELECT count(*) FROM task_seen WHERE leak(kind) \g /dev/null
SELECT count(*) FROM task_seen WHERE leak(id::text) AND leak(kind) \g /dev/null
SELECT current_setting('test.leaked') AS tasks \gset
SET test.leaked = '';
SELECT count(*) FROM desk_said WHERE leak(phrase) \g /dev/null
SELECT current_setting('test.leaked') AS said \gset
SET test.leaked = '';
SELECT count(*) FROM desk_list WHERE leak(class) \g /dev/null
SELECT current_setting('test.leaked') AS listed \gset
SET test.leaked = '';
SELECT count(*) FROM case_month WHERE leak(outcome) \g /dev/null
SELECT current_setting('test.leaked') AS month \gset
RESET SESSION AUTHORIZATION;
SELECT ok(:'tasks' !~ 'erased_one', 'no task of an erased case');
SELECT ok(:'said' !~ 'safe', 'nor what was said in it');
SELECT ok(:'said' !~ 'meet', 'nor to a child');
SELECT ok(:'listed' || :'month' !~ 'danger|gone', 'nor how urgent it was and how it ended');
SELECT * FROM finish();
ROLLBACK;
