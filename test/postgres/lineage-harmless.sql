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
