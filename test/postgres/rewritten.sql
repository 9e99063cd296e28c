-- Queries beside the corpora, one a line, whose lineage the server's own rewritten tree is asked for.
SELECT x.a, y.b, z.c FROM (SELECT id a, ssn b, ward c FROM patients) x, LATERAL (SELECT x.b AS b) y, LATERAL (SELECT y.b || x.c AS c) z
SELECT * FROM (SELECT * FROM patients p NATURAL JOIN (SELECT id, reason FROM visits) v) q FULL JOIN departments d ON d.id = q.id
SELECT l.*, r.* FROM patients l LEFT JOIN notes r USING (id) RIGHT JOIN staff s USING (id)
SELECT id, full_name, badge FROM patients JOIN staff USING (id) JOIN (SELECT id, body AS full_name2 FROM notes) n USING (id)
WITH a AS (SELECT * FROM patients), b AS (SELECT a.ssn, n.* FROM a JOIN notes n USING (id)), c AS (SELECT * FROM b UNION ALL SELECT * FROM b) SELECT * FROM c
WITH RECURSIVE up(n, a, b) AS (SELECT 1, ward, ssn FROM patients UNION SELECT n + 1, b, a FROM up WHERE n < 3) SELECT a, b, (SELECT max(a) FROM up u WHERE u.n = up.n) FROM up
SELECT (SELECT (SELECT q.x FROM (SELECT p.ssn AS x) q) || d.name FROM departments d LIMIT 1), p.ward FROM patients p
SELECT CASE WHEN EXISTS (SELECT 1 FROM visits v WHERE v.patient_id = p.id) THEN p.full_name ELSE p.ward END, coalesce((SELECT body::text FROM notes n WHERE n.id = p.id), p.ward) FROM patients p
SELECT ward, max(full_name) OVER (PARTITION BY ward ORDER BY id), lag(ssn, 1, ward) OVER (ORDER BY id), count(ssn) OVER () FROM patients
SELECT ward, string_agg(ssn, ',' ORDER BY id), array_agg(p), json_object_agg(id, full_name), count(DISTINCT ssn) FROM patients p GROUP BY GROUPING SETS ((ward), ())
SELECT upper(q.v), q.w FROM (VALUES (1, 'x'), (2, (SELECT ssn FROM patients WHERE id = 1))) AS t(k, v), LATERAL (SELECT t.v, t.k AS w) q
SELECT t.who, t.n FROM notes, JSON_TABLE(doc, '$' COLUMNS (who text PATH '$.who', n int PATH '$.n')) t
SELECT e.key, e.value, o.ordinality FROM notes, jsonb_each_text(doc) e, unnest(phones) WITH ORDINALITY o
SELECT u.a, u.b FROM ROWS FROM (unnest(ARRAY(SELECT ssn FROM patients)), generate_series(1, 3)) AS u(a, b)
SELECT (h.held).full_name, (h.held).ward, h.held FROM holders h
SELECT v.*, j.j ->> 'ward' FROM v_nested v JOIN v_json j USING (id) JOIN m_codes m USING (id)
SELECT t FROM v_union UNION SELECT label FROM v_nested EXCEPT SELECT ward FROM v_clean ORDER BY 1
(SELECT ssn, ward FROM patients ORDER BY id LIMIT 1) UNION ALL (SELECT ward, ssn FROM patients) INTERSECT SELECT name, name FROM departments
SELECT DISTINCT ON (p.ward) p.ward, p.full_name, n.body FROM patients p LEFT JOIN LATERAL (SELECT body FROM notes n WHERE n.patient_id = p.id ORDER BY made DESC LIMIT 1) n ON true ORDER BY p.ward, p.id
SELECT s.badge, s.role, l.finding, l.taken FROM staff s CROSS JOIN labs l CROSS JOIN labs_2026
SELECT ARRAY(SELECT ROW(ssn, ward) FROM patients), ROW(p.*), (ROW(p.*)::patients).ssn, p IS NULL FROM patients p
SELECT nullif(ssn, ward), greatest(ssn, ward), ssn = ANY (ARRAY[ward]), ssn IN (SELECT name FROM departments), (ssn, ward) < ('a', 'b') FROM patients
SELECT xmlelement(name a, xmlattributes(ssn AS s), full_name), xmlforest(ward), xmlserialize(CONTENT xmlcomment(ward) AS text) FROM patients
SELECT p.tags[1], p.extra -> 'a', n.phones[1:2], n.doc #>> '{who}', n.plain['c'] FROM patients p JOIN notes n USING (id)
SELECT k.* FROM (patients p JOIN notes n USING (id)) AS k
SELECT k.id, p.ssn FROM patients p JOIN notes n USING (id) AS k
SELECT sum(mrn), avg(mrn), min(born), max(made), bool_or(ssn > 'a'), percentile_disc(0.5) WITHIN GROUP (ORDER BY mrn), rank(5) WITHIN GROUP (ORDER BY mrn) FROM patients JOIN notes USING (id)
SELECT made::date, born - made::date, extract(year FROM born), lower(span), kind::text || body FROM notes
SELECT initials, substr(initials, 1, 1), upper(full_name || initials) FROM patients
SELECT c.a, c.b FROM (SELECT a.*, b.* FROM (SELECT ssn AS a FROM patients) a, (SELECT ward AS b FROM patients) b) c
SELECT pg_typeof(mrn), COLLATION FOR (tags), COLLATION FOR ((SELECT tags FROM patients LIMIT 1)) FROM patients
