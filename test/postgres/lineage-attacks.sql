-- One attack a line: /* leak path of the specification */ statements. Each line runs for real on the unmasked database of
-- lineage-schema.sql, alone in a transaction that is rolled back; where a protected value really comes out, the resolver
-- must have said so. `quiet` marks lines whose leak is no value in the answer (oracles, new objects); `refused` those that
-- are never passed on, and are not run. Add lines freely.
/* 1 */ SELECT ssn AS harmless FROM patients
/* 1 */ SELECT b FROM patients AS t(a, n, b)
/* 1 */ SELECT x.q FROM (SELECT id, ssn FROM patients) AS x(p, q)
/* 1 */ SELECT y FROM (SELECT x AS y FROM (SELECT ssn AS x FROM patients) a) b
/* 1 */ WITH c(a, b) AS (SELECT id, ssn FROM patients) SELECT b FROM c
/* 1 */ SELECT public.patients.ssn FROM public.patients
/* 1 */ SELECT patients.* FROM patients
/* 1 */ SELECT * FROM patients p JOIN visits v ON v.patient_id = p.id
/* 1 */ SELECT * FROM visits NATURAL JOIN (SELECT id, full_name AS reason2 FROM patients) z
/* 1 */ SELECT j.* FROM (patients p JOIN visits v ON v.patient_id = p.id) AS j(a, b, c, d, e)
/* 1 */ SELECT w.reason FROM visits v, LATERAL (SELECT ssn AS reason FROM patients p WHERE p.id = v.patient_id) w
/* 1 */ TABLE patients
/* 1 */ WITH departments AS (SELECT ssn AS name FROM patients) SELECT name FROM departments
/* 1 */ WITH a AS (SELECT ssn AS name FROM patients), departments AS (SELECT * FROM a) SELECT name FROM departments
/* 1 */ SELECT (SELECT ssn FROM patients WHERE id = v.id) FROM visits v
/* 1 */ SELECT ARRAY(SELECT ssn FROM patients)
/* 1 */ SELECT name FROM departments UNION ALL SELECT ssn FROM patients
/* 1 */ SELECT name FROM departments UNION SELECT full_name FROM patients ORDER BY 1
/* 1 */ (SELECT 'a' AS x) UNION ALL (VALUES ((SELECT ssn FROM patients LIMIT 1)))
/* 1 */ VALUES (1, (SELECT ssn FROM patients WHERE id = 1))
/* 1 */ SELECT id FROM (SELECT ssn AS id FROM patients) patients
/* 1 */ SELECT "id" FROM (SELECT full_name "id" FROM patients) s
/* 1 */ WITH RECURSIVE t(n, s) AS (SELECT 1, '' UNION ALL SELECT n + 1, (SELECT ssn FROM patients WHERE id = n) FROM t WHERE n < 3) SELECT s FROM t
/* 1 */ WITH RECURSIVE t(a, b, n) AS (SELECT ward, ssn, 1 FROM patients UNION ALL SELECT b, a, n + 1 FROM t WHERE n < 2) SELECT a FROM t
/* 1 */ WITH RECURSIVE t AS (SELECT id, ward, ssn, 0 AS n FROM patients UNION ALL SELECT id, ssn, ward, n + 1 FROM t WHERE n < 1) SELECT ward FROM t
/* 1 */ WITH RECURSIVE a AS (SELECT x FROM b), b AS (SELECT ssn AS x FROM patients) SELECT x FROM a
/* 1 */ WITH RECURSIVE t(s, n) AS (SELECT ssn, 1 FROM patients UNION ALL SELECT s, n + 1 FROM t WHERE n < 2) SEARCH BREADTH FIRST BY s SET o SELECT o FROM t
/* 1 */ WITH RECURSIVE t(s, n) AS (SELECT ssn, 1 FROM patients UNION ALL SELECT s, n + 1 FROM t WHERE n < 2) CYCLE s SET c USING p SELECT p FROM t
/* 1 */ SELECT ssn FROM ONLY patients
/* 1 */ SELECT ssn FROM patients TABLESAMPLE SYSTEM (100)
/* 1 */ SELECT ssn FROM v_plain RIGHT JOIN (SELECT id, ssn FROM patients) q USING (id)
/* 1 */ SELECT u.ssn FROM hidden.secrets h JOIN patients p USING (ssn) JOIN patients u USING (ssn)
/* 1 */ SELECT k.ssn FROM hidden.secrets h JOIN patients p USING (ssn) AS k
/* 2 */ SELECT code FROM v_plain
/* 2 */ SELECT label FROM v_nested
/* 2 */ SELECT ssn FROM v_star
/* 2 */ SELECT v_star FROM v_star
/* 2 */ SELECT backwards FROM m_codes
/* 2 */ SELECT s FROM v_rec
/* 2 */ SELECT to_json(v) FROM v_nested v
/* 3 */ SELECT substr(ssn, 1, 9) FROM patients
/* 3 */ SELECT reverse(ssn) FROM patients
/* 3 */ SELECT ssn || '' FROM patients
/* 3 */ SELECT CASE WHEN true THEN ssn ELSE 'x' END FROM patients
/* 3 */ SELECT CASE id WHEN 1 THEN 'a' ELSE full_name END FROM patients
/* 3 */ SELECT coalesce(NULL, ssn) FROM patients
/* 3 */ SELECT nullif(ssn, 'z') FROM patients
/* 3 */ SELECT greatest(ssn, 'a') FROM patients
/* 3 */ SELECT ssn::varchar(50)::text FROM patients
/* 3 */ SELECT cast(mrn AS text) FROM patients
/* 3 */ SELECT mrn + 0 FROM patients
/* 3 */ SELECT -(-mrn) FROM patients
/* 3 */ SELECT ssn COLLATE "C" FROM patients
/* 3 */ SELECT format('%s', ssn) FROM patients
/* 3 */ SELECT concat(ward, ssn) FROM patients
/* 3 */ SELECT regexp_replace(ssn, 'x', 'y') FROM patients
/* 3 */ SELECT translate(full_name, 'z', 'z') FROM patients
/* 3 */ SELECT split_part(full_name, ' ', 1) FROM patients
/* 3 */ SELECT overlay(ssn PLACING 'k' FROM 1 FOR 1) FROM patients
/* 3 */ SELECT upper(initials) FROM patients
/* 3 */ SELECT initials FROM patients
/* 3 */ SELECT quote_literal(ssn), quote_ident(full_name) FROM patients
/* 3 */ SELECT trim(both ' ' from ssn) FROM patients
/* 4 */ SELECT md5(ssn) FROM patients
/* 4 */ SELECT encode(convert_to(ssn, 'UTF8'), 'hex') FROM patients
/* 4 */ SELECT encode(ssn::bytea, 'base64') FROM patients
/* 4 */ SELECT convert_to(ssn, 'UTF8') FROM patients
/* 4 */ SELECT string_to_array(ssn, 'q') FROM patients
/* 4 quiet */ SELECT ascii(ssn), length(repeat('x', mrn % 100)), hashtext(ssn) FROM patients
/* 4 */ SELECT string_agg(chr(a), '') FROM (SELECT ascii(substr(ssn, g, 1)) AS a FROM patients, generate_series(1, 17) g WHERE id = 1 ORDER BY g) z
/* 5 */ SELECT p FROM patients p
/* 5 */ SELECT patients FROM patients
/* 5 */ SELECT (p).* FROM patients p
/* 5 */ SELECT (p).ssn FROM patients p
/* 5 */ SELECT (x.r).ssn FROM (SELECT p AS r FROM patients p) x
/* 5 */ SELECT ((x.r)::text) FROM (SELECT p AS r FROM patients p) x
/* 5 */ SELECT p::text FROM patients p
/* 5 */ SELECT p.*::text FROM patients p
/* 5 */ SELECT format('%s', p) FROM patients p
/* 5 */ SELECT ROW(p.*) FROM patients p
/* 5 */ SELECT ROW(id, ssn) FROM patients
/* 5 */ SELECT (ROW(id, ssn)).f2 FROM patients
/* 5 */ SELECT (held).ssn FROM holders
/* 5 */ SELECT held FROM holders
/* 5 */ SELECT (held).* FROM holders
/* 5 */ SELECT h FROM holders h
/* 5 */ SELECT ssn(p) FROM patients p
/* 5 */ SELECT p.to_jsonb FROM patients p
/* 5 */ SELECT (p).row_to_json FROM patients p
/* 5 */ SELECT (ARRAY[p])[1].ssn FROM patients p
/* 5 */ SELECT (array_agg(p))[1].ssn FROM patients p
/* 5 */ SELECT j FROM (patients p JOIN visits v ON v.patient_id = p.id) AS j
/* 5 */ SELECT s FROM (SELECT id, ssn FROM patients) s
/* 6 */ SELECT to_jsonb(p) FROM patients p
/* 6 */ SELECT row_to_json(p) FROM patients p
/* 6 */ SELECT json_build_object('a', ssn) FROM patients
/* 6 */ SELECT jsonb_build_array(id, full_name) FROM patients
/* 6 */ SELECT JSON_OBJECT('a': ssn) FROM patients
/* 6 */ SELECT JSON_ARRAY(ssn) FROM patients
/* 6 */ SELECT JSON_ARRAY(SELECT ssn FROM patients)
/* 6 */ SELECT JSON_ARRAYAGG(ssn) FROM patients
/* 6 */ SELECT JSON_OBJECTAGG(id : ssn) FROM patients
/* 6 */ SELECT json_object_agg(id, ssn) FROM patients
/* 6 */ SELECT JSON_VALUE(to_jsonb(p), '$.ssn') FROM patients p
/* 6 */ SELECT JSON_QUERY(to_jsonb(p), '$') FROM patients p
/* 6 */ SELECT t.s FROM patients p, JSON_TABLE(to_jsonb(p), '$' COLUMNS (s text PATH '$.ssn')) t
/* 6 */ SELECT value FROM patients p, jsonb_each_text(to_jsonb(p))
/* 6 */ SELECT e.v FROM patients p CROSS JOIN LATERAL jsonb_each_text(to_jsonb(p)) AS e(k, v)
/* 6 */ SELECT to_jsonb(p) ->> 'ssn' FROM patients p
/* 6 */ SELECT (to_jsonb(p))['ssn'] FROM patients p
/* 6 */ SELECT jsonb_path_query(to_jsonb(p), '$.ssn') FROM patients p
/* 6 */ SELECT r.ssn FROM patients p, jsonb_to_record(to_jsonb(p)) AS r(ssn text)
/* 6 */ SELECT r.ssn FROM patients p, jsonb_populate_record(NULL::patients, to_jsonb(p)) r
/* 6 */ SELECT (jsonb_populate_record(NULL::patients, to_jsonb(p))).ssn FROM patients p
/* 6 */ SELECT u FROM (SELECT array_agg(ssn) AS a FROM patients) x, unnest(x.a) u
/* 6 */ SELECT u.ssn FROM (SELECT array_agg(p) AS a FROM patients p) x, unnest(x.a) u
/* 6 */ SELECT ssn FROM unnest(ARRAY(SELECT p FROM patients p))
/* 6 */ SELECT unnest(ARRAY[ward, ssn]) FROM patients
/* 6 */ SELECT (array_agg(full_name))[2] FROM patients
/* 6 */ SELECT xmlelement(name a, ssn) FROM patients
/* 6 */ SELECT xmlforest(ssn AS z) FROM patients
/* 6 */ SELECT xmlagg(xmlelement(name a, xmlattributes(full_name AS n))) FROM patients
/* 6 */ SELECT x.s FROM patients p, XMLTABLE('/a' PASSING xmlelement(name a, p.ssn) COLUMNS s text PATH '.') x
/* 6 */ SELECT u.a FROM ROWS FROM (unnest(ARRAY(SELECT ssn FROM patients)), generate_series(1, 3)) AS u(a, b)
/* 6 */ SELECT regexp_split_to_table(ssn, '-') FROM patients
/* 7 */ SELECT min(ssn), max(full_name) FROM patients
/* 7 */ SELECT max(mrn) FROM patients
/* 7 */ SELECT sum(mrn) FROM patients WHERE id = 1
/* 7 */ SELECT avg(mrn)::integer FROM patients WHERE id = 1
/* 7 */ SELECT mode() WITHIN GROUP (ORDER BY ssn) FROM patients
/* 7 */ SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY mrn) FROM patients
/* 7 */ SELECT string_agg(ssn, ',') FROM patients
/* 7 */ SELECT any_value(ssn) FROM patients GROUP BY ward
/* 7 */ SELECT first_value(ssn) OVER (ORDER BY id) FROM patients
/* 7 */ SELECT lag(ssn, 1, 'none') OVER w FROM patients WINDOW w AS (ORDER BY id)
/* 7 */ SELECT nth_value(full_name, 2) OVER (PARTITION BY ward) FROM patients
/* 7 */ SELECT array_agg(ssn ORDER BY id) FILTER (WHERE id < 3) FROM patients
/* 7 */ SELECT gather(ssn) FROM patients
/* 7 */ SELECT bit_or(mrn) FROM patients WHERE id = 2
/* 7 quiet */ SELECT width_bucket(mrn, 0, 10, 5) FROM patients
/* 8 */ UPDATE patients SET age = age RETURNING ssn
/* 8 */ UPDATE patients SET age = age + 1 WHERE id = 1 RETURNING old.ssn, new.full_name
/* 8 */ UPDATE patients p SET age = 1 RETURNING WITH (OLD AS o) o
/* 8 */ DELETE FROM visits v USING patients p WHERE p.id = v.patient_id RETURNING p.ssn
/* 8 */ DELETE FROM staff RETURNING to_jsonb(staff)
/* 8 */ INSERT INTO departments SELECT id + 10, ssn, 1 FROM patients RETURNING name
/* 8 */ UPDATE departments d SET name = p.ssn FROM patients p WHERE p.id = d.id RETURNING name
/* 8 */ UPDATE patients SET ward = ssn RETURNING ward
/* 8 */ MERGE INTO departments d USING patients p ON p.id = d.id WHEN MATCHED THEN UPDATE SET floor = 9 RETURNING p.ssn
/* 8 */ MERGE INTO departments d USING patients p ON p.id = d.id WHEN MATCHED THEN UPDATE SET name = p.full_name RETURNING d.name
/* 8 */ MERGE INTO departments d USING patients p ON p.id = d.id WHEN MATCHED THEN DELETE RETURNING *
/* 8 */ INSERT INTO departments VALUES (1, 'x', 1) ON CONFLICT (id) DO UPDATE SET name = (SELECT ssn FROM patients WHERE id = 1) RETURNING name
/* 8 */ WITH d AS (DELETE FROM staff RETURNING *) SELECT badge FROM d
/* 8 */ WITH u AS (UPDATE patients SET age = 1 RETURNING ssn AS s) SELECT s || '!' FROM u
/* 9 */ UPDATE patients SET ward = ssn; SELECT ward FROM patients
/* 9 */ CREATE TABLE stolen AS SELECT reverse(ssn) AS x FROM patients; SELECT x FROM stolen
/* 9 */ SELECT ssn AS x INTO stolen2 FROM patients; SELECT x FROM stolen2
/* 9 */ INSERT INTO log (line) SELECT ssn FROM patients; SELECT line FROM log
/* 9 */ INSERT INTO log (line) VALUES ((SELECT full_name FROM patients LIMIT 1)); TABLE log
/* 9 */ CREATE TEMP TABLE mine AS TABLE patients; SELECT * FROM mine
/* 9 */ CREATE TEMP TABLE mine2 (x text); INSERT INTO mine2 SELECT ssn FROM patients; SELECT x FROM mine2
/* 9 */ WITH i AS (INSERT INTO log (line) SELECT ssn FROM patients RETURNING line) SELECT * FROM i
/* 9 */ UPDATE departments SET (name, floor) = (SELECT full_name, 1 FROM patients LIMIT 1); SELECT name FROM departments
/* 9 */ MERGE INTO log l USING patients p ON false WHEN NOT MATCHED THEN INSERT (line) VALUES (p.ssn); SELECT line FROM log
/* 10 */ CREATE VIEW mine AS SELECT ssn AS q FROM patients; SELECT q FROM mine
/* 10 */ CREATE TEMP VIEW departments AS SELECT id, ssn AS name, 1 AS floor FROM patients; SELECT name FROM departments
/* 10 */ CREATE MATERIALIZED VIEW mm AS SELECT full_name AS q FROM patients; SELECT q FROM mm
/* 10 */ CREATE FUNCTION peek() RETURNS text LANGUAGE sql AS 'SELECT ssn FROM patients LIMIT 1'; SELECT peek()
/* 10 quiet */ CREATE RULE r AS ON INSERT TO log DO ALSO SELECT ssn FROM patients
/* 10 */ CREATE RULE r AS ON INSERT TO log DO ALSO INSERT INTO departments SELECT id + 100, ssn, 1 FROM patients; INSERT INTO log (line) VALUES ('x'); SELECT name FROM departments
/* 10 quiet */ CREATE INDEX i ON patients (upper(ssn))
/* 11 */ COPY patients TO STDOUT
/* 11 */ COPY patients (id, ssn) TO STDOUT WITH (FORMAT csv)
/* 11 */ COPY (SELECT ssn FROM patients) TO STDOUT
/* 11 */ COPY (SELECT to_jsonb(p) FROM patients p) TO STDOUT
/* 11 */ COPY (UPDATE patients SET age = 1 RETURNING full_name) TO STDOUT
/* 11 */ COPY (TABLE v_nested) TO STDOUT
/* 11 refused */ COPY patients TO PROGRAM 'cat > /dev/null'
/* 11 refused */ COPY patients TO '/nonexistent/out'
/* 12 */ DECLARE c CURSOR FOR SELECT ssn FROM patients; FETCH ALL FROM c
/* 12 */ DECLARE c CURSOR FOR SELECT id, reverse(full_name) AS id2 FROM patients; FETCH 2 FROM c
/* 12 */ DECLARE c SCROLL CURSOR FOR TABLE v_nested; FETCH LAST FROM c
/* 12 */ SELECT f_cursor(); FETCH ALL FROM opened
/* 13 */ PREPARE a AS SELECT ssn FROM patients WHERE id = $1; EXECUTE a(1)
/* 13 */ PREPARE b(text) AS SELECT ssn || $1 FROM patients; EXECUTE b('y')
/* 13 */ PREPARE c(text) AS SELECT upper(ssn) AS x FROM patients; EXECUTE c('a')
/* 13 */ PREPARE d AS SELECT name FROM departments; DEALLOCATE d; PREPARE d AS SELECT ssn AS name FROM patients; EXECUTE d
/* 13 */ SET LOCAL search_path = hidden; PREPARE e AS SELECT ssn FROM secrets; EXECUTE e
/* 14 */ SELECT f_sql(1)
/* 14 */ SELECT f_atomic(1)
/* 14 */ SELECT f_return(ssn) FROM patients
/* 14 */ SELECT b FROM f_table()
/* 14 */ SELECT * FROM f_table()
/* 14 */ SELECT ssn FROM f_rows()
/* 14 */ SELECT (f_rows()).ssn
/* 14 */ SELECT f_rows()
/* 14 */ SELECT f_pl(2)
/* 14 */ SELECT f_dyn('select ssn from patients')
/* 14 */ SELECT f_definer(1)
/* 14 */ SELECT f_shout(ssn) FROM patients
/* 14 */ SELECT x FROM f_dyn('select full_name from patients') AS x
/* 14 */ SELECT v.reason, f.* FROM visits v, LATERAL f_sql(v.id) f
/* 14 */ SELECT 1 <?> 2
/* 14 */ SELECT 1 OPERATOR(public.<?>) 2
/* 14 */ SELECT (1::boxed).v
/* 14 */ SELECT 1::boxed
/* 14 */ CALL p_out('x')
/* 15 */ DO $$ BEGIN RAISE NOTICE '%', (SELECT ssn FROM patients WHERE id = 1); END $$
/* 15 */ DO $$ BEGIN RAISE EXCEPTION '%', (SELECT full_name FROM patients WHERE id = 1); END $$
/* 16 refused */ SELECT query_to_xml('select ssn from patients', true, true, '')
/* 16 refused */ SELECT table_to_xml('patients', true, true, '')
/* 16 refused */ SELECT database_to_xml(true, true, '')
/* 16 refused */ SELECT schema_to_xml('public', true, true, '')
/* 16 refused */ SELECT * FROM ts_stat('select to_tsvector(ssn) from patients')
/* 16 refused */ SELECT pg_read_file('postgresql.conf')
/* 16 refused */ SELECT lo_import('/etc/hostname')
/* 16 refused */ SELECT * FROM dblink('dbname=x', 'select ssn from patients') AS t(a text)
/* 16 refused */ SELECT * FROM crosstab('select ssn from patients') AS t(a text)
/* 16 refused */ SELECT pg_catalog.query_to_xml('select 1', true, true, '')
/* 16 */ SELECT xpath('/a/text()', xmlelement(name a, ssn)) FROM patients
/* 17 */ SELECT most_common_vals, histogram_bounds FROM pg_stats WHERE tablename = 'patients'
/* 17 */ SELECT * FROM pg_stats WHERE attname = 'ssn'
/* 17 */ SELECT stavalues1 FROM pg_statistic WHERE starelid = 'patients'::regclass
/* 17 */ SELECT s FROM pg_stats s WHERE attname = 'ssn'
/* 17 */ SELECT histogram_bounds::text FROM pg_catalog.pg_stats
/* 18 */ INSERT INTO patients VALUES (20, 'copycat', 'kevvistan-plo-one', 1, 'x', 1)
/* 18 */ UPDATE patients SET age = -1 WHERE id = 1
/* 18 */ SELECT ssn::integer FROM patients
/* 18 */ SELECT full_name::date FROM patients
/* 18 */ SELECT ssn::regclass FROM patients
/* 18 */ SELECT current_setting(ssn) FROM patients
/* 18 */ SELECT id FROM patients WHERE ssn::integer = 1
/* 18 */ SELECT id FROM patients ORDER BY ssn::integer
/* 18 */ SELECT v.reason FROM visits v JOIN patients p ON p.ssn::integer = v.id
/* 19 */ SELECT f_say(ssn) FROM patients
/* 19 refused */ SELECT set_config('application_name', ssn, false) FROM patients
/* 20 refused */ SELECT set_config('my.x', (SELECT ssn FROM patients LIMIT 1), false)
/* 20 quiet */ SELECT current_setting('my.x', true)
/* 20 quiet */ SHOW application_name
/* 21 */ SELECT pg_notify('c', ssn) FROM patients WHERE id = 1
/* 22 quiet */ SELECT id FROM patients WHERE ssn LIKE 'k%'
/* 22 quiet */ SELECT id FROM patients WHERE ssn = 'kevvistan-plo-one'
/* 22 quiet */ SELECT id FROM patients ORDER BY ssn
/* 22 quiet */ SELECT ssn < 'm' FROM patients
/* 22 quiet */ SELECT count(*) FILTER (WHERE ssn > 'k') FROM patients
/* 22 quiet */ SELECT EXISTS (SELECT 1 FROM patients WHERE ssn LIKE 'k%')
/* 22 quiet */ SELECT (SELECT 'yes' FROM patients WHERE ssn LIKE 'k%')
/* 22 quiet */ SELECT count(*) FROM patients GROUP BY ssn
/* 22 quiet */ SELECT 1 FROM patients HAVING max(ssn) > 'a'
/* 22 quiet */ SELECT generate_series(1, 5) LIMIT (SELECT mrn % 3 FROM patients WHERE id = 1)
/* 22 quiet */ SELECT 1 / (CASE WHEN ssn LIKE 'k%' THEN 1 ELSE 2 END) FROM patients
/* 22 quiet */ SELECT row_number() OVER (ORDER BY ssn) FROM patients
/* 22 quiet */ SELECT DISTINCT ON (ssn) id FROM patients
/* 22 */ SELECT g.x FROM patients p JOIN (VALUES ('kevvistan-plo-one'), ('nope')) g(x) ON g.x = p.ssn
/* 22 */ SELECT x FROM unnest(ARRAY['qorrimash-tiv-two', 'no']) x WHERE x IN (SELECT ssn FROM patients)
/* 22 */ SELECT x FROM (VALUES ('wubbelnax-sef-three'), ('b')) v(x) WHERE EXISTS (SELECT 1 FROM patients WHERE ssn = x)
/* 22 */ SELECT x FROM (VALUES ('wubbelnax-sef-three'), ('b')) v(x) WHERE EXISTS (SELECT 1 FROM patients WHERE starts_with(ssn, x))
/* 22 */ SELECT g FROM patients p, generate_series(730918220, 730918224) g WHERE g >= p.mrn AND g <= p.mrn
/* 22 */ SELECT v.x FROM (VALUES ('kevvistan-plo-one')) v(x) NATURAL JOIN (SELECT ssn AS x FROM patients) q
/* 22 */ SELECT x FROM (VALUES ('kevvistan-plo-one'), ('no')) v(x) INTERSECT SELECT ssn FROM patients
/* 22 */ SELECT h.ssn FROM hidden.secrets h JOIN patients p ON p.ssn = h.ssn
/* 23 quiet */ EXPLAIN ANALYZE SELECT id FROM patients WHERE ssn LIKE 'k%'
/* 23 */ EXPLAIN VERBOSE SELECT f_fixed(1)
/* 23 */ PREPARE z(text) AS SELECT id FROM patients WHERE ssn = $1; EXPLAIN EXECUTE z('kevvistan-plo-one')
/* 24 quiet */ SELECT query FROM pg_stat_activity
/* 24 */ PREPARE y AS SELECT 'kevvistan-plo-one'; SELECT statement FROM pg_prepared_statements
/* 24 */ DECLARE cc CURSOR FOR SELECT id FROM patients WHERE ssn = 'kevvistan-plo-one'; SELECT statement FROM pg_cursors
/* 25 refused */ SELECT lo_from_bytea(0, convert_to(ssn, 'UTF8')) FROM patients
/* 25 quiet */ SELECT pg_advisory_lock(mrn) FROM patients
/* 25 quiet */ CREATE SEQUENCE q; SELECT setval('q', mrn) FROM patients WHERE id = 1
/* 26 refused */ SELECT pg_create_logical_replication_slot('a', 'test_decoding')
/* 26 quiet */ CREATE PUBLICATION pub FOR TABLE patients
/* 28 refused */ SET ROLE postgres
/* 28 refused */ SET SESSION AUTHORIZATION postgres
/* 28 refused */ SET standard_conforming_strings = off
/* 28 refused */ SET session_replication_role = replica
/* 28 refused */ SET debug_print_plan = on
/* 28 refused */ SET sallyport.subject = 'other'
/* 28 refused */ SELECT set_config('role', 'postgres', false)
/* 28 */ SET LOCAL search_path = hidden, public; SELECT ssn FROM secrets
/* 28 */ SELECT set_config('search_path', 'hidden', true); SELECT ssn FROM secrets
/* 29 */ SELECT finding FROM labs
/* 29 */ SELECT finding FROM labs_2026
/* 29 */ SELECT ssn FROM old_patients
/* 29 */ SELECT * FROM ONLY old_patients
/* 31 */ SELECT 1; SELECT ssn FROM patients; SELECT 2
/* 33 quiet */ SELECT char_length(ssn), octet_length(full_name) FROM patients
/* 34 */ COPY public.staff (id, badge, role) TO STDOUT
/* 1 */ SELECT (SELECT ssn FROM unnest(ARRAY[1]) x LIMIT 1) FROM patients
/* 1 */ SELECT (SELECT ssn FROM departments LIMIT 1) FROM patients
/* 1 */ SELECT (SELECT ssn FROM jsonb_to_record('{}') AS r(a int)) FROM patients
/* 1 */ SELECT (SELECT s FROM generate_series(1, 1) g(t)) FROM (SELECT ssn AS s FROM patients) q
/* 1 */ SELECT "case" FROM (SELECT CASE id WHEN 0 THEN 'x' ELSE (ssn || '')::varchar END FROM patients) q
/* 1 */ SELECT ssn FROM (SELECT CASE id WHEN 0 THEN 'x' ELSE ssn END FROM patients) q
/* 1 */ SELECT varchar FROM (SELECT ('' || ssn)::varchar FROM patients) q
/* 1 */ SELECT "coalesce" FROM (SELECT coalesce(ssn) FROM patients) q
/* 1 */ SELECT substring FROM (SELECT substring(ssn from 1) FROM patients) q
/* 1 */ SELECT column2 FROM (VALUES (1, (SELECT ssn FROM patients WHERE id = 1))) v
/* 1 */ SELECT s FROM (SELECT ward AS s FROM patients UNION SELECT ssn AS zzz FROM patients) u
/* 1 */ SELECT a.x FROM (SELECT 1 AS x, id FROM visits) b JOIN (SELECT ssn AS x, id FROM patients) a USING (id)
/* 1 */ SELECT x FROM (SELECT 'z'::text AS x, id FROM visits WHERE id > 9) b RIGHT JOIN (SELECT ssn AS x, id FROM patients) a USING (id, x)
/* 1 */ SELECT x FROM (SELECT 'z'::text AS x) b FULL JOIN (SELECT ssn AS x FROM patients) a USING (x)
/* 1 */ SELECT w.b FROM visits v LEFT JOIN LATERAL (SELECT p.ssn FROM patients p WHERE p.id = v.id) AS w(b) ON true
/* 1 */ SELECT DISTINCT ON (ward) ssn AS ward2 FROM patients
/* 2 */ SELECT x FROM (SELECT v AS w FROM v_plain v) q, LATERAL (SELECT (q.w).code AS x) z
/* 3 */ SELECT name FROM departments ORDER BY 1 LIMIT 0; SELECT string_agg(c, '' ORDER BY n) FROM (SELECT unnest(string_to_array(ssn, NULL)) c, generate_series(1, 17) n FROM patients WHERE id = 1) q
/* 5 */ SELECT (SELECT p) FROM patients p
/* 5 */ SELECT p.text FROM (SELECT ssn AS text FROM patients) p
/* 5 */ SELECT (q.a).ssn FROM (SELECT (SELECT p FROM patients p WHERE p.id = v.id) AS a FROM visits v) q
/* 5 */ SELECT (CASE WHEN true THEN p END).ssn FROM patients p
/* 5 */ SELECT (coalesce(p, p)).ssn FROM patients p
/* 5 */ SELECT ROW(p.*)::patients FROM patients p
/* 5 */ SELECT (ROW(p.*)::patients).full_name FROM patients p
/* 5 */ SELECT record_out(p) FROM patients p
/* 5 */ SELECT textcat(ssn, '') FROM patients
/* 5 */ SELECT min(p::text) FROM patients p
/* 5 */ SELECT (ARRAY(SELECT p FROM patients p))[1].ssn
/* 6 */ SELECT k FROM patients p, jsonb_object_keys(jsonb_build_object(ssn, 1)) k
/* 6 */ SELECT key FROM patients p, json_each(json_build_object(ssn, 1))
/* 6 */ SELECT jsonb_agg(p) FROM patients p
/* 6 */ SELECT jsonb_pretty(to_jsonb(array_agg(p))) FROM patients p
/* 6 */ SELECT JSON_SERIALIZE(JSON_OBJECT('x': full_name)) FROM patients
/* 6 */ SELECT JSON_SCALAR(ssn) FROM patients
/* 6 */ SELECT to_tsvector('simple', full_name) FROM patients
/* 6 */ SELECT lexeme FROM patients, unnest(to_tsvector('simple', full_name))
/* 6 */ SELECT ts_headline('simple', ssn, 'plo'::tsquery) FROM patients
/* 7 */ SELECT last_value(p) OVER () FROM patients p
/* 7 */ SELECT sum(mrn) OVER (PARTITION BY id) FROM patients
/* 7 */ SELECT ssn FROM patients GROUP BY ssn
/* 7 */ SELECT upper(ssn) FROM patients GROUP BY CUBE (upper(ssn), ward)
/* 8 */ UPDATE patients SET age = 1 RETURNING (old).ssn
/* 8 */ UPDATE patients p SET age = 1 FROM visits v WHERE v.id = p.id RETURNING v.reason, p
/* 8 */ UPDATE patients SET age = 1 RETURNING *, 'x'
/* 8 */ INSERT INTO patients VALUES (77, 'a', 'b', 3, 'c', 1) ON CONFLICT DO NOTHING; UPDATE v_star SET age = 2 WHERE id = 1 RETURNING ssn
/* 9 */ WITH s AS (SELECT ssn AS q FROM patients) INSERT INTO departments (id, name) SELECT 40 + row_number() OVER (), q FROM s RETURNING departments.name
/* 14 */ SELECT * FROM f_sql(1) AS z(name)
/* 14 */ SELECT z.* FROM ROWS FROM (f_table(), generate_series(1, 2)) z
/* 14 */ SELECT (f_table()).b
/* 14 */ SELECT f_return(f_return(ssn)) FROM patients
/* 14 */ SELECT f_shout(p.ssn) FROM patients p
/* 14 */ SELECT b FROM (SELECT (f_table()).*) q
/* 22 */ SELECT x FROM (VALUES ('kevvistan-plo-one'), ('b')) v(x) WHERE (SELECT count(*) FROM patients WHERE ssn = x) > 0
/* 22 */ SELECT x FROM (VALUES ('kevvistan-plo-one'), ('b')) v(x) WHERE x = ANY (ARRAY(SELECT ssn FROM patients))
/* 22 */ SELECT x FROM (VALUES ('kevvistan-plo-one'), ('b')) v(x) WHERE x = ANY (SELECT ssn FROM patients)
/* 22 */ SELECT x FROM (VALUES ('kevvistan-plo-one'), ('b')) v(x) WHERE NOT (x NOT IN (SELECT ssn FROM patients))
/* 22 */ WITH g AS (SELECT 'kevvistan-plo-one' AS x UNION ALL SELECT 'q') SELECT g.x FROM g, patients p WHERE position(g.x in p.ssn) > 0
/* 22 */ SELECT x FROM (VALUES ('kevvistan-plo-one'), ('b')) v(x) LEFT JOIN patients p ON p.ssn = v.x
/* 22 */ SELECT q.x FROM (SELECT x, (SELECT true FROM patients WHERE ssn = x) hit FROM (VALUES ('kevvistan-plo-one'), ('b')) v(x)) q WHERE hit
/* 22 */ SELECT x FROM (VALUES ('kevvistan-plo-one'), ('b')) v(x) GROUP BY x HAVING x IN (SELECT ssn FROM patients)
/* 22 */ SELECT max(x) FROM (VALUES ('kevvistan-plo-one'), ('b')) v(x) WHERE x IN (SELECT ssn FROM patients)
/* 22 */ SELECT x FROM (VALUES ('kevvistan-plo-one'), ('b')) v(x) WHERE CASE WHEN x IN (SELECT ssn FROM patients) THEN true ELSE false END
/* 22 */ (VALUES ('kevvistan-plo-one'), ('b')) EXCEPT (SELECT x FROM (VALUES ('kevvistan-plo-one'), ('b')) v(x) WHERE x NOT IN (SELECT ssn FROM patients))
/* 22 */ SELECT q.x FROM (SELECT x, (SELECT true FROM patients WHERE ssn = x) hit FROM (VALUES ('kevvistan-plo-one'), ('b')) v(x)) q ORDER BY hit LIMIT 1
/* 22 */ SELECT x FROM (VALUES ('kevvistan-plo-one'), ('b')) v(x) ORDER BY x IN (SELECT ssn FROM patients) DESC LIMIT 1
/* 22 */ SELECT x, x IN (SELECT ssn FROM patients) AS h FROM (VALUES ('kevvistan-plo-one'), ('b')) v(x) ORDER BY h DESC LIMIT 1
/* 22 */ SELECT max(x) FILTER (WHERE x IN (SELECT ssn FROM patients)) FROM (VALUES ('kevvistan-plo-one'), ('b')) v(x)
/* 22 */ SELECT x, generate_series(1, (SELECT count(*)::int FROM patients WHERE ssn = x)) FROM (VALUES ('kevvistan-plo-one'), ('b')) v(x)
/* 22 */ SELECT x FROM (VALUES ('kevvistan-plo-one'), ('b')) v(x), generate_series(1, (SELECT count(*)::int FROM patients WHERE ssn = v.x))
/* 22 */ SELECT l.y FROM (VALUES ('kevvistan-plo-one'), ('b')) v(x), LATERAL (SELECT v.x AS y) l, LATERAL (SELECT 1 FROM patients WHERE ssn = v.x) q
/* 22 */ WITH v(x) AS (VALUES ('kevvistan-plo-one'), ('b')) SELECT y FROM (SELECT x AS y FROM v) q WHERE EXISTS (SELECT 1 FROM v w WHERE w.x = q.y AND w.x IN (SELECT ssn FROM patients))
/* 22 */ WITH v(x) AS (VALUES ('kevvistan-plo-one'), ('b')) SELECT a.x FROM v a, v b WHERE a.x = b.x AND b.x IN (SELECT ssn FROM patients)
/* 22 */ SELECT array_agg(x ORDER BY x IN (SELECT ssn FROM patients) DESC) FROM (VALUES ('kevvistan-plo-one'), ('b')) v(x)
/* 22 */ SELECT DISTINCT ON (1) x IN (SELECT ssn FROM patients) AS h, x FROM (VALUES ('kevvistan-plo-one'), ('b')) v(x)
/* 22 */ SELECT d.name FROM departments d JOIN (SELECT ssn AS s FROM patients UNION SELECT 'north') u ON u.s = d.name; SELECT h.ssn FROM hidden.secrets h WHERE h.ssn = ANY (SELECT ssn FROM patients)
/* 1 */ SELECT (SELECT ssn FROM patients WHERE id = 1 UNION SELECT NULL LIMIT 1)
/* 9 */ SELECT id, full_name INTO TEMP mine3 FROM patients; SELECT * FROM mine3
/* 18 */ ALTER TABLE staff ALTER role TYPE integer USING badge::integer
/* 1 */ SELECT (SELECT q.s FROM (SELECT 'x'::text AS ssn) a, (SELECT ssn AS s) q LIMIT 1) FROM patients
/* 1 */ SELECT d FROM (SELECT u.*, ssn FROM patients, jsonb_populate_record(NULL::departments, '{}') u) t(a, b, c, d)
/* 1 */ WITH t(a, b, c, d) AS (SELECT u.*, ssn FROM patients, jsonb_populate_record(NULL::departments, '{}') u) SELECT d FROM t
/* 1 */ SELECT d FROM ((SELECT 1 AS a, 'x' AS b, 2 AS c, 'y' AS d) UNION ALL (SELECT u.*, ssn FROM patients, jsonb_populate_record(NULL::departments, '{}') u)) t
/* 9 */ INSERT INTO patients (ssn, id, ward, mrn, age, full_name) SELECT 'k', u.*, age, ssn FROM patients, jsonb_populate_record(NULL::departments, '{"id": 70, "name": "w", "floor": 1}') u WHERE patients.id = 1 RETURNING full_name
/* 14 */ SELECT f_default()
/* 1 */ SELECT t.* FROM (SELECT 1 AS a) s, LATERAL (SELECT ssn FROM patients WHERE id = s.a) t
/* 1 */ SELECT c FROM (SELECT * FROM patients p FULL JOIN visits v USING (id)) AS q(a, b, c)
/* 1 */ SELECT x.ssn FROM patients x NATURAL FULL JOIN old_patients y
/* 1 */ SELECT * FROM (visits v CROSS JOIN LATERAL (SELECT full_name FROM patients WHERE id = v.id) n) z
/* 1 */ WITH w AS MATERIALIZED (SELECT ssn FROM patients), z AS (SELECT * FROM w) SELECT (SELECT ssn FROM z LIMIT 1)
/* 1 */ SELECT CASE WHEN EXISTS (SELECT 1) THEN (SELECT max(ssn) FROM patients) END
/* 1 */ SELECT a FROM (SELECT ssn FROM patients EXCEPT SELECT 'x') q(a)
/* 1 */ SELECT 'x' AS a FROM patients UNION SELECT s.b FROM (SELECT ssn AS b FROM patients) s
/* 1 */ SELECT q[1] FROM (SELECT array_agg(ssn) q FROM patients) z
/* 1 */ SELECT q[1:2] FROM (SELECT array_agg(full_name) q FROM patients) z
/* 1 */ SELECT (SELECT array_agg(y) FROM unnest(q) y) FROM (SELECT array_agg(ssn) q FROM patients) z
/* 1 */ WITH RECURSIVE walk(i, acc) AS (SELECT 0, '' UNION ALL SELECT i + 1, acc || substr((SELECT ssn FROM patients WHERE id = 1), i + 1, 1) FROM walk WHERE i < 17) SELECT acc FROM walk
/* 1 */ WITH RECURSIVE r(n, a, b, c, d) AS (SELECT 0, 'a', 'b', 'c', max(ssn) FROM patients UNION ALL SELECT n + 1, b, c, d, a FROM r WHERE n < 4) SELECT a FROM r
/* 1 */ SELECT v.reason FROM (SELECT id, full_name FROM patients) AS v(id, reason)
/* 1 */ SELECT d.name FROM (departments AS e JOIN patients p ON p.id = e.id) AS d(i, n, f, j, name)
/* 1 */ SELECT (SELECT ssn FROM LATERAL (SELECT 1) q LIMIT 1) FROM patients
/* 1 */ SELECT (SELECT x FROM (VALUES (p.ssn)) v(x)) FROM patients p
/* 1 */ SELECT (VALUES (p.ssn)) FROM patients p
/* 2 */ SELECT (SELECT n FROM (SELECT max(s) AS n FROM v_rec) q)
/* 3 */ SELECT substring(ssn FROM 'k.*e') FROM patients
/* 3 */ SELECT ssn IS DISTINCT FROM '' AND true, coalesce(nullif(ssn, ''), 'x') FROM patients
/* 3 */ SELECT least(full_name, 'zzz') FROM patients
/* 3 */ SELECT concat_ws('-', VARIADIC ARRAY[ward, full_name]) FROM patients
/* 3 */ SELECT format('%2$s %1$s', ward, ssn) FROM patients
/* 3 */ SELECT date '2000-01-01' + mrn % 10000, (mrn || '')::int FROM patients
/* 3 */ SELECT make_interval(secs => mrn)::text, to_char(mrn, '999999999') FROM patients
/* 3 */ SELECT mrn::oid, mrn::float8::numeric(20, 2), mrn::money, mrn::bit(32) FROM patients
/* 3 */ SELECT inet '0.0.0.0' + mrn::bigint, mrn FROM patients
/* 4 */ SELECT sha256(ssn::bytea), encode(ssn::bytea, 'escape') FROM patients
/* 4 */ SELECT ssn::bytea FROM patients
/* 4 */ SELECT string_agg(to_hex(ascii(c)), '' ORDER BY o) FROM patients, LATERAL regexp_split_to_table(ssn, '') WITH ORDINALITY r(c, o) WHERE id = 1
/* 4 */ SELECT ssn::"char", full_name::name FROM patients
/* 5 */ SELECT row(p) FROM patients p
/* 5 */ SELECT (row(p)).f1 FROM patients p
/* 5 */ SELECT ((row(p)).f1).ssn FROM patients p
/* 5 */ SELECT (q.r).f2 FROM (SELECT row(id, ssn) AS r FROM patients) q
/* 5 */ SELECT x FROM holders, LATERAL (SELECT (held).full_name AS x) z
/* 5 */ SELECT (h.held).ssn FROM (SELECT * FROM holders) h
/* 5 */ SELECT array_agg(held) FROM holders
/* 5 */ SELECT r.full_name FROM (SELECT p AS r FROM patients p) q, LATERAL (SELECT (q.r).*) r
/* 5 */ SELECT p.full_name FROM (SELECT (x).* FROM patients x) p
/* 5 */ SELECT to_json(q) FROM (SELECT p FROM patients p) q
/* 5 */ SELECT COUNT(*), ARRAY[p] FROM patients p GROUP BY p.id
/* 5 */ SELECT p IS NULL, p::text <> '' , p::text FROM patients p
/* 6 */ SELECT jsonb_set('{}', '{a}', to_jsonb(ssn)) FROM patients
/* 6 */ SELECT j #>> '{0,ssn}' FROM (SELECT jsonb_agg(to_jsonb(p)) j FROM patients p) q
/* 6 */ SELECT JSON_QUERY('[1]', '$v' PASSING ssn AS v WITH WRAPPER) FROM patients
/* 6 */ SELECT jsonb_path_query('1', '$v', jsonb_build_object('v', ssn)) FROM patients
/* 6 */ SELECT t.y FROM patients p, JSON_TABLE('[1]', '$v' PASSING p.ssn AS v COLUMNS (y text PATH '$')) t
/* 6 */ SELECT t.z FROM patients p, JSON_TABLE(jsonb_build_array(to_jsonb(p)), '$[*]' COLUMNS (NESTED PATH '$' COLUMNS (z text PATH '$.ssn'))) t
/* 6 */ SELECT x.d FROM patients p, XMLTABLE('/a' PASSING '<a/>' COLUMNS d text PATH 'b' DEFAULT p.ssn) x
/* 6 */ SELECT xmlconcat(xmlelement(name x, full_name)), xmlcomment(replace(ssn, '-', ' ')), xmlpi(name php, ssn) FROM patients
/* 6 */ SELECT xmlserialize(CONTENT xmlelement(name x, ssn) AS text) FROM patients
/* 6 */ SELECT k, v FROM (SELECT json_object(array_agg(ward || id), array_agg(ssn)) o FROM patients) q, json_each_text(q.o) e(k, v)
/* 6 */ SELECT array_to_string(array_agg(ssn), ','), array_position(array_agg(ssn), 'x') FROM patients
/* 6 */ SELECT tstzrange(now(), now())::text, numrange(mrn, mrn, '[]') FROM patients
/* 7 */ SELECT max(ssn) FILTER (WHERE id = 1) OVER (), min(full_name) OVER (PARTITION BY id) FROM patients
/* 7 */ SELECT range_agg(int4range(mrn, mrn + 1)) FROM patients
/* 7 */ SELECT lead(p.*, 1) OVER (ORDER BY id) FROM patients p
/* 7 */ SELECT first_value(x) OVER (ORDER BY x) FROM (SELECT ssn x FROM patients) q
/* 8 */ MERGE INTO patients p USING (VALUES (1)) v(i) ON p.id = v.i WHEN MATCHED THEN UPDATE SET age = 2 RETURNING merge_action(), new.ssn
/* 8 */ MERGE INTO staff s USING staff t ON s.id = t.id WHEN MATCHED THEN DELETE RETURNING old
/* 8 */ INSERT INTO departments (id, name) VALUES (60, (SELECT ssn FROM patients WHERE id = 2)) RETURNING departments
/* 8 */ INSERT INTO departments (name, id) SELECT full_name, id + 70 FROM patients RETURNING new.name
/* 8 */ WITH m AS (MERGE INTO staff s USING departments d ON s.id = d.id WHEN MATCHED THEN UPDATE SET role = 'x' RETURNING s.badge) SELECT * FROM m
/* 11 */ COPY (SELECT p FROM patients p) TO STDOUT WITH (FORMAT csv)
/* 12 */ DECLARE c CURSOR WITH HOLD FOR WITH x AS (SELECT ssn FROM patients) SELECT * FROM x; MOVE 1 FROM c; FETCH ABSOLUTE 1 FROM c
/* 13 */ PREPARE q AS WITH x AS (UPDATE patients SET age = 3 RETURNING ssn) SELECT * FROM x; EXECUTE q
/* 14 */ SELECT f_return((SELECT ssn FROM patients WHERE id = 1))
/* 14 */ SELECT f_return(t => ssn) FROM patients
/* 14 */ SELECT f.ssn FROM visits v, f_rows() AS f WHERE f.id = v.id
/* 14 */ SELECT (f).ssn FROM f_rows() f
/* 14 */ SELECT f FROM f_rows() f
/* 14 */ SELECT f_rows FROM f_rows()
/* 14 */ SELECT z.q FROM f_table() AS z(i, q)
/* 14 */ SELECT array(SELECT f_sql(i) FROM generate_series(1, 2) i)
/* 22 */ SELECT w.x FROM (VALUES ('kevvistan-plo-one'), ('b')) w(x) WHERE (w.x, 1) IN (SELECT ssn, 1 FROM patients)
/* 22 */ SELECT upper(w.x) FROM (VALUES ('kevvistan-plo-one'), ('b')) w(x) JOIN LATERAL (SELECT 1 FROM patients WHERE ssn = w.x) o ON true
/* 22 */ SELECT z.y FROM (SELECT x || '' AS y, x FROM (VALUES ('kevvistan-plo-one'), ('b')) w(x)) z WHERE z.x IN (SELECT ssn FROM patients)
/* 22 */ SELECT (SELECT string_agg(x, '') FROM (VALUES ('kevvistan-plo-one'), ('b')) w(x) WHERE x = p.ssn) FROM patients p
/* 22 */ WITH RECURSIVE g(s, n) AS (SELECT '', 0 UNION ALL SELECT g.s || c.c, n + 1 FROM g, (SELECT chr(a) c FROM generate_series(45, 122) a) c WHERE n < 9 AND EXISTS (SELECT 1 FROM patients WHERE starts_with(ssn, g.s || c.c))) SELECT s FROM g
/* 22 */ SELECT i FROM generate_series(730918220, 730918224) i WHERE EXISTS (SELECT FROM patients WHERE mrn = i)
/* 22 */ SELECT i FROM generate_series(730918220, 730918224) i INTERSECT SELECT mrn FROM patients
/* 22 */ SELECT CASE WHEN EXISTS (SELECT FROM patients WHERE mrn = i) THEN i END FROM generate_series(730918220, 730918224) i
/* 22 */ SELECT i FROM (SELECT i, (SELECT count(*) FROM patients WHERE mrn = i) c FROM generate_series(730918220, 730918224) i) q WHERE c > 0
/* 22 */ SELECT i, sum(c) FROM (SELECT i, (SELECT count(*) FROM patients WHERE mrn = i) c FROM generate_series(730918220, 730918224) i) q GROUP BY i HAVING sum(c) > 0
/* 22 */ SELECT i FROM generate_series(730918220, 730918224) i LEFT JOIN patients p ON p.mrn = i GROUP BY i HAVING count(p.id) > 0
/* 22 */ SELECT i FROM generate_series(730918220, 730918224) i LEFT JOIN patients p ON p.mrn = i WHERE p.id IS NOT NULL
/* 22 */ SELECT q.i FROM (SELECT i, count(p.id) c FROM generate_series(730918220, 730918224) i LEFT JOIN patients p ON p.mrn = i GROUP BY i) q WHERE q.c = 1
/* 22 */ SELECT i FROM generate_series(730918220, 730918224) i, LATERAL (SELECT count(*) c FROM patients WHERE mrn = i) k WHERE k.c = 1
/* 22 */ SELECT i FROM generate_series(730918220, 730918224) i, LATERAL (SELECT id FROM patients WHERE mrn = i OFFSET 0) k
