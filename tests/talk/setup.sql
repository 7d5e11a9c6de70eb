-- SPDX-License-Identifier: GPL-3.0-or-later
-- Made once in the database of the talks: everything that one talk left is forgotten before the next.
-- It stays with the throwaway cluster. Called by talklib.py.
-- a number of one digit would answer a menu
ALTER TABLE casefile ALTER COLUMN number RESTART WITH 301;
CREATE FUNCTION talk_reset() RETURNS void LANGUAGE plpgsql
	SET session_replication_role = replica AS $$
DECLARE t text;
BEGIN
	FOR t IN SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
			AND c.relname NOT IN ('receiver', 'contact', 'keyholder', 'epoch', 'epoch_box',
				'schema_step', 'test_clock')
	LOOP
		EXECUTE format('DELETE FROM %I', t);
	END LOOP;
	DELETE FROM contact k WHERE EXISTS (SELECT FROM contact o
		WHERE o.receiver_id = k.receiver_id AND o.id < k.id);
	UPDATE contact SET active = true, wrong_codes = 0, wrong_since = NULL, reason_for = NULL,
		question = '', question_of = NULL, held_until = NULL
		WHERE NOT active OR wrong_codes <> 0 OR wrong_since IS NOT NULL OR reason_for IS NOT NULL
			OR question <> '' OR held_until IS NOT NULL;
	UPDATE receiver SET beds = NULL, beds_at = NULL, away_until = NULL
		WHERE beds IS NOT NULL OR away_until IS NOT NULL;
	UPDATE receiver SET active = true, group_id = NULL, hours = ''
		WHERE NOT active OR group_id IS NOT NULL OR hours <> '';
END $$;
-- "Shelter A;Social worker": one mobile group.
CREATE FUNCTION talk_group(names text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE g bigint;
BEGIN
	INSERT INTO receiver_group (name) VALUES ('group') RETURNING id INTO g;
	UPDATE receiver SET group_id = g WHERE name = ANY(string_to_array(names, ';'));
END $$;
