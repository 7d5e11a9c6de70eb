-- SPDX-License-Identifier: GPL-3.0-or-later
-- Who may do what: exactly what the statements of each role need, and nothing else. Run after every
-- schema step; tests/system/test_grants.py proves both that nothing is missing and that nothing is too much.

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM shyraq_worker, shyraq_dispatch, shyraq_web,
	shyraq_operator, shyraq_caseworker, shyraq_supervisor, shyraq_auditor;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM shyraq_worker, shyraq_dispatch;
-- nobody brings tables of their own
DO $$ BEGIN
	EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END $$;

-- the turn: worker and dispatch alike
GRANT USAGE ON SEQUENCE block_seq TO shyraq_worker, shyraq_dispatch;
GRANT SELECT, INSERT, UPDATE ON peer, session, casefile, case_answer, place, outbox, outbox_part
	TO shyraq_worker, shyraq_dispatch;
GRANT SELECT, INSERT, UPDATE ON inbox_key TO shyraq_worker;
GRANT INSERT ON inbox, consent, epoch, epoch_box, narrative, task, audit
	TO shyraq_worker, shyraq_dispatch;
GRANT SELECT ON consent, keyholder, receiver, referral_ask TO shyraq_worker, shyraq_dispatch;
GRANT SELECT, UPDATE ON contact, referral TO shyraq_worker, shyraq_dispatch;
GRANT SELECT, INSERT, UPDATE ON part TO shyraq_worker;
GRANT SELECT ON link_state TO shyraq_worker;
GRANT SELECT (kind, case_id, contact_id, done_at) ON task TO shyraq_worker;

-- the clock
GRANT INSERT ON referral, referral_ask, contact TO shyraq_dispatch;
GRANT INSERT, UPDATE ON receiver TO shyraq_dispatch;
GRANT SELECT, INSERT ON receiver_group TO shyraq_dispatch;
GRANT SELECT, UPDATE ON intake TO shyraq_dispatch;
GRANT SELECT, INSERT, UPDATE, DELETE ON inbox_key TO shyraq_dispatch;
GRANT SELECT, UPDATE, DELETE ON part TO shyraq_dispatch;
GRANT SELECT, INSERT, UPDATE ON link_state TO shyraq_dispatch;
GRANT SELECT ON inbox TO shyraq_dispatch;
GRANT EXECUTE ON FUNCTION shyraq_partitions(int) TO shyraq_dispatch;
GRANT SELECT, UPDATE ON link_order TO shyraq_dispatch;
GRANT SELECT, INSERT, DELETE ON link_pause TO shyraq_dispatch;

-- people at the command line: who looks, who orders, who may let others read words
GRANT SELECT (name) ON schema_step TO shyraq_operator, shyraq_auditor;
GRANT SELECT (id, name, kind, lang, regions, vetted, ord, active, sample, group_id, langs, takes, services,
	of_country, hours, beds, beds_at, away_until, until_at) ON receiver TO shyraq_operator, shyraq_auditor;
GRANT SELECT ON receiver_group TO shyraq_operator, shyraq_auditor;
GRANT SELECT (id, receiver_id, active, lost, role, shift) ON contact TO shyraq_operator, shyraq_auditor;
GRANT SELECT (id, state, contact_id, key, link, failures, error, due_at, settled_at) ON outbox
	TO shyraq_operator, shyraq_auditor;
GRANT SELECT (id, link, state, error, done_at, late) ON inbox TO shyraq_operator, shyraq_auditor;
GRANT SELECT (id, number, class, lang, bearer, state, opened_at, refer_due, asked_at, ladder_due,
	taken_at, taken_by, hidden_at, met_at, late_at) ON casefile TO shyraq_operator, shyraq_auditor;
GRANT SELECT ON case_answer, consent, referral, task_seen, case_month, link_state, link_pause
	TO shyraq_operator, shyraq_auditor;
GRANT SELECT (id, case_id, inbox_id, lang, codes, epoch_id, asked_at, answered_at, read_at) ON job_check
	TO shyraq_operator, shyraq_auditor;
