-- SPDX-License-Identifier: GPL-3.0-or-later
-- Test builds only: the clock of SQL can be moved. Installed by `shyraqctl db test-clock`.
CREATE TABLE IF NOT EXISTS test_clock (
	one boolean PRIMARY KEY DEFAULT true CHECK (one),
	ms bigint NOT NULL DEFAULT 0
);
INSERT INTO test_clock DEFAULT VALUES ON CONFLICT DO NOTHING;
CREATE OR REPLACE FUNCTION shyraq_now() RETURNS timestamptz
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
	AS 'SELECT now() + (SELECT ms FROM public.test_clock) * interval ''1 millisecond''';
