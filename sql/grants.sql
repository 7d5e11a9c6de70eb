-- SPDX-License-Identifier: GPL-3.0-or-later
-- Who may do what: exactly what the statements of each role need, and nothing else. Run after every
-- schema step; tests/db/ proves both that nothing is missing and that nothing is too much.

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM shyraq_worker, shyraq_dispatch, shyraq_web,
	shyraq_operator, shyraq_caseworker, shyraq_supervisor, shyraq_auditor;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM shyraq_worker, shyraq_dispatch;

-- the turn: worker and dispatch alike
GRANT USAGE ON SEQUENCE block_seq TO shyraq_worker, shyraq_dispatch;
GRANT SELECT, INSERT, UPDATE ON peer, session, casefile, case_answer, place, outbox, outbox_part
	TO shyraq_worker, shyraq_dispatch;
GRANT SELECT, INSERT ON inbox_key TO shyraq_worker;
GRANT INSERT ON inbox, consent, epoch, epoch_box, narrative, task, audit
	TO shyraq_worker, shyraq_dispatch;
GRANT SELECT ON keyholder, receiver, referral_ask TO shyraq_worker, shyraq_dispatch;
GRANT SELECT, UPDATE ON contact, referral TO shyraq_worker, shyraq_dispatch;
GRANT SELECT, INSERT, UPDATE ON part TO shyraq_worker;
GRANT SELECT ON link_state TO shyraq_worker;

-- the clock
GRANT INSERT ON referral, referral_ask, contact TO shyraq_dispatch;
GRANT INSERT, UPDATE ON receiver TO shyraq_dispatch;
GRANT SELECT, UPDATE ON intake TO shyraq_dispatch;
GRANT SELECT, INSERT, DELETE ON inbox_key TO shyraq_dispatch;
GRANT SELECT, UPDATE, DELETE ON part TO shyraq_dispatch;
GRANT SELECT, INSERT, UPDATE ON link_state TO shyraq_dispatch;
GRANT SELECT ON inbox TO shyraq_dispatch;
GRANT EXECUTE ON FUNCTION shyraq_partitions(int) TO shyraq_dispatch;
GRANT SELECT, UPDATE ON link_order TO shyraq_dispatch;
GRANT SELECT, INSERT, DELETE ON link_pause TO shyraq_dispatch;

-- people at the command line
GRANT SELECT (id, name, kind, lang, regions, vetted, ord, active, sample) ON receiver TO shyraq_operator;
GRANT SELECT (id, receiver_id, active) ON contact TO shyraq_operator;
GRANT SELECT (state, due_at) ON outbox TO shyraq_operator;
GRANT SELECT (id, link, state, error, done_at) ON inbox TO shyraq_operator;
GRANT SELECT (id, number, class, state, lang, opened_at, taken_at) ON casefile TO shyraq_operator;
GRANT SELECT ON case_answer TO shyraq_operator;
GRANT SELECT (id, state, error), INSERT (kind, box, at) ON intake TO shyraq_operator;
GRANT SELECT (name), INSERT (name, public_key) ON keyholder TO shyraq_operator;
