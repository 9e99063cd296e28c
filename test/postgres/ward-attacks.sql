-- Attacks on ward-schema.sql, written like those of twin-oracles.sql.
select code from med.people where id = 1
select contacts, chart, genome from med.people order by id
select stay, marks, weight, sex, seen, born from med.people order by id
select doc, flags, addr, spot, words, pay, span from med.people order by id
select alive, ratio, kv, hour, uid, big, doses, sev, tiny from med.people order by id
select note, retyped, birthplace, short from med.people order by id
select * from med.people order by id
select p from med.people p order by id
select p.* from med.people p(a, b, c, d, e, f, g) order by 1
select b from med.people p(a, b) order by a
select c from med.people p(a, b, c) order by a
select lead, crew from med.crews order by id
select (lead).code, (crew)[1].code from med.crews order by id
select (lead).* from med.crews order by id
select c.legal_name from med.crews, unnest(crew) c order by med.crews.id
select c from med.crews, unnest(crew) c
select pack, (pack).who, ((pack).who).code from med.packs order by id
select (pack).n, ((pack).who).* from med.packs order by id
select p, (p).code from med.boxed order by id
select to_jsonb(b) from med.boxed b
select row_to_json(c) from med.crews c
select * from med.events order by id
select finding from med.events_a order by id
select e from med.events_a e order by id
select * from med.events_b_x order by id
select e.* from med.events_b e order by id
select finding from only med.events_b_rest
select tableoid::regclass, e from med.events e order by id
select * from app.gadgets order by id
select hint from app.things order by id
select t from app.things t order by id
select g::app.things from app.gadgets g order by id
select (g::app.things).hint from app.gadgets g order by id
select "a b" from "Été 2024"."Weird ""T"""
select "select", "Weird ""T""" from "Été 2024"."Weird ""T"""
select "Weird ""T""" from "Été 2024"."Weird ""T""" as "Weird ""T"""
select "Weird ""T""".* from "Été 2024"."Weird ""T""" order by "1st"
select w."a b" as text, w.text as "a b" from "Été 2024"."Weird ""T""" w
select count from app.count
select count.count, count.sum, count.max from app.count
select count(count), max(max), sum(max) from app.count
select c.value from app.count c
select count from app.count count
select app.count.count from app.count
select (count.*)::text from app.count
select max(count), min(sum) from app.count
select value, count(*) from app.count group by value order by 2
select code from app.lookups order by id
select badge from app.v_people order by id
select l, js from app.v_over order by id
select v from app.v_over v
select b from app.v_alias
select a, c, b from app.v_alias t(a, c, b)
select alias2 from app.v_using
select * from app.v_using
select r from app.v_rows
select (r).code, (r).legal_name from app.v_rows
select t from app.v_set
select codes from app.m_codes
select secret from app.rls
select * from app.outs(1)
select (app.outs(2)).b
select app.rec(1)
select * from app.rec(1) as t(a text, b text)
select * from app.rec(1) as t(a text, b med.strict_code)
select * from app.recs() as t(i int, s text)
select app.whole(1), (app.whole(1)).code
select * from app.whole(2)
select app.deep(3)
select app.dyn('med.people', 'code')
select * from app.dyn('med.people', 'legal_name') d
select app.defaulted()
select app.shouts()
select app.warns()
select app.catches(1)
select app.spill() ;; select t from app.sink
select app.spill2() ;; select t from app.sink
select app.spill_pl() ;; select t from app.sink
call app.spill_proc() ;; select t from app.sink
call app.give(1, null, 3)
delete from app.gadgets where id = 3 ;; select t from app.sink
update med.people set weight = weight where id = 1 ;; select was, now from app.audit
update med.people set weight = 1 where id = 1 ;; select was from app.audit
/*raw*/ begin ;; update med.people set score = 666 where id = 1 ;; commit
/*raw*/ begin ;; update med.people set score = 667 where id = 1 ;; commit
/*raw*/ update med.people set score = 666 where id = 1
/*raw*/ begin ;; update med.people set score = 666 where id = 1 ;; set constraints all immediate ;; rollback
/*raw*/ begin ;; update med.people set birthplace = (select birthplace from med.people where id = 1) where id = 2 ;; commit
/*raw*/ begin ;; update med.people set birthplace = (select birthplace from med.people where id = 1) where id = 2 ;; set constraints all immediate ;; rollback
/*raw*/ begin; update med.people set score = 666 where id = 1; commit
/*raw*/ begin ;; update med.people set score = 666 where id = 1 ;; end
/*raw*/ begin ;; declare c cursor with hold for select app.shouts() ;; commit
/*raw*/ begin ;; update med.people set score = 666 where id = 1 ;; savepoint a ;; release a ;; commit and chain ;; rollback
truncate app.sink
truncate table app.sink, app.audit
select g, app.find(g) from (values ('xqolvent'), ('aardglim'), ('zz')) v(g)
select g from (values ('xqolvent'), ('aardglim')) v(g) where app.find(g) is not null
select g, app.known(g) from (values ('xqolvent'), ('aardglim'), ('zz')) v(g)
select i, app.by_no(i) from generate_series(40000, 50000) i where app.by_no(i) is not null
select i, b from generate_series(48000, 48400) i, lateral app.by_no(i) b where b is not null
select g, f.* from (select unnest(array['xqolvent', 'aardglim', 'x']) g) q, app.find_tab(g) f
select app.find_all(g), g from (values ('Vorlamint'), ('Onk')) v(g)
select count(*) from generate_series(40000, 50000) i where app.by_no(i) = 'al1'
select app.find(string_agg(chr(n), '')) from unnest(array[120, 113, 111, 108, 118, 101, 110, 116]) n
select coalesce(substring(code from '^x'), (1 / (id - 1))::text) from med.people where id = 1
select substring(code from '^x') is null and 1 / (id - 1) = 1 from med.people where id = 1
select (substring(code from '^x') is not null) or 1 / (id - 1) = 1 from med.people where id = 1
select coalesce(substring(code from '^x'), nextval('app.tick')::text) from med.people ;; select last_value, is_called from app.tick
select (substring(code from '^x') is null) and nextval('app.tick') > 0 from med.people ;; select last_value, is_called from app.tick
select case when substring(code from '^x') is null then nextval('app.tick') end from med.people ;; select last_value, is_called from app.tick
select coalesce(substring(code from '^x'), app.add_job('found')::text) from med.people ;; select count(*) from app.jobs
select json_value(doc, '$.who ? (@ starts with "V")' default nextval('app.tick')::text on empty) from med.people ;; select last_value, is_called from app.tick
select json_exists(doc, '$.who ? (@ starts with "V")') and 1 / (id - 1) = 1 from med.people where id = 1
select x.* from med.people p, xmltable('/c' passing chart columns v text path '@a[starts-with(., "b")]' default (1 / (p.id - 1))::text) x where p.id = 1
select name from med.wards tablesample bernoulli (50) repeatable ((select retyped::int from med.people where id = 1))
create domain app.text as pg_catalog.text check (value < 'm') ;; select code::app.text from med.people where id = 1
create domain app.text as pg_catalog.text check (value < 'm') ;; select cast(legal_name as app.text) from med.people where id = 1
create domain app.name as varchar(1) ;; select id from med.people where code::app.name = 'x'
create domain app.citext as char(2) ;; select id from med.people where code::app.citext = 'xq'
create domain app.numeric as pg_catalog.numeric check (value < 200000) ;; select weight::app.numeric from med.people where id = 1
create domain app.date as pg_catalog.date check (value < '1935-01-01') ;; select born::app.date from med.people where id = 1
create function app.lower(text) returns text language sql immutable as 'select left($1, 1)' ;; set local search_path = app, pg_catalog ;; select id from med.people where lower(code) = 'x'
create function app.upper(text) returns text language sql immutable as 'select pg_catalog.upper(left($1, 1))' ;; set local search_path = app, med, pg_catalog ;; select id from people where upper(code) = 'X'
create operator app.= (leftarg = text, rightarg = text, function = app.near) ;; set local search_path = app, pg_catalog ;; select id from med.people where code::text = 'x'
create operator app.= (leftarg = text, rightarg = text, function = app.near) ;; select id from med.people where code::text operator(app.=) 'x'
create operator app.= (leftarg = text, rightarg = text, function = app.near) ;; set local search_path = app, pg_catalog ;; select id from med.people where code::text in ('x', 'y')
select id from med.people where code::text operator(app.==) 'x'
select id from med.people where legal_name operator(app.==) 'V'
create function pg_temp.g() returns setof int language sql set enable_hashagg = off as 'select min(id) from med.people group by code' ;; select pg_temp.g()
create function app.g() returns setof int language sql set enable_hashagg = off as 'select min(id) from med.people group by legal_name' ;; select app.g()
create function app.g() returns setof int language sql as 'select min(id) from med.people group by legal_name' ;; alter function app.g() set enable_hashagg = off ;; select app.g()
create temp table t (a int, b text default app.deep(1)) ;; insert into t (a) values (1) ;; select b from t
create temp table t (a int, b text generated always as ('x') stored) ;; insert into t (a) select id from med.people where code < 'm' ;; select count(*) from t
create table app.t (a int, b text default app.deep(1)) ;; insert into app.t (a) values (1) ;; select b from app.t
create table app.t (a int) ;; alter table app.t add b text default (app.whole(1)).code ;; insert into app.t values (1) ;; select b from app.t
create temp table t as select code as q, id from med.people ;; alter table t rename column q to r ;; select r from t
create temp table t as select code as q, id from med.people ;; alter table t rename to u ;; select q from u
create temp table t as select code as q, id from med.people ;; create temp view tv as select q as z from t ;; select z from tv
create temp table t as select code as q, id from med.people ;; alter table t add column z text ;; update t set z = q ;; select z from t
create temp table t as select code as q, id from med.people ;; copy t to stdout
create temp table t as select code as q, id from med.people ;; select * from pg_temp.t
create temp table t as select code as q, id from med.people ;; alter table t alter column id type text using q ;; select id from t
create temp table t as select alias as q from med.people ;; savepoint a ;; drop table t ;; create temp table t as select code as q from med.people ;; select q from t ;; rollback to a ;; select q from t
create temp table t as select id, code as q from med.people ;; create temp table u (like t including all) ;; insert into u select * from t ;; select q from u
create temp table t as select id, code as q from med.people ;; create temp table u () inherits (t) ;; select q from t
create temp table t as select id, code as q from med.people ;; create function pg_temp.r() returns setof text language sql as 'select q from pg_temp.t' ;; select pg_temp.r()
create temp table t as select id, code as q from med.people ;; prepare s as select q from t ;; execute s
create temp table t as select id, code as q from med.people ;; create index on t (q) ;; analyze t ;; select most_common_vals::text, histogram_bounds::text from pg_stats where tablename = 't'
create temp table t as select id, code as q from med.people ;; alter table t add check (q < 'm')
select statistics_name, histogram_bounds::text from pg_stats_ext_exprs
select stxdexpr::text from pg_statistic_ext_data
merge into med.wards w using (select id, code from med.people) s on w.id = s.id when matched and s.code < 'm' then update set floor = 9 when not matched by source then update set floor = 8 returning w.id, w.floor
merge into med.wards w using (select id, code from med.people) s on w.id = s.id when matched then update set name = s.code returning w.name
insert into med.wards (id, name) select 100 + id, code from med.people on conflict (name) do update set name = excluded.name returning name
insert into app.stock (sku, qty) values ((select code from med.people where id = 1), 1) on conflict (sku) do update set qty = 2 returning sku
insert into app.stock select 'a', retyped::int, 0 from med.people where id = 1 on conflict (sku) do update set qty = excluded.qty returning qty
update app.stock set qty = p.marks[1] from med.people p where p.id = 1 ;; select qty from app.stock
update app.jobs set payload = jsonb_set(payload, '{z}', (select doc from med.people where id = 1)) ;; select payload from app.jobs
update app.jobs set qty = (select marks[1] from med.people where id = 1) where id = 1 returning total
update med.people set contacts[1].value = 'x' where id = 1 returning contacts[2].value, contacts
update med.people set score = marks[1] where id = 1 returning big_score
update med.crews set label = (lead).code returning label
select id, rank() over (partition by grade order by weight) from med.people
select id from med.people order by born using <
select id from med.people order by weight using > limit 1
select ward_id, array_agg(id order by marks) from med.people group by ward_id
select percentile_disc(array[0.1, 0.9]) within group (order by retyped) from med.people
select app.pile(code) from med.people
select app.norm(marks[1]) from med.people
select app.longest(legal_name) from med.people
select lower(stay), upper(stay), isempty(stay) from med.people order by id
select id from med.people where stay && tstzrange('1950-01-01', '1954-01-01') order by 1
select id from med.people where seen < '1965-01-01' order by 1
select id from med.people where addr << '10.128.0.0/9' order by 1
select id from med.people where spot <-> point(0, 0) < 50000 order by 1
select id from med.people where words @@ 'vorlamint' order by 1
select id from med.people where flags & b'10000000' <> b'00000000' order by 1
select id from med.people where get_bit(flags, 0) = 1 order by 1
select id from med.people where alive order by 1
select id from med.people where not alive order by 1
select id from med.people where alive is true order by 1
select id from med.people where kv ? 'xqolvent'
select id from med.people where kv -> 'xqolvent' = 'Vorlamint'
select id from med.people where sev = 'fatal' order by 1
select id from med.people where sev > 'mild' order by 1
select id from med.people where doses @> 48272
select id from med.people where 48271 = any (marks)
select id from med.people where marks[1] = 48271
select id from med.people where marks @> array[48271]
select id from med.people where chart::text like '%Vorla%'
select id from med.people where xpath_exists('/c[starts-with(., "V")]', chart)
select id from med.people where contacts[1].value = 'mavronix'
select id from med.people where (contacts[1]).value like 'm%'
select id from med.people where extract(hour from hour) < 12 order by 1
select id from med.people where uid < '80000000-0000-0000-0000-000000000000' order by 1
select id from med.people where big / 1e9 < 40000 order by 1
select id from med.people where pay > '$40,000' order by 1
select grade, count(*) from med.people where tiny > 10000 group by grade order by 1
select alive, count(*) from med.people group by alive
select sev, count(*) from med.people group by sev order by 2
select alive, min(id) from med.people group by alive
select count(*) from med.people group by alive
select id from med.people where alive = true
select distinct sex from med.people
select ctid from med.people where code = (select max(code) from med.people)
explain (analyze, format json, timing off, costs off, summary off, buffers off) select id from med.people where born < '1950-01-01'
explain (analyze, verbose, timing off, summary off, buffers off, settings) select * from med.people p join app.lookups l on l.code < p.code
explain (generic_plan) select * from med.people where born < $1 and code > (select 'a')
explain select * from app.v_people where badge > 'm'
explain analyze select count(*) from generate_series(1, (select retyped::int from med.people where id = 1))
copy med.people to stdout
copy med.people (legal_name, code) to stdout (format csv, header, force_quote *, null 'n')
copy (select p from med.people p) to stdout (format binary)
copy (table app.v_over) to stdout (format csv, delimiter '|', quote '''')
copy med.events_a to stdout
copy (select * from med.crews) to stdout
copy app.gadgets to stdout (format binary)
select ts_debug(legal_name), ts_lexize('simple', code) from med.people
select ts_headline('simple', legal_name, to_tsquery('simple', 'vorlamint')) from med.people order by id
select tsvector_to_array(words), numnode(to_tsquery('simple', code)), ts_delete(words, 'a') from med.people
select xpath('/c/@a', chart), chart::text, xmlserialize(document chart as text) from med.people
select x.* from med.people, xmltable('/c' passing chart columns a text path '@a', t text path '.') x
select k, v from med.people, each(kv) e(k, v)
select svals(kv), skeys(kv), hstore_to_json(kv), %# kv from med.people
select p.kv->'x', (kv || 'a=>1') from med.people p
select host(addr), masklen(addr), abbrev(addr), broadcast(addr) from med.people
select spot[0], spot[1], area(box(spot, point(0, 0))) from med.people
select pay::numeric, cash_words(pay) from med.people
select extract(epoch from span), justify_hours(span), to_char(seen, 'YYYY') from med.people
select unnest(marks), unnest(contacts) from med.people
select c.kind, c.value from med.people, unnest(contacts) c
select c.* from med.people p, unnest(p.contacts) with ordinality c(a, b, o)
select contacts::text, contacts[1]::text, contacts[1]::text || '' from med.people
select array_to_string(marks, ','), marks[1:1], array_length(marks, 1) from med.people
select genome, encode(genome, 'hex'), get_byte(genome, 0), convert_from(genome, 'UTF8'), substring(genome from 2) from med.people
select range_agg(stay), range_intersect_agg(stay), multirange(stay), unnest(doses) from med.people group by doses, stay
select (array_agg(p order by id))[1].code from med.people p
select jsonb_path_query(doc, '$.**') from med.people
select doc['who'], doc -> 'tags' -> 0, doc #>> '{tags,0}' from med.people
select jt.* from med.people, json_table(doc, '$' columns (who text path '$.who', nested path '$.tags[*]' columns (t text path '$'))) jt
select json_object('k' value code, 'n' value doc absent on null returning jsonb), json_arrayagg(code order by id) from med.people group by code, doc
select x from med.people, lateral jsonb_each_text(to_jsonb(people)) as t(k, x) where k = 'legal_name'
select * from rows from (app.outs(1), app.find_all('q')) as r(a, b, c)
select (select p from med.people p where id = 1) is not null, (select (p).code from (select p from med.people p where id = 1) q)
select case when grade = 'mild' then doc else '{}' end from med.people order by id
select coalesce(prefs ->> 'x', code), nullif(alias, code) from med.people
select string_agg(code, ',' order by id) filter (where id < 3), array_agg(distinct legal_name) from med.people
select mode() within group (order by code), any_value(code), max(code collate "C") from med.people
select bool_and(alive), bit_and(flags), sum(pay), avg(span), sum(big), var_pop(weight) from med.people
with recursive r as (select id, code::text c from med.people where id = 1 union all select r.id + 1, p.code::text from r join med.people p on p.id = r.id + 1) select c from r
select lag(code, 1, 'none') over w, ntile(2) over w, first_value(doc) over w from med.people window w as (order by id)
select grouping(sev), sev, count(*) from med.people group by cube (sev, alive) order by 3
declare c cursor for select code, contacts from med.people order by id ;; fetch 2 c ;; move 1 c ;; fetch relative 1 c
declare c scroll cursor with hold for select r from app.v_rows ;; fetch last c
declare c cursor for select id, code from med.people for update ;; fetch 1 c ;; update med.people set score = 1 where current of c returning code, contacts
do $$ declare p med.people; begin select * into p from med.people where id = 1; raise notice '%', p; end $$
do $$ begin execute 'comment on table app.jobs is ' || quote_literal((select code from med.people where id = 1)); end $$ ;; select obj_description('app.jobs'::regclass)
select set_config('search_path', 'med', true); select code from people
set local search_path = med ;; table people
select lo_from_bytea(0, genome) from med.people
select pg_notify('a', code), nextval('app.tick') from med.people
select currval('app.tick') + marks[1] from med.people, nextval('app.tick')
select setval('app.tick', marks[1]) from med.people where id = 1 ;; select last_value from app.tick
create view app.z as select p from med.people p ;; select (p).code from app.z
create materialized view app.z as select contacts from med.people ;; select * from app.z
create table app.z as select contacts c from med.people ;; select c from app.z
create table app.z (like med.people) ;; insert into app.z select * from med.people ;; select code from app.z
alter table med.people rename column code to kode ;; select kode from med.people
alter table med.people drop constraint people_code_key cascade; select code from app.lookups
alter table app.lookups drop constraint lookups_code_fkey ;; select code from app.lookups
alter table med.events detach partition med.events_a ;; select finding from med.events_a
create rule zz as on update to app.stock do also insert into app.sink (t) select code from med.people ;; update app.stock set qty = 1 ;; select t from app.sink
select app.badge(p) from med.people p
select statistics_name, correlation, histogram_bounds::text from pg_stats_ext_exprs
create operator app.= (leftarg = text, rightarg = text, function = pg_catalog.textlike) ;; select id from med.people where code::text operator(app.=) 'x%'
create operator app.= (leftarg = text, rightarg = text, function = app.near) ;; set local search_path = app, pg_catalog ;; select id from med.people where legal_name = 'V'
create operator app.= (leftarg = text, rightarg = text, function = app.near) ;; set local search_path = app, pg_catalog ;; select id from med.people where legal_name in ('V', 'Q')
create operator app.= (leftarg = text, rightarg = text, function = app.near) ;; set local search_path = app, pg_catalog ;; select id from med.people p join (select 'V' as legal_name) v using (legal_name)
create operator app.= (leftarg = text, rightarg = text, function = app.near) ;; set local search_path = app, pg_catalog ;; select id from med.people where 'V' in (select legal_name from med.people)
create operator app.= (leftarg = text, rightarg = text, function = app.near) ;; set local search_path = app, pg_catalog ;; select case legal_name when 'V' then nextval('app.tick') end from med.people ;; select last_value from app.tick
create domain app.name as varchar(1) ;; set local search_path = app, pg_catalog ;; select id from med.people where legal_name::name = 'V'
create domain app.name as varchar(1); set local search_path = app, pg_catalog; select id from med.people where legal_name::name = 'V'
create view app.z as select id, substring(code from '^x') as s from med.people ;; select count(s) from app.z
create view app.z as select id, (1 / (id - 1))::text as boom, code from med.people ;; select coalesce(substring(code from '^x'), boom) from app.z where id = 1
select coalesce(substring(code from '^x'), boom) from (select id, code, (1 / (id - 1))::text as boom from med.people) q where id = 1
select coalesce(substring(code from '^x'), (select alias from med.people)) from med.people where id = 1
select case legal_name when g then 1 / (p.id - 1) end from med.people p, (values ('Vorlamint'), ('Onk')) v(g) where p.id = 1
select case when legal_name = g then nextval('app.tick') end from med.people p, (select chr(i) || 'orlamint' g from generate_series(65, 90) i) v ;; select last_value, is_called from app.tick
select case when alive then nextval('app.tick') end from med.people ;; select last_value, is_called from app.tick
select alive and 1 / (id - 3) > 0 from med.people where id = 3
select coalesce(nullif(alive, true)::text, nextval('app.tick')::text) from med.people ;; select last_value, is_called from app.tick
select id from med.people where sev in ('fatal') order by 1
select id from med.people where sex = 'x'
select id from med.people where (alive, sev) = (true, 'mild') order by 1
select count(*) from med.people where alive
select p.id from med.people p join (values (true)) v(b) on p.alive = v.b order by 1
select id from med.people where alive is not false order by 1
select id from med.people where sev::text = 'fatal' order by 1
delete from app.parents where id = 1
update app.parents set id = 77 where id = 1
delete from app.parents where id = 2 ;; select t from app.sink
truncate app.jobs ;; select t from app.sink
select app.dump_sql() ;; select c from app.dumped
select app.dump_pl() ;; select c from app.dumped2
select app.dump_into() ;; select * from app.dumped3
select app.dump_dyn() ;; select t from app.sink
select app.exec('insert into app.sink (t) select code from med.people') ;; select t from app.sink
call app.exec_proc('insert into app.sink (t) select legal_name from med.people') ;; select t from app.sink
insert into app.watched values (1, 'x') ;; select t from app.sink
do $$ begin perform app.dump_pl(); end $$ ;; select c from app.dumped2
select app.rec_names(1)
select app.even(4), app.rec_find(3, 'xqolvent')
select g, app.rec_find(2, g) from (values ('xqolvent'), ('aardglim')) v(g)
call app.looks('xqolvent', null)
drop table med.people cascade ;; select code from app.lookups
alter table med.people drop column code cascade ;; select code from app.lookups
drop schema med cascade ;; select code from app.lookups
drop domain med.strict_code cascade ;; select code from app.lookups
insert into med.events (id, at, finding, kind) values (1, '2023-05-01', 'x', 'x') returning (select string_agg(finding, '') from med.events)
select app.tax(marks[1], pct => 1), app.label_of(code) from med.people
select app.pile(p.alias || p.code) from med.people p
select sum(w) from (select ascii(code) w from med.people offset 0) q
copy (delete from med.people where id = 5 returning contacts) to stdout
with d as (update med.people set alias = code returning alias) select * from d
insert into app.sink (t) values ('a') returning (select code from med.people limit 1)
select * from json_to_recordset((select json_agg(p) from med.people p)) as x(code text, legal_name text)
select v from (select to_jsonb(p) j from med.people p) q, jsonb_each_text(j - 'id') e(k, v)
select format('%s', r) from app.v_rows
select string_agg(r::text, ',') from app.v_rows
select array(select (unnest(crew)).code from med.crews)
select ((array_agg(pack))[1]).who.code from med.packs
select (p::med.people).code from med.boxed
select array_agg(who) from (select (pack).who from med.packs) q
select case when code = any (array['xqolvent', 'zz', 'w0', 'w1', 'w2', 'w3', 'w4', 'w5', 'w6', 'w7', 'w8', 'w9', 'w10', 'w11', 'w12', 'w13', 'w14', 'w15', 'w16', 'w17', 'w18', 'w19', 'w20', 'w21', 'w22', 'w23', 'w24', 'w25', 'w26', 'w27', 'w28', 'w29']) then nextval('app.tick') end from med.people ;; select last_value, is_called from app.tick
select (left(code, 1), (1 / (id - 1))::text) = ('x', 'x') from med.people where id = 1
select distinct alive, grade from med.people where id < 4
select id from med.people where id = 3 and alive is distinct from true
alter table med.people add constraint z check (alive or id <> 3)
select sum(case when alive then 1 else 0 end) from med.people
select count(*) filter (where alive) from med.people
select nullif(alive, true) is null, id from med.people
select p.id from med.people p, med.people q where p.alive = q.alive and q.id = 3 order by 1
select a.id, b.id from med.people a join med.people b on a.sev = b.sev where a.id < b.id order by 1, 2
select id from med.people where sev = (select sev from med.people where id = 3) order by 1
update med.people set alias = 'hit' where alive returning id
insert into med.people (id, code, legal_name, alias) select 800 + i, chr(96 + i) || 'qolvent', 'x', 'y' from generate_series(1, 26) i on conflict (code) do nothing returning id
create function app.lower(text) returns text language sql immutable as 'select left($1, 1)'; set local search_path = app, pg_catalog; select id from med.people where lower(legal_name) = 'V'
create operator app.= (leftarg = text, rightarg = text, function = app.near); set local search_path = app, pg_catalog; select id from med.people where legal_name = 'V'
create or replace view app.v_wards as select id, (select legal_name from med.people where people.id = wards.id) as name, floor * 2 as twice from med.wards; select name from app.v_wards
drop view app.v_wards; create view app.v_wards as select id, legal_name as name from med.people; select name from app.v_wards
create or replace function app.tax(n numeric, pct numeric default 20) returns numeric language sql as 'select marks[1]::numeric from med.people where id = 1'; select app.tax(1)
alter table med.wards rename to w_old; create view med.wards as select id, legal_name as name from med.people; select name from med.wards
create domain app.date as pg_catalog.date check (value < '1935-01-01'); set local search_path = app, pg_catalog; select born::date from med.people where id = 1
create type app.text as enum ('Vorlamint'); set local search_path = app, pg_catalog; select legal_name::text from med.people where id = 1
create domain app.name as varchar(1); select set_config('search_path', 'app, pg_catalog', true); select id from med.people where legal_name::name = 'V'
set local search_path = app, pg_catalog; create domain name as varchar(1); select id from med.people where legal_name::name = 'V'
begin; create domain app.name as varchar(1); set local search_path = app, pg_catalog; select id from med.people where legal_name::name = 'V'; rollback
do 'begin create domain app.name as varchar(1); end'; set local search_path = app, pg_catalog; select id from med.people where legal_name::name = 'V'
create domain med.zz as varchar(1) ;; alter domain med.zz rename to name ;; set local search_path = med, pg_catalog ;; select id from people where legal_name::name = 'V'
create function app.tb(text) returns boolean language sql immutable as 'select $1 < ''M''' ;; create cast (text as boolean) with function app.tb(text) ;; select id from med.people where legal_name::boolean
create function app.tb(text) returns boolean language sql immutable as 'select $1 < ''M''' ;; create cast (text as boolean) with function app.tb(text) as implicit ;; select id from med.people where legal_name
create function app.tb(text) returns int language sql immutable as 'select ascii($1)' ;; create cast (text as int) with function app.tb(text) as implicit ;; select id from med.people where legal_name = 86
create function app.eqi(text, int) returns boolean language sql immutable as 'select ascii($1) = $2' ;; create operator app.= (leftarg = text, rightarg = int, function = app.eqi) ;; set local search_path = app, pg_catalog ;; select id from med.people where legal_name = 86
create function app.eqc(text, med.contact) returns boolean language sql immutable as 'select $1 like ($2).value' ;; create operator app.= (leftarg = text, rightarg = med.contact, function = app.eqc) ;; set local search_path = app, pg_catalog ;; select id from med.people where legal_name = row('a', 'V%')::med.contact
create aggregate app.max(text) (sfunc = text_smaller, stype = text) ;; select app.max(legal_name) from med.people
select id from med.people p where row(p.legal_name) = row('Vorlamint') and exists (select 1 where p.legal_name < 'W')
select id from med.people where legal_name = any (select g from unnest(array['Vorlamint', 'Onk']) g)
select id, legal_name from med.people where (legal_name, 1) in (values ('Vorlamint', 1), ('Onk', 1))
create cast (text as int) with inout as implicit ;; select id from med.people where retyped = 48271
select sum(tiny), count(tiny) from med.people p1
create table app.big as select i as id from generate_series(1, 40) i ;; select avg(tiny), count(tiny) from med.people, app.big where med.people.id = 1
select app.tax(n => (select marks[1]::numeric from med.people where id = 1))
select app.same(p) from med.people p
select (app.same(p)).code from med.people p
select app.same(code), app.same(contacts) from med.people
select app.sum_all(variadic marks) from med.people
select app.safe_int(retyped) from med.people
select app.fact(tiny % 5) from med.people
select app.label_of(x => code, up => false) from med.people
select (app.ward_rec(tiny % 6 + 1)).nm from med.people order by id
select w.* from med.people p, lateral app.ward(p.tiny % 6) w
select id from app.jobs where app.tax(qty) > (select tiny % 10 from med.people where id = 1)
select app.add_job(code) from med.people ;; select what from app.jobs
select app.add_job('x', tiny % 9) from med.people ;; select qty from app.jobs where what = 'x'
insert into app.kept select id, code from med.people ;; select v from app.kept_log
insert into app.stock select code, 1 from med.people ;; select now from app.audit
insert into med.wards (id, name) select id + 50, legal_name from med.people ;; select now from app.audit
update app.stock set qty = tiny from med.people where people.id = 1 ;; select now from app.audit
delete from app.stock using med.people where left(code, 1) = 'x' and sku = 'a' returning sku
create function app.zz(med.people) returns text language sql as 'select $1.code' ;; select app.zz(p) from med.people p
create function app.zz(med.people) returns text language sql as 'select $1.alias' ;; create or replace function app.zz(med.people) returns text language sql as 'select $1.code' ;; select app.zz(p), p.alias from med.people p
create aggregate app.first(text) (sfunc = app.acc, stype = text) ;; select app.first(code) from med.people
create function app.snoop(text, text) returns text language sql as 'select coalesce($1, (select code from med.people where id = 1))' ;; create aggregate app.agg(text) (sfunc = app.snoop, stype = text) ;; select app.agg(alias) from med.people
create function app.dd(x text default app.deep(2)) returns text language sql as 'select x' ;; select app.dd()
create function app.dd(a int, x text default app.deep(2)) returns text language plpgsql as 'begin return x; end' ;; select app.dd(1)
create function app.r1(n int) returns text language sql as 'select case when $1 = 0 then (select code from med.people where id = 1) else '''' end' ;; create or replace function app.r2(n int) returns text language sql as 'select app.r1(n - 1)' ;; select app.r2(1)
create function app.rr(n int) returns setof text language plpgsql as 'begin if n = 0 then return query select code::text from med.people; else return query select * from app.rr(n - 1); end if; end' ;; select * from app.rr(2)
with q as materialized (select app.find(code) f, code from med.people) select f from q where code > 'm' order by 1
select e from jsonb_array_elements((select jsonb_agg(code) from med.people)) e
select value from jsonb_array_elements_text((select jsonb_agg(code) from med.people))
select e.value from med.people, jsonb_array_elements_text(doc -> 'tags') e
select value from med.people, jsonb_array_elements(doc -> 'tags')
select x from json_array_elements((select json_agg(code) from med.people)) as y(x)
select y from med.people, regexp_split_to_table(code, '') y where id = 1
select a.v from (select string_to_table(code, null) v from med.people where id = 1) a
select t.* from med.people, jsonb_each(doc) as t
select value from med.people, jsonb_path_query(doc, '$.tags[*]') as value
prepare q(text) as select id from med.people where code like $1 ;; explain (analyze, costs off, timing off, summary off, buffers off) execute q('x%')
alter table app.kids drop constraint kids_parent_id_fkey ;; alter table app.kids add column z text generated always as (secret) stored ;; select z from app.kids
delete from app.parents where id = 1 returning (select secret from app.kids where id = 1)
select secret from app.kids k join app.parents p on p.id = k.parent_id
update app.parents set id = id + 100 returning id
/*raw*/ begin ;; set constraints all deferred ;; update app.parents set id = 60 where id = 1 ;; commit
create trigger zz after insert on app.jobs referencing new table as nt for each statement execute function app.trg_emptied() ;; insert into app.jobs (what) values ('x') ;; select t from app.sink
create table app.st (code text) ;; create trigger zz after truncate on app.st for each statement execute function app.trg_emptied() ;; truncate app.st ;; select t from app.sink
drop table app.parents cascade ;; select secret from app.kids
alter table med.people disable trigger all, enable row level security ;; select code from med.people
select id, alive, sev from med.people order by id
select p.id from med.people p where (select alive from med.people q where q.id = p.id)
select id from (select id, alive as b from med.people) q where b
select id from app.v_people p join (select id, alive from med.people) q using (id) where q.alive = true
create view app.z as select id, alive b, sev s from med.people ;; select id from app.z where b
create view app.z as select id, alive b, sev s from med.people ;; select id from app.z where s = 'fatal'
select id from med.people where alive::text = 'true'
select id from med.people where sev::text = 'fatal'
select id from med.people where row(alive) = row(true)
select id from med.people where alive in (true)
select id from med.people where true = alive
select id from med.people where alive = (id > 0)
select case alive when true then 1 end, id from med.people where case alive when true then true else false end
select (select count(*) from med.people where code like 'a%')
select (select count(*) from med.people where sex = 'a')
select (select count(*) from med.people where left(code, 1) = 'a'), 1
select (select count(*) from med.people where alive)
update med.people set alias = null, legal_name = nullif(code, 'aardglim') where id = 1
update med.people set alias = null, legal_name = case when code like 'a%' then null else 'x' end where id = 1
insert into med.people (id, legal_name, alias, code) select 1, 'n', 'a', code from med.people where code like 'a%'
insert into app.jobs (what, qty, ward_id) select 'x', case when p.code like 'a%' then 0 else 1 end, 999 from med.people p where id = 1
insert into app.jobs (id, what, qty) select p.id, p.code, 0 from med.people p
insert into app.stock (sku, qty) select 'a', 1 from med.people where code like 'a%'
begin ;; update med.people set birthplace = (select birthplace from med.people where id = 2) where id = 1 ;; commit
insert into med.people (id, legal_name, alias) select id, code, alias from med.people on conflict (id) do update set alias = null, legal_name = excluded.code
create temp table q1 (id int primary key, c text) ;; insert into q1 select id, code from med.people ;; insert into q1 select id, code from med.people
create temp table q1 as select id, code from med.people ;; create unique index on q1 (id) ;; insert into q1 select id, code from med.people
create temp table q1 as select id, code from med.people ;; alter table q1 rename id to x ;; alter table q1 rename code to id ;; create unique index q1i on q1 (id) ;; insert into q1 select x, id from q1
create temp table q1 (id int, code text not null) ;; insert into q1 select null, code from med.people ;; alter table q1 add check (id > 0) ;; insert into q1 select -1, code from med.people
create temp table q2 (id int primary key); create temp table q3 (code text unique, id int references q2 (id)); insert into q3 select code, 99 from med.people where id = 1
merge into med.people p using (values (1, 'x')) v(id, a) on p.id = v.id when matched then update set alias = null, legal_name = p.code
alter table med.people rename alias to a9; alter table med.people rename code to alias; insert into med.people (id, legal_name, a9, alias) select 900, legal_name, 'n', alias from med.people where id = 1
delete from med.people where id in (select id from med.people order by code limit 1)
delete from med.wards where id = (select ward_id from med.people order by legal_name limit 1)
insert into app.kids select 70, 99, secret from app.pets
do $$ begin raise unique_violation using message = 'duplicate key value violates unique constraint "x"', constraint = 'x', detail = (select code from med.people where id = 1); end $$
select 1 from med.people limit (select ascii(code) - 98 from med.people where id = 1)
merge into med.people p using (values (1, 'zz')) v(id, a) on p.id = v.id when matched then update set weight = 3 ;; select * from app.audit
merge into med.people p using (values (1, 'zz')) v(id, a) on p.id = v.id when matched and p.score > 1000 then update set weight = 3 when matched then update set alias = 'x' ;; select was from app.audit
merge into med.people p using (values (1, 'zz')) v(id, a) on p.id = v.id when matched then delete
merge into app.pets p using (values (1, 'zz')) v(id, a) on p.id = v.id when matched then delete ;; select t from app.sink
merge into app.parents p using (values (2, 'zz')) v(id, a) on p.id = v.id when matched then delete ;; select t from app.sink
merge into med.people p using (values (1, 'zz')) v(id, a) on p.id = v.id when matched then update set (weight, alias) = (select 3, 'x') ;; select was from app.audit
insert into app.sink (j) values ((select ('{bad' || code)::json from med.people where id = 1))
select ('{' || code)::json from med.people where id = 1
