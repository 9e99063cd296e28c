-- Rows of ward-schema.sql. {{n}}, {{p}}, {{w}} and {{k}} are arrays of one twin's protected values: names, pins, words, numbers.
INSERT INTO med.wards SELECT i, 'ward ' || chr(64 + i), 1 + i % 3, ARRAY['t' || i, 'all'], jsonb_build_object('beds', i * 4, 'lead', 'nurse ' || i), int4range(i, i + 8), date '1990-01-01' + i * 100, 10.5 * i FROM generate_series(1, 6) i;
INSERT INTO med.people (id, code, legal_name, alias, ward_id, score, grade, contacts, chart, genome, stay, marks, weight, sex, seen, born, doc, flags, addr, spot, words, pay, span, alive, ratio, kv, hour, uid, big, doses, sev, tiny, note, retyped, birthplace)
SELECT i, {{p}}[i], {{n}}[i], 'al' || i, 1 + i % 4, i * 10, (ARRAY['mild','grave'])[1 + i % 2]::med.severity,
  ARRAY[ROW('tel', {{p}}[i + 3])::med.contact, ROW('mail', {{n}}[i + 2])::med.contact], xmlelement(name c, xmlattributes({{p}}[i + 1] AS a), {{n}}[i]), convert_to({{n}}[i], 'UTF8'),
  tstzrange(timestamptz '1950-01-01Z' + {{k}}[i] * interval '1 hour', timestamptz '1950-01-01Z' + ({{k}}[i] + 5) * interval '1 hour'), ARRAY[{{k}}[i], {{k}}[i + 1]], {{k}}[i] / 3.0, left({{p}}[i], 1)::"char",
  timestamptz '1960-01-01Z' + {{k}}[i] * interval '1 hour', date '1900-01-01' + {{k}}[i] % 30000, jsonb_build_object('who', {{n}}[i], 'rank', {{k}}[i], 'tags', jsonb_build_array({{p}}[i])), ({{k}}[i] % 256)::bit(8),
  ('10.' || {{k}}[i] % 256 || '.' || {{k}}[i] / 256 % 256 || '.1')::inet, point({{k}}[i], {{k}}[i + 1]), to_tsvector('simple', {{n}}[i]), {{k}}[i]::numeric::money, {{k}}[i] * interval '1 minute', {{k}}[i] % 10 > 4, {{k}}[i] / 9.0,
  hstore({{p}}[i], {{n}}[i]), time '00:00' + {{k}}[i] * interval '7 minutes', md5({{p}}[i])::uuid, {{k}}[i] * 1e9, int4multirange(int4range({{k}}[i], {{k}}[i] + 5)), CASE WHEN {{k}}[i] % 5 = 1 THEN 'fatal' ELSE 'mild' END::med.severity, {{k}}[i] % 30000,
  {{w}}[i], {{k}}[i]::text, {{w}}[i + 1] FROM generate_series(1, 5) i;
SELECT setval(pg_get_serial_sequence('med.people', 'id'), 100);
INSERT INTO med.crews SELECT p.id, p, ARRAY(SELECT q FROM med.people q WHERE q.id <= p.id ORDER BY q.id), 'crew ' || p.id FROM med.people p;
INSERT INTO med.packs SELECT p.id, ROW(p, 7)::med.pack, 'pack ' || p.id FROM med.people p;
INSERT INTO med.boxed SELECT p.id, p, 'box ' || p.id FROM med.people p;
INSERT INTO med.events (id, at, finding, kind, cost) SELECT i, date '2023-03-01' + i * 60, {{w}}[1 + i % 8] || ' ' || {{p}}[1 + i % 8], (ARRAY['x', 'y'])[1 + i % 2], i * 5 FROM generate_series(1, 10) i;
INSERT INTO app.things VALUES (1, 'lamp', {{w}}[1]), (2, 'desk', {{w}}[2]); INSERT INTO app.gadgets VALUES (3, 'fan', {{w}}[3], 220), (4, 'pc', {{w}}[4], 110);
INSERT INTO "Été 2024"."Weird ""T""" SELECT {{n}}[i], {{p}}[i], 'u' || i, i, 'txt' || i, 'case' || i, {{w}}[i] FROM generate_series(1, 3) i;
INSERT INTO app.count SELECT {{p}}[i], {{n}}[i], {{k}}[i], 'u' || i, 'n' || i, date '2024-01-01' + i, 't' || i, {{w}}[i] FROM generate_series(1, 3) i;
INSERT INTO app.lookups SELECT id, code, 'look ' || id FROM med.people;
INSERT INTO app.jobs (what, qty, price, state, at, ward_id, payload) SELECT 'job ' || i, i, i * 2.5, (ARRAY['new', 'run', 'done'])[1 + i % 3], timestamptz '2024-05-01 00:00Z' + i * interval '1 day', 1 + i % 6, jsonb_build_object('k', i, 'l', jsonb_build_array(i, 'x')) FROM generate_series(1, 12) i;
INSERT INTO app.stock VALUES ('a', 5, 0), ('b', 0, 0), ('c', 9, 1);
INSERT INTO app.rls VALUES (1, 'ann', {{w}}[7]), (2, 'zed', {{w}}[8]);
INSERT INTO app.parents SELECT i, 'parent ' || i FROM generate_series(1, 3) i;
INSERT INTO app.kids VALUES (1, 1, {{p}}[1]), (2, 3, {{p}}[2]); INSERT INTO app.pets VALUES (1, 2, {{w}}[5]);
TRUNCATE app.audit RESTART IDENTITY;
REFRESH MATERIALIZED VIEW app.m_codes; REFRESH MATERIALIZED VIEW app.m_wards;
ANALYZE;
