-- One attack a line: /* leak path of the specification */ statements. Each line runs for real on the unmasked database of
-- lineage-schema.sql, alone in a transaction that is rolled back; where a protected value really comes out, the resolver
-- must have said so. `quiet` marks lines whose leak is no planted text in the answer (parts, hashes, oracles, new objects);
-- `stopped` oracles that may not even run; `refused` what is never passed on, whatever policy says, and is not run. Add lines freely.
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
/* 21 quiet */ SELECT pg_notify('c', ssn) FROM patients WHERE id = 1
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
/* 1 */ SELECT U&"\0073\0073\006E" FROM patients
/* 1 */ SELECT SsN, "ssn", pAtIeNtS."full_name" FROM PaTiEnTs
/* 1 */ SELECT U&"d\0061ta" FROM (SELECT ssn AS "data" FROM patients) q
/* 1 */ SELECT "?column?" FROM (SELECT ssn || '' FROM patients) q
/* 1 */ SELECT t.id FROM patients AS t(x, y, id)
/* 1 */ SELECT name FROM (SELECT id, ssn FROM patients) AS departments(id, name)
/* 1 */ SELECT departments.name FROM visits, LATERAL (SELECT ssn AS name FROM patients p WHERE p.id = visits.id) departments
/* 1 */ SELECT x.* FROM (SELECT 1 AS id) z JOIN (SELECT id, ssn AS ward FROM patients) x USING (id)
/* 1 */ SELECT ward FROM (SELECT id, full_name AS ward FROM patients) q NATURAL JOIN (SELECT id FROM visits) r
/* 1 */ SELECT c FROM ((SELECT id, name FROM departments) UNION ALL (SELECT id, ssn FROM patients)) AS u(i, c)
/* 1 */ SELECT id, name FROM departments UNION SELECT id, full_name FROM patients UNION SELECT id, reason FROM visits
/* 1 */ (SELECT name, 'a' FROM departments) EXCEPT (SELECT 'a', name FROM departments) UNION SELECT 'b', ssn FROM patients
/* 1 */ SELECT ssn AS ward FROM patients ORDER BY id FETCH FIRST 2 ROWS WITH TIES
/* 1 */ SELECT q.b FROM (VALUES (1, (SELECT badge FROM staff LIMIT 1)), (2, 'plain')) AS q(a, b)
/* 1 */ SELECT id FROM staff s WHERE false UNION ALL SELECT mrn FROM patients
/* 1 */ WITH patients AS (SELECT badge AS ward FROM staff) SELECT ward FROM patients
/* 1 */ WITH a AS (WITH b AS (SELECT ssn AS z FROM patients) SELECT z AS y FROM b) SELECT y AS x FROM a
/* 1 */ SELECT (SELECT (SELECT (SELECT ssn))) FROM patients
/* 1 */ SELECT s.id FROM staff AS s(key, id)
/* 1 */ SELECT born FROM notes
/* 1 */ SELECT n.born AS made FROM notes n
/* 1 */ SELECT phones, doc FROM notes
/* 1 */ SELECT id, body AS kind FROM notes WHERE kind = 'calm'
/* 2 */ SELECT j ->> 'ssn' FROM v_json
/* 2 */ SELECT t FROM v_union
/* 2 */ SELECT * FROM v_union ORDER BY 1 DESC LIMIT 2
/* 2 */ SELECT v.t AS name FROM v_union v EXCEPT SELECT 'x'
/* 2 */ SELECT (v).j -> 'full_name' FROM v_json v
/* 3 */ SELECT born + 1, born - date '1900-01-01', age(now(), born), extract(year FROM born) FROM notes
/* 3 */ SELECT (born + 1)::text, to_char(born, 'YYYY"-"MM"-"DD') FROM notes
/* 3 */ SELECT make_date(extract(year FROM born)::int, extract(month FROM born)::int, extract(day FROM born)::int) FROM notes
/* 3 */ SELECT born::timestamp AT TIME ZONE 'UTC' AT TIME ZONE 'UTC' FROM notes
/* 3 */ SELECT daterange(born, born, '[]'), tsrange(born, born + 1) FROM notes
/* 3 */ SELECT ARRAY[born, born] FROM notes
/* 3 */ SELECT date_trunc('day', born)::date, born || '' FROM notes
/* 3 */ SELECT generate_series(born, born, '1 day')::date FROM notes
/* 3 */ SELECT phones[1], phones[1:1], phones || '{}'::text[], array_to_string(phones, '') FROM notes
/* 3 */ SELECT array_upper(phones, 1), phones[array_lower(phones, 1)] FROM notes
/* 3 */ SELECT p FROM notes, unnest(phones) p
/* 3 */ SELECT p, i FROM notes CROSS JOIN unnest(phones, ARRAY[1, 2]) AS q(p, i)
/* 3 */ SELECT p FROM notes n LEFT JOIN LATERAL unnest(n.phones) WITH ORDINALITY AS u(p, o) ON true WHERE o = 2
/* 3 */ SELECT doc -> 'who', doc ->> 'who', doc #> '{who}', doc #>> '{who}', doc['who'] FROM notes
/* 3 */ SELECT doc || '{"z": 1}', doc - 'n', jsonb_strip_nulls(doc), jsonb_pretty(doc) FROM notes
/* 3 */ SELECT v FROM notes, jsonb_each(doc) AS e(k, v)
/* 3 */ SELECT r.who FROM notes, jsonb_to_record(doc) AS r(who text)
/* 3 */ SELECT jsonb_path_query_first(doc, '$.who') #>> '{}', jsonb_path_query_array(doc, '$.*') FROM notes
/* 3 */ SELECT JSON_VALUE(doc, '$.who'), JSON_QUERY(doc, '$.who'), doc @? '$.who' FROM notes
/* 3 */ SELECT jt.w FROM notes n, JSON_TABLE(n.doc, '$' COLUMNS (w text PATH '$.who', NESTED PATH '$.list[*]' COLUMNS (q int PATH '$'))) jt
/* 3 */ SELECT body::short, body::text::short::varchar FROM notes
/* 3 */ SELECT CASE kind WHEN 'calm' THEN body ELSE NULL END, CASE WHEN kind = 'calm' THEN 'a' ELSE body::text END FROM notes
/* 3 */ SELECT string_to_table(ssn, '') || '', string_to_table(ssn, '-') FROM patients
/* 3 */ SELECT rpad(ssn, 40, '.'), lpad(ssn, 40), repeat(ssn, 2), initcap(ssn), left(ssn, -1), right(ssn, 12) FROM patients
/* 3 */ SELECT regexp_match(ssn, '(.*)'), regexp_matches(ssn, '.+', 'g'), regexp_substr(ssn, '.*') FROM patients
/* 3 */ SELECT normalize(ssn), unistr(ssn), quote_nullable(ssn) FROM patients
/* 3 */ SELECT ssn ^@ 'k', ssn || ward, ward || ssn, ssn::text::xml FROM patients
/* 3 */ SELECT (ssn, ward)::text, ROW(ward, ROW(ssn)) FROM patients
/* 3 */ SELECT coalesce(ward, ssn), nullif(coalesce(NULL, full_name), ward) FROM patients
/* 3 */ SELECT ARRAY[ARRAY[ssn]] , ARRAY[ward, full_name]::text FROM patients
/* 3 */ SELECT substring(ssn SIMILAR '%' ESCAPE '#'), substring(ssn FROM 1 FOR 20) FROM patients
/* 3 quiet */ SELECT abs(mrn), mrn % 10, mrn / 7, mrn # 5, mrn << 1, sqrt(mrn), to_hex(mrn), mrn::text::bytea FROM patients
/* 3 */ SELECT factorial(0) + mrn, mrn * 1.0, round(mrn, 0), mrn::numeric::text, to_char(mrn, 'FM999999999') FROM patients
/* 3 */ SELECT int4range(mrn, mrn, '[]'), lower(int4range(mrn, mrn, '[]')) FROM patients
/* 3 */ SELECT point(mrn, 1), box(point(mrn, 1), point(1, 1)), circle(point(mrn, 0), 1)::text FROM patients
/* 3 */ SELECT mrn::text::char(12) AS c, mrn::regclass, mrn::text::xid, mrn::oid::regproc FROM patients
/* 4 */ SELECT hstore(p) -> 'ssn' FROM patients p
/* 4 */ SELECT (each(hstore(p))).value FROM patients p
/* 4 */ SELECT value FROM patients p, each(hstore(p))
/* 4 */ SELECT skeys(hstore(ssn, '1')), avals(hstore('a', ssn)), hstore('a', full_name)::json FROM patients
/* 4 quiet */ SELECT digest(ssn, 'sha256'), hmac(ssn, 'k', 'sha1'), crypt(ssn, 'ab'), similarity(ssn, 'kevvistan') FROM patients
/* 4 */ SELECT show_trgm(ssn), pgp_sym_decrypt(pgp_sym_encrypt(full_name, 'k'), 'k') FROM patients
/* 4 */ SELECT armor(ssn::bytea), convert_from(convert_to(ssn, 'UTF8'), 'UTF8') FROM patients
/* 4 */ SELECT decode(encode(ssn::bytea, 'base64'), 'base64'), set_byte(ssn::bytea, 0, 107), ssn::bytea || ''::bytea FROM patients
/* 4 quiet */ SELECT crc32(ssn::bytea), hashtextextended(ssn, 1), bit_length(ssn), get_byte(ssn::bytea, 1), hash_record(p) FROM patients p
/* 4 quiet */ SELECT ascii(ssn) AS a, ascii(substr(ssn, 2, 1)) FROM patients
/* 4 */ SELECT string_agg(chr(get_byte(ssn::bytea, g)), '' ORDER BY g) FROM patients, generate_series(0, 16) g WHERE id = 1
/* 5 */ SELECT (notes).body, (n).doc FROM notes, notes n
/* 5 */ SELECT n FROM notes n
/* 5 */ SELECT q.n FROM (SELECT n FROM notes n) q
/* 5 */ SELECT (q.n).phones FROM (SELECT n FROM notes n) q
/* 5 */ SELECT to_jsonb(x) FROM (SELECT n AS m FROM notes n) x
/* 5 */ SELECT (SELECT r FROM (SELECT p.*) r) FROM patients p
/* 5 */ SELECT (r).ssn FROM (SELECT (SELECT p FROM patients p WHERE id = 1) AS r) q
/* 5 */ SELECT (f_rows()).*
/* 5 */ SELECT patients.*::patients FROM patients
/* 5 */ SELECT ((p.*)::patients).ssn FROM patients p
/* 5 */ SELECT row_to_json(ROW(ssn, 1)), to_json(ROW(full_name)) FROM patients
/* 5 */ SELECT json_agg(q) FROM (SELECT id, ssn AS s FROM patients) q
/* 5 */ SELECT array_agg(q)::text FROM (SELECT id, ssn AS s FROM patients) q
/* 5 */ SELECT unnest(array_agg(p)) FROM patients p
/* 5 */ SELECT (unnest(array_agg(p))).full_name FROM patients p
/* 5 */ SELECT min(ROW(ssn)::text), string_agg(p::text, ';') FROM patients p
/* 5 */ SELECT jsonb_object_agg(id, p) FROM patients p
/* 5 */ SELECT jsonb_build_object('row', p, 'k', ARRAY[ssn]) FROM patients p
/* 5 */ SELECT to_jsonb(ARRAY(SELECT p FROM patients p)) #>> '{0,ssn}'
/* 5 */ SELECT q FROM (TABLE patients) q
/* 5 */ SELECT json_populate_record(p, '{}') FROM patients p
/* 5 */ SELECT (jsonb_populate_record(p, '{"ward": "x"}')).ssn FROM patients p
/* 5 */ SELECT r.* FROM patients p, jsonb_populate_record(p, '{}') r
/* 5 */ SELECT a.ssn FROM holders h, LATERAL (SELECT (h.held).*) a
/* 6 */ SELECT xpath('//text()', query) FROM (SELECT xmlelement(name r, xmlforest(ssn, full_name)) AS query FROM patients) q
/* 6 */ SELECT xmlroot(xmlelement(name a, ssn), version '1.0'), xmlelement(name a, xmlattributes(ssn)) FROM patients
/* 6 */ SELECT t.* FROM patients p, XMLTABLE('//r' PASSING xmlelement(name r, xmlattributes(p.full_name AS n)) COLUMNS n text PATH '@n', o FOR ORDINALITY) t
/* 6 */ SELECT xml_is_well_formed(ssn), xmlparse(CONTENT full_name), xmltext(ssn) FROM patients
/* 6 */ SELECT json_array_elements_text(json_build_array(ssn, 'x')) FROM patients
/* 6 */ SELECT json_object(ARRAY[ssn], ARRAY['v']), json_object('{a}', ARRAY[ssn]) FROM patients
/* 6 */ SELECT JSON(('"' || ssn || '"')), JSON_SERIALIZE(JSON_ARRAY(full_name RETURNING jsonb)) FROM patients
/* 6 */ SELECT JSON_OBJECT(ssn VALUE 1 ABSENT ON NULL), JSON_OBJECTAGG(ssn VALUE 1) OVER () FROM patients
/* 6 */ SELECT array_cat(ARRAY['a'], ARRAY[ssn]), array_append(NULL, ssn), array_replace(ARRAY['a'], 'a', ssn), array_fill(ssn, ARRAY[2]) FROM patients
/* 6 */ SELECT a[i] FROM (SELECT array_agg(ssn ORDER BY id) a FROM patients) q, generate_subscripts(q.a, 1) i
/* 6 */ SELECT v FROM (SELECT string_agg(ssn, ',') s FROM patients) q, string_to_table(q.s, ',') v
/* 6 */ SELECT v FROM unnest((SELECT array_agg(ssn) FROM patients)) v
/* 6 */ SELECT * FROM json_each_text((SELECT json_object_agg(id, ssn) FROM patients))
/* 6 */ SELECT * FROM jsonb_to_recordset((SELECT jsonb_agg(to_jsonb(p)) FROM patients p)) AS x(id int, ssn text)
/* 6 */ SELECT id FROM jsonb_to_recordset((SELECT jsonb_agg(jsonb_build_object('id', ssn)) FROM patients)) AS x(id text)
/* 6 */ SELECT word FROM patients, ts_parse('default', ssn) AS z(t, word)
/* 6 */ SELECT token FROM patients, ts_debug('simple', full_name)
/* 6 */ SELECT tsvector_to_array(to_tsvector('simple', ssn)), strip(to_tsvector('simple', full_name)), plainto_tsquery('simple', ssn) FROM patients
/* 6 */ SELECT jsonb_path_query_first(to_jsonb(p), '$.* ? (@ starts with "kev")') FROM patients p
/* 7 */ SELECT min(born), max(born) FROM notes
/* 7 */ SELECT mode() WITHIN GROUP (ORDER BY full_name), percentile_disc(ARRAY[0, 1]) WITHIN GROUP (ORDER BY ssn) FROM patients
/* 7 */ SELECT percentile_cont(0) WITHIN GROUP (ORDER BY mrn)::bigint FROM patients
/* 7 */ SELECT array_agg(DISTINCT ssn), string_agg(DISTINCT full_name, '/') FROM patients
/* 7 */ SELECT ward, max(ssn) FROM patients GROUP BY ward HAVING count(*) > 0
/* 7 */ SELECT max(ssn) OVER (PARTITION BY id ROWS BETWEEN CURRENT ROW AND CURRENT ROW) FROM patients
/* 7 */ SELECT ntile(1) OVER (), lead(full_name) OVER (ORDER BY id), last_value(ssn) OVER (ORDER BY id RANGE UNBOUNDED PRECEDING) FROM patients
/* 7 */ SELECT sum(mrn) FROM patients GROUP BY id
/* 7 */ SELECT sum(mrn) - sum(mrn) FILTER (WHERE id <> 1) FROM ONLY patients
/* 7 */ SELECT avg(mrn)::bigint, stddev_pop(mrn), variance(mrn), bit_xor(mrn) FROM patients WHERE id = 3
/* 7 quiet */ SELECT regr_slope(mrn, id), corr(mrn, age), covar_pop(mrn, 1), regr_avgy(mrn, 1), regr_intercept(mrn, id) FROM patients
/* 7 */ SELECT regr_avgy(mrn, 1)::bigint FROM patients WHERE id = 1
/* 7 stopped */ SELECT bool_or(ssn LIKE 'kev%'), bool_and(ssn > 'a'), every(mrn > 5) FROM patients
/* 7 */ SELECT json_agg(ssn ORDER BY id) -> 0, jsonb_agg_strict(full_name) FROM patients
/* 7 */ SELECT range_agg(daterange(born, born, '[]')) FROM notes
/* 7 */ SELECT any_value(full_name), min(full_name COLLATE "C") FROM patients
/* 7 */ SELECT ward, ssn FROM patients GROUP BY GROUPING SETS ((ward), (ssn))
/* 7 */ SELECT coalesce(ssn, 'total'), count(*) FROM patients GROUP BY ROLLUP (ssn)
/* 7 */ SELECT xmlagg(xmlelement(name p, full_name) ORDER BY id)::text, gather(ssn ORDER BY id) FROM patients
/* 7 stopped */ SELECT count(CASE WHEN ssn LIKE 'k%' THEN 1 END) FROM patients
/* 7 stopped */ SELECT count(nullif(ssn, 'kevvistan-plo-one')), count(nullif(left(ssn, 1), 'k')) FROM patients
/* 7 stopped */ SELECT count(ssn > 'k' OR NULL), count(DISTINCT left(ssn, 2)) FROM patients
/* 7 stopped */ SELECT count(x) FROM (SELECT CASE WHEN ssn LIKE 'k%' THEN 1 END AS x FROM patients) q
/* 7 stopped */ SELECT sum(CASE WHEN full_name LIKE 'Z%' THEN 1 ELSE 0 END) FROM patients
/* 7 stopped */ SELECT rank('m') WITHIN GROUP (ORDER BY ssn), cume_dist('k') WITHIN GROUP (ORDER BY full_name) FROM patients
/* 7 stopped */ SELECT ward, row_number() OVER (ORDER BY mrn DESC), ntile(4) OVER (ORDER BY ssn), percent_rank() OVER (ORDER BY mrn) FROM patients
/* 7 */ SELECT ward, array_agg(x) FROM (SELECT ward, full_name AS x FROM patients) q GROUP BY CUBE (ward)
/* 8 */ UPDATE notes SET kind = 'calm' WHERE id = 1 RETURNING body
/* 8 */ DELETE FROM notes RETURNING *
/* 8 */ DELETE FROM notes n RETURNING n.doc ->> 'who', row_to_json(n)
/* 8 */ INSERT INTO notes (id, body, born) SELECT id + 100, body, born FROM notes RETURNING id, born
/* 8 */ INSERT INTO departments (id, name) SELECT id + 200, 'x' FROM patients RETURNING (SELECT string_agg(ssn, ' ') FROM patients)
/* 8 */ WITH d AS (DELETE FROM notes RETURNING notes) SELECT (d.notes).body FROM d
/* 8 */ WITH u AS (UPDATE staff SET role = role RETURNING *), v AS (SELECT badge AS role FROM u) SELECT role FROM v
/* 8 */ WITH i AS (INSERT INTO visits (id, reason) VALUES (900, 'x') RETURNING id) SELECT ssn FROM i, patients
/* 8 */ MERGE INTO notes n USING numbers k ON k.n = n.id WHEN MATCHED THEN UPDATE SET kind = 'calm' RETURNING merge_action(), n.*, k.n
/* 8 */ INSERT INTO tickets (id) VALUES (1) RETURNING opener
/* 8 */ INSERT INTO tickets (id) VALUES (1); SELECT opener FROM tickets
/* 8 */ INSERT INTO staff VALUES (1, 'x', 'y') ON CONFLICT (id) DO UPDATE SET role = excluded.role RETURNING staff.badge, old.badge
/* 9 */ UPDATE patients SET ward = substr(ssn, 1, 17); SELECT ward FROM patients
/* 9 */ UPDATE visits v SET reason = p.full_name FROM patients p WHERE p.id = v.patient_id; TABLE visits
/* 9 */ UPDATE patients SET tags = ARRAY[ssn]; SELECT tags FROM patients
/* 9 */ UPDATE patients SET tags[1] = ssn; SELECT tags[1] FROM patients
/* 9 */ UPDATE patients SET extra = extra || jsonb_build_object('s', ssn); SELECT extra FROM patients
/* 9 */ UPDATE patients SET extra['s'] = to_jsonb(ssn); SELECT extra -> 's' FROM patients
/* 9 */ UPDATE notes SET plain = doc; SELECT plain FROM notes
/* 9 */ INSERT INTO visits (id, patient_id, reason) SELECT id + 500, id, full_name FROM patients WHERE id < 4 ON CONFLICT DO NOTHING; SELECT reason FROM visits
/* 9 */ INSERT INTO departments (id, name) SELECT 700, string_agg(ssn, ',') FROM patients; SELECT name FROM departments WHERE id = 700
/* 9 */ INSERT INTO departments (floor, id, name) VALUES (1, 800, (SELECT md5(ssn) || ssn FROM patients WHERE id = 1)); SELECT name FROM departments WHERE id = 800
/* 9 */ CREATE TEMP TABLE departments (id int, name text); INSERT INTO departments SELECT id, ssn FROM patients; SELECT name FROM departments
/* 9 */ CREATE TEMP TABLE patients (full_name text, ward text GENERATED ALWAYS AS (full_name || '') STORED); INSERT INTO patients (full_name) SELECT full_name FROM public.patients; SELECT ward || '' FROM patients
/* 9 */ CREATE TEMP TABLE tmp (a int, b text); INSERT INTO tmp TABLE hidden.secrets; TABLE tmp
/* 9 */ CREATE TEMP TABLE tmp ON COMMIT DROP AS SELECT id, upper(ssn) u FROM patients; SELECT lower(u) FROM tmp
/* 9 */ CREATE UNLOGGED TABLE u AS SELECT * FROM notes; SELECT body, born FROM u
/* 9 */ CREATE TABLE ct (LIKE patients); INSERT INTO ct SELECT * FROM patients; SELECT ssn FROM ct
/* 9 */ PREPARE pa AS SELECT ssn FROM patients; CREATE TABLE cte AS EXECUTE pa; SELECT * FROM cte
/* 9 */ WITH x AS (UPDATE patients SET ward = ssn RETURNING 1) SELECT count(*) FROM x; SELECT ward FROM patients
/* 9 */ WITH x AS (SELECT ssn AS s FROM patients) UPDATE departments SET name = x.s FROM x; SELECT name FROM departments
/* 9 */ INSERT INTO log (line) SELECT CASE WHEN ssn LIKE 'k%' THEN ssn ELSE 'no' END FROM patients; SELECT line FROM log
/* 9 */ UPDATE notes SET kind = 'calm'; SELECT line FROM audit
/* 9 */ SELECT f_steps(); SELECT line FROM log
/* 10 */ ALTER TABLE patients RENAME COLUMN ssn TO harmless; SELECT harmless FROM patients
/* 10 */ ALTER TABLE patients RENAME TO guests; SELECT ssn FROM guests
/* 10 */ ALTER TABLE patients SET SCHEMA hidden; SELECT ssn FROM hidden.patients
/* 10 */ ALTER SCHEMA hidden RENAME TO open; SELECT ssn FROM open.secrets
/* 10 quiet */ ALTER TABLE patients ADD COLUMN leak text GENERATED ALWAYS AS (ssn || '') STORED; SELECT leak FROM patients
/* 10 */ ALTER TABLE visits ALTER reason TYPE text USING f_sql(id); SELECT reason FROM visits
/* 10 */ CREATE FUNCTION leak(patients) RETURNS text LANGUAGE sql AS 'SELECT $1.ssn'; SELECT p.leak FROM patients p
/* 10 */ CREATE FUNCTION pg_temp.leak() RETURNS text LANGUAGE sql AS 'SELECT ssn FROM patients LIMIT 1'; SELECT pg_temp.leak()
/* 10 */ CREATE AGGREGATE own_max (text) (SFUNC = text_larger, STYPE = text); SELECT own_max(ssn) FROM patients
/* 10 */ CREATE OPERATOR !! (FUNCTION = upper, RIGHTARG = text); SELECT !! ssn FROM patients
/* 10 */ CREATE TABLE kid (extra_col int) INHERITS (patients); SELECT initials FROM patients
/* 10 */ CREATE TEMP VIEW tv AS SELECT ssn AS a FROM patients; SELECT a FROM tv
/* 10 */ CREATE TYPE duo AS (a text, b text); SELECT (ROW(ssn, '')::duo).a FROM patients
/* 10 */ CREATE DOMAIN dd AS text; SELECT ssn::dd FROM patients
/* 10 */ CREATE TRIGGER tt AFTER UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION t_audit(); UPDATE notes SET kind = 'tense'; SELECT line FROM audit
/* 11 */ COPY (SELECT id, 'x' || ssn FROM patients ORDER BY id) TO STDOUT WITH (FORMAT csv, HEADER, FORCE_QUOTE *)
/* 11 */ COPY notes (body, born) TO STDOUT
/* 11 */ COPY (DELETE FROM staff RETURNING badge) TO STDOUT
/* 11 */ COPY (WITH x AS (SELECT ssn FROM patients) SELECT * FROM x) TO STDOUT
/* 12 */ DECLARE c1 CURSOR FOR TABLE notes; FETCH NEXT FROM c1
/* 12 */ DECLARE c2 NO SCROLL CURSOR FOR SELECT 1, ssn FROM patients; FETCH FORWARD 2 IN c2
/* 12 */ DECLARE a CURSOR FOR SELECT name FROM departments; CLOSE a; DECLARE a CURSOR FOR SELECT ssn AS name FROM patients; FETCH a
/* 12 */ SAVEPOINT s; DECLARE b CURSOR FOR SELECT name FROM departments; ROLLBACK TO s; DECLARE b CURSOR FOR SELECT ssn || '' AS name FROM patients; FETCH b
/* 13 */ PREPARE pp(int) AS SELECT f_sql($1); EXECUTE pp(2)
/* 13 */ PREPARE pq AS VALUES (1, (SELECT max(badge) FROM staff)); EXECUTE pq
/* 13 */ PREPARE pr AS DELETE FROM staff RETURNING *; EXECUTE pr
/* 13 */ PREPARE ps AS SELECT name FROM departments; DEALLOCATE ALL; PREPARE ps AS SELECT badge || '' AS name FROM staff; EXECUTE ps
/* 14 */ SELECT s FROM f_list()
/* 14 */ SELECT f_each()
/* 14 */ SELECT f_guess(1)
/* 14 */ SELECT count(*), max(s) FROM f_list()
/* 14 */ SELECT ward, f_sql(id), f_pl(id) FROM patients
/* 14 */ SELECT * FROM departments d, f_sql(d.id) AS name
/* 14 */ SELECT name FROM f_sql(1) AS name
/* 14 */ SELECT (SELECT f_sql(1)) || '', upper(f_atomic(2))
/* 14 */ SELECT CASE WHEN f_sql(1) = f_sql(1) THEN f_sql(1) END
/* 14 */ WITH f AS MATERIALIZED (SELECT * FROM f_table()) SELECT b AS a FROM f
/* 14 */ SELECT x.b FROM ROWS FROM (f_table(), f_list()) AS x(a, b, c)
/* 15 */ DO LANGUAGE plpgsql $$ DECLARE r text; BEGIN SELECT string_agg(ssn, ',') INTO r FROM patients; RAISE WARNING 'x %', r; END $$
/* 15 */ DO $$ BEGIN EXECUTE 'CREATE TEMP TABLE dyn AS SELECT ssn FROM patients'; END $$; SELECT * FROM dyn
/* 15 */ DO $$ BEGIN ASSERT false, (SELECT ssn FROM patients WHERE id = 1); END $$
/* 16 refused */ SELECT query_to_xmlschema('select ssn from patients', true, true, '')
/* 16 refused */ SELECT query_to_xml_and_xmlschema('select * from patients', true, true, '')
/* 16 refused */ SELECT xpath('//ssn/text()', table_to_xml('patients', true, true, ''))
/* 16 refused */ DECLARE zz CURSOR FOR SELECT ssn FROM patients; SELECT cursor_to_xml('zz', 10, true, true, '')
/* 16 refused */ SELECT schema_to_xml_and_xmlschema('public', true, true, '')
/* 16 refused */ SELECT * FROM connectby('patients', 'id', 'mrn', '1', 0) AS t(a text, b text, c int)
/* 16 refused */ SELECT dblink_exec('x', 'y')
/* 16 refused */ SELECT ts_rewrite('a'::tsquery, 'select ssn::tsquery, ssn::tsquery from patients')
/* 16 refused */ SELECT pg_read_binary_file('PG_VERSION')
/* 16 refused */ SELECT pg_ls_dir('.')
/* 16 refused */ SELECT lo_get(1)
/* 16 refused */ SELECT lo_put(1, 0, ssn::bytea) FROM patients
/* 16 refused */ SELECT * FROM heap_page_items(get_raw_page('patients', 0))
/* 17 */ SELECT most_common_vals::text::text[] FROM pg_stats WHERE tablename = 'staff' UNION ALL SELECT histogram_bounds::text::text[] FROM pg_stats WHERE tablename = 'staff'
/* 17 */ SELECT to_jsonb(s) FROM pg_stats s WHERE attname = 'badge'
/* 17 */ SELECT unnest(histogram_bounds::text::text[]) FROM pg_stats WHERE attname = 'mrn'
/* 17 */ SELECT array_to_string(histogram_bounds, ',') AS n FROM pg_catalog.pg_stats WHERE attname = 'full_name'
/* 17 */ SELECT stavalues1::text, stavalues2::text FROM pg_catalog.pg_statistic
/* 18 */ SELECT full_name::integer, 1 FROM patients
/* 18 */ SELECT ssn::uuid FROM patients
/* 18 */ SELECT ssn::json FROM patients
/* 18 */ SELECT ssn::inet FROM patients WHERE id = 1
/* 18 */ SELECT ('{' || ssn)::jsonb FROM patients
/* 18 */ SELECT name FROM departments WHERE EXISTS (SELECT 1 FROM patients WHERE ssn::date = now())
/* 18 */ SELECT to_regclass(ssn), ssn::regtype FROM patients
/* 18 */ SELECT ssn::mood FROM patients
/* 18 */ SELECT xmlparse(DOCUMENT ssn) FROM patients
/* 18 */ SELECT count(*) FROM patients HAVING max(ssn)::int > 0
/* 18 */ INSERT INTO patients (id, full_name, ssn, mrn, ward, age) SELECT 50, full_name, ssn, mrn, ward, age FROM patients WHERE id = 1
/* 18 */ UPDATE patients SET full_name = NULL WHERE id = 1
/* 18 */ ALTER TABLE staff ADD CONSTRAINT c CHECK (badge::int > 0)
/* 18 */ CREATE INDEX ON staff ((badge::int))
/* 18 quiet */ ALTER TABLE staff ALTER badge TYPE json USING badge::json
/* 20 refused */ SELECT set_config('my.' || left(ssn, 2), 'x', false) FROM patients
/* 20 refused */ SELECT id FROM patients WHERE set_config('a.b', full_name, true) IS NOT NULL
/* 21 quiet */ SELECT count(pg_notify('c', full_name)) FROM patients
/* 21 quiet */ SELECT ward FROM patients, LATERAL (SELECT pg_notify('c', ssn)) n
/* 22 stopped */ SELECT id FROM patients WHERE ssn ~ '^k'
/* 22 stopped */ SELECT id FROM patients WHERE ssn SIMILAR TO 'k%'
/* 22 stopped */ SELECT id FROM patients WHERE ssn ILIKE 'K%'
/* 22 stopped */ SELECT id FROM patients WHERE left(ssn, 1) = 'k'
/* 22 stopped */ SELECT id FROM patients WHERE substr(ssn, 2, 1) IN ('e', 'f')
/* 22 stopped */ SELECT id FROM patients WHERE ascii(ssn) = 107
/* 22 stopped */ SELECT id FROM patients WHERE 'k' = ANY (SELECT left(ssn, 1))
/* 22 stopped */ SELECT id FROM patients WHERE 'k' IN (SELECT left(ssn, 1))
/* 22 stopped */ SELECT id FROM patients WHERE starts_with(ssn, 'k')
/* 22 stopped */ SELECT id FROM patients WHERE position('plo' in ssn) > 0
/* 22 stopped */ SELECT id FROM patients WHERE mrn BETWEEN 730918220 AND 730918221
/* 22 stopped */ SELECT id FROM notes WHERE born < '1940-01-01'
/* 22 stopped */ SELECT id FROM notes WHERE extract(year FROM born) = 1931
/* 22 stopped */ SELECT id FROM notes WHERE doc @> '{"who": "snorklebind doc"}'
/* 22 stopped */ SELECT id FROM notes WHERE doc ->> 'who' LIKE 's%'
/* 22 stopped */ SELECT id FROM notes WHERE 'pharrowmint-tel' = ANY (phones)
/* 22 stopped */ SELECT id FROM patients WHERE length(ssn) = 17
/* 22 stopped */ SELECT id FROM patients WHERE NOT (ssn <> 'kevvistan-plo-one')
/* 22 stopped */ SELECT id FROM patients WHERE (ssn, id) > ('k', 0)
/* 22 stopped */ SELECT id FROM patients WHERE CASE WHEN ssn LIKE 'k%' THEN true ELSE false END
/* 22 stopped */ SELECT id FROM patients WHERE (SELECT ssn LIKE 'k%')
/* 22 stopped */ SELECT id FROM patients WHERE coalesce(ssn < 'l', false)
/* 22 stopped */ SELECT id FROM patients WHERE ssn % 'kevvistan'
/* 22 stopped */ SELECT id FROM patients p JOIN numbers n ON n.n = ascii(p.ssn)
/* 22 stopped */ SELECT ward FROM patients ORDER BY mrn LIMIT 1
/* 22 stopped */ SELECT ward FROM patients ORDER BY full_name OFFSET 1 ROWS FETCH FIRST ROW ONLY
/* 22 stopped */ SELECT ward AS w FROM patients ORDER BY left(ssn, 1), w
/* 22 stopped */ SELECT DISTINCT ON (ward) id FROM patients ORDER BY ward, ssn
/* 22 stopped */ SELECT array_agg(id ORDER BY ssn) FROM patients
/* 22 stopped */ SELECT lag(id) OVER (ORDER BY ssn) FROM patients
/* 22 stopped */ SELECT first_value(id) OVER (ORDER BY full_name DESC) FROM patients
/* 22 stopped */ SELECT rank() OVER (ORDER BY born) FROM notes
/* 22 stopped */ SELECT count(*) FROM patients GROUP BY left(ssn, 1)
/* 22 stopped */ SELECT count(*) FROM patients GROUP BY ssn LIKE 'k%'
/* 22 stopped */ SELECT count(*) FILTER (WHERE left(ssn, 1) = 'k') FROM patients
/* 22 stopped */ SELECT count(*) FROM (SELECT left(ssn, 1) FROM patients INTERSECT VALUES ('k')) q
/* 22 stopped */ SELECT count(*) FROM (SELECT DISTINCT left(ssn, 1) FROM patients) q
/* 22 stopped */ SELECT count(*) FROM (SELECT id, left(ssn, 1) AS a FROM patients) x JOIN (SELECT 'k' AS a) y USING (a)
/* 22 stopped */ SELECT id, count(*) FROM patients, generate_series(1, ascii(ssn)) GROUP BY id
/* 22 stopped */ SELECT id, (SELECT count(*) FROM generate_series(1, mrn % 100)) FROM patients
/* 22 stopped */ SELECT id FROM patients, LATERAL (SELECT generate_series(1, ascii(ssn))) g
/* 22 stopped */ SELECT id, count(*) FROM patients, LATERAL (SELECT 1 FROM numbers LIMIT ascii(ssn)) l GROUP BY id
/* 22 stopped */ SELECT id, count(*) FROM patients, string_to_table(repeat('x,', ascii(ssn)), ',') GROUP BY id
/* 22 stopped */ SELECT id, count(*) FROM patients JOIN numbers ON n < ascii(ssn) GROUP BY id
/* 22 stopped */ SELECT 1 / (CASE WHEN ssn LIKE 'k%' THEN 0 ELSE 1 END) FROM patients
/* 22 stopped */ SELECT CASE WHEN left(ssn, 1) > 'j' THEN 1 / 0 END FROM patients
/* 22 stopped */ SELECT 1 / (ascii(ssn) - 107) FROM patients
/* 22 stopped */ SELECT id FROM patients WHERE 1 / (mrn - 5) = 0
/* 22 stopped */ SELECT ward FROM patients GROUP BY ward HAVING min(ssn) < 'l'
/* 22 stopped */ SELECT ward FROM patients GROUP BY ward HAVING bool_or(ssn LIKE 'k%')
/* 22 stopped */ SELECT ward FROM patients GROUP BY ward HAVING count(*) FILTER (WHERE ssn LIKE 'k%') > 0
/* 22 stopped */ SELECT EXISTS (SELECT 1 FROM patients WHERE left(ssn, 1) = 'k')
/* 22 stopped */ SELECT name FROM departments WHERE EXISTS (SELECT 1 FROM patients WHERE ssn LIKE 'k%')
/* 22 stopped */ DELETE FROM visits USING patients p WHERE p.id = visits.patient_id AND p.ssn LIKE 'k%'
/* 22 stopped */ UPDATE departments SET floor = 2 WHERE EXISTS (SELECT 1 FROM patients WHERE ssn > 'k')
/* 22 stopped */ UPDATE patients SET age = 1 WHERE ssn LIKE 'k%'
/* 22 stopped */ WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < (SELECT ascii(ssn) FROM patients WHERE id = 1)) SELECT count(*) FROM r
/* 22 stopped */ SELECT id FROM patients TABLESAMPLE BERNOULLI ((SELECT mrn % 100 FROM patients WHERE id = 1)) REPEATABLE (1)
/* 22 stopped */ SELECT sum(1) OVER (ORDER BY mrn RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM patients
/* 22 stopped */ SELECT pg_sleep(CASE WHEN ssn LIKE 'k%' THEN 0 ELSE 0 END) FROM patients
/* 22 stopped */ SELECT id FROM patients WHERE ssn IS DISTINCT FROM 'kevvistan-plo-one' AND ssn >= 'k'
/* 22 stopped */ SELECT id FROM v_plain WHERE code LIKE 'k%'
/* 22 stopped */ SELECT id FROM v_nested WHERE label = 'xkevvistan-plo-one'
/* 22 stopped */ SELECT id FROM v_json WHERE j ->> 'ssn' LIKE 'k%'
/* 22 stopped */ SELECT id FROM patients p WHERE p::text LIKE '%kevv%'
/* 22 stopped */ SELECT id FROM patients p WHERE p IN (SELECT q FROM patients q WHERE q.ssn ~ 'k')
/* 22 stopped */ SELECT id FROM patients WHERE md5(ssn) LIKE 'a%'
/* 22 stopped */ SELECT id FROM patients WHERE f_return(ssn) LIKE 'K%'
/* 22 stopped */ COPY (SELECT id FROM patients WHERE ssn LIKE 'k%') TO STDOUT
/* 22 stopped */ DECLARE oc CURSOR FOR SELECT id FROM patients ORDER BY ssn; FETCH 1 FROM oc
/* 22 stopped */ PREPARE op AS SELECT id FROM patients WHERE ssn LIKE $1; EXECUTE op('k%')
/* 22 stopped */ SELECT chr(n) FROM numbers, patients WHERE n = ascii(substr(ssn, 1, 1)) AND patients.id = 1
/* 22 */ SELECT string_agg(chr(n), '' ORDER BY k) FROM generate_series(1, 17) k, numbers, patients WHERE n = ascii(substr(ssn, k, 1)) AND patients.id = 1
/* 22 */ SELECT string_agg(c, '') FROM generate_series(1, 17) k, LATERAL (SELECT chr(n) AS c FROM numbers, patients p WHERE p.id = 1 AND chr(n) = substr(p.ssn, k, 1) AND n > 31 LIMIT 1) z
/* 22 stopped */ SELECT max(n) FROM numbers WHERE n <= (SELECT ascii(ssn) FROM patients WHERE id = 1)
/* 22 stopped */ SELECT count(*) FROM numbers WHERE n < (SELECT ascii(ssn) FROM patients WHERE id = 1)
/* 22 stopped */ SELECT n FROM numbers ORDER BY abs(n - (SELECT ascii(ssn) FROM patients WHERE id = 1)) LIMIT 1
/* 22 stopped */ SELECT n FROM numbers OFFSET (SELECT ascii(ssn) FROM patients WHERE id = 1) LIMIT 1
/* 22 stopped */ SELECT (SELECT n FROM numbers WHERE n > ascii(ssn) ORDER BY n LIMIT 1) - 1 FROM patients
/* 22 stopped */ SELECT (ARRAY(SELECT n FROM numbers ORDER BY n))[ascii(ssn)] FROM patients
/* 22 stopped */ SELECT nth_value(n, (SELECT ascii(ssn) FROM patients WHERE id = 1)) OVER (ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM numbers
/* 22 stopped */ SELECT lag(n, (SELECT ascii(ssn) FROM patients WHERE id = 1)) OVER (ORDER BY n) FROM numbers
/* 22 stopped */ SELECT width_bucket(n, 0, (SELECT ascii(ssn) FROM patients WHERE id = 1), 2) FROM numbers
/* 23 */ EXPLAIN (VERBOSE) SELECT ward, (SELECT f_fixed(2)) FROM patients
/* 23 stopped */ EXPLAIN ANALYZE SELECT id FROM patients WHERE ssn LIKE 'k%'
/* 23 stopped */ EXPLAIN (ANALYZE, FORMAT JSON) SELECT id FROM patients WHERE mrn < 730918222
/* 23 stopped */ EXPLAIN SELECT id FROM patients WHERE mrn < 730918222
/* 23 */ EXPLAIN (ANALYZE, VERBOSE, COSTS off) DELETE FROM departments WHERE name = f_fixed(1)
/* 24 */ PREPARE k1 AS SELECT 'qorrimash-tiv-two'; SELECT p FROM pg_prepared_statements p
/* 24 quiet */ SELECT pid, state, query, application_name FROM pg_stat_activity
/* 24 quiet */ SELECT pg_stat_get_backend_activity(1)
/* 25 quiet */ SELECT pg_advisory_xact_lock(hashtext(ssn)), objid FROM pg_locks, patients
/* 25 refused */ SELECT lo_create(mrn) FROM patients
/* 28 refused */ SET SESSION SESSION AUTHORIZATION DEFAULT
/* 28 refused */ RESET ROLE
/* 28 refused */ SET client_encoding = 'LATIN1'
/* 28 refused */ SET row_security = off
/* 28 refused */ SET log_statement = 'all'
/* 28 refused */ SET client_min_messages = debug5
/* 28 refused */ SET local_preload_libraries = 'x'
/* 28 refused */ BEGIN; SET LOCAL ROLE pg_read_all_data
/* 29 */ SELECT ssn AS ward FROM old_patients UNION ALL SELECT ward FROM patients
/* 29 */ SELECT tableoid::regclass, finding FROM ONLY labs_2026
/* 29 */ INSERT INTO labs_2026 VALUES (9, '2026-07-01', 'x') RETURNING (SELECT max(finding) FROM labs)
/* 31 */ SELECT name FROM departments; SELECT badge AS name FROM staff; SELECT name FROM departments
/* 22 */ SELECT * FROM unnest(ARRAY['qorrimash-tiv-two', 'no']) x WHERE x IN (SELECT ssn FROM patients)
/* 22 */ SELECT u.a FROM unnest(ARRAY[ROW('qorrimash-tiv-two', 1)::pair, ROW('x', 2)::pair]) u WHERE u.a IN (SELECT ssn FROM patients)
/* 1 */ SELECT v.c FROM patients p, LATERAL (VALUES (p.*)) v(a, b, c)
/* 1 */ SELECT v.column3 FROM patients p, LATERAL (VALUES (p.*, 1)) v
/* 22 stopped */ SELECT id FROM patients p, LATERAL jsonb_path_query(to_jsonb(p), '$.ssn ? (@ starts with "k")') x
/* 22 stopped */ SELECT id FROM patients, regexp_matches(ssn, '^k') m
/* 22 stopped */ SELECT id FROM patients, XMLTABLE('/a[starts-with(., "k")]' PASSING xmlelement(name a, ssn) COLUMNS x text PATH '.') t
/* 22 stopped */ SELECT id FROM patients p, JSON_TABLE(to_jsonb(p), '$ ? (@.ssn starts with "k")' COLUMNS (a int PATH '$.age')) t
/* 22 stopped */ SELECT id, regexp_matches(ward, 'n'), regexp_matches(ssn, '^k') IS NULL FROM patients
/* 22 stopped */ INSERT INTO log (line) SELECT 'found' FROM patients WHERE ssn LIKE 'k%'
/* 22 stopped */ UPDATE departments SET floor = (SELECT count(*) FROM patients WHERE ssn LIKE 'k%')
/* 22 stopped */ CREATE TABLE hits AS SELECT id FROM patients WHERE ssn LIKE 'k%'
/* 22 stopped */ SELECT id FROM patients p JOIN LATERAL (SELECT 1 WHERE p.ssn LIKE 'k%') x ON true
/* 22 stopped */ SELECT id FROM patients WHERE xmlexists('//a[starts-with(., "k")]' PASSING xmlelement(name a, ssn))
/* 22 stopped */ SELECT id FROM patients WHERE jsonb_path_exists(to_jsonb(ssn), '$ ? (@ like_regex "^k")')
/* 22 stopped */ SELECT id FROM patients p WHERE to_tsvector('simple', full_name) @@ 'zorbelquint'::tsquery
/* 22 stopped */ SELECT id FROM notes WHERE (born, born) OVERLAPS (date '1930-01-01', date '1932-01-01')
/* 22 stopped */ SELECT id FROM notes WHERE age(born) > interval '80 years'
/* 22 stopped */ SELECT id FROM notes WHERE date_trunc('year', born) = '1931-01-01'
/* 22 stopped */ SELECT id FROM notes WHERE (doc ->> 'n')::int = 1
/* 22 stopped */ SELECT id FROM notes WHERE phones[1] = 'pharrowmint-tel' OR phones && ARRAY['x']
/* 22 stopped */ SELECT id FROM notes WHERE body::text || '' = 'glimmerthwaite body'
/* 22 stopped */ SELECT id, 1 / nullif(position('k' in ssn), 1) FROM patients
/* 22 stopped */ SELECT ward FROM patients WHERE (ssn = 'x') IS NOT TRUE AND ssn <> ALL (ARRAY['y'])
/* 22 stopped */ SELECT count(*) FROM patients WHERE substr(ssn, 1, 1) = substr('kxx', 1, 1)
/* 22 stopped */ SELECT f.id FROM (SELECT id, left(ssn, 1) AS l FROM patients) f WHERE f.l = 'k'
/* 22 stopped */ WITH f AS (SELECT id, ssn LIKE 'k%' AS hit FROM patients) SELECT id FROM f WHERE hit
/* 22 stopped */ SELECT id FROM (SELECT id, row_number() OVER (ORDER BY ssn) AS r FROM patients) q WHERE r = 1
/* 22 stopped */ SELECT ward, count(*) FROM patients GROUP BY ward, length(ssn)
/* 22 stopped */ SELECT id FROM patients UNION SELECT ascii(ssn) FROM patients
/* 7 quiet */ SELECT avg(mrn), count(mrn) FROM patients p, generate_series(1, 20) WHERE p.id = 1
/* 7 */ WITH many AS (SELECT mrn FROM patients, generate_series(1, 20) WHERE patients.id = 1) SELECT avg(mrn)::int, count(mrn) FROM many
/* 7 */ SELECT avg(mrn)::int, count(*) FROM (SELECT mrn FROM patients, numbers WHERE patients.id = 1) q
/* 7 */ SELECT sum(mrn), count(*) FROM patients WHERE id = 2
/* 7 */ SELECT max(mrn), count(*) FROM patients
/* 12 */ DECLARE ef CURSOR FOR SELECT id, ssn::int FROM patients; FETCH ef
/* 12 */ DECLARE em CURSOR FOR SELECT p.id FROM patients p JOIN numbers n ON n.n = p.ssn::int; MOVE em
/* 12 */ DECLARE ee CURSOR FOR SELECT p.id FROM patients p WHERE ssn::int = 5; FETCH ALL FROM ee
/* 22 stopped */ SELECT EXISTS (SELECT 1 FROM patients WHERE ssn > 'm')
/* 22 stopped */ SELECT EXISTS (SELECT FROM patients WHERE ssn LIKE 'k%') AS a, EXISTS (SELECT FROM patients WHERE id = 1) AS b
/* 22 stopped */ SELECT EXISTS (SELECT 1 FROM patients GROUP BY ward HAVING max(ssn) > 'q')
/* 22 stopped */ SELECT EXISTS (SELECT 1 FROM (SELECT ward FROM patients ORDER BY ssn LIMIT 1) p WHERE ward = 'north')
