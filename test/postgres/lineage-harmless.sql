-- One query a line on lineage-schema.sql whose columns must all be shown as they are.
SELECT id, ward, age FROM patients
SELECT ward, count(*) FROM patients GROUP BY ward
SELECT count(ssn) FROM patients
SELECT count(DISTINCT ssn) FROM patients
SELECT ward, count(*), avg(age), min(age), max(age) FROM patients GROUP BY ward HAVING count(*) > 0
SELECT * FROM visits
SELECT v.* FROM visits v JOIN patients p ON p.id = v.patient_id
SELECT p.ward, v.reason, v.happened FROM patients p LEFT JOIN visits v ON v.patient_id = p.id ORDER BY v.happened
SELECT * FROM v_clean
SELECT * FROM v_counts
SELECT code.n FROM (SELECT count(code) AS n FROM v_plain) code
SELECT id, ward FROM v_nested WHERE ward = 'north'
SELECT d.name, (SELECT count(*) FROM patients p WHERE p.ward = d.name) AS n FROM departments d
SELECT name FROM departments WHERE EXISTS (SELECT 1 FROM patients p WHERE p.ward = departments.name)
WITH w AS (SELECT ward, count(*) AS n FROM patients GROUP BY 1) SELECT ward, n * 100.0 / sum(n) OVER () FROM w
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT n FROM t
SELECT a FROM f_table()
SELECT f_double(age), f_shout(ward) FROM patients
SELECT f_return(name) FROM departments
SELECT (p).ward, p.age FROM patients p
SELECT (x.r).ward FROM (SELECT p AS r FROM patients p) x
SELECT id FROM f_rows()
SELECT (held).ward FROM holders
SELECT id, taken FROM labs
SELECT to_jsonb(d) FROM departments d
SELECT row_to_json(v) FROM visits v
SELECT json_agg(name ORDER BY floor) FROM departments
SELECT date_trunc('month', happened), count(*) FROM visits GROUP BY 1 ORDER BY 1
SELECT g, g * 2 FROM generate_series(1, 3) g
SELECT current_user, current_database(), now() > '2020-01-01', version() LIKE 'PostgreSQL%'
SELECT relname, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1
SELECT a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a WHERE a.attrelid = 'patients'::regclass ORDER BY a.attnum
SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2
SELECT tablename, attname, n_distinct FROM pg_stats WHERE schemaname = 'public'
EXPLAIN SELECT ward FROM patients WHERE id = 1
EXPLAIN (ANALYZE, TIMING off, SUMMARY off, COSTS off, BUFFERS off) SELECT name FROM departments
SHOW search_path
SELECT name FROM departments UNION ALL SELECT ward FROM patients
SELECT row_number() OVER (PARTITION BY ward ORDER BY age), rank() OVER (ORDER BY age) FROM patients
UPDATE departments SET floor = floor + 1 RETURNING *
INSERT INTO departments (id, name, floor) SELECT id + 50, ward, age FROM patients RETURNING id, name
DELETE FROM visits WHERE id = 3 RETURNING id, reason
PREPARE h AS SELECT ward FROM patients WHERE id = $1; EXECUTE h(1)
DECLARE hc CURSOR FOR SELECT id, ward FROM patients; FETCH ALL FROM hc
COPY departments TO STDOUT
COPY (SELECT id, ward FROM patients) TO STDOUT
COPY patients (id, ward, age) TO STDOUT
VALUES (1, 'a'), (2, 'b')
SELECT CASE WHEN age > 60 THEN 'old' ELSE 'young' END AS bracket, count(*) FROM patients GROUP BY 1
SELECT role, count(*) FROM staff GROUP BY GROUPING SETS ((role), ())
SELECT x.value FROM jsonb_each_text('{"a": "b"}') x
SELECT coalesce(p.ward, d.name) FROM patients p FULL JOIN departments d ON d.name = p.ward
SELECT ward FROM patients GROUP BY ROLLUP (ward) ORDER BY 1
SELECT mrn.floor FROM departments mrn
SELECT nextval('log_id_seq') IS NOT NULL
WITH RECURSIVE t AS (SELECT id, ward FROM patients UNION ALL SELECT * FROM t WHERE id < 0) SELECT * FROM t
SELECT * FROM departments d JOIN LATERAL (SELECT count(*) AS n FROM patients p WHERE p.ward = d.name) c ON true
SELECT d.name, x.n FROM departments d, LATERAL (SELECT d.floor + 1 AS n) x
SELECT id FROM patients WHERE ssn = 'kevvistan-plo-one'
SELECT id, ward FROM patients WHERE ssn IN ('kevvistan-plo-one', 'x') AND age > 30
SELECT id FROM patients WHERE lower(full_name) = lower('zorbelquint amaretho')
SELECT count(*) FROM patients WHERE ssn IS NOT NULL
SELECT count(*), count(DISTINCT full_name) FROM patients WHERE ward LIKE 'n%'
SELECT d.name, count(p.id) FROM departments d LEFT JOIN patients p ON p.ward = d.name GROUP BY d.name ORDER BY count(p.id) DESC, d.name
SELECT p.id, count(v.id) AS visits, max(v.happened) AS latest FROM patients p LEFT JOIN visits v ON v.patient_id = p.id GROUP BY p.id ORDER BY 2 DESC
SELECT v.reason, date_part('year', v.happened), extract(month FROM v.happened), age(v.happened, date '2025-01-01') FROM visits v
SELECT happened + interval '1 day', happened - 7, date_trunc('week', happened)::date, to_char(happened, 'Dy DD Mon') FROM visits
SELECT now()::date - happened AS days, happened BETWEEN '2026-01-01' AND '2026-12-31' FROM visits
SELECT plain -> 'a' -> 'b' -> 0, plain ->> 'c', plain #>> '{a,b,1}', jsonb_typeof(plain), plain @> '{"c": "x"}' FROM notes
SELECT id, jsonb_array_elements(plain -> 'a' -> 'b') FROM notes
SELECT k, v FROM notes, jsonb_each(plain) AS e(k, v) ORDER BY k
SELECT n.id, y.b2, z.b FROM notes n, jsonb_to_record(n.plain) AS x(a jsonb, c text), LATERAL (SELECT x.a ->> 'b' AS b) y(b2), LATERAL (SELECT 1) z(b)
SELECT jsonb_build_object('id', id, 'ward', ward) FROM patients
SELECT json_agg(json_build_object('ward', ward, 'age', age) ORDER BY id) FROM patients
SELECT to_jsonb(x) FROM (SELECT id, ward FROM patients) x
SELECT row_to_json(x) FROM (SELECT p.id, p.ward, v.reason FROM patients p JOIN visits v ON v.patient_id = p.id) x
SELECT array_agg(ward ORDER BY ward), string_agg(DISTINCT ward, ', ') FROM patients
SELECT unnest(labels) AS label, count(*) FROM notes GROUP BY 1 ORDER BY 1
SELECT id, l, o FROM notes, unnest(labels) WITH ORDINALITY AS u(l, o)
SELECT id, 'red' = ANY (labels), cardinality(labels), labels[1], labels[1:1] FROM notes
SELECT lower(span), upper(span), span && int4range(2, 3), isempty(span) FROM notes
SELECT kind, count(*) FROM notes GROUP BY kind ORDER BY kind
SELECT id, made AT TIME ZONE 'UTC', made::date, extract(epoch FROM made) FROM notes
SELECT ward, age, lag(age) OVER w, sum(age) OVER w, first_value(age) OVER w, ntile(2) OVER w FROM patients WINDOW w AS (PARTITION BY ward ORDER BY id)
SELECT ward, percentile_cont(0.5) WITHIN GROUP (ORDER BY age), mode() WITHIN GROUP (ORDER BY ward) FROM patients GROUP BY ward
SELECT * FROM v_windows ORDER BY id
SELECT DISTINCT ward FROM patients ORDER BY ward
SELECT DISTINCT ON (ward) ward, id FROM patients ORDER BY ward, id
SELECT ward FROM patients INTERSECT SELECT name FROM departments
SELECT id FROM patients EXCEPT SELECT patient_id FROM visits
SELECT coalesce(d.name, 'none'), nullif(d.floor, 0), greatest(d.floor, 1), d.floor::text || ' floor' FROM departments d
SELECT CASE ward WHEN 'north' THEN 1 ELSE 0 END, age % 10, round(age / 3.0, 2), sqrt(age), age::numeric(10, 2) FROM patients
SELECT ward, count(*) FILTER (WHERE age > 50) AS older, bool_or(age > 60), every(age > 18) FROM patients GROUP BY ward HAVING count(*) > 0
SELECT ward, age, count(*) FROM patients GROUP BY CUBE (ward, age) ORDER BY 1, 2
SELECT ward, GROUPING(ward), count(*) FROM patients GROUP BY ROLLUP (ward)
WITH RECURSIVE days(d) AS (SELECT date '2026-01-01' UNION ALL SELECT d + 1 FROM days WHERE d < '2026-01-05') SELECT d, (SELECT count(*) FROM visits WHERE happened = d) FROM days
WITH a AS (SELECT ward, count(*) n FROM patients GROUP BY 1), b AS MATERIALIZED (SELECT max(n) m FROM a) SELECT ward FROM a, b WHERE n = m
WITH d AS (DELETE FROM visits WHERE id = 2 RETURNING id, reason) SELECT * FROM d
WITH i AS (INSERT INTO departments VALUES (9, 'east', 2) RETURNING *) SELECT name, floor FROM i
SELECT generate_series(1, 3), generate_series(date '2026-01-01', '2026-01-02', '1 day')::date
SELECT * FROM generate_series(1, 2) a, LATERAL (SELECT a * 2 AS b) c
SELECT p.id, l.reason FROM patients p, LATERAL (SELECT reason FROM visits v WHERE v.patient_id = p.id ORDER BY happened DESC LIMIT 1) l
SELECT id, ward FROM patients ORDER BY age DESC, id LIMIT 2 OFFSET 1
SELECT id FROM patients WHERE id IN (SELECT patient_id FROM visits WHERE reason = 'check')
SELECT id FROM patients p WHERE EXISTS (SELECT 1 FROM visits v WHERE v.patient_id = p.id AND v.reason LIKE 'f%')
SELECT id FROM patients WHERE (ward, age) IN (SELECT ward, max(age) FROM patients GROUP BY ward)
SELECT p.ward, o.ward FROM patients p JOIN patients o ON o.id = p.id + 1
SELECT a.id, b.id FROM patients a JOIN old_patients b ON a.ssn = b.ssn
SELECT f_ward_size('north'), f_ward_size(name) FROM departments
SELECT w, n FROM f_wards()
SELECT f_loop(), f_volatile(3), f_age_band(age) FROM patients
SELECT f_age_band(age) AS band, count(*) FROM patients GROUP BY f_age_band(age)
SELECT * FROM v_counts ORDER BY ward
SELECT d.*, (SELECT max(age) FROM patients p WHERE p.ward = d.name) AS oldest FROM departments d
UPDATE patients SET age = age + 1 WHERE id = 1 RETURNING id, age
UPDATE departments d SET floor = 3 FROM patients p WHERE p.ward = d.name RETURNING d.id, d.name, p.ward
INSERT INTO visits (id, patient_id, reason, happened) VALUES (50, 1, 'new', '2026-04-01') RETURNING *
INSERT INTO departments (id, name) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET floor = excluded.floor RETURNING id, floor
INSERT INTO patients (id, full_name, ssn, mrn, ward, age) VALUES (60, 'n', 's', 1, 'north', 20) RETURNING id, ward
MERGE INTO departments d USING visits v ON v.id = d.id WHEN MATCHED THEN UPDATE SET floor = 4 RETURNING d.id, d.floor, v.reason
DELETE FROM staff WHERE id = 2 RETURNING id, role
BEGIN; SELECT id FROM patients; SAVEPOINT a; SELECT name FROM departments; ROLLBACK TO a; SELECT floor FROM departments; COMMIT
PREPARE hp(int, text) AS SELECT id, ward FROM patients WHERE age > $1 AND ward = $2; EXECUTE hp(20, 'north'); DEALLOCATE hp
DECLARE hs SCROLL CURSOR FOR SELECT id, ward FROM patients ORDER BY id; FETCH 2 FROM hs; MOVE BACKWARD ALL IN hs; FETCH NEXT FROM hs; CLOSE hs
SAVEPOINT q; DECLARE hq CURSOR FOR SELECT name FROM departments; SAVEPOINT r; FETCH hq
CREATE TEMP TABLE ht AS SELECT id, ward FROM patients; SELECT * FROM ht; SELECT ward, count(*) FROM ht GROUP BY ward
CREATE TEMP TABLE hu (a integer PRIMARY KEY, b text DEFAULT 'x'); INSERT INTO hu (a) VALUES (1), (2) RETURNING *; UPDATE hu SET b = 'y' WHERE a = 1; SELECT a, upper(b) FROM hu ORDER BY 1; DROP TABLE hu
SELECT id, ward INTO TEMP hv FROM patients; SELECT x.ward FROM hv x JOIN departments d ON d.name = x.ward
CREATE TEMP TABLE hw (id int, name text) ON COMMIT DROP; INSERT INTO hw SELECT id, name FROM departments; SELECT d.id, w.name FROM hw w JOIN departments d USING (id)
COPY (SELECT ward, count(*) FROM patients GROUP BY ward) TO STDOUT WITH (FORMAT csv, HEADER)
COPY visits (id, reason) TO STDOUT
SET search_path = public, pg_catalog; SELECT id, ward FROM patients
SELECT current_setting('server_version'), current_setting('TimeZone'), current_setting('search_path', true)
SELECT name, setting, unit FROM pg_settings WHERE name IN ('work_mem', 'server_version_num') ORDER BY name
SHOW server_version
SHOW TimeZone
EXPLAIN (COSTS off) SELECT ward, count(*) FROM patients WHERE age > 30 GROUP BY ward
EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, BUFFERS off) SELECT ward FROM patients WHERE age > 30
SELECT n.nspname, c.relname, c.relkind, pg_get_userbyid(c.relowner) FROM pg_class c LEFT JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v') AND n.nspname !~ '^pg_' ORDER BY 1, 2
SELECT a.attname, format_type(a.atttypid, a.atttypmod), (SELECT pg_get_expr(d.adbin, d.adrelid, true) FROM pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef), a.attnotnull FROM pg_attribute a WHERE a.attrelid = 'public.patients'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
SELECT conname, pg_get_constraintdef(oid, true), contype FROM pg_constraint WHERE conrelid = 'patients'::regclass ORDER BY 1
SELECT i.relname, pg_get_indexdef(x.indexrelid), x.indisunique FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indrelid = 'patients'::regclass ORDER BY 1
SELECT p.proname, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'public' AND p.proname LIKE 'f\_%' ORDER BY 1
SELECT NULL::text AS table_cat, n.nspname, c.relname, a.attname, (information_schema._pg_expandarray(i.indkey)).n FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey) WHERE c.relname = 'visits'
SELECT tc.constraint_name, kcu.column_name FROM information_schema.table_constraints tc JOIN information_schema.key_column_usage kcu USING (constraint_name, table_schema) WHERE tc.table_name = 'visits' ORDER BY 1, 2
SELECT routine_name, data_type FROM information_schema.routines WHERE routine_schema = 'public' ORDER BY 1
SELECT datname, pg_encoding_to_char(encoding), datcollate FROM pg_database WHERE datname = current_database()
SELECT rolname, rolsuper, rolcanlogin FROM pg_roles ORDER BY 1
SELECT extname, extversion FROM pg_extension ORDER BY 1
SELECT s.schemaname, s.relname, s.n_live_tup FROM pg_stat_user_tables s ORDER BY 2
SELECT pg_size_pretty(pg_total_relation_size('patients')), pg_relation_size('visits'), obj_description('patients'::regclass)
SELECT pid, usename, datname, state, wait_event FROM pg_stat_activity WHERE state = 'nothing'
SELECT count(*) FROM pg_locks WHERE locktype = 'nothing'
SELECT set_config('bytea_output', 'hex', false) FROM pg_show_all_settings() WHERE name = 'bytea_output'
SELECT t.oid, t.typname, t.typarray, e.enumlabel FROM pg_type t LEFT JOIN pg_enum e ON e.enumtypid = t.oid WHERE t.typname = 'mood' ORDER BY e.enumsortorder
SELECT inhparent::regclass, inhrelid::regclass FROM pg_inherits ORDER BY 2
SELECT to_regclass('patients'), to_regclass('nothing') IS NULL, pg_typeof(ssn) FROM patients LIMIT 1
SELECT hstore('a', ward) -> 'a', similarity(ward, 'nort'), encode(digest(ward, 'md5'), 'hex') FROM patients
SELECT gen_random_uuid() IS NOT NULL, random() < 1, clock_timestamp() > now(), md5('x'), encode('abc'::bytea, 'hex')
SELECT xmlelement(name w, ward), xmlforest(ward, age) FROM patients
SELECT jt.x FROM notes, JSON_TABLE(plain, '$.a.b[*]' COLUMNS (x int PATH '$')) jt
SELECT JSON_VALUE(plain, '$.c'), JSON_EXISTS(plain, '$.a'), JSON_OBJECT('k': ward) FROM notes JOIN patients USING (id)
SELECT regexp_replace(ward, 'n', 'm'), substring(ward FROM 1 FOR 2), split_part(ward, 'r', 1), format('%s-%s', ward, id), concat_ws('/', ward, age) FROM patients
SELECT (ROW(id, ward)).f2, ARRAY[ward], ROW(age, ward) FROM patients
SELECT (p).ward, (p).id FROM (SELECT p FROM patients p) q
SELECT tableoid::regclass, ctid IS NOT NULL, id FROM patients
SELECT * FROM departments TABLESAMPLE BERNOULLI (100) REPEATABLE (3)
SELECT id FROM patients FOR UPDATE OF patients
SELECT d FROM departments d
SELECT d::text, to_json(d), d.* FROM departments d
SELECT numbers.n FROM numbers JOIN patients ON numbers.n = patients.age
SELECT n, chr(n) FROM numbers WHERE n BETWEEN 65 AND 70
SELECT 1 AS "full_name", 'x' AS ssn, ward AS "MRN" FROM patients
SELECT ssn FROM (VALUES ('not protected', 1)) AS q(ssn, mrn)
WITH staff AS (SELECT 'x' AS badge) SELECT badge FROM staff
SELECT 'ssn' AS literal, $$full_name$$ AS other, U&'d\0061ta'
EXPLAIN (VERBOSE, COSTS off) SELECT f_double(2)
LISTEN wards; NOTIFY wards, 'hello'; UNLISTEN wards
SELECT * FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 'patients'
SELECT last_value FROM log_id_seq
SELECT * FROM pg_tables WHERE schemaname = 'public'
SELECT viewname FROM pg_views WHERE schemaname = 'public' ORDER BY 1
SELECT indexname FROM pg_indexes WHERE tablename = 'patients'
SELECT tablename, attname, null_frac, avg_width FROM pg_stats WHERE schemaname = 'public' AND tablename = 'visits' ORDER BY attname
SELECT (count(*))::int AS n, sum(age) / count(*) AS mean, stddev_pop(age), corr(age, id), regr_slope(age, id), var_samp(age) FROM patients
SELECT width_bucket(age, 0, 100, 5) AS bucket, count(*) FROM patients GROUP BY 1 ORDER BY 1
SELECT p.id FROM patients p LEFT JOIN visits v ON v.patient_id = p.id AND v.reason = 'x' WHERE v.id IS NULL
SELECT extract(dow FROM happened) d, count(*) FROM visits GROUP BY extract(dow FROM happened) ORDER BY 1
SELECT * FROM (SELECT id, ward FROM patients) AS p(patient, place) WHERE place = 'north'
SELECT i, (SELECT count(*) FROM patients WHERE age > i * 10) FROM generate_series(1, 5) i
(SELECT ward FROM patients ORDER BY id LIMIT 1) UNION ALL (SELECT name FROM departments ORDER BY id LIMIT 1)
SELECT lo, hi FROM (SELECT min(age) lo, max(age) hi FROM patients) x
SELECT * FROM unnest(ARRAY['a', 'b']) AS x
SELECT * FROM unnest(ARRAY[1, 2], ARRAY['a', 'b']) AS t(n, s)
SELECT u.* FROM notes, unnest(labels) AS u
SELECT * FROM jsonb_to_recordset('[{"a": 1}]') AS x(a int)
SELECT p.id FROM unnest(ARRAY['kevvistan-plo-one', 'nobody']::text[]) AS wanted JOIN patients p ON p.ssn = wanted
