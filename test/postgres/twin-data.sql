-- Rows of twin-schema.sql. {{n}}, {{p}}, {{w}} and {{k}} are arrays of one twin's protected values: names, pins, words, numbers.
INSERT INTO vault.lodges SELECT i, 'lodge ' || i, (ARRAY['north','south','east'])[1 + i % 3]::coast, {{w}}[i], date '2001-01-01' + i, i FROM generate_series(1, 4) i;
INSERT INTO vault.souls (id, alias, true_name, pin, born, weight, keycount, ward, lodge_id, bio, tags, home, tok, stay, score, created, nick)
SELECT i, 'al' || i, {{n}}[i], {{p}}[i], date '1900-01-01' + {{k}}[i] % 30000, {{k}}[i] / 7.0, {{k}}[i], CASE WHEN i % 2 = 0 THEN 'tower' ELSE 'quay' END, 1 + i % 4,
 jsonb_build_object('motto', {{n}}[i + 3], 'rank', {{k}}[i]), ARRAY[{{p}}[i + 2], {{n}}[i + 1]], ROW({{n}}[i + 2], {{p}}[i + 3], {{k}}[i])::vault.address, md5({{p}}[i])::uuid,
 daterange(date '1950-01-01' + {{k}}[i] % 900, date '1950-01-01' + {{k}}[i] % 900 + 3), i * 10, timestamptz '2024-03-01 10:00Z' + i * interval '1 day', 'nick' || i
FROM generate_series(1, 5) i;
SELECT setval(pg_get_serial_sequence('vault.souls', 'id'), 100);
INSERT INTO public.visits (soul_id, at, note, cost, kind) SELECT 1 + i % 5, timestamptz '2023-06-01 00:00Z' + i * interval '45 days', {{w}}[1 + i % 4] || ' ' || {{n}}[1 + i % 5], 10 + i, (ARRAY['watch','rescue','drill'])[1 + i % 3]::outing FROM generate_series(0, 19) i;
INSERT INTO public.creatures VALUES (1, 'first', {{p}}[6]), (2, 'second', {{p}}[7]);
INSERT INTO public.hounds VALUES (3, 'third', {{p}}[8], 'spaniel');
INSERT INTO "Keep Log"."Diary" VALUES (1, 'ann', {{n}}[6], 2, {{n}}[7], 'u1'), (2, 'bob', {{n}}[8], 1, {{p}}[4], 'u2');
INSERT INTO public.agents VALUES (1, {{w}}[5], 'gate'), (2, {{w}}[6], 'roof');
INSERT INTO alt.agents VALUES (1, 'plain one', 'gate'), (2, 'plain two', 'roof');
INSERT INTO public.ports SELECT i, 'port ' || chr(96 + i), i * 1.5, date '1999-12-30' + i, ARRAY['t' || i, 'deep'], jsonb_build_object('k', i, 'tags', jsonb_build_array('a', i)) FROM generate_series(1, 8) i;
INSERT INTO public.ledger (port_id, amount, booked, memo) SELECT 1 + i % 8, i * 1.25, timestamptz '2024-01-01 00:00Z' + i * interval '6 hours', 'memo ' || i FROM generate_series(1, 40) i;
INSERT INTO public.guarded VALUES (1, 'ann', {{w}}[7]), (2, 'bob', {{w}}[8]);
REFRESH MATERIALIZED VIEW public.m_souls;
REFRESH MATERIALIZED VIEW public.m_ports;
ANALYZE vault.souls, vault.lodges, public.visits, public.ports, public.ledger;
INSERT INTO public.crates (id, label, price, pieces) VALUES (1, 'box a', 2, 3), (2, 'box b', 1, 4);
