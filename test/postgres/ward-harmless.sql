-- What shows nothing protected, on ward-schema.sql: each line answers as the database itself does.
select id, alias, ward_id, score, grade, updated, prefs, big_score from med.people order by id
select p.id, p.alias, w.name as ward, w.floor from med.people p join med.wards w on w.id = p.ward_id where w.floor > 1 order by p.alias desc
select w.name, count(p.id) n, coalesce(sum(p.score), 0) s, round(avg(p.score), 2) a, max(p.updated) from med.wards w left join med.people p on p.ward_id = w.id group by w.id, w.name order by n desc, w.name
select * from med.wards order by id
select * from app.jobs order by id
select * from app.v_wards
select * from app.v_counts order by id
select id, alias, ward from app.v_people order by id
select * from app.v_barrier order by id
select a, c from app.v_alias order by a
select id, alias from app.v_using order by id
select n, floor from app.m_wards order by 1
select id, label from med.crews order by id
select (lead).alias, (lead).id, label from med.crews order by id
select (pack).n, label from med.packs order by id
select id, at, kind, cost from med.events order by id
select id, kind, cost from med.events_a order by id
select kind, sum(cost), count(*) from med.events where at >= '2023-06-01' and at < '2024-06-01' group by kind order by kind
select tableoid::regclass::text, count(*) from med.events group by 1 order by 1
select id, name, volts from app.gadgets order by id
select id, name from app.things order by id
select id, name from only app.things order by id
select "Ünï", "1st", text, "case" from "Été 2024"."Weird ""T""" order by "1st"
select w."1st" as "a b", w.text "select" from "Été 2024"."Weird ""T""" w order by 1
select name, date, time, "user" from app.count order by date
select count(*), min(name), max(date) from app.count
select id, label from app.lookups order by id
select l.label, p.alias from app.lookups l join med.people p on p.code = l.code order by l.id
select id, who from app.rls order by id
select date_trunc('week', at) as wk, state, count(*) filter (where qty > 3) as big, sum(total) as total from app.jobs group by 1, 2 order by 1, 2
select state, percentile_cont(0.5) within group (order by price) as med, mode() within group (order by ward_id), stddev_samp(price)::numeric(10, 3) from app.jobs group by state order by state
select state, grouping(state, ward_id), ward_id, count(*) from app.jobs group by grouping sets ((state), (ward_id), ()) order by 2, 1, 3
select id, what, row_number() over w as rn, lag(price) over w as prev, sum(total) over (partition by state order by at rows between unbounded preceding and current row) as run, first_value(what) over w from app.jobs window w as (partition by state order by at) order by id
select id, ntile(4) over (order by price), cume_dist() over (order by qty), rank() over (order by ward_id), nth_value(what, 2) over (order by id) from app.jobs order by id
with recursive t(n, f) as (select 1, 1::numeric union all select n + 1, f * (n + 1) from t where n < 10) select * from t
with recursive up as (select id, floor, 0 d from med.wards where id = 1 union all select w.id, w.floor, d + 1 from med.wards w join up on w.id = up.id + 1) search depth first by id set o cycle id set c using p select id, floor, d, c, p, o from up
with a as (select ward_id, count(*) n from med.people group by 1), b as (select ward_id, sum(total) t from app.jobs group by 1) select w.name, coalesce(a.n, 0), b.t from med.wards w left join a on a.ward_id = w.id left join b on b.ward_id = w.id order by w.id
select distinct on (ward_id) ward_id, what, at from app.jobs order by ward_id, at desc
select j.* from (values (1, 'x'), (3, 'y')) v(id, t) join app.jobs j using (id) order by id
select w.name, x.what, x.price from med.wards w cross join lateral (select what, price from app.jobs where ward_id = w.id order by price desc limit 1) x order by w.id
select w.name, t.tag, t.n from med.wards w, unnest(w.tags) with ordinality t(tag, n) order by w.id, n
select * from rows from (generate_series(1, 3), unnest(array['a', 'b'])) with ordinality as r(n, t, o)
select id, meta -> 'beds' as beds, meta ->> 'lead' as lead, meta #>> '{beds}', meta ? 'beds', meta @> '{"beds": 4}' from med.wards order by id
select jsonb_object_agg(name, meta) , json_agg(json_build_object('id', id, 'name', name) order by id), jsonb_agg(w order by id) from med.wards w
select json_object('id': id, 'name': name returning jsonb), json_array(id, name), json_arrayagg(floor) over () from med.wards order by id
select jt.* from med.wards w, json_table(w.meta, '$' columns (beds int path '$.beds', lead text path '$.lead')) jt order by beds
select json_value(meta, '$.beds' returning int), json_query(meta, '$'), json_exists(meta, '$.lead') from med.wards order by id
select row_to_json(w), to_jsonb(w) from med.wards w order by id
select w from med.wards w order by id
select (w).name, (w.*)::text from med.wards w order by id
select row(w.id, w.name), array_agg(w.name) over (), array(select what from app.jobs j where j.ward_id = w.id order by id) from med.wards w order by id
select hours, lower(hours), hours @> 5, hours && int4range(3, 4), range_agg(hours) over () from med.wards order by id
select xmlelement(name w, xmlattributes(id as i), name), xmlforest(floor, rate) from med.wards order by id
select query_to_xml is not null from (select 1 as query_to_xml) q
select to_tsvector('english', what) @@ to_tsquery('english', 'job'), ts_rank(to_tsvector(what), to_tsquery('job')), similarity(what, 'job 3') from app.jobs order by id
select payload -> 'l' ->> 1, jsonb_array_length(payload -> 'l'), jsonb_path_query_array(payload, '$.l[*]'), payload || '{"z": 1}' from app.jobs order by id
select id, e.value from app.jobs, jsonb_array_elements(payload -> 'l') e order by id, 2
select id, k, v from app.jobs, jsonb_each(payload) as t(k, v) order by 1, 2
select app.tax(100), app.tax(100, 10), app.tax(n => price) from app.jobs where id = 1
select id, app.tax(price) from app.jobs order by id
select app.label_of('x'), app.label_of('x', '+'), app.label_of('x', up => false), app.label_of(what) from app.jobs where id < 3 order by id
select * from app.ward_list()
select * from app.ward_list(2)
select * from app.ward_rec(2)
select app.ward_rec(2), (app.ward_rec(1)).nm
select * from app.ward(1)
select (app.ward(2)).name, app.ward(3)
select * from app.wards_on(2)
select name from app.wards_on(1) order by 1
select app.fib(10), app.fact(5), app.safe_int('x'), app.safe_int('12')
select app.sum_all(1, 2, 3), app.sum_all(variadic array[4, 5]), app.same('x'::text), app.same(5), app.same(w.floor) from med.wards w order by w.id
select app.pile(what order by id), app.norm(price), app.longest(state) from app.jobs
select state, app.pile(what order by id) from app.jobs group by state order by 1
select app.norm(qty) over (order by id) from app.jobs order by id
select what operator(app.==) 'job x', opened operator(app.+^) '3' from app.jobs, med.wards where app.jobs.id = 1 and med.wards.id = 1
select row('tel', '1')::med.contact::text, ('{mild,grave}'::med.severity[])[1], 'x'::med.code
select app.mine(p) from med.people p order by id
select w.name, (select alias from med.people p where p.ward_id = w.id order by p.id limit 1) from med.wards w order by w.id
select app.add_job('new job', 3)
call app.bump(3)
insert into app.jobs (what, qty, price, ward_id) values ('a', 2, 5.5, 1), ('b', 1, null, 2) returning id > 0, what, total, touched
insert into app.jobs default values
insert into app.jobs (what) values ('x') returning *
insert into app.jobs (what, qty) values ('x', -1)
insert into app.jobs (what, ward_id) values ('x', 999)
insert into app.stock (sku, qty) values ('a', 7) on conflict (sku) do update set qty = stock.qty + excluded.qty, v = stock.v + 1 where stock.qty < 100 returning sku, qty, v, (xmax = 0) as inserted
insert into app.stock (sku, qty) values ('z', 1) on conflict do nothing returning *
insert into app.stock values ('a', 1, 1)
update app.stock set qty = qty - 1 where sku = 'c' and qty >= 1 returning qty ;; select rel, op, was, now from app.audit order by id
delete from app.stock where sku = 'b' returning * ;; select op, was from app.audit
insert into app.stock select 's' || i, i from generate_series(1, 3) i returning sku ;; select count(*), max(op) from app.audit
merge into app.stock t using (values ('a', 1), ('q', 2)) v(sku, qty) on t.sku = v.sku when matched and v.qty > 5 then delete when matched then update set qty = t.qty + v.qty when not matched then insert (sku, qty) values (v.sku, v.qty) returning merge_action(), t.sku, t.qty
update app.jobs j set state = 'late' from med.wards w where w.id = j.ward_id and w.floor = 2 returning j.id, j.state, w.name
update app.jobs set payload = jsonb_set(payload, '{k}', '9'), state = default where id = 2 returning payload, state, old.state, new.touched
delete from app.jobs where id in (select id from app.jobs order by at limit 2 for update skip locked) returning id, what
with moved as (delete from app.jobs where state = 'done' returning *) insert into app.audit (rel, op, was) select 'jobs', 'MOVE', to_jsonb(m) from moved m returning rel, op, was ->> 'what'
with up as (update app.stock set v = v + 1 returning sku, v) select sum(v), array_agg(sku order by sku) from up
insert into med.wards (id, name, tags, meta, hours) values (70, 'new ward', array['a', 'b'], '{"x": [1]}', '[1,5)') returning id, tags, meta, hours ;; select rel, op, now from app.audit
update med.people set score = score + 1, updated = '2024-02-02' where id = 2 returning id, score, big_score, updated
update med.people set prefs = prefs || '{"theme": "dark"}' where alias = 'al3' returning prefs
update med.people set ward_id = 2 where id = 1 returning id, ward_id
insert into med.people (id, code, legal_name, alias) values (501, 'ZZ-new', 'New Person', 'al501') returning id, alias, score, grade
delete from med.people where id = 5555
insert into app.gadgets (id, name, hint, volts) values (9, 'mixer', 'shiny', 5) returning id, name, volts
insert into med.events (id, at, finding, kind, cost) values (900, '2024-08-08', 'fine', 'x', 3) returning id, kind, tableoid::regclass
select id from med.people where code = 'nothing like it'
select count(*) from med.people where code is not null
select id, alias from med.people where legal_name in ('a', 'b') or alias = 'al2' order by id
select exists (select 1 from med.people where alias = 'al1' and score > 5)
begin; select 1; savepoint a; update app.stock set qty = 1; rollback to a; select qty from app.stock order by sku; commit
/*raw*/ begin isolation level repeatable read read only ;; select count(*) from app.jobs ;; select sum(total) from app.jobs ;; commit
/*raw*/ begin; declare c cursor for select id, what from app.jobs order by id; fetch 3 from c; fetch 3 from c; close c; commit
/*raw*/ begin ;; declare c no scroll cursor with hold for select id, what from app.jobs order by id ;; commit ;; fetch 2 c ;; close c
/*raw*/ begin ;; update app.jobs set state = 'x' where id = 1 returning id ;; commit
/*raw*/ begin ;; insert into app.lookups values (77, null, 'late') ;; delete from app.lookups where id = 77 ;; commit
/*raw*/ begin ;; delete from app.lookups where id = 77 ;; commit
/*raw*/ begin ;; insert into app.jobs (what) values ('c') ;; set constraints all immediate ;; rollback
/*raw*/ start transaction ;; update med.people set prefs = prefs where id = 1 ;; end
prepare p(int, text) as select id, what from app.jobs where ward_id = $1 and state <> $2 order by id ;; execute p(2, 'x') ;; execute p(3, 'done') ;; deallocate p
prepare p as select * from app.v_counts ;; explain (costs off) execute p ;; deallocate p
declare c scroll cursor for select id, alias from med.people order by id ;; fetch first c ;; fetch last c ;; fetch absolute 2 c ;; move backward 1 c ;; fetch backward 1 c
declare c cursor for select id, qty from app.jobs where id = 1 for update ;; fetch c ;; update app.jobs set qty = 50 where current of c returning id, qty
create temp table t (id int primary key, name text, n int default 5, at timestamptz default '2024-01-01') ;; insert into t (id, name) select id, name from med.wards ;; create index on t (name) ;; analyze t ;; select * from t order by id ;; drop table t
create temp table t on commit drop as select w.id, w.name, count(*) from med.wards w join app.jobs j on j.ward_id = w.id group by 1, 2 ;; select * from t order by 1
create temp table t (like app.jobs including all) ;; insert into t (what) values ('x') returning qty, state ;; select what from t
create temp view tv as select id, name from med.wards where floor = 2 ;; select * from tv order by id
create temp sequence ts ;; select nextval('ts'), currval('ts')
create table app.newt (id int generated always as identity primary key, job_id int not null references app.jobs on delete cascade, v text check (length(v) < 10), u uuid, unique (job_id, v)) ;; create index on app.newt (job_id) ;; comment on table app.newt is 'new' ;; insert into app.newt (job_id, v) values (1, 'x') returning id ;; insert into app.newt (job_id, v) values (1, 'x')
alter table app.jobs add column extra text default 'e', add column n2 int not null default 0 ;; select id, extra, n2 from app.jobs order by id limit 2 ;; alter table app.jobs drop column extra
alter table app.jobs alter column state type varchar(20), alter column state set not null ;; update app.jobs set state = 'y' where id = 1 returning state
alter table app.jobs rename column what to title ;; select id, title from app.jobs order by id limit 2
create type app.mood as enum ('ok', 'bad') ;; alter table app.jobs add mood app.mood default 'ok' ;; select mood, count(*) from app.jobs group by mood
create view app.vv as select id, what, qty * 2 as dbl from app.jobs ;; select * from app.vv order by id limit 3 ;; create or replace view app.vv as select id, what, qty * 2 as dbl, state from app.jobs ;; select state from app.vv order by id limit 1 ;; drop view app.vv
create materialized view app.mv as select state, count(*) from app.jobs group by state ;; create unique index on app.mv (state) ;; refresh materialized view app.mv ;; select * from app.mv order by 1
create function app.dbl(x int) returns int language sql immutable as 'select x * 2' ;; select app.dbl(qty) from app.jobs order by id limit 2 ;; drop function app.dbl(int)
create index concurrently_not on app.jobs (lower(what)) where state = 'new' ;; drop index app.concurrently_not
create schema s2 ;; create table s2.a (id serial primary key, t text) ;; insert into s2.a (t) values ('x') returning id ;; alter table s2.a set schema app ;; select * from app.a
select pg_advisory_lock(5), pg_advisory_unlock(5), pg_try_advisory_xact_lock(1, 2)
select nextval('app.tick'), setval('app.tick', 10), nextval('app.tick')
lock table app.jobs in share mode
select * from app.jobs where id = 1 for no key update nowait
truncate app.audit
analyze app.jobs
explain (costs off) select * from app.jobs where id = 1
explain (costs off, verbose) select w.name, count(*) from med.wards w join app.jobs j on j.ward_id = w.id group by w.name
explain (analyze, costs off, timing off, summary off, buffers off) select id from app.jobs where qty > 3
explain (format json, costs off) select id, alias from med.people where ward_id = 2
explain (format yaml, costs off) update app.jobs set qty = 2 where id = 1
copy app.jobs (id, what, state) to stdout
copy (select id, alias, score from med.people order by id) to stdout (format csv, header, delimiter ';', force_quote (alias))
copy (select * from app.v_counts order by id) to stdout (format binary)
copy med.wards to stdout (format csv, null 'NULL', header true)
select id, case grade when 'mild' then 0 else 1 end, coalesce(nullif(alias, 'al1'), 'none'), greatest(score, 20), score between 10 and 30, alias similar to 'al[12]', score % 20 = 0 from med.people order by id
select sum(score) filter (where grade = 'mild'), string_agg(alias, ', ' order by score desc), array_agg(distinct ward_id), bool_and(score > 0), count(distinct grade) from med.people
select now() - updated > interval '1 day', extract(year from updated), updated at time zone 'utc', updated::date, age('2024-03-01', updated) from med.people order by id
select 1 / 0
select what::int from app.jobs where id = 1
select 1 ;; select id from app.jobs where what = 1
select floor from med.wards union select qty from app.jobs order by 1
select id from med.people except select id from app.jobs order by 1
select id, alias from med.people where ward_id in (select id from med.wards where floor = 1) and not exists (select 1 from app.jobs j where j.id = med.people.id and j.qty > 4) order by id
select t.id, t.score from med.people t order by t.score desc nulls last fetch first 2 rows with ties
select generate_series(date '2024-01-01', '2024-01-05', '2 days')::date, width_bucket(7, 0, 10, 5), to_char(1234.5, 'FM9,999.00'), format('%s-%I-%L', 1, 'a b', 'c''d')
select anon_1.ward_id, anon_1.n from (select med.people.ward_id as ward_id, count(*) as n from med.people group by med.people.ward_id) as anon_1 where anon_1.n > 0 order by 1
SELECT "med"."people"."id", "med"."people"."alias" FROM "med"."people" INNER JOIN "med"."wards" ON ("med"."people"."ward_id" = "med"."wards"."id") WHERE "med"."wards"."name" LIKE 'ward%' ORDER BY "med"."people"."id" ASC LIMIT 21
SELECT (1) AS "a" FROM "med"."people" WHERE "med"."people"."alias" = 'al1' LIMIT 1
SELECT COUNT(*) FROM (SELECT DISTINCT "med"."people"."ward_id" AS "col1" FROM "med"."people") subquery
SELECT jobs.id AS jobs_id, jobs.what AS jobs_what, wards_1.id AS wards_1_id, wards_1.name AS wards_1_name FROM app.jobs LEFT OUTER JOIN med.wards AS wards_1 ON wards_1.id = jobs.ward_id WHERE jobs.state IN ('new', 'run') ORDER BY jobs.id LIMIT 5 OFFSET 1
select j1_0.id, j1_0.qty, w1_0.id, w1_0.name from app.jobs j1_0 join med.wards w1_0 on w1_0.id = j1_0.ward_id where j1_0.qty > 2 order by j1_0.id fetch first 3 rows only
SELECT "t0"."id", COALESCE("aggr_selection_0"."_aggr_count_jobs", 0) AS "_aggr_count_jobs" FROM "med"."wards" AS "t0" LEFT JOIN (SELECT "app"."jobs"."ward_id", COUNT(*) AS "_aggr_count_jobs" FROM "app"."jobs" WHERE 1=1 GROUP BY "app"."jobs"."ward_id") AS "aggr_selection_0" ON ("t0"."id" = "aggr_selection_0"."ward_id") WHERE 1=1 ORDER BY "t0"."id"
SELECT 1 AS one FROM "med"."wards" WHERE "med"."wards"."name" = 'ward A' AND "med"."wards"."id" != 1 LIMIT 1
SELECT a.attname, format_type(a.atttypid, a.atttypmod), pg_get_expr(d.adbin, d.adrelid), a.attnotnull, a.atttypid, a.atttypmod, c.collname, col_description(a.attrelid, a.attnum) AS comment, attidentity AS identity, attgenerated as attgenerated FROM pg_attribute a LEFT JOIN pg_attrdef d ON a.attrelid = d.adrelid AND a.attnum = d.adnum LEFT JOIN pg_type t ON a.atttypid = t.oid LEFT JOIN pg_collation c ON a.attcollation = c.oid AND a.attcollation <> t.typcollation WHERE a.attrelid = '"app"."jobs"'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
SELECT c.conname, c.contype, ARRAY(SELECT attname FROM unnest(c.conkey) WITH ORDINALITY cols(colid, arridx) JOIN pg_attribute AS ca ON cols.colid = ca.attnum WHERE ca.attrelid = c.conrelid ORDER BY cols.arridx), (SELECT fkc.relname || '.' || fka.attname FROM pg_attribute AS fka JOIN pg_class AS fkc ON fka.attrelid = fkc.oid WHERE fka.attrelid = c.confrelid AND fka.attnum = c.confkey[1]), cl.reloptions FROM pg_constraint AS c JOIN pg_class AS cl ON c.conrelid = cl.oid WHERE cl.relname = 'people' AND pg_catalog.pg_table_is_visible(cl.oid) = false ORDER BY 1
SELECT indexname, array_agg(attname ORDER BY arridx), indisunique, indisprimary, array_agg(ordering ORDER BY arridx), amname, exprdef, s2.attoptions FROM (SELECT c2.relname as indexname, idx.*, attr.attname, am.amname, CASE WHEN idx.indexprs IS NOT NULL THEN pg_get_indexdef(idx.indexrelid) END AS exprdef, CASE am.amname WHEN 'btree' THEN CASE (option & 1) WHEN 1 THEN 'DESC' ELSE 'ASC' END END as ordering, c2.reloptions as attoptions FROM (SELECT * FROM pg_index i, unnest(i.indkey, i.indoption) WITH ORDINALITY koi(key, option, arridx)) idx LEFT JOIN pg_class c ON idx.indrelid = c.oid LEFT JOIN pg_class c2 ON idx.indexrelid = c2.oid LEFT JOIN pg_am am ON c2.relam = am.oid LEFT JOIN pg_attribute attr ON attr.attrelid = c.oid AND attr.attnum = idx.key WHERE c.relname = 'people') s2 GROUP BY indexname, indisunique, indisprimary, amname, exprdef, attoptions ORDER BY 1
SELECT typname, typnamespace::regnamespace, typtype, typcategory, typelem <> 0, typbasetype::regtype FROM pg_type WHERE typnamespace IN ('med'::regnamespace, 'app'::regnamespace) ORDER BY 1
SELECT p.proname, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid), l.lanname, p.provolatile FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE p.pronamespace = 'app'::regnamespace ORDER BY 1, 2
SELECT tgname, pg_get_triggerdef(oid), tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2
SELECT polname, pg_get_expr(polqual, polrelid), polroles FROM pg_policy
SELECT c.relname, pg_get_partkeydef(c.oid), (SELECT array_agg(i.inhrelid::regclass::text ORDER BY i.inhrelid) FROM pg_inherits i WHERE i.inhparent = c.oid) FROM pg_class c WHERE c.relkind = 'p' ORDER BY 1
SELECT viewname, definition FROM pg_views WHERE schemaname = 'app' ORDER BY 1
SELECT table_name, column_name, is_generated, generation_expression FROM information_schema.columns WHERE table_schema = 'med' ORDER BY 1, ordinal_position
SELECT constraint_name, check_clause FROM information_schema.check_constraints WHERE constraint_schema IN ('med', 'app') AND constraint_name !~ 'not_null' ORDER BY 1
SELECT n.nspname, t.typname, d.typname, pg_get_constraintdef(c.oid) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_type d ON d.oid = t.typbasetype LEFT JOIN pg_constraint c ON c.contypid = t.oid WHERE t.typtype = 'd' AND n.nspname = 'med' ORDER BY 2
SELECT schemaname, tablename, indexname, indexdef FROM pg_indexes WHERE schemaname IN ('med', 'app') ORDER BY 1, 2, 3
SELECT sequence_schema, sequence_name, data_type, start_value FROM information_schema.sequences ORDER BY 1, 2
SELECT relname, seq_scan >= 0, n_live_tup >= 0 FROM pg_stat_user_tables WHERE schemaname = 'app' ORDER BY 1
SELECT attname, null_frac, n_distinct FROM pg_stats WHERE tablename = 'jobs' AND attname IN ('id', 'state') ORDER BY 1
SELECT pg_get_statisticsobjdef(oid), stxname FROM pg_statistic_ext
SELECT castsource::regtype, casttarget::regtype, castfunc::regproc FROM pg_cast WHERE castfunc >= 16384 AND castsource = 'med.contact'::regtype
SELECT oprname, oprleft::regtype, oprcode::regproc FROM pg_operator WHERE oprnamespace = 'app'::regnamespace ORDER BY 1
SELECT aggfnoid::regproc, aggtransfn, aggfinalfn, agginitval FROM pg_aggregate WHERE aggfnoid >= 16384 AND aggfnoid::text LIKE 'app%' ORDER BY 1::text
select app.fib(12)
select app.fact(6), app.safe_int('7')
select app.even(4), app.odd(3)
insert into app.kept values (1, 'x') returning v ;; select * from app.kept_log
call app.rename(1, 'renamed') ;; select name from med.wards where id = 1
call app.bump(41)
select coalesce(nullif(alias, ''), 'none') from med.people order by id
select id, coalesce(prefs ->> 'theme', 'light') from med.people order by id
comment on column app.jobs.what is 'what to do' ;; select col_description('app.jobs'::regclass, 2)
explain (costs off) insert into app.stock (sku, qty) values ('zz', 1)
select e.key, e.value from med.wards, jsonb_each(meta) e order by 1, 2::text
select t from unnest(array['b', 'a']) t order by t
select k from jsonb_object_keys('{"a": 1, "b": 2}') k order by k
select x.id, y from app.jobs x, jsonb_array_elements_text(x.payload -> 'l') y order by 1, 2
select regexp_split_to_table('a,b', ','), string_to_table('x y', ' ')
select id from app.jobs where payload @> '{"k": 3}' and state = any (array['new', 'run', 'done'])
select * from app.jobs j left join lateral (select max(score) as top from med.people p where p.ward_id = j.ward_id) t on true order by j.id limit 4
insert into app.lookups (id, label) values (88, 'free') returning id, label
delete from app.lookups where id = 1 returning id, label
update med.wards set name = upper(name) where id in (1, 2) returning id, name
delete from med.wards where id = 6 and not exists (select 1 from app.jobs) returning id
create view app.h1 as select id, name as x from med.wards ;; create view app.h2 as select id from app.h1 where x like '%a%' order by x ;; create or replace view app.h1 as select id, name || '!' as x, floor from med.wards ;; select * from app.h2
create view app.h1 as select id, alias::text as x from med.people ;; create or replace view app.h1 as select id, code::text as x from med.people ;; select id from app.h1 order by id
create view app.h1 as select id, code as x, alias from med.people ;; create view app.h2 as select id from app.h1 where alias like 'al%' ;; create or replace view app.h1 as select id, code as x, alias, legal_name from med.people ;; select id from app.h2 order by id
create table app.h1 (id int primary key, person int) ;; create view app.h2 as select id from app.h1 where person > 0 ;; alter table app.h1 add foreign key (person) references med.people ;; insert into app.h1 values (1, 1) ;; select * from app.h2
create table app.h1 (id int, name text) ;; create function app.hf(n text) returns boolean language sql stable as $$select exists (select 1 from app.h1 where name = n)$$ ;; create table app.h2 (t text check (app.hf(t) is not null)) ;; alter table app.h1 rename to h0 ;; create view app.h1 as select id, name from med.wards ;; insert into app.h2 values ('a') returning t
select id, alias from med.people union select 0, 'nobody' order by 1
select id, alias from med.people except select id, 'al1' from med.people order by 1
select xact_commit >= 0, tup_returned >= 0, blks_hit >= 0, deadlocks from pg_stat_database where datname = current_database()
create table app.fr (a int primary key, code text references med.people (code)) ;; insert into app.fr select id, code from med.people ;; select count(*) from app.fr
create table app.fr (a int primary key, person int references med.people (id) check (person > 0), unique (person, a)) ;; insert into app.fr values (1, 1)
create table app.fr (a int primary key, person int references med.people check (person > 0), unique (person, a)) ;; insert into app.fr values (1, 1)
create table app.fr (a int primary key, code med.strict_code references med.people (code) on delete cascade) ;; create index on app.fr (code) ;; insert into app.fr select id, code from med.people
create table app.a1 (id int primary key); create table app.b1 (a int references app.a1 on delete cascade, pos int, v text check (v <> ''), primary key (a, pos)); create index on app.b1 (pos, a) ;; insert into app.a1 values (1) ;; insert into app.b1 values (1, 2, 'x')
create table med.events_z partition of med.events for values from ('2030-01-01') to ('2031-01-01') ;; insert into med.events (id, at, finding) select id, '2030-05-05', finding from med.events ;; select count(*) from med.events_z
create table app.tree (id int primary key, up int references app.tree, check (up <> id), unique (up, id)) ;; insert into app.tree values (1, null)
create schema sx create table a (id int primary key, t text check (t <> '')) create index on a (t, id) create view v as select id from a ;; select * from sx.v
alter table app.jobs add column person int references med.people check (person > 0)
create table app.ch (extra int check (extra > 0)) inherits (app.things) ;; insert into app.ch (id, name, extra) values (5, 'x', 2) ;; select name from app.ch
alter table app.stock add unique (sku, qty) ;; create unique index on med.people (score, id)
select t.* from xmltable('/c/d' passing '<c><d a="1">x</d></c>' columns a int path '@a' not null, b text path 'concat(., "y")') t
create materialized view app.mv as select id, code, legal_name from med.people ;; analyze app.mv ;; select n_distinct from pg_stats where tablename = 'mv' and attname = 'id'
alter table app.jobs add column person int check (person > 0 or qty > 0) ;; insert into app.jobs (what, person) values ('x', 1) returning person
select app.scaled(qty), app.scaled(qty, 3), app.joined(what), app.joined(what, state) from app.jobs order by id
select id from app.jobs where app.scaled(qty) > 4 and app.joined(state) <> 'x' order by id
select exists (select 1 from med.people where code = 'nobody'), exists (select from med.people where alias = 'al1')
select exists (select 1 from med.people where legal_name = 'nobody') as known
select exists (select from med.people p join med.wards w on w.id = p.ward_id where p.code = 'nobody' and w.floor > 0)
alter table med.people add column blood text check (blood in ('A', 'B', 'AB', '0')) ;; update med.people set blood = 'A' where id = 1 returning id, blood ;; select blood, count(*) from med.people group by blood order by 1
alter table med.people add column blood text, add column rh boolean, add constraint both_or_none check ((blood is null) or rh) ;; select id, blood, rh from med.people where rh order by id limit 2
alter table app.jobs add column n3 int check (n3 > 0), add check (n3 < qty) ;; insert into app.jobs (what, n3) values ('x', -1)
do $$ begin raise notice 'hello'; end $$
do $$ declare n int; begin select floor into n from med.wards where id = 1; raise notice 'floor: %', n; end $$
do $$ declare r record; begin for r in select name, floor from med.wards order by id loop raise info '% is on %', r.name, r.floor; end loop; end $$
do $$ begin insert into app.stock (sku, qty) values ('a', 1); exception when unique_violation then raise notice 'there already'; end $$
do $$ begin update app.jobs set state = 'y' where id = 1; if not found then raise exception 'no job'; end if; raise warning 'job is %', (select state from app.jobs where id = 1); end $$
do $$ begin perform 1 / 0; end $$
do $$ declare t text; begin select name into strict t from med.wards where id = 999; end $$
do $$ begin raise exception using errcode = 'P0042', message = 'custom', detail = 'more', hint = 'again'; end $$
insert into med.people (id, legal_name, alias, ward_id) values (1, 'n', 'x', 1)
insert into med.people (legal_name, alias, ward_id) values ('n', 'x', 999)
update med.people set ward_id = 999 where id = 1
update med.people set id = 2 where id = 1
insert into app.kids values (1, 2, 's')
insert into app.lookups values (1, null, 'x')
insert into app.things values (1, 'x')
insert into med.events (id, at, kind) values (1, '2055-01-01', 'x')
update med.events set at = '2055-01-01' where id = 1
create table app.cp as select id, alias from med.people ;; alter table app.cp add primary key (id) ;; insert into app.cp select id, alias from med.people
merge into med.people p using (values (1, 'zz')) v(id, a) on p.id = v.id when matched then update set alias = v.a
merge into med.people p using (values (1, 'zz'), (88, 'new')) v(id, a) on p.id = v.id when matched and p.score < 5 then do nothing when matched then update set alias = v.a when not matched then insert (id, legal_name, alias) values (v.id, 'n', v.a) returning p.id, p.alias
select (select count(*) from med.people where code = 'nobody') as n, exists (select 1 from med.wards where id = 1), (select count(*) from med.wards where floor = 1)
select (select count(*) from med.people where legal_name = 'nobody')
create function app.tax(n text) returns text language sql immutable as $$ select n $$ ;; select app.tax('x'), app.tax(10)
create function app.newf(a text) returns text language sql as $$ select a $$ ;; create function app.newf(a int) returns int language plpgsql as $$ begin return a + 1; end $$ ;; select app.newf(1), app.newf('x')
create or replace function app.people_in(w int) returns bigint language sql stable as $$ select count(*) from med.people where ward_id = w $$ ;; select app.people_in(1)
create function app.people_in(w int) returns bigint language plpgsql stable as $$ begin return (select count(*) from med.people where ward_id = w); end $$ ;; select app.people_in(1)
create function app.alias_of(i int) returns text language sql stable as $$ select alias from med.people where id = i $$ ;; select app.alias_of(2)
create function app.people_tab(w int) returns table (pid int, al text) language sql stable as $$ select id, alias from med.people where ward_id = w order by id $$ ;; select * from app.people_tab(1)
create function app.fmt_people(n int) returns text language plpgsql immutable as $$ begin if n = 1 then return 'one person'; end if; return n || ' people'; end $$ ;; select app.fmt_people(3)
create function app.ward_stats() returns table (ward text, n bigint, mean numeric) language plpgsql stable as $$ begin return query select w.name, count(p.id), round(avg(p.score), 2) from med.wards w left join med.people p on p.ward_id = w.id group by w.name order by w.name; end $$ ;; select * from app.ward_stats()
create function app.move_person(i int, w int) returns void language sql as $$ update med.people set ward_id = w where id = i $$ ;; select app.move_person(1, 2) ;; select ward_id from med.people where id = 1
create function app.f_people() returns int language sql security definer set search_path = med, pg_temp as $$ select count(*)::int from people $$ ;; select app.f_people()
create function app.at1() returns int language sql begin atomic select count(*)::int from app.jobs; end ;; select app.at1()
create function app.at2() returns bigint language sql return (select count(*) from med.people where ward_id = 1) ;; select app.at2()
create procedure app.archive(d date) language plpgsql as $$ declare n int; begin delete from app.jobs where at < d; get diagnostics n = row_count; raise notice 'archived %', n; end $$ ;; call app.archive('2024-05-04')
create function app.touch_updated() returns trigger language plpgsql as $$ begin new.updated = '2024-07-01'; return new; end $$ ;; create trigger zt before update on med.people for each row execute function app.touch_updated() ;; update med.people set score = 5 where id = 1 returning updated
create function app.bad_people() returns trigger language plpgsql as $$ begin if new.alias = '' then raise exception 'alias may not be empty'; end if; return new; end $$ ;; create trigger zt before insert on med.people for each row execute function app.bad_people() ;; insert into med.people (id, legal_name, alias) values (950, 'n', 'a') returning id
do $$ begin if exists (select 1 from information_schema.columns where table_schema = 'med' and table_name = 'people' and column_name = 'nope') then raise notice 'yes'; else raise notice 'no'; end if; end $$
do $$ declare n bigint; begin select count(*) into n from med.people where score > 3; raise notice 'n %', n; end $$
do $$ begin perform 1 from med.people where id = 1; if found then raise notice 'found'; end if; end $$
do $$ begin update med.people set score = score + 1 where id = 1; end $$ ;; select score from med.people where id = 1
do $$ declare r record; begin for r in select id, alias from med.people order by id loop raise notice '% %', r.id, r.alias; end loop; end $$
alter table app.jobs drop column nothere
alter table app.jobs drop column if exists nothere
alter table app.jobs rename column nothere to x
alter table app.jobs alter column nothere type text
alter table app.jobs alter column nothere set not null
alter table app.jobs add column if not exists what text
alter table app.jobs drop constraint nothere
alter table app.jobs drop constraint if exists nothere
alter table app.jobs add constraint zz check (qty > 3)
alter table app.jobs add foreign key (ward_id) references med.wards (nothere)
alter table app.jobs add foreign key (nothere) references med.wards (id)
alter table app.jobs add unique (nothere)
alter table app.jobs add primary key (what)
alter table app.jobs alter column what type int
alter table app.jobs alter column price type numeric(10, 2)
alter table med.people add constraint big check (score >= 1000)
create index on app.jobs (nothere)
create unique index on app.jobs (state)
create unique index on med.people (ward_id)
create index jx on app.jobs (state) ;; create index if not exists jx on app.jobs (state)
create table app.jobs (id int)
create table app.nx (id int primary key, id int)
create table app.nx (id int primary key, j int references app.jobs (nothere))
create or replace view app.v_wards as select id from med.wards
refresh materialized view concurrently app.m_wards
create extension nothere
alter table med.wards alter column floor type bigint
alter table med.wards drop column floor
drop table med.wards
drop table app.parents cascade
copy app.jobs (nothere) to stdout
set app.ward = '1' ;; select name from med.wards where id = current_setting('app.ward')::int
set local app.ward = '1' ;; select count(*) from med.people where ward_id = current_setting('app.ward')::int
set local app.ward = '1' ;; select id, ward_id from med.people where ward_id = current_setting('app.ward')::int order by id
select set_config('app.ward', '1', true) ;; select id from med.people where ward_id = current_setting('app.ward', true)::int order by id
select set_config('app.ward', '1', true) ;; show app.ward ;; select current_setting('app.ward')
set local app.tenant = 'north' ;; select id, state from app.jobs where state = coalesce(nullif(current_setting('app.tenant', true), 'north'), 'new') order by id
begin ;; set local app.actor = 'job 7' ;; update app.stock set v = v + 1 where sku = current_setting('app.actor', true) ;; select current_setting('app.actor') ;; commit
set my.x = 'v' ;; create view app.cv as select current_setting('my.x', true) c ;; select c from app.cv
set my.x = 'v' ;; create table app.ct (a text default current_setting('my.x', true), b int) ;; insert into app.ct (b) values (1) returning a ;; select a from app.ct
declare c cursor for select current_setting('work_mem') ;; fetch c
select app.tax(3) ;; show timezone ;; select setting from pg_settings where name = 'work_mem'
update app.v_barrier set score = 7 where id = 2 returning id, alias, score
create view app.ppl as select id, alias, score from med.people where score > 10 with check option ;; update app.ppl set score = 50, alias = 'q' where id = 2 returning *
create view app.vst as select sku, qty from app.stock where qty > 0 with check option ;; insert into app.vst values ('v1', 3) returning * ;; update app.vst set qty = 4 where sku = 'v1' ;; select rel, op from app.audit ;; insert into app.vst values ('v2', -1)
create view app.vj as select id as job_id, what as title, qty from app.jobs ;; update app.vj set title = 'renamed' where job_id = 1 returning job_id, title ;; insert into app.vj (title, qty) values ('via', 2) returning title ;; delete from app.vj where job_id = 2
update app.v_counts set name = 'x'
update app.v_wards set twice = 4
selec 1
select from where
insert into app.jobs (what values ('x')
select "unclosed
select array[1, 2][5], array[[1, 2], [3]]
select * from app.jobs where state = 1
insert into app.jobs (what, qty) values ('x', 'many')
select '1.2.3.4.5'::inet
with u as (update app.v_wards set name = 'via' where id = 1 returning id, name) select * from u
merge into app.v_wards v using (values (1, 'm1')) s(i, n) on v.id = s.i when matched then update set name = s.n
select name from med.wards where tags && array['t1', 't2'] and hours @> 3 order by id
select count(*) total, count(code) coded, count(*) filter (where note is null) no_note from med.people
select jsonb_array_elements(coalesce(prefs -> 'tags', '[]')) from med.people order by id
insert into med.people (id, legal_name, alias, note) values (1, 'N', 'x', 'nn') on conflict (id) do update set note = excluded.note, legal_name = excluded.legal_name, updated = '2024-03-03' returning id, updated
select w.name, t.alias, t.score from med.wards w left join lateral (select p.alias, p.score from med.people p where p.ward_id = w.id order by p.score desc limit 1) t on true order by w.id
drop view if exists app.nothere cascade ;; drop materialized view if exists app.nothere cascade
create view app.zz as select id from app.jobs ;; create view app.zz2 as select id from app.zz ;; drop view if exists app.zz cascade ;; select to_regclass('app.zz2')
insert into med.people (id, legal_name, alias, note) values (1, 'N', 'x', 'nn') on conflict (id) do update set note = excluded.note where people.note is distinct from excluded.note returning id
insert into med.people (id, legal_name, alias, note) values (1, 'N', 'x', 'nn'), (2, 'N', 'x', lower('NN')) on conflict (id) do update set note = excluded.note, legal_name = excluded.legal_name where (people.note, people.legal_name) is distinct from (excluded.note, excluded.legal_name) returning id
/*raw*/ set local search_path = app; select 1; select sku from stock ;; show search_path