GRANT SELECT (id, at, state, error, answer) ON intake TO shyraq_operator, shyraq_auditor;
GRANT INSERT (kind, box, at) ON intake TO shyraq_operator;
GRANT SELECT, INSERT (kind, link, class, text), DELETE ON link_order TO shyraq_operator;
GRANT SELECT (id, name, active, added_at, retired_at) ON keyholder TO shyraq_operator, shyraq_auditor;
GRANT SELECT ON legal_hold TO shyraq_operator, shyraq_auditor;
GRANT INSERT (name, public_key, login), UPDATE (active, retired_at) ON keyholder TO shyraq_supervisor;
GRANT INSERT (case_id, reason), DELETE ON legal_hold TO shyraq_supervisor;
GRANT SELECT ON audit, audit_chain TO shyraq_supervisor, shyraq_auditor;
-- who goes on
GRANT SELECT, INSERT, UPDATE, DELETE ON beat TO shyraq_worker, shyraq_dispatch;
GRANT SELECT ON beat TO shyraq_operator, shyraq_auditor;
-- what dispatch does for them
GRANT UPDATE ON inbox TO shyraq_dispatch;
GRANT SELECT (id, kind, inbox_id, case_id, contact_id, done_at, taken_by, taken_at, at, page_due, paged_at),
	UPDATE (done_at, done_by, outcome, taken_by, taken_at, page_due, paged_at) ON task TO shyraq_dispatch;
-- retention and the chain over the audit: nobody may change either
GRANT SELECT ON case_idle TO shyraq_dispatch;
GRANT INSERT ON case_stat TO shyraq_dispatch;
GRANT DELETE ON casefile, case_answer, place, session, task, peer, epoch, referral_ask TO shyraq_dispatch;
GRANT SELECT (id, at) ON epoch TO shyraq_dispatch;
GRANT SELECT (case_id, epoch_id) ON narrative TO shyraq_dispatch;
GRANT SELECT ON audit TO shyraq_dispatch;
GRANT SELECT, INSERT ON audit_chain TO shyraq_dispatch;
-- conversations: words that wait, offer checks, tried codes, what is erased
GRANT SELECT, INSERT, UPDATE ON relay TO shyraq_worker, shyraq_dispatch;
GRANT SELECT, INSERT, UPDATE, DELETE ON job_check TO shyraq_worker, shyraq_dispatch;
GRANT SELECT, INSERT, DELETE ON code_try TO shyraq_worker, shyraq_dispatch;
GRANT DELETE ON session TO shyraq_worker;
GRANT SELECT ON legal_hold TO shyraq_worker, shyraq_dispatch;
-- people on duty and the live desk
GRANT SELECT, INSERT, UPDATE ON desk_case TO shyraq_worker, shyraq_dispatch;
GRANT SELECT ON duty TO shyraq_dispatch;
GRANT SELECT ON duty TO shyraq_operator, shyraq_auditor;
GRANT INSERT (login, part, contact_id, from_at, to_at), UPDATE (to_at), DELETE ON duty TO shyraq_operator;
GRANT SELECT ON desk_list, desk_said TO shyraq_caseworker;
GRANT SELECT (public_key) ON keyholder TO shyraq_caseworker;
GRANT EXECUTE ON FUNCTION shyraq_words(bigint, bytea, bigint) TO shyraq_caseworker;
GRANT EXECUTE ON FUNCTION shyraq_job_words(bigint, bytea) TO shyraq_caseworker;
-- a child's case
GRANT EXECUTE ON FUNCTION shyraq_look(bigint), shyraq_held(bigint) TO shyraq_operator, shyraq_auditor;
GRANT EXECUTE ON FUNCTION shyraq_child_access(text, boolean) TO shyraq_supervisor;
-- linked cases
GRANT SELECT ON case_link TO shyraq_worker, shyraq_dispatch;
-- what receivers of themselves say, a lost phone, outcomes, cases that are one
GRANT UPDATE (beds, beds_at, away_until) ON receiver TO shyraq_worker;
GRANT INSERT, DELETE ON referral_ask TO shyraq_worker;
GRANT INSERT ON assertion TO shyraq_worker, shyraq_dispatch;
GRANT SELECT (id, case_id, what, maker) ON assertion TO shyraq_worker, shyraq_dispatch;
GRANT INSERT, UPDATE, DELETE ON case_link TO shyraq_dispatch;
GRANT SELECT ON assertion, case_link TO shyraq_operator, shyraq_auditor;
-- figures that stay, and special operations
GRANT EXECUTE ON FUNCTION shyraq_figures_keep(bigint[]) TO shyraq_dispatch;
GRANT SELECT ON figure_month, operation_seen TO shyraq_operator, shyraq_auditor;
GRANT EXECUTE ON FUNCTION shyraq_law_erased(text, text) TO shyraq_supervisor;
GRANT SELECT (id), INSERT (name, regions, from_at, to_at) ON operation TO shyraq_operator;
GRANT EXECUTE ON FUNCTION shyraq_operation_end(text) TO shyraq_operator;
