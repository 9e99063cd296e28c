-- Attacks on ward-schema.sql by what is worked out unseen: conditions, defaults and bounds that definitions bring along, constants
-- that make a function fail, sizes and orders that everybody may ask for. test/attacks/sql-ways.test.ts tries each against the
-- database itself, where it tells the twins apart, and through the gateway, where it must not.
create function app.pr(t text) returns boolean language sql immutable as $$select exists (select 1 from med.people where code like t)$$ ;; create table app.tt (x text check (app.pr(x))) ;; insert into app.tt values ('x%')
create function app.pr(t text) returns boolean language sql immutable as $$select exists (select 1 from med.people where code like t)$$ ;; create domain app.dm as text check (app.pr(value)) ;; select 'x%'::app.dm
create function app.pr(t text) returns boolean language sql immutable as $$select exists (select 1 from med.people where code like t)$$ ;; alter table app.sink add check (t is null or app.pr(t)) not valid ;; insert into app.sink (t) values ('x%')
create function app.pr(t text) returns boolean language sql immutable as $$select exists (select 1 from med.people where code like t)$$ ;; create trigger w before insert on app.sink for each row when (app.pr(new.t)) execute function app.trg_touch() ;; insert into app.sink (t) values ('x%')
create function app.pr(t text) returns boolean language sql immutable as $$select exists (select 1 from med.people where code like t)$$ ;; create table app.pt (x text) partition by list (app.pr(x)) ;; create table app.pt1 partition of app.pt for values in (true) ;; create table app.pt2 partition of app.pt for values in (false) ;; insert into app.pt values ('x%') returning tableoid::regclass
create statistics app.st on (nullif(code like 'x%', false)), ward_id from med.people ;; analyze med.people ;; select null_frac, n_distinct, avg_width from pg_stats_ext_exprs where statistics_name = 'st'
create statistics app.st on (regexp_replace(code, '^x.*', repeat('y', 900))) from med.people ;; analyze med.people ;; select avg_width from pg_stats_ext_exprs where statistics_name = 'st'
create materialized view app.mv as select regexp_replace(code, '^x.*', repeat('y', 900)) c from med.people where id = 1 ;; analyze app.mv ;; select avg_width from pg_stats where tablename = 'mv'
create materialized view app.mv as select substring(code from '^x') c from med.people where id = 1 ;; analyze app.mv ;; select null_frac from pg_stats where tablename = 'mv'
create materialized view app.mv as select regexp_replace(code, '^x.*', repeat(md5(i::text), 9)) c from med.people, generate_series(1, 1000) i where people.id = 1 ;; select pg_relation_size('app.mv')
explain (analyze, costs off, timing off, summary off, buffers off, serialize text) select regexp_replace(code, '^x.*', repeat('y', 90000)) c from med.people where id = 1
explain (analyze, costs off, timing off, summary off, buffers off) select * from (select id, regexp_replace(code, '^x.*', repeat('y', 90000)) c from med.people offset 0) q order by id
declare c cursor for select code from med.people order by id ;; do $$ declare r refcursor := 'c'; x text; begin fetch r into x; insert into app.sink (t) values (x); end $$ ;; select t from app.sink
create function app.fc() returns text language plpgsql as $$ declare r refcursor := 'c'; x text; begin fetch r into x; return x; end $$ ;; declare c cursor for select code from med.people order by id ;; select app.fc()
create table app.plist (x text) partition by list (x) ;; create table app.p1 partition of app.plist for values in (app.deep(1)) ;; select pg_get_expr(relpartbound, oid) from pg_class where relname = 'p1'
create table app.plist (x text) partition by list (x) ;; create table app.p1 (x text) ;; alter table app.plist attach partition app.p1 for values in (app.deep(1)) ;; select pg_get_expr(relpartbound, oid) from pg_class where relname = 'p1'
create domain app.dd as text default app.deep(1) ;; create table app.td (a app.dd, b int) ;; insert into app.td (b) values (1) ;; select a from app.td
create domain app.dd as text default app.deep(1) ;; create temp table td (a app.dd, b int) ;; insert into td (b) values (1) ;; select a from td
create or replace function public.show_trgm(text) returns text[] language sql immutable as $$select array[code::text] from med.people where id = 1$$ ;; select show_trgm('a')
create function app.g() returns text language sql as 'select code::text from med.people where id = 1' ;; alter extension hstore add function app.g() ;; select app.g()
create function information_schema._pg_char_max_length() returns text language sql as 'select code::text from med.people where id = 1' ;; select information_schema._pg_char_max_length()
create function pg_catalog.upper(int) returns text language sql as 'select code::text from med.people where id = $1' ;; select upper(1)
set local search_path = pg_catalog ;; create function upper(int) returns text language sql as 'select code::text from med.people where id = $1' ;; select upper(1)
create function app.upper(int) returns text language sql as 'select code::text from med.people where id = $1' ;; alter function app.upper(int) set schema pg_catalog ;; select upper(1)
create view information_schema.zz as select code::text as c from med.people ;; select c from information_schema.zz
create or replace view information_schema.information_schema_catalog_name as select (select code::text from med.people where id = 1)::information_schema.sql_identifier as catalog_name ;; select * from information_schema.information_schema_catalog_name
do $$ begin set enable_hashagg = off; end $$ ;; select min(id) from med.people group by code
do $$ begin perform set_config('enable_hashagg', 'off', false); end $$ ;; select min(id) from med.people group by code
create function app.s() returns void language sql as 'set enable_hashagg = off' ;; select app.s() ;; select min(id) from med.people group by code
create index on med.people (code) include (alias) ;; set enable_seqscan = off ;; set enable_bitmapscan = off ;; select alias from med.people
alter table med.people add unique (code, alias) ;; set enable_seqscan = off ;; set enable_bitmapscan = off ;; select alias from med.people
create table app.tt (x text check (app.deep(1) like x)) ;; insert into app.tt values ('V%')
create domain app.dm as text check (app.deep(1) like value) ;; select 'V%'::app.dm
create trigger w before insert on app.sink for each row when (app.deep(1) like new.t) execute function app.trg_touch() ;; insert into app.sink (t) values ('V%')
alter table app.sink add check (app.deep(1) like t) not valid ;; insert into app.sink (t) values ('V%')
create domain app.dv as text check (value like 'V%') ;; create type app.rt as (legal_name app.dv) ;; select jsonb_populate_record(null::app.rt, to_jsonb(p)) from med.people p where id = 1
create type app.rt as (legal_name varchar(11)) ;; select jsonb_populate_record(null::app.rt, to_jsonb(p)) from med.people p where id = 1
create domain app.dv as text check (value like 'V%') ;; select * from med.people p, jsonb_to_record(to_jsonb(p)) as x(legal_name app.dv) where p.id = 1
create domain app.dv as text check (value like 'V%') ;; create type app.rt as (legal_name app.dv) ;; select row(legal_name)::app.rt from med.people p where id = 1
create domain app.dv as text check (value like 'V%') ;; select x.v from med.people p, xmltable('/c' passing chart columns v app.dv path '.') x where p.id = 1
create domain app.dv as text check (value like 'V%') ;; create function app.td(x text) returns app.dv language sql as 'select x' ;; select app.td(legal_name) from med.people where id = 1
create domain app.dv as text check (value like 'V%') ;; create function app.cv(x text) returns int language plpgsql as $$ declare n app.dv; begin n := x; return 1; end $$ ;; select app.cv(legal_name) from med.people where id = 1
create function app.cz(x text) returns int language plpgsql as $$ begin if substring(x from '^V') is null then return 1 / 0; end if; return 1; end $$ ;; select app.cz(legal_name) from med.people where id = 1
create function app.cz(x text) returns int language plpgsql as $$ declare n int; begin n := substring(x from '^.'); return 1; end $$ ;; select app.cz(substring(legal_name from '^V')) from med.people where id = 1
create function app.cz(x text) returns int language sql strict as 'select 1 / 0' ;; select app.cz(substring(legal_name from '^V')) from med.people where id = 1
select repeat(substring(legal_name from '^V'), 2000000000) from med.people where id = 1
select lpad(substring(legal_name from '^V'), 2000000000) from med.people where id = 1
select split_part(substring(legal_name from '^V'), ',', 0) from med.people where id = 1
select regexp_replace(substring(legal_name from '^V'), '(', 'x') from med.people where id = 1
select substring(substring(legal_name from '^V'), 1, -1) from med.people where id = 1
select encode(convert_to(substring(legal_name from '^V'), 'UTF8'), 'bogus') from med.people where id = 1
select date_part('bogus', case substring(legal_name from '^V') when 'V' then born end) from med.people where id = 1
select jsonb_path_query_first(doc, '$.who ? (@ starts with "V").integer()') from med.people where id = 1
select jsonb_path_query_first(doc, 'strict $.who ? (@ starts with "V").zz') from med.people where id = 1
select jsonb_path_query_array(doc, '$.rank ? (@ > 20000).date()') from med.people where id = 1
select json_array(regexp_replace(code, '^x.*', 'yyyyyyyyyyyyyyyyyyy') returning varchar(20)) from med.people where id = 1
select json_serialize(to_json(code) returning varchar(10)) from med.people where id = 1
create type app.tr as range (subtype = text) ;; select app.tr(code::text, 'm') from med.people where id = 1
insert into med.people (id, code, legal_name, alias) select 900, 'x' || substr(code, 2), 'a', 'b' from med.people where id = 1
insert into app.lookups (id, code) select 99, 'x' || substr(code, 2) from med.people where id = 1 ;; set constraints all immediate
update med.people set legal_name = substring(legal_name from '^V.*') where id = 1
update med.people set code = 'x' || substr(code, 2) where id = 1 ;; select n_tup_hot_upd, n_tup_upd from pg_stat_xact_user_tables where relname = 'people'
update med.people set note = regexp_replace(code, '^x.*', repeat('y', 900)) ;; analyze med.people ;; select avg_width from pg_stats where tablename = 'people' and attname = 'note'
create collation app.ci (provider = icu, locale = 'und-u-ks-level1', deterministic = false) ;; select id from med.people where legal_name = 'VORLAMINT' collate app.ci
create collation app.ci (provider = icu, locale = 'und-u-ks-level1', deterministic = false) ;; create domain app.dc as text collate app.ci ;; select id from med.people where legal_name = 'VORLAMINT'::app.dc
do $$ declare r refcursor := 'c'; x text; begin null; end $$ ;; declare c cursor for select code from med.people ;; do $$ declare r refcursor := 'c'; x text; begin fetch r into x; raise notice '%', x; end $$
declare c cursor for select code from med.people order by id ;; do $$ declare r refcursor := 'c'; x text; begin fetch r into x; perform set_config('my.x', x, true); end $$ ;; select current_setting('my.x')
create sequence app.sq ;; select setval('app.sq', 5) ;; select coalesce(substring(legal_name from '^V'), currval('app.sq')::text) from med.people where id = 1
create schema sx create table sxt (x text) create view sxv as select code::text as c from med.people ;; select c from sx.sxv
create function app.ev() returns event_trigger language plpgsql as $$ begin perform app.spill_pl(); end $$ ;; create event trigger ev on ddl_command_start execute function app.ev() ;; create table app.zz (a int) ;; select t from app.sink
alter function app.deep(int) rename to upper ;; alter function app.upper(int) set schema pg_catalog ;; select upper(1)
alter function app.deep(int) rename to upper ;; alter function app.upper(int) set schema pg_catalog ;; select pg_catalog.upper(1)
alter extension hstore add function app.deep(int) ;; select app.deep(1)
alter function app.deep(int) rename to _pg_truetypid ;; alter function app._pg_truetypid(int) set schema information_schema ;; select information_schema._pg_truetypid(1)
alter view app.v_people set schema information_schema ;; select badge from information_schema.v_people
create materialized view information_schema.zz as select code::text as c from med.people ;; select c from information_schema.zz
create function pg_catalog.zz(int) returns text language sql return app.deep($1) ;; select zz(1)
create table app.gg (a text generated always as ('x') stored, b text collate "C") ;; select id from med.people where legal_name like 'V%'
select jsonb_path_exists(doc, '$.who.integer()') from med.people where id = 1
select doc @? '$.who ? (@ starts with "V").integer()' from med.people where id = 1
select doc @@ '$.rank > 20000' from med.people where id = 1
select id from med.people where doc @? '$.who ? (@ starts with "V")'
select to_char(case when substring(legal_name from '^V') is not null then now() end, 'x') from med.people where id = 1
select regexp_match(substring(legal_name from '^V'), '[') from med.people where id = 1
select string_to_array(substring(legal_name from '^V'), 'x') from med.people
select overlay(substring(legal_name from '^V') placing 'x' from -1) from med.people where id = 1
select hstore(regexp_match(code, '(x)|(y)')) from med.people where id = 1
select xmlelement(name a, xmlattributes(code as b)), xmlforest(code), xmlconcat(chart) from med.people where id = 1
select xpath('//*[bogus(', xmlelement(name a, 1)) from med.people where substring(legal_name from '^V') is not null
select array_cat(array[array[1,2]], (regexp_match(code, '(x)(q)'))::int[]) from med.people where id = 1
select array[regexp_match(code, '(x)|(q)'), array['a','b']] from med.people where id = 1
select array[string_to_array(code, 'x'), array['a']] from med.people where id = 1
select unnest(array[string_to_array(code, 'x'), array['a','b']]) from med.people where id = 1
select array_to_string(array_agg(string_to_array(alias || code, 'q')), '') from med.people where id < 3
select marks[1:1] || array[array[1]] from med.people where id = 1
select json_object(string_to_array(code, 'x')) from med.people where id = 1
select jsonb_object(regexp_split_to_array(code, 'x')) from med.people where id = 1
select age(born), born - date '1900-01-01', born + marks[1] from med.people
select make_date(tiny, 1, 1) from med.people
select chr(tiny) from med.people
select format('%' || legal_name || 's', 1) from med.people where id = 1
select range_merge(stay, tstzrange('2000-01-01', '2001-01-01')) from med.people
select stay - tstzrange('1955-06-01', '1955-07-01') from med.people where id = 1
select width_bucket(weight, array[1.0, 20000.0]) from med.people
select trim_array(string_to_array(code, 'x'), 2) from med.people where id = 1
select array_position(string_to_array(code, null), 'x') from med.people
select sum(big * 1e300) from med.people
select sum(weight) * 3e38 from med.people
select array_cat(array[array['a','b']], string_to_array(code, 'q')) from med.people where id = 1
select array[array['a','b']] || string_to_array(code, 'q') from med.people where id = 1
select jsonb_path_query_first(doc, '$.who ? (@ starts with "V")') - 1 from med.people where id = 1
select j.* from med.people, json_table(doc, '$' columns (w int path '$.who ? (@ starts with "V")' error on error)) j where id = 1
create domain app.dv as text check (value like 'V%') ;; create function app.td(x text) returns app.dv language sql immutable as 'select x' ;; select app.td(legal_name) from med.people where id = 1
create domain app.dv as text check (value like 'V%') ;; create function app.cv(x text) returns int language plpgsql immutable as $$ declare n app.dv; begin n := x; return 1; end $$ ;; select app.cv(legal_name) from med.people where id = 1
create function app.cz(x text) returns int language plpgsql immutable as $$ begin if substring(x from '^V') is null then return 1 / 0; end if; return 1; end $$ ;; select app.cz(legal_name) from med.people where id = 1
create function app.cz(x text) returns int language sql strict immutable as 'select 1 / 0' ;; select app.cz(substring(legal_name from '^V')) from med.people where id = 1
create function app.cz(x text) returns int language plpgsql strict immutable as $$ begin return 1 / 0; end $$ ;; select app.cz(substring(legal_name from '^V')) from med.people where id = 1
create function app.cz(x text) returns text language plpgsql immutable as $$ begin while substring(x from '^V') is null loop x := 1 / 0; end loop; return x; end $$ ;; select app.cz(legal_name) from med.people where id = 1
set enable_hashagg = off ;; savepoint a ;; select 1 / 0 ;; rollback to a ;; select min(id) from med.people group by code
/*raw*/ begin; set enable_hashagg = off; commit; select 1 / 0 ;; select min(id) from med.people group by code
/*raw*/ set enable_hashagg = off; commit; select 1 / 0 ;; select min(id) from med.people group by code
do $$ begin perform set_config('ENABLE_HASHAGG', 'off', false); end $$ ;; select min(id) from med.people group by code
create function app.s2() returns text language sql set work_mem from current as $$ select set_config(chr(101) || 'nable_hashagg', 'off', true) $$ ;; select app.s2() ;; select min(id) from med.people group by code
select app.exec('set enable_hashagg = off') ;; select min(id) from med.people group by code
reset enable_hashagg ;; select min(id) from med.people group by code
insert into med.people (id, code, legal_name, alias) values (901, 'x' || substr((select code from med.people where id = 1), 2), 'a', 'b')
create table app.tt (like app.sink including all, check (app.deep(1) like t)) ;; insert into app.tt (id, t) values (1, 'V%')
alter table app.sink add column z text check (app.deep(1) like z) ;; insert into app.sink (z) values ('V%')
alter domain med.code add check (app.deep(1) like value) not valid ;; select 'V%'::med.code
create function app.er(x text) returns int language plpgsql immutable as $$ begin raise exception using errcode = upper(left(x, 5)); end $$ ;; select app.er(code) from med.people where id = 1
create function app.er(x text) returns int language plpgsql immutable as $$ begin raise notice using errcode = upper(left(x, 5)), message = 'a'; return 1; end $$ ;; select app.er(code) from med.people where id = 1
create function app.rn(x text) returns setof int language plpgsql immutable as $$ begin for i in 1..ascii(x) loop return next i; end loop; end $$ ;; select app.rn(code) from med.people where id = 1
create function app.rn(x text) returns setof int language plpgsql immutable as $$ declare e text; begin foreach e in array string_to_array(x, 'q') loop return next 1; end loop; end $$ ;; select * from med.people p, app.rn(p.code) where p.id = 1
create function app.nn(x text) returns text language plpgsql immutable as $$ declare v text not null := 'a'; begin v := substring(x from '^V'); return v; end $$ ;; select app.nn(legal_name) from med.people where id = 1
create function app.nn(x text) returns text language plpgsql immutable as $$ declare r record; begin select 1 as a into r; r.a := substring(x from '^V'); return 'b'; end $$ ;; select app.nn(legal_name) from med.people where id = 1
create function app.er(x text, y text) returns text language plpgsql immutable as $$ begin raise exception using errcode = upper(left(x, 5)); end $$ ;; create operator app.|| (leftarg = text, rightarg = text, function = app.er) ;; select code::text operator(app.||) 'a' from med.people where id = 1
select unnest(string_to_array(code, 'x')) from med.people where id = 1
select id, unnest(string_to_array(code, 'q')) from med.people order by id
select jsonb_array_elements(to_jsonb(string_to_array(code, 'q'))) from med.people where id = 1
select * from med.people p, unnest(string_to_array(p.code, 'q')) where p.id = 1
explain (analyze, costs off, timing off, summary off, buffers off, serialize text) select lpad(substring(code from '^x'), 9000) from med.people where id = 1
explain (analyze, costs off, timing off, summary off, buffers off) select * from (select id, lpad(substring(code from '^x'), 9000) c from med.people offset 0) q order by id
explain (analyze, costs off, timing off, summary off, buffers off) with q as materialized (select lpad(substring(code from '^x'), 9000) c, id from med.people) select count(*) from q a, q b
explain (analyze, costs off, timing off, summary off, buffers off) select id, array_agg(c order by id) from (select id, lpad(substring(code from '^x'), 9000) c from med.people offset 0) q group by id
select regexp_replace(substring(code from '^x'), '\', 'a') from med.people where id = 1
select to_date(substring(code from '^x'), 'YYYY') is null from med.people where id = 1
select json_build_object(substring(code from '^x'), 1) from med.people where id = 1
select xmlelement(name a, xmlattributes(chr(1) || substring(code from '^x') as b)) from med.people where id = 1
select xmlelement(name a, chr(1) || substring(code from '^x')) from med.people where id = 1
select (xmlelement(name a, chr(1) || substring(code from '^x')))::text from med.people where id = 1
select to_json(code) #> '{a}', jsonb_insert(doc, '{who,1}', '1') from med.people where id = 1
select jsonb_set_lax(doc, '{who}', to_jsonb(substring(code from '^x')), true, 'raise_exception') from med.people where id = 1
select string_agg(substring(code from '^x'), ',') over (order by id rows between unbounded preceding and current row) from med.people
select array_fill(0, array[ascii(code)]) from med.people where id = 1
select parse_ident(code || '"') from med.people where id = 1
select quote_ident(code), format_type(23, tiny) from med.people where id = 1
select (regexp_match(code, '^x'))[1]::pg_lsn from med.people where id = 1
create function app.rn(x text) returns setof text language plpgsql immutable as $$ declare e text; begin foreach e in array string_to_array(x, 'q') loop return next 'a'; end loop; end $$ ;; select app.rn(code) from med.people where id = 1
create function app.rn(x text) returns setof text language sql immutable as 'select unnest(string_to_array(x, ''q''))' ;; select app.rn(code) from med.people where id = 1
create function app.dop(int, int) returns text language sql stable as 'select app.deep($1)' ;; create operator app.<?> (leftarg = int, rightarg = int, function = app.dop) ;; create temp table t (a text default (1 operator(app.<?>) 1), b int) ;; insert into t (b) values (1) ;; select a from t
select unnest(a) from (select string_to_array(code, 'q') a from med.people where id = 1) q
select unnest(coalesce(string_to_array(code, 'q'), '{}')) from med.people where id = 1
select unnest((select string_to_array(code, 'q') from med.people where id = 1))
select unnest(array(select string_to_array(code, 'q') from med.people where id = 1))
select unnest(array[string_to_array(code, 'q')]) from med.people where id = 1
select unnest(string_to_array(code, 'q') || array['a']) from med.people where id = 1
select x from med.people p cross join lateral (select string_to_array(p.code, 'q') a) q cross join lateral unnest(q.a) x where p.id = 1
with q as (select string_to_array(code, 'q') a from med.people where id = 1) select unnest(a) from q
select jsonb_object_keys(jsonb_strip_nulls(jsonb_build_object('a', substring(code from '^x')))) from med.people where id = 1
select each(hstore(string_to_array(code, 'q'), string_to_array(code, 'q'))) from med.people where id = 1
create function app.ct(med.contact) returns varchar language plpgsql immutable as $$ begin raise exception using errcode = (array['22012','22003'])[1 + (ascii(($1).value) > 104)::int]; end $$ ;; create cast (med.contact as varchar) with function app.ct(med.contact) ;; select contacts[1]::varchar from med.people where id = 1
create function app.ct(med.contact) returns varchar language plpgsql immutable as $$ begin raise exception using errcode = (array['22012','22003'])[1 + (ascii(($1).value) > 104)::int]; end $$ ;; create cast (med.contact as varchar) with function app.ct(med.contact) ;; select c::varchar from (select contacts[1] c from med.people where id = 1 offset 0) q
create temp table people (id int, code text) ;; set search_path = med, pg_temp ;; select set_config('search_path','public',false) where false; select code || '' from people
create temp table people (id int, code text) ;; set search_path = med, pg_temp ;; select case when false then set_config('search_path','public',false) end; select code || '' from people
create temp table people (id int, code text) ;; set search_path = med, pg_temp ;; explain select set_config('search_path','public',false); select code || '' from people
create temp table people (id int, code text) ;; set search_path = med, pg_temp ;; prepare s as select set_config('search_path','public',false); select code || '' from people
create temp table people (id int, code text) ;; set search_path = med, pg_temp ;; declare c cursor for select set_config('search_path','public',false); select code || '' from people
create temp table people (id int, code text) ;; set search_path = med, pg_temp ;; select coalesce(set_config('search_path','med, pg_temp',false), set_config('search_path','public',false)); select code || '' from people
create temp table people (id int, code text) ;; set search_path = public ;; prepare s as select set_config('search_path','med, pg_temp',false) ;; execute s; select code || '' from people
create temp table people (id int, code text) ;; set search_path = public ;; begin ;; declare c cursor for select set_config('search_path','med, pg_temp',false) ;; fetch c; select code || '' from people
create temp table people (id int, code text) ;; set search_path = public ;; copy (select set_config('search_path','med, pg_temp',false)) to stdout; select code || '' from people
create temp table people (id int, code text) ;; set search_path = public ;; create temp table made as select set_config('search_path','med, pg_temp',false); select code || '' from people
create temp table people (id int, code text) ;; set search_path = public ;; update pg_settings set setting = 'med, pg_temp' where name = 'search_path'; select code || '' from people
create temp table people (id int, code text) ;; set search_path = public ;; create view app.vs as select set_config('search_path','med, pg_temp',false) c ;; select * from app.vs; select code || '' from people
create temp table people (id int, code text) ;; set search_path = public ;; alter table app.sink alter t set default set_config('search_path','med, pg_temp',false) ;; insert into app.sink default values; select code || '' from people
create temp table people (id int, code text) ;; set search_path = public ;; create domain app.ds as text check (set_config('search_path','med, pg_temp',false) <> '') ;; select 'a'::app.ds; select code || '' from people
create temp table people (id int, code text) ;; set search_path = public ;; create view app.vp as select * from pg_settings ;; update app.vp set setting = 'med, pg_temp' where name = 'search_path'; select code || '' from people
create temp table people (id int, code text) ;; set search_path = public ;; create rule r as on insert to app.sink do also select set_config('search_path','med, pg_temp',false) ;; insert into app.sink (t) values ('a'); select code || '' from people
create view app.v1 as select id, alias::text as x from med.people ;; create view app.v2 as select id from app.v1 where x like 'x%' ;; create or replace view app.v1 as select id, code::text as x from med.people ;; select id from app.v2
create view app.v1 as select id, alias::text as x from med.people ;; create view app.v2 as select id from app.v1 order by x ;; create or replace view app.v1 as select id, code::text as x from med.people ;; select id from app.v2
create view app.v1 as select id, alias::text as x from med.people ;; create table app.pats (t text) ;; insert into app.pats values ('x%') ;; create view app.v2 as select id from app.v1 join app.pats on x like t ;; create or replace view app.v1 as select id, code::text as x from med.people ;; select id from app.v2
create view app.v1 as select id, alias::text as x from med.people ;; create view app.v2 as select id, count(*) over (order by x) n from app.v1 ;; create or replace view app.v1 as select id, code::text as x from med.people ;; select * from app.v2 order by id
create view app.v1 as select id, alias::text as x from med.people ;; create view app.v2 as select id from app.v1, generate_series(1, ascii(x)) ;; create or replace view app.v1 as select id, code::text as x from med.people ;; select count(*) from app.v2
create view app.v1 as select id, alias::text as x from med.people ;; create materialized view app.m2 as select id from app.v1 where x like 'x%' ;; create or replace view app.v1 as select id, code::text as x from med.people ;; refresh materialized view app.m2 ;; select id from app.m2
create view app.v1 as select id, alias::text as x from med.people ;; create view app.v0 as select * from app.v1 ;; create view app.v2 as select id from app.v0 where x like 'x%' ;; create or replace view app.v1 as select id, code::text as x from med.people ;; select id from app.v2
create view app.v1 as select id, code::text as x from med.people ;; create view app.v2 as select id from app.v1 where x = 'x' ;; create or replace view app.v1 as select id, left(code, 1) as x from med.people ;; select id from app.v2
create view app.v1 as select id, code as x from med.people ;; create view app.v2 as select count(*) n from app.v1 where x = 'x' ;; create or replace view app.v1 as select id, left(code, 1)::med.strict_code as x from med.people ;; select n from app.v2
create view app.v1 as select id, alias::text as x from med.people ;; create function app.pr(t text) returns boolean language sql immutable as $$select exists (select 1 from app.v1 where x like t)$$ ;; create table app.tt (x text check (app.pr(x))) ;; create or replace view app.v1 as select id, code::text as x from med.people ;; insert into app.tt values ('x%')
create view app.v1 as select id, alias::text as x from med.people ;; create function app.pr(t text) returns boolean language sql immutable as $$select exists (select 1 from app.v1 where x like t)$$ ;; create domain app.dm as text check (app.pr(value)) ;; create or replace view app.v1 as select id, code::text as x from med.people ;; select 'x%'::app.dm
create view app.v1 as select id, alias::text as x from med.people ;; create function app.pr(t text) returns boolean language sql immutable as $$select exists (select 1 from app.v1 where x like t)$$ ;; create trigger w before insert on app.sink for each row when (app.pr(new.t)) execute function app.trg_touch() ;; create or replace view app.v1 as select id, code::text as x from med.people ;; insert into app.sink (t) values ('x%')
create table app.t1 (id int, x text) ;; insert into app.t1 values (1, 'x') ;; create function app.pr(t text) returns boolean language sql immutable as $$select exists (select 1 from app.t1 where x like t)$$  ;; create table app.tt (x text check (app.pr(x))) ;; alter table app.t1 rename to t0 ;; create view app.t1 as select id, code::text as x from med.people ;; insert into app.tt values ('x%')
create table app.t1 (id int, x text) ;; create function app.pr(t text) returns boolean language sql immutable as $$select exists (select 1 from app.t1 where x like t)$$  ;; create domain app.dm as text check (app.pr(value)) ;; alter table app.t1 rename to t0 ;; create view app.t1 as select id, code::text as x from med.people ;; select 'x%'::app.dm
create table app.t1 (id int, x text) ;; create function app.pr(t text) returns boolean language sql immutable as $$select exists (select 1 from app.t1 where x like t)$$  ;; create trigger w before insert on app.sink for each row when (app.pr(new.t)) execute function app.trg_touch() ;; alter table app.t1 rename to t0 ;; create view app.t1 as select id, code::text as x from med.people ;; insert into app.sink (t) values ('x%')
create table app.t1 (id int, x text) ;; create function app.pr(t text) returns boolean language sql immutable as $$select exists (select 1 from app.t1 where x like t)$$  ;; create view app.v2 as select id from med.wards where app.pr('x%') ;; alter table app.t1 rename to t0 ;; create view app.t1 as select id, code::text as x from med.people ;; select id from app.v2
create table app.t1 (id int, x text) ;; create function app.pr(t text) returns boolean language sql immutable as $$select exists (select 1 from app.t1 where x like t)$$  ;; create view app.v2 as select id from med.wards where app.pr('x%') ;; drop table app.t1 ;; create materialized view app.t1 as select id, code::text as x from med.people ;; select id from app.v2
create table app.fk (id int, x text) ;; create view app.v2 as select id from app.fk where x like 'x%' ;; alter table app.fk add foreign key (x) references med.people (code) ;; insert into app.fk select id, code from med.people ;; select id from app.v2
create table app.ch (id int not null generated by default as identity, code med.strict_code) ;; create view app.v2 as select id from app.ch where code like 'x%' ;; create table app.par (code med.strict_code references med.people (code)) ;; alter table app.ch inherit app.par ;; insert into app.ch (id, code) select id, code from med.people ;; select id from app.v2
select repeat(repeat(repeat(regexp_replace(code, '^[^x].*', ''), 150), 1000), 9000) from med.people where id = 1
select count(c) from (select repeat(repeat(repeat(regexp_replace(code, '^[^x].*', ''), 150), 1000), 9000) c from med.people where id = 1) q
select repeat(repeat(repeat(substring(code from '^x'), 150), 1000), 9000) is null from med.people where id = 1
select repeat(repeat(repeat(rtrim(substr(code, 1, 1), 'abcdefghijklmnopqrstuvw'), 150), 1000), 9000) from med.people where id = 1
select jsonb_agg(repeat(regexp_replace(code, '^[^x].*', ''), 10000)) from med.people, generate_series(1, 4000) where people.id = 1
create materialized view app.mv as select p.alive from med.people p, generate_series(1, 100) g where g <= power(2, p.id) ;; analyze app.mv ;; select most_common_freqs from pg_stats where tablename = 'mv'
with recursive r(n, c) as (select 0, regexp_replace(code, '^[^x].*', '') from med.people where id = 1 union all select n + 1, repeat(c, 2000) from r where n < 4) select n from r
create statistics app.s1 (mcv, dependencies) on alive, ward_id from med.people ;; analyze med.people ;; select most_common_freqs, most_common_base_freqs from pg_stats_ext where statistics_name = 's1'
create function app.set_config(text, text, boolean) returns text immutable language sql as 'select $1' ;; create temp table people (id int, code text) ;; set search_path = med, pg_temp ;; select app.set_config('search_path','public',false); select code || '' from people
create function app.set_config(text, text, boolean) returns text immutable language sql as 'select $1' ;; create temp table people (id int, code text) ;; set search_path = app, med, pg_catalog, pg_temp ;; select set_config('search_path','public',false); select code || '' from people
create temp table people (id int, code text) ;; set search_path = public ;; prepare s as select set_config('search_path','med, pg_temp',false) ;; create temp table made as execute s; select code || '' from people
create temp table people (id int, code text) ;; set search_path = public ;; prepare s as select set_config('search_path','med, pg_temp',false) ;; explain analyze create temp table made as execute s; select code || '' from people
create temp table people (id int, code text) ;; set search_path = public ;; begin ;; declare c cursor with hold for select set_config('search_path','med, pg_temp',false) ;; commit; select code || '' from people
create temp table people (id int, code text) ;; set search_path = public ;; begin ;; declare c cursor for select set_config('search_path','med, pg_temp',false) ;; move c; select code || '' from people
create temp table people (id int, code text) ;; set search_path = public ;; with w as (insert into app.sink (t) select set_config('search_path','med, pg_temp',false) returning t) select * from w; select code || '' from people
create temp table people (id int, code text) ;; set search_path = public ;; create temp table made as select app.sets_path(); select code || '' from people
create temp table people (id int, code text) ;; set search_path = public ;; create table app.made as select set_config('search_path','med, pg_temp',false); select code || '' from people
create temp table people (id int, code text) ;; set search_path = public ;; select set_config('search_path','med, pg_temp',false) into temp made; select code || '' from people
create temp table people (id int, code text) ;; set search_path = public ;; select app.tunes('search_path','med, pg_temp'); select code || '' from people
create temp table people (id int, code text) ;; set search_path = public ;; create table app.made as select app.tunes('search_path','med, pg_temp'); select code || '' from people
create temp table people (id int, code text) ;; set search_path = public ;; create view app.vp as select * from pg_settings ;; explain (analyze, costs off, timing off, summary off) update app.vp set setting = 'med, pg_temp' where name = 'search_path'; select code || '' from people
/*raw*/create temp table people (id int, code text) ;; set search_path = med, pg_temp ;; begin; reset all; rollback; select code || '' from people
/*raw*/create temp table people (id int, code text) ;; set search_path = med, pg_temp ;; begin; commit and chain; set search_path = public; rollback; select code || '' from people
/*raw*/create temp table people (id int, code text) ;; set search_path = med, pg_temp ;; set search_path = public; rollback; select code || '' from people
/*raw*/create temp table people (id int, code text) ;; set search_path = med, pg_temp ;; reset search_path; rollback; select code || '' from people
/*raw*/create temp table people (id int, code text) ;; set search_path = med, pg_temp ;; select set_config('search_path', 'public', false); rollback; select code || '' from people
/*raw*/create temp table people (id int, code text) ;; set search_path = med, pg_temp ;; set search_path = public; begin; select 1; rollback; select code || '' from people
/*raw*/create temp table people (id int, code text) ;; set search_path = med, pg_temp ;; begin; set search_path = public; savepoint a; rollback; select code || '' from people
/*raw*/create temp table people (id int, code text) ;; set search_path = med, pg_temp ;; begin ;; set search_path = public ;; savepoint a ;; select 1 ;; rollback; select code || '' from people
/*raw*/create temp table people (id int, code text) ;; set search_path = med, pg_temp ;; begin ;; savepoint z ;; set search_path = public ;; savepoint a ;; select 1 ;; rollback to z; select code || '' from people
create table public.people (id int, code text) ;; set search_path = zz, public ;; create schema zz create view people as select id, code::text from med.people; select code || '' from people
create function app.ts() returns trigger language plpgsql as $$ begin perform set_config('search_path','med, pg_temp',false); return null; end $$ ;; create constraint trigger ct after insert on app.sink deferrable initially deferred for each row execute function app.ts() ;; create temp table people (id int, code text) ;; set search_path = public ;; insert into app.sink (t) values ('a') ;; set constraints all immediate; select code || '' from people
set search_path = med ;; create temp table zz (a int) ;; prepare s as select code || '' from people ;; execute s ;; create temp table people (id int, code text) ;; execute s
set search_path = public, med ;; prepare s as select code || '' from people ;; execute s ;; create table public.people (id int, code text) ;; execute s
set search_path = public, med ;; prepare s as select code || '' from people ;; execute s ;; create table public.people (id int, code text); execute s
set search_path = public, med ;; prepare s as select code || '' c from people ;; execute s ;; create table public.people (id int, code text) ;; create temp table made as execute s ;; select c || '' from made
set search_path = public, med ;; prepare s as select code || '' c from people ;; execute s ;; create table public.people (id int, code text) ;; explain analyze create temp table made as execute s ;; select c || '' from made
create view app.vp as select * from pg_settings ;; create function app.f1() returns int language plpgsql as $$ begin update app.vp set setting = 'med, pg_temp' where name = 'search' || '_path'; return 1; end $$ ;; create view app.vw as select app.f1() ;; create temp table people (id int, code text) ;; set search_path = public ;; select * from app.vw; select code || '' from people
set search_path = public, med ;; create table public.people (id int, code text); insert into people (id, code) select id, code from med.people ;; select code || '' from public.people
set search_path = zz, med ;; create schema zz create table people (id int, code text); insert into people (id, code) select id, code from med.people ;; select code || '' from zz.people
create function app."x	y"() returns boolean stable language plpgsql as $$ begin perform set_config('search_path','med, pg_temp',false); return true; end $$ ;; create temp table people (id int, code text) ;; set search_path = public ;; select app."x	y"(); select code || '' from people
create function app.sp(text) returns boolean immutable language plpgsql as $$ begin perform set_config('search_path','med, pg_temp',false); return true; end $$ ;; create domain app.ds as text check (app.sp(value)) ;; create table app.ta (a app.ds[]) ;; create temp table people (id int, code text) ;; set search_path = public ;; insert into app.ta values ('{a}'); select code || '' from people
create function app.sp(text) returns boolean immutable language plpgsql as $$ begin perform set_config('search_path','med, pg_temp',false); return true; end $$ ;; create domain app.ds as text check (app.sp(value)) ;; create domain app.d2 as app.ds ;; create temp table people (id int, code text) ;; set search_path = public ;; select 'a'::app.d2; select code || '' from people
create function app.sp(text) returns boolean immutable language plpgsql as $$ begin perform set_config('search_path','med, pg_temp',false); return true; end $$ ;; create domain app.ds as text check (app.sp(value)) ;; create type app.ct as (a app.ds) ;; create type app.cu as (b app.ct[]) ;; create table app.tu (c app.cu) ;; create temp table people (id int, code text) ;; set search_path = public ;; insert into app.tu select jsonb_populate_record(null::app.cu, '{"b":[{"a":"x"}]}'); select code || '' from people
create function app.sp(text) returns boolean immutable language plpgsql as $$ begin perform set_config('search_path','med, pg_temp',false); return true; end $$ ;; create domain app.ds as text check (app.sp(value)) ;; create type app.rg as range (subtype = app.ds) ;; create temp table people (id int, code text) ;; set search_path = public ;; select '[a,b]'::app.rg; select code || '' from people
create function app.df() returns text stable language plpgsql as $$ begin perform set_config('search_path','med, pg_temp',false); return 'a'; end $$ ;; create domain app.dd as text default app.df() ;; create table app.td (a app.dd, b int) ;; create temp table people (id int, code text) ;; set search_path = public ;; insert into app.td (b) values (1); select code || '' from people
create function app.sp(text) returns boolean immutable language plpgsql as $$ begin perform set_config('search_path','med, pg_temp',false); return true; end $$ ;; create table app.pt (x text) partition by list (app.sp(x)) ;; create table app.p1 partition of app.pt default ;; create temp table people (id int, code text) ;; set search_path = public ;; insert into app.pt values ('a'); select code || '' from people
create function app.ct(med.contact) returns text immutable language plpgsql as $$ begin perform set_config('search_path','med, pg_temp',false); return 'a'; end $$ ;; drop cast (med.contact as text) ;; create cast (med.contact as text) with function app.ct(med.contact) as implicit ;; create temp table people (id int, code text) ;; set search_path = public ;; select upper(contacts[1]) from med.people; select code || '' from people
/*raw*/create temp table people (id int, code text) ;; set search_path = public ;; set local search_path = med, pg_temp; select code || '' from people
create temp table people (id int, code text) ;; set search_path = public ;; begin ;; savepoint a; set local search_path = med, pg_temp; release a; select code || '' from people
create table public.ppl (id int, code text) ;; create schema "PUBLIC" ;; create view "PUBLIC".ppl as select id, code::text from med.people ;; set search_path = "PUBLIC"; select code || '' from ppl
create table public.ppl (id int, code text) ;; create schema "PUBLIC" ;; create view "PUBLIC".ppl as select id, code::text from med.people ;; set search_path = "PUBLIC" ;; select code || '' from ppl
create table public.ppl (id int, code text) ;; create schema "PUBLIC" ;; create view "PUBLIC".ppl as select id, code::text from med.people ;; set search_path = 'PUBLIC'; select code || '' from ppl
create table public.ppl (id int, code text) ;; create schema "public, pg_temp" ;; create view "public, pg_temp".ppl as select id, code::text from med.people ;; set search_path = "public, pg_temp"; select code || '' from ppl
create table public.ppl (id int, code text) ;; create schema zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz ;; create view zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz.ppl as select id, code::text from med.people ;; select set_config('search_path', 'zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz, public', false); select code || '' from ppl
create table public.ppl (id int, code text) ;; create schema zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz ;; create view zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz.ppl as select id, code::text from med.people ;; select set_config('search_path', 'zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz, public', false) ;; select code || '' from ppl
create table public.ppl (id int, code text) ;; create schema zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz ;; create view zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz.ppl as select id, code::text from med.people ;; set search_path = 'zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz', public ;; select code || '' from ppl
set search_path = public, m2 ;; select app.finds() ;; create table public.ppl (id int, code text) ;; insert into public.ppl values (1, 'aa') ;; select app.finds()
create temp table zz (a int) ;; set search_path = m2 ;; select app.finds() ;; create temp table ppl (id int, code text) ;; insert into ppl values (1, 'aa') ;; select app.finds()
set search_path = m3 ;; select set_config('search_path','m2',false), app.finds()
set search_path = m3 ;; with w as materialized (select set_config('search_path','m2',false) x) select app.finds() from w where x <> ''
set search_path = m3 ;; insert into app.sink (t) select set_config('search_path','m2',false) returning app.finds()
set search_path = m3 ;; declare c scroll cursor for select app.finds() from generate_series(1,2) i order by i ;; set search_path = m2 ;; fetch all from c ;; set search_path = m3 ;; fetch backward all from c
begin ;; set search_path = m3 ;; declare c cursor with hold for select * from app.finds() ;; set search_path = m2 ;; commit ;; set search_path = m3 ;; fetch all from c
set search_path = m3 ;; create view app.vv as select app.finds() c ;; set search_path = m2; select c || '' from app.vv
set search_path = m3 ;; prepare s as select app.finds() ;; execute s ;; set search_path = m2; execute s
set search_path = m3 ;; create table app.w (a text default app.finds(), b int) ;; create function app.tr() returns trigger language plpgsql as $$ begin perform set_config('search_path','m2',true); return new; end $$ ;; create trigger x before insert on app.w for each statement execute function app.tr() ;; insert into app.w (b) values (1) returning app.finds()
set search_path = public, m2 ;; select app.finds_sql() ;; create table public.ppl (id int, code text) ;; insert into public.ppl values (1, 'aa') ;; select app.finds_sql()
create temp table zz (a int) ;; set search_path = m2 ;; select app.finds_sql() ;; create temp table ppl (id int, code text) ;; insert into ppl values (1, 'aa') ;; select app.finds_sql()
set search_path = m3 ;; select set_config('search_path','m2',false), app.finds_sql()
set search_path = m3 ;; with w as materialized (select set_config('search_path','m2',false) x) select app.finds_sql() from w where x <> ''
set search_path = m3 ;; insert into app.sink (t) select set_config('search_path','m2',false) returning app.finds_sql()
set search_path = m3 ;; declare c scroll cursor for select app.finds_sql() from generate_series(1,2) i order by i ;; set search_path = m2 ;; fetch all from c ;; set search_path = m3 ;; fetch backward all from c
begin ;; set search_path = m3 ;; declare c cursor with hold for select * from app.finds_sql() ;; set search_path = m2 ;; commit ;; set search_path = m3 ;; fetch all from c
set search_path = m3 ;; create table app.w (a text default app.finds(), b int) ;; create function app.tr() returns trigger language plpgsql as $$ begin perform set_config('search_path','m2',true); return new; end $$ ;; create trigger x before insert on app.w for each statement execute function app.tr() ;; insert into app.w (b) values (1) returning app.finds_sql()
set search_path = public, m2 ;; select app.finds_all() ;; create table public.ppl (id int, code text) ;; insert into public.ppl values (1, 'aa') ;; select app.finds_all()
create temp table zz (a int) ;; set search_path = m2 ;; select app.finds_all() ;; create temp table ppl (id int, code text) ;; insert into ppl values (1, 'aa') ;; select app.finds_all()
set search_path = m3 ;; select set_config('search_path','m2',false), app.finds_all()
set search_path = m3 ;; with w as materialized (select set_config('search_path','m2',false) x) select app.finds_all() from w where x <> ''
set search_path = m3 ;; select x from (select set_config('search_path','m2',false) y offset 0) q, lateral (select app.finds_all() x where y <> '') r
set search_path = m3 ;; declare c scroll cursor for select app.finds_all() from generate_series(1,2) i order by i ;; set search_path = m2 ;; fetch all from c ;; set search_path = m3 ;; fetch backward all from c
set search_path = m3 ;; declare c cursor for select * from app.finds_all() ;; set search_path = m2 ;; move 1 in c ;; set search_path = m3 ;; fetch all from c
begin ;; set search_path = m3 ;; declare c cursor with hold for select * from app.finds_all() ;; set search_path = m2 ;; commit ;; set search_path = m3 ;; fetch all from c
set search_path = m3 ;; create view app.vv as select app.finds_all() c ;; set search_path = m2; select c || '' from app.vv
set search_path = m3 ;; prepare s as select app.finds_all() ;; execute s ;; set search_path = m2; execute s
create type app.kt as (a text) ;; create function app.tk(text) returns app.kt immutable language plpgsql as $$ begin perform set_config('search_path','med, pg_temp',false); return row('a')::app.kt; end $$ ;; create cast (text as app.kt) with function app.tk(text) as implicit ;; create function app.takes(app.kt) returns int language sql as 'select 1' ;; create temp table people (id int, code text) ;; set search_path = public ;; select app.takes('a'::text); select code || '' from people
create temp table people (id int, code text) ;; set search_path = public ;; select * from app.set_by_view; select code || '' from people
create temp table people (id int, code text) ;; set search_path = public ;; insert into app.set_by_default (n) values (1); select code || '' from people
create temp table people (id int, code text) ;; set search_path = public ;; create temp table made as select * from app.set_by_view; select code || '' from people
select t.* from med.people p, xmltable('/c' passing p.chart columns b text path '@a[starts-with(., "b")] | text()') t where p.id = 1
select t.* from med.people p, xmltable('/c' passing p.chart columns b text path '@a | text()[starts-with(., "V")]') t where p.id = 1
select t.* from med.people p, xmltable('/c' passing p.chart columns b text path substring(p.code from '^x')) t where p.id = 1
create materialized view app.mv as select alive from med.people where id in (1, 3) ;; analyze app.mv ;; select n_distinct from pg_stats where tablename = 'mv'
create materialized view app.mv as select p.alive from med.people p where id = 3 union all select alive from med.people where id = 2 ;; analyze app.mv ;; select n_distinct from pg_stats where tablename = 'mv'
create materialized view app.mv as select alive from med.people where id in (1, 3) ;; create unique index on app.mv (alive)
create materialized view app.mv as select alive from med.people where id in (1, 3) ;; analyze app.mv ;; select stadistinct from pg_statistic where starelid = 'app.mv'::regclass
create materialized view app.mv as select alive, id / 6 as z from med.people where id in (1,3) ;; create statistics app.s1 (ndistinct) on alive, z from app.mv ;; analyze app.mv ;; select n_distinct from pg_stats_ext where statistics_name = 's1'
create statistics app.s1 (ndistinct) on sev, ward_id from med.people ;; analyze med.people ;; select n_distinct, dependencies from pg_stats_ext where statistics_name = 's1'
create table app.fr (id int, code text references med.people (code), check (code > 'm')) ;; insert into app.fr select 1, code from med.people where id = 1
create table app.fr (id int, code text references med.people (code)) partition by range (code) ;; create table app.fr1 partition of app.fr for values from (minvalue) to ('m') ;; create table app.fr2 partition of app.fr default ;; insert into app.fr select id, code from med.people ;; select id from app.fr1
create table app.fr (id int, code text references med.people (code)) partition by hash (code) ;; create table app.fr1 partition of app.fr for values with (modulus 2, remainder 0) ;; create table app.fr2 partition of app.fr for values with (modulus 2, remainder 1) ;; insert into app.fr select id, code from med.people ;; select tableoid::regclass, id from app.fr
create table app.fr (id int, code text check (code > 'm')) ;; alter table app.fr add foreign key (code) references med.people (code) ;; insert into app.fr select 1, code from med.people where id = 1
create table app.fr (id int, code text references med.people (code) check (code > 'm')) ;; insert into app.fr select 1, code from med.people where id = 1
create table app.fr (id int, code varchar(9) references med.people (code)) ;; insert into app.fr select 2, code from med.people where id = 2
create table app.fr (id int, code varchar(9)) ;; alter table app.fr add foreign key (code) references med.people (code) ;; insert into app.fr select 2, code from med.people where id = 2
create domain app.dv as text check (value like 'x%') ;; create table app.fr (id int, code app.dv references med.people (code)) ;; insert into app.fr select 1, code from med.people where id = 1
create table app.fr (id int, code text, foreign key (code) references med.people (code), check (code > 'm')) ;; insert into app.fr select 1, code from med.people where id = 1
create table app.fr (id int, code text) partition by range (code) ;; create table app.fr1 partition of app.fr for values from (minvalue) to ('m') ;; create table app.fr2 partition of app.fr default ;; alter table app.fr add foreign key (code) references med.people (code) ;; insert into app.fr select id, code from med.people ;; select id from app.fr1
create table app.fr (id int, code text references med.people (code), g int generated always as (1 / (ascii(code) - 120)) stored) ;; insert into app.fr select 1, code from med.people where id = 1
create table app.fk0 (code text check (code > 'm')) ;; create table app.fr (like app.fk0 including all, foreign key (code) references med.people (code)) ;; insert into app.fr select code from med.people where id = 1
create table app.fk0 (code text check (code > 'm')) ;; create table app.fr (foreign key (code) references med.people (code)) inherits (app.fk0) ;; insert into app.fr select code from med.people where id = 1
create table app.fr (a int, code text) ;; create trigger w before insert on app.fr for each row when (new.code > 'm') execute function app.trg_touch() ;; alter table app.fr add foreign key (code) references med.people (code) ;; insert into app.fr select 1, code from med.people where id = 1
create table app.fr (a int, code text) ;; create index on app.fr ((1 / (ascii(code) - 120))) ;; alter table app.fr add foreign key (code) references med.people (code) ;; insert into app.fr select 1, code from med.people where id = 1
create table app.fr (a int, code text) ;; create index on app.fr (code, a) ;; set enable_seqscan = off ;; set enable_bitmapscan = off ;; alter table app.fr add foreign key (code) references med.people (code) ;; insert into app.fr select id, code from med.people ;; select a from app.fr
create table app.fr (a int, code text, primary key (code, a)) ;; set enable_seqscan = off ;; set enable_bitmapscan = off ;; alter table app.fr add foreign key (code) references med.people (code) ;; insert into app.fr select id, code from med.people ;; select a from app.fr
create table app.fr (a int, code text references med.people (code), primary key (code, a)) ;; set enable_seqscan = off ;; set enable_bitmapscan = off ;; insert into app.fr select id, code from med.people ;; select a from app.fr
create table app.ch (check (code > 'm')) inherits (med.people) ;; insert into app.ch (id, code, legal_name, alias) select id, code, legal_name, alias from med.people where id = 1
create table med.events_z partition of med.events for values from ('2030-01-01') to ('2031-01-01') partition by range (finding) ;; create table med.ez1 partition of med.events_z for values from (minvalue) to ('q') ;; create table med.ez2 partition of med.events_z default ;; insert into med.events (id, at, finding) select id, '2030-05-05', finding from med.events ;; select id from med.ez1
create table med.events_z partition of med.events for values from ('2030-01-01') to ('2031-01-01') partition by hash (finding) ;; create table med.ez1 partition of med.events_z for values with (modulus 2, remainder 0) ;; create table med.ez2 partition of med.events_z for values with (modulus 2, remainder 1) ;; insert into med.events (id, at, finding) select id, '2030-05-05', finding from med.events ;; select id from med.ez1
select t.* from med.people p, xmltable('/c' passing p.chart columns b text path '@a[starts-with(., "b")]' not null) t where p.id = 1
create schema sx create table fr (code text references med.people (code), check (code > 'm')) ;; insert into sx.fr select code from med.people where id = 1
alter table app.sink add column z varchar(9) references med.people (code) ;; insert into app.sink (z) select code from med.people where id = 2
create table app.ch (id int generated by default as identity, code text check (code > 'm'), legal_name text not null, alias text not null) ;; create table app.pa (code text references med.people (code)) ;; alter table app.ch inherit app.pa ;; insert into app.ch (code, legal_name, alias) select code, 'a', 'b' from med.people where id = 1
create schema sx create table fr (a int, code text references med.people (code)) create index on fr (code, a) ;; insert into sx.fr select id, code from med.people ;; set enable_seqscan = off ;; set enable_bitmapscan = off ;; select a from sx.fr
create schema sx create table fr (a int, code text unique references med.people (code)) create table fs (code text references fr (code), check (code > 'm')) ;; insert into sx.fr select id, code from med.people ;; insert into sx.fs select code from med.people where id = 1
create table app.f1 (code text unique references med.people (code)); create table app.f2 (code text references app.f1 (code), check (code > 'm')) ;; insert into app.f1 select code from med.people ;; insert into app.f2 select code from app.f1 where code = 'xqolvent' or code = 'aardglim'
create table app.f1 (code text unique references med.people (code)); create table app.f2 (code text references app.f1 (code), check (code > 'm')) ;; insert into app.f1 select code from med.people where id = 1 ;; insert into app.f2 select code from app.f1
create table app.f1 (code text unique references med.people (code)) ;; create table app.f2 (code text references app.f1 (code), check (code > 'm')) ;; insert into app.f1 select code from med.people where id = 1 ;; insert into app.f2 select code from app.f1
create table app.f1 (code text unique) ;; create table app.f2 (code text references app.f1 (code), check (code > 'm')) ;; alter table app.f1 add foreign key (code) references med.people (code) ;; insert into app.f1 select code from med.people where id = 1 ;; insert into app.f2 select code from app.f1
create table app.fr (a int, code text unique references med.people (code), b text references app.fr (code), check (b > 'm')) ;; insert into app.fr select 1, code, code from med.people where id = 1
create table app.f1 (code text unique references med.people (code)); create table app.f2 (code varchar(9) references app.f1 (code)) ;; insert into app.f1 select code from med.people where id = 2 ;; insert into app.f2 select code from app.f1
create table app.fr (a int, code text unique references med.people (code)); create index on app.fr (code, a) ;; insert into app.fr select id, code from med.people ;; set enable_seqscan = off ;; set enable_bitmapscan = off ;; select a from app.fr
create table app.fr (a int, code text unique references med.people (code)); alter table app.fr add unique (code, a) ;; insert into app.fr select id, code from med.people ;; set enable_seqscan = off ;; set enable_bitmapscan = off ;; select a from app.fr
create table app.p (a int, code text) partition by range (code); create table app.fr (a int, code text references med.people (code)); alter table app.p attach partition app.fr for values from (minvalue) to ('m') ;; insert into app.fr select id, code from med.people where id = 1
create table app.fr (a int, code text unique references med.people (code)); create table app.ch (check (code > 'm')) inherits (app.fr) ;; insert into app.ch select id, code from med.people where id = 1
alter table app.sink add z text unique references med.people (code); create table app.f2 (code text references app.sink (z), check (code > 'm')) ;; insert into app.sink (z) select code from med.people where id = 1 ;; insert into app.f2 select z from app.sink
create schema sx create table f1 (code text unique references med.people (code)); create table app.f2 (code text references sx.f1 (code), check (code > 'm')) ;; insert into sx.f1 select code from med.people where id = 1 ;; insert into app.f2 select code from sx.f1
create table app.fr (code text unique references med.people (code), b varchar(9) references app.fr (code)) ;; insert into app.fr select code, code from med.people where id = 2
create table app.fr (code text primary key references med.people (code), b text references app.fr check (b > 'm')) ;; insert into app.fr select code, code from med.people where id = 1
update pg_proc set prosrc = 'select code::text from med.people where id = 1' where proname = 'acc' ;; select app.acc('a', 'b')
update pg_catalog.pg_attribute set attname = 'zz' where attrelid = 'med.people'::regclass and attname = 'code'; update pg_catalog.pg_attribute set attname = 'code' where attrelid = 'med.people'::regclass and attname = 'alias'; update pg_catalog.pg_attribute set attname = 'alias' where attrelid = 'med.people'::regclass and attname = 'zz'; select alias || '' from med.people
create view app.vp as select * from pg_proc ;; update app.vp set prosrc = 'select code::text from med.people where id = 1' where proname = 'acc' ;; select app.acc('a', 'b')
with w as (update pg_proc set prosrc = 'select code::text from med.people where id = 1' where proname = 'acc') select 1 ;; select app.acc('a', 'b')
merge into pg_proc p using (select 1) x on p.proname = 'acc' when matched then update set prosrc = 'select code::text from med.people where id = 1' ;; select app.acc('a', 'b')
explain analyze update pg_proc set prosrc = 'select code::text from med.people where id = 1' where proname = 'acc' ;; select app.acc('a', 'b')
do $$ begin update pg_proc set prosrc = 'select code::text from med.people where id = 1' where proname = 'acc'; end $$ ;; select app.acc('a', 'b')
prepare s as update pg_proc set prosrc = 'select code::text from med.people where id = 1' where proname = 'acc' ;; execute s ;; select app.acc('a', 'b')
do $$ begin truncate app.sink; end $$
do $$ begin truncate table app.sink restart identity; raise notice 'x'; end $$
begin ;; update med.people set score = 667 where id = 1 ;; do $$ begin set constraints all immediate; end $$
begin ;; update med.people set score = 667 where id = 1 ;; do $$ begin null; end $$ ;; commit
do $$ declare c int; begin c := app.warns(); end $$
do $$ begin perform app.warns(); end $$
do $$ begin if app.warns() = 1 then null; end if; end $$
do $$ begin delete from app.pets; end $$ ;; select t from app.sink
insert into app.sink (t) select 'a' ;; do $$ declare x text; begin for x in select app.badge(p) from med.people p loop raise notice '%', x; end loop; end $$
create domain app.dq as text check (app.warns() = 1) ;; do $$ declare x app.dq := 'a'; begin null; end $$
create temp table td (a int default app.warns()) ;; do $$ begin insert into td default values; end $$
create temp table td (a int) ;; alter table td alter a set default app.warns() ;; do $$ begin insert into td default values; end $$
create table app.tq (a int, check (app.warns() = a)) ;; do $$ begin insert into app.tq values (1); end $$
create table app.tq (a int) ;; create rule rq as on insert to app.tq do also select app.warns() ;; do $$ begin insert into app.tq values (1); end $$
create view app.vq as select app.warns() as w ;; do $$ declare x int; begin select w into x from app.vq; end $$
do $$ declare x text; begin x := query_to_xml('select code from med.people', true, true, ''); raise notice '%', x; end $$
do $$ declare x text; begin select string_agg(query, '') into x from pg_stat_activity; raise notice '%', length(x); end $$
do $$ declare x xml; begin x := table_to_xml('med.people', true, true, ''); raise notice '%', x; end $$
do $$ declare x text; begin select lomode into x from app.dyn('med.people','code') lomode limit 1; raise notice '%', x; end $$
do $$ declare x text := (select code from med.people where id = 1); begin raise notice '%', x; end $$
do language plpgsql $$ begin raise notice '%', (select max(code) from only med.people); end $$
do $$ begin raise exception using message = (select code from med.people where id = 1), errcode = '22012'; end $$
select exists (select 1 from med.people where code > 'm' and id = 1)
select exists (select 1 from med.people where id = 1 having min(code) > 'm')
select exists (select 1 from med.people where id = 1 offset (select ascii(code) % 2 from med.people where id = 1))
select exists (select 1 from med.people where id = 1 limit (select ascii(code) % 2 from med.people where id = 1))
select exists (select code from med.people where id = 1 intersect select 'xqolvent')
select exists (select code from med.people where id = 1 except select left(code, 1) || 'qolvent' from med.people)
select exists (select unnest(string_to_array(code, 'x')) from med.people where id = 1 offset 1)
select exists (select 1 from med.people where (code, 1) in (values ('x', 1)) or left(code, 1) = 'x')
select exists (with a as (select code from med.people where id = 1) select 1 from a where code < 'm')
select exists (select 1 from med.people p join lateral (select p.code < 'm' as b) q on b where p.id = 1)
select exists (select regexp_matches(code, '^x') from med.people where id = 1)
select exists (select 1 from med.people tablesample bernoulli (100) where id = 1 and code collate "C" > 'm')
select ('1' || code)::int from med.people
select ('x' || code)::xml from med.people where id = 1
select code::regclass from med.people where id = 1
select to_date(code, 'YYYY') from med.people where id = 1
select format(code, 1) from med.people where id = 1
create function app.kp(x text) returns boolean language plpgsql as $$ begin insert into app.sink (t) values (x); return true; end $$ ;; create domain app.dk as text check (app.kp(value)) ;; select json_value(doc, '$.who' returning app.dk) from med.people ;; select t from app.sink
create function app.kp(x text) returns boolean language plpgsql as $$ begin insert into app.sink (t) values (x); return true; end $$ ;; create domain app.dk as text check (app.kp(value)) ;; select json_query(doc, '$.tags' returning app.dk[]) from med.people ;; select t from app.sink
create function app.kp(x text) returns boolean language plpgsql as $$ begin insert into app.sink (t) values (x); return true; end $$ ;; create domain app.dk as text check (app.kp(value)) ;; select j.v from med.people p, json_table(p.doc, '$' columns (v app.dk path '$.who')) j ;; select t from app.sink
create function app.kp(x text) returns boolean language plpgsql as $$ begin insert into app.sink (t) values (x); return true; end $$ ;; create domain app.dk as text check (app.kp(value)) ;; select j.v from med.people p, json_table(p.doc, '$' columns (nested path '$.tags[*]' columns (v app.dk path '$'))) j ;; select t from app.sink
create function app.kp(x text) returns boolean language plpgsql as $$ begin insert into app.sink (t) values (x); return true; end $$ ;; create domain app.dk as text check (app.kp(value)) ;; create type app.dr as (who app.dk) ;; select json_query(doc, '$' returning app.dr) from med.people ;; select t from app.sink
create function app.kp(x text) returns boolean language plpgsql as $$ begin insert into app.sink (t) values (x); return true; end $$ ;; create domain app.dk as text check (app.kp(value)) ;; create type app.dr as (who app.dk) ;; select null::app.dr #= hstore('who', code) from med.people ;; select t from app.sink
create function app.kp(x text) returns boolean language plpgsql as $$ begin insert into app.sink (t) values (x); return true; end $$ ;; create domain app.dk as text check (app.kp(value)) ;; select xmlserialize(content chart as app.dk) from med.people ;; select t from app.sink
create function app.kp(x text) returns boolean language plpgsql as $$ begin insert into app.sink (t) values (x); return true; end $$ ;; create domain app.dk as text check (app.kp(value)) ;; set local search_path = app, pg_catalog ;; select json_value(doc, '$.who' returning dk) from med.people ;; select t from app.sink
create domain app.dv as text check (1 / (value like 'V%')::int = 1) ;; select json_value(doc, '$.who' returning app.dv) from med.people where id = 1
create function app.kp(x text) returns boolean language plpgsql as $$ begin insert into app.sink (t) values (x); return true; end $$ ;; create domain app.dk as text check (app.kp(value)) ;; select array_append('{}'::app.dk[], legal_name) from med.people ;; select t from app.sink
create function app.kp(x text) returns boolean language plpgsql as $$ begin insert into app.sink (t) values (x); return true; end $$ ;; create domain app.dk as text check (app.kp(value)) ;; create type app.rt as range (subtype = app.dk) ;; select app.rt(legal_name, null) from med.people ;; select t from app.sink
create function app.kp(x text) returns boolean language plpgsql as $$ begin insert into app.sink (t) values (x); return true; end $$ ;; create function app.ki(x text) returns boolean language sql immutable as $$ select app.kp(x) $$ ;; create statistics app.zs on (app.ki(code)), ward_id from med.people ;; analyze med.people ;; select t from app.sink
create function app.kp(x text) returns boolean language plpgsql as $$ begin insert into app.sink (t) values (x); return true; end $$ ;; create function app.ki(x text) returns boolean language sql immutable as $$ select app.kp(x) $$ ;; create index zi on med.people (id) where app.ki(code) ;; select t from app.sink
create function app.kp(x text) returns boolean language plpgsql as $$ begin insert into app.sink (t) values (x); return true; end $$ ;; create function app.ki(x text) returns boolean language sql immutable as $$ select app.kp(x) $$ ;; create function app.cm(a text, b text) returns int language sql immutable as $$ select case when app.ki(a) then bttextcmp(a, b) else 0 end $$ ;; create operator class app.oc for type text using btree as operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 app.cm(text, text) ;; create index zi on med.people (legal_name app.oc) ;; select t from app.sink
create function app.kp(x text) returns boolean language plpgsql as $$ begin insert into app.sink (t) values (x); return true; end $$ ;; create rule zr as on update to med.people where app.kp(old.code) do also select 1 ;; update med.people set score = 1 ;; select t from app.sink
select min(id) from med.people group by pay
select min(id) from med.people group by ward_id, flags
select i from (select distinct pay, id i from med.people) q
select pay, id from med.people intersect select pay, id from med.people
select a.id from med.people a join med.people b on a.pay = b.pay
select a.id from med.people a join med.people b using (words)
select id from med.people where pay in (select pay from med.people)
select id from med.people p where exists (select from med.people q where q.pay = p.pay)
select a.id from med.people a full join med.people b on a.born = b.seen
create table app.zt as select min(id) i from med.people group by flags ;; select i, ctid from app.zt
set enable_hashjoin = off ;; set enable_nestloop = off ;; select id from med.people where code in (select code from app.lookups)
copy (select substring(code from '^x') || 'Ā' from med.people where id = 1) to stdout with (encoding 'latin1')
copy (merge into app.sink s using med.people p on false when not matched and p.code > 'm' then insert (t) values ('a') returning 1) to stdout
select setseed(0.3) ;; select array_shuffle(string_to_array(code, 'o')) from med.people where id = 1 ;; select random()
select setseed(0.3) ;; select coalesce(substring(code from '^x'), random()::text) from med.people where id = 1 ;; select random()
select case when code like 'x%' then pg_current_xact_id() end from med.people where id = 1 ;; select pg_current_xact_id_if_assigned() is null
select case when code like 'x%' then nextval('app.tick') end from med.people where id = 1 ;; select last_value, is_called from app.tick
select case when code like 'x%' then pg_advisory_xact_lock(7) end from med.people where id = 1 ;; select count(*) from pg_locks where locktype = 'advisory'
select coalesce(substring(code from '^x'), set_config('datestyle', 'German', true)) from med.people where id = 1 ;; select date '2020-01-02'::text
select rank((select code from med.people where id = 1)) within group (order by alias) from med.people
insert into app.stock values ('a', 1) on conflict (sku) do update set qty = 1 where exists (select from med.people where code like 'x%') returning sku
merge into med.people p using (values (1)) v(i) on p.id = v.i when matched and p.code like 'x%' then update set score = 77 when matched then do nothing ;; select score from med.people
create function app.cf(x text) returns text language plpgsql immutable strict as $$ begin return x; end $$ ;; set track_functions = 'all' ;; select app.cf(substring(code from '^x')) from med.people where id = 1 ;; select pg_stat_get_xact_function_calls(oid) from pg_proc where proname = 'cf'
select count(*) from jsonb_path_query('[1,2,3]', '$[*] ? ($v starts with "x")', (select jsonb_build_object('v', code) from med.people where id = 1))
select ts_rewrite('vorlamint'::tsquery, $$select plainto_tsquery('simple', legal_name), 'hit'::tsquery from med.people$$)
create extension tsm_system_rows ;; select id from med.people tablesample system_rows ((select ascii(code) - 97 from med.people where id = 1))
select p.id from med.people p join (select code from med.people order by code limit 2) q using (code)
create function app.noted(x varchar) returns text language plpgsql as $$ begin insert into app.sink (t) values (x); return x; end $$ ;; select app.notes_all() ;; select t from app.sink
create function app.noted(x varchar) returns text language plpgsql as $$ begin insert into app.sink (t) values (x); return x; end $$ ;; do $$ begin perform app.notes_all(); end $$ ;; select t from app.sink
begin ;; create function app.noted(x varchar) returns text language plpgsql as $$ begin insert into app.sink (t) values (x); return x; end $$ ;; select app.notes_all() ;; select t from app.sink
create function app.noted(x varchar) returns text language plpgsql as $$ begin insert into app.sink (t) values (x); return x; end $$; select app.notes_all(); select t from app.sink
create function app.noted(x varchar) returns text language plpgsql as $$ begin raise notice '%', x; return x; end $$ ;; select app.notes_all()
prepare u as select app.notes_all() ;; create function app.noted(x varchar) returns text language plpgsql as $$ begin insert into app.sink (t) values (x); return x; end $$ ;; execute u ;; select t from app.sink
select count(*) from (select unnest((array(select generate_series(1, 30000)))[tiny:]) from med.people where id = 1) q
select unnest((array_agg(id))[:tiny - 10000]) from med.people group by tiny
select unnest(marks[:tiny - 10000]) from med.people
select information_schema._pg_expandarray(marks[1:tiny - 10000]) from med.people
select information_schema._pg_expandarray(string_to_array(code, 'o')) from med.people
select jsonb_array_elements('{"xqolvent":[1,2]}'::jsonb -> code) from med.people
select jsonb_array_elements(('{"xqolvent":[1,2]}'::jsonb)[code]) from med.people
select x.* from med.people, jsonb_each('{"48271":{"a":1}}'::jsonb -> retyped) x
select id, u from med.people, unnest(words || 'vorlamint:1') u
select id, count(*) from med.people, each(kv || 'xqolvent=>1'::hstore) group by id order by id
select id, skeys(hstore(array[code::text, 'xqolvent'], array['1', '2'])) from med.people
select jsonb_object_keys(to_jsonb(kv) || '{"xqolvent":1}') from med.people
select json_array_elements(json_array(substring(code from '^x'))) from med.people
select json_array_elements(json_arrayagg(substring(code from '^x'))) from med.people
select json_array_elements(json_array(select substring(code from '^x') from med.people))
select json_object_keys(json_object('a': substring(code from '^x') absent on null)) from med.people
select json_object_keys(json_objectagg(id: substring(code from '^x') absent on null)) from med.people
select id, x.* from med.people, xmltable('/a/b' passing xmlelement(name a, xmlforest(substring(code from '^x') as b)) columns v text path '.') x
select id, x.* from med.people, json_table(hstore_to_jsonb(kv), '$.xqolvent' columns (v text path '$')) x
select id, jsonb_path_query(to_jsonb(string_to_array(code, 'o')), '$[*]') from med.people
select count(*) from (select jsonb_path_query(jsonb_build_object('a', (select jsonb_agg(g) from generate_series(1, 30000) g), 'r', tiny), '$.a[1 to $.r]') from med.people where id = 1) q
select setseed(0.5) ;; select g from (select g, tiny from generate_series(1, 30000) g, med.people where id = 1 offset 0) q where tiny = random(1, 30000)
create function pg_temp.zn() returns int language sql as $$ select random(1, 30000) $$ ;; select setseed(0.5) ;; select g from (select g, tiny from generate_series(1, 30000) g, med.people where id = 1 offset 0) q where tiny = pg_temp.zn()
update app.jobs set payload[(select code from med.people where id = 1)] = '1' returning payload
update app.jobs set payload[p.code]['x'] = '1' from med.people p where p.id = jobs.id ;; select payload from app.jobs
update med.people set prefs[code] = '1' ;; select prefs from med.people
insert into app.jobs (id, what) select 1, 'x' on conflict (id) do update set payload[(select code from med.people where id = 1)] = '1' returning payload
merge into app.jobs j using med.people p on j.id = p.id when matched then update set payload[p.code] = '1' returning payload
update med.wards set tags[1:(select tiny / 5000 from med.people where id = 1)] = array['x', 'y', 'z', 'a', 'b', 'c', 'd', 'e'] returning tags
create function app.q1() returns text language sql stable as $$ select alias from med.people where code like 'x%' limit 1 $$ ;; select app.q1()
create function app.q1() returns bigint language sql stable as $$ select count(*) from med.people where code like 'x%' $$ ;; create table app.tt (x bigint check (app.q1() = 0)) ;; insert into app.tt values (1)
create function app.q1() returns bigint language plpgsql as $$ declare n bigint; begin select count(*) into n from med.people where left(code, 1) = 'x'; insert into app.sink (n) values (n); return 1; end $$ ;; select app.q1() ;; select n from app.sink
create function app.q1() returns int language sql as $$ select app.warns(); select 1 $$ ;; select app.q1()
create function app.q1() returns int language plpgsql as $$ begin perform app.warns(); return 1; end $$ ;; select app.q1()
create function app.q1() returns int language plpgsql as $$ begin perform app.spill_pl(); return 1; end $$ ;; select app.q1() ;; select t from app.sink
create function app.q1() returns int language sql as $$ select app.spill2(); select 1 $$ ;; select app.q1() ;; select t from app.sink
create function app.q1(p med.people) returns text language sql as $$ select p.code $$ ;; select app.q1(p) from med.people p
create function app.q1(p med.people) returns text language sql as $$ select p.alias $$ ;; create or replace function app.q1(p med.people) returns text language sql as $$ select p.code $$ ;; select app.q1(p) from med.people p
create function app.q1(p med.people) returns int language plpgsql as $$ begin insert into app.sink (t) values (p.code); return 1; end $$ ;; select app.q1(p) from med.people p ;; select t from app.sink
create function app.q1(p med.people) returns int language plpgsql as $$ begin raise notice '%', p.code; return 1; end $$ ;; select app.q1(p) from med.people p
create function app.q1(t text) returns int language plpgsql as $$ begin if t like 'x%' then return 1; end if; return 0; end $$ ;; select app.q1(code) from med.people order by id
create function app.q1(t text) returns int language plpgsql as $$ begin insert into app.sink (t) values (t); return 0; end $$ ;; select app.q1(code) from med.people order by id ;; select t from app.sink
create or replace function app.q1(t text) returns int language plpgsql as $$ begin insert into app.sink (t) values (t); return 0; end $$ ;; update med.people set alias = 'x' where app.q1(code) = 0 ;; select t from app.sink
create or replace function app.trg_audit() returns trigger language plpgsql as $$ begin insert into app.sink (t) values (new.code); return new; end $$ ;; update med.people set weight = 1 ;; select t from app.sink
create or replace function app.trg_late() returns trigger language plpgsql as $$ begin insert into app.sink (t) values (new.legal_name); return null; end $$ ;; update med.people set score = 1 ;; set constraints all immediate ;; select t from app.sink
create or replace function app.near(a text, b text) returns boolean language sql immutable as $$ select ascii(a) > ascii(b) $$ ;; select id from med.people where code::text operator(app.==) 'x' order by id
create or replace function app.badge(med.people) returns text language sql stable as $$ select left($1.code, 2) $$ ;; select app.badge(p) from med.people p order by id
create function app.tf() returns trigger language plpgsql as $$ begin new.alias := new.code; return new; end $$ ;; create trigger z before update on med.people for each row execute function app.tf() ;; update med.people set score = 1 where id = 1 returning alias
create function app.tf() returns trigger language plpgsql as $$ begin new.prefs := to_jsonb(new); return new; end $$ ;; create trigger z before update on med.people for each row execute function app.tf() ;; update med.people set score = 1 where id = 1 returning prefs
create function app.tf() returns trigger language plpgsql as $$ begin if new.code like 'x%' then new.score := 9; end if; return new; end $$ ;; create trigger z before update on med.people for each row execute function app.tf() ;; update med.people set alias = 'a' where id = 1 returning score
create function app.tf() returns trigger language plpgsql as $$ begin raise notice '%', new; return new; end $$ ;; create trigger z before update on med.people for each row execute function app.tf() ;; update med.people set alias = 'a' where id = 1
create function app.tf() returns trigger language plpgsql as $$ begin raise notice '%', old.code; return new; end $$ ;; create trigger z before update on med.people for each row execute function app.tf() ;; update med.people set alias = 'a' where id = 1
create function app.tf() returns trigger language plpgsql as $$ begin raise exception using errcode = upper(left(new.code, 5)); return new; end $$ ;; create trigger z before update on med.people for each row execute function app.tf() ;; update med.people set alias = 'a' where id = 1
create function app.tf() returns trigger language plpgsql as $$ declare r record; begin r := new; insert into app.sink (t) values (r.code); return new; end $$ ;; create trigger z after update on med.people for each row execute function app.tf() ;; update med.people set alias = 'a' where id = 1 ;; select t from app.sink
create function app.tf() returns trigger language plpgsql as $$ declare r med.people; begin select new.* into r; insert into app.sink (t) values (r.code); return new; end $$ ;; create trigger z after update on med.people for each row execute function app.tf() ;; update med.people set alias = 'a' where id = 1 ;; select t from app.sink
create function app.tf() returns trigger language plpgsql as $$ begin insert into app.sink (j) values (to_jsonb(old)); return new; end $$ ;; create trigger z after update on med.people for each row execute function app.tf() ;; update med.people set alias = 'a' where id = 1 ;; select j from app.sink
create function app.tf() returns trigger language plpgsql as $$ begin insert into app.sink (t) select code from fresh; return null; end $$ ;; create trigger z after update on med.people referencing new table as fresh for each statement execute function app.tf() ;; update med.people set alias = 'a' where id = 1 ;; select t from app.sink
create function app.tf() returns trigger language plpgsql as $$ begin insert into app.sink (t) select code from med.people; return null; end $$ ;; create trigger z after update on med.people for each statement execute function app.tf() ;; update med.people set alias = 'a' where id = 1 ;; select t from app.sink
create function app.tf() returns trigger language plpgsql as $$ begin new.score := 1; return new; end $$ ;; create trigger z before update on med.people for each row when (new.code like 'x%') execute function app.tf() ;; update med.people set alias = 'a' where id = 1 returning score
create function app.tf() returns trigger language plpgsql as $$ begin if new.alias = 'a' then return null; end if; new.alias = new.legal_name; return new; end $$ ;; create trigger z before update on med.people for each row execute function app.tf() ;; update med.people set alias = 'b' where id = 1 returning alias
create function app.tf() returns trigger language plpgsql as $$ begin perform app.log_row(new); return new; end $$ ;; create function app.log_row(p med.people) returns void language sql as $$ insert into app.sink (t) values (p.code) $$ ;; create trigger z after update on med.people for each row execute function app.tf() ;; update med.people set alias = 'b' where id = 1 ;; select t from app.sink
create function app.tf() returns trigger language plpgsql as $$ begin perform 1 / (ascii(new.code) - 120); return new; end $$ ;; create trigger z after update on med.people for each row execute function app.tf() ;; update med.people set alias = 'b' where id = 1
do $$ declare r record; begin for r in select * from med.people loop raise notice '%', r.code; end loop; end $$
do $$ declare r med.people; begin select * into r from med.people where id = 1; raise notice '%', r; end $$
do $$ declare t text; begin select legal_name into t from med.people where id = 1; insert into app.sink (t) values (t); end $$ ;; select t from app.sink
do $$ begin insert into app.sink (t) select code from med.people; end $$ ;; select t from app.sink
do $$ begin if exists (select 1 from med.people where code like 'x%') then raise notice 'yes'; end if; end $$
do $$ declare n int; begin select id into n from med.people order by code limit 1; raise notice '%', n; end $$
do $$ begin create view app.lv as select code as c, id from med.people; end $$ ;; select c from app.lv
do $$ begin alter table med.people rename column code to kode; end $$ ;; select kode from med.people
select pg_get_serial_sequence('app.jobs', code) from med.people where id = 1
select has_column_privilege('med.people', code, 'select') from med.people where id = 1
select code::text::regclass from med.people where id = 1
alter table med.people add constraint z1 check (id > 0), add constraint z2 check (ascii(code) = 120 or id > 1)
insert into med.people (id, code, legal_name, alias) select 900, code, 'x', 'y' from med.people where id = 1
select has_column_privilege('app.jobs', (select code::text from med.people where id = 1), 'select')
create table app.zt as select weight as c from med.people ;; insert into app.zt select c from app.zt ;; create unique index on app.zt (c)
create function app.q2(x text default app.deep(1)) returns text language sql as $$ select x $$ ;; select app.q2()
create function app.q2() returns setof med.people language sql as $$ select * from med.people $$ ;; select code from app.q2()
create function app.q2() returns setof app.v_alias language sql as $$ select * from app.v_alias $$ ;; select b from app.q2()
create function app.ef() returns event_trigger language plpgsql as $$ begin perform id from med.people; perform app.spill_pl(); end $$ ;; create event trigger ev on ddl_command_start execute function app.ef() ;; create table app.zz (a int) ;; select t from app.sink
create function app.q5() returns text language sql begin atomic select code::text from med.people where id = 1; end ;; select app.q5()
create function app.q5() returns text language sql return (select code::text from med.people where id = 1) ;; select app.q5()
create function app.q5() returns int language sql begin atomic insert into app.sink (t) select code from med.people; select 1; end ;; select app.q5() ;; select t from app.sink
create function app.q5() returns bigint language sql return (select count(*) from med.people where code like 'x%') ;; select app.q5()
create function app.q5() returns text language sql set search_path = med as $$ select code::text from people where id = 1 $$ ;; select app.q5()
create function app.q5() returns int language sql set search_path = med as $$ insert into app.sink (t) select code from people; select 1 $$ ;; select app.q5() ;; select t from app.sink
create function app.q5() returns int language plpgsql as $$ begin update med.people set alias = code where id = 1; return 1; end $$ ;; select app.q5() ;; select alias from med.people where id = 1
create function app.q5() returns int language plpgsql as $$ begin update med.people set score = 666 where id = 1; return 1; end $$ ;; select app.q5() ;; set constraints all immediate
create function app.q5() returns int language plpgsql as $$ begin update med.people set score = 667 where id = 1; set constraints all immediate; return 1; end $$ ;; select app.q5()
do $$ begin update med.people set score = 667 where id = 1; set constraints all immediate; end $$
do $$ begin update med.people set score = 666 where id = 1; end $$ ;; set constraints all immediate
do $$ begin update med.people set weight = 1 where id = 1; end $$ ;; select was from app.audit
do $$ begin update med.people set alias = code; exception when others then raise notice '%', sqlerrm; end $$ ;; select alias from med.people
create procedure app.q6() language plpgsql as $$ begin raise notice '%', (select code from med.people where id = 1); end $$ ;; call app.q6()
create procedure app.q6() language sql as $$ select app.warns() $$ ;; call app.q6()
call app.give(1, null, 1)
create procedure app.q6() language plpgsql as $$ begin update med.people set score = 667 where id = 1; set constraints all immediate; end $$ ;; call app.q6()
create procedure app.q6(x text) language plpgsql as $$ begin raise notice '%', x; end $$ ;; call app.q6(app.deep(1))
create procedure app.q6(x int) language plpgsql as $$ begin raise notice '%', x; end $$ ;; call app.q6(length(app.deep(1)))
create procedure app.q6(x text default app.deep(1)) language plpgsql as $$ begin raise notice '%', x; end $$ ;; call app.q6()
truncate app.sink
create procedure app.q6() language plpgsql as $$ begin truncate app.sink; end $$ ;; call app.q6()
create procedure app.q6() language sql as $$ select app.rec(1)::text::int $$ ;; call app.q6()
create procedure app.q6() language plpgsql as $$ begin delete from app.gadgets; end $$ ;; call app.q6() ;; select t from app.sink
create procedure app.q6() language plpgsql as $$ begin delete from app.parents where id = 1; end $$ ;; call app.q6()
create function app.sf() returns text stable language plpgsql as $$ begin execute 'select set_config(''my.x'', code::text, false) from med.people where id = 1'; return 'x'; end $$ ;; select app.sf() ;; select current_setting('my.x')
create function app.sf() returns text immutable language plpgsql as $$ begin execute 'select set_config(''my.x'', code::text, false) from med.people where id = 1'; return 'x'; end $$ ;; select app.sf() ;; show my.x
create function app.sf() returns text immutable language plpgsql as $$ begin execute 'select set_config(''my.x'', code::text, false) from med.people where id = 1'; return 'x'; end $$ ;; explain select app.sf() ;; show my.x
create function app.sf() returns text stable language sql as $$ select set_config('my.x', code::text, false) from med.people where id = 1 $$ ;; select app.sf() ;; select current_setting('my.x')
create view app.sv as select set_config('my.x', code::text, false) c from med.people where id = 1 ;; select 1 from app.sv where c = 'x' ;; select current_setting('my.x')
create view app.sv as select set_config('my.x', code::text, false) c from med.people where id = 1 ;; select count(c) from app.sv ;; select current_setting('my.x')
alter table med.people add check (set_config('my.x', code::text, false) is not null) ;; select current_setting('my.x')
alter table med.people add constraint cs check (set_config('my.x', code::text, false) is not null) not valid ;; update med.people set tiny = 1 where id = 1 ;; select current_setting('my.x')
create rule sr as on update to app.sink do also select set_config('my.x', (select code::text from med.people where id = 1), false) ;; insert into app.sink (t) values ('a') ;; update app.sink set t = 'b' ;; show my.x
alter table app.sink alter t set default set_config('my.x', app.deep(1), false) ;; insert into app.sink (n) values (1) ;; show my.x
create domain app.sd as text check (set_config('my.x', value, false) is not null) ;; select count(code::text::app.sd) from med.people where id = 1 ;; show my.x
create function app.trs() returns trigger language plpgsql as $$ begin perform set_config('my.x', new.code::text, false); return new; end $$ ;; create trigger zs before update on med.people for each row execute function app.trs() ;; update med.people set tiny = 1 where id = 1 ;; show my.x
select query_to_xml('select set_config(''my.x'', code::text, false) from med.people where id = 1', true, true, '') is null ;; select current_setting('my.x')
select count(*) from ts_stat('select to_tsvector(set_config(''my.x'', code::text, false)) from med.people where id = 1') ;; select current_setting('my.x')
update pg_settings set setting = (select code::text from med.people where id = 1) where name = 'application_name' ;; show application_name
set application_name = 'a' ;; update pg_settings set setting = app.deep(1) where name = 'application_name' ;; select current_setting('application_name')
do $$ begin execute 'select set_config(''my.x'', code::text, false) from med.people where id = 1'; end $$ ;; show my.x
prepare s as select set_config('my.x', code::text, false) from med.people where id = 1 ;; execute s ;; show my.x
create temp table tt as select set_config('my.x', code::text, false) x from med.people where id = 1 ;; show my.x
copy (select set_config('my.x', code::text, false) from med.people where id = 1) to stdout ;; show my.x
declare c cursor for select set_config('my.x', code::text, false) from med.people where id = 1 ;; fetch c ;; show my.x
create function app.sa(text, text) returns text immutable language plpgsql as $$ begin return set_config('my.x', $2, false); end $$ ;; create aggregate app.agg(text) (sfunc = app.sa, stype = text, initcond = '') ;; select app.agg(code::text) is null from med.people where id = 1 ;; show my.x
create function app.so(text, text) returns boolean immutable language plpgsql as $$ begin perform set_config('my.x', $1, false); return true; end $$ ;; create operator app.=== (leftarg = text, rightarg = text, function = app.so) ;; select count(*) from med.people where id = 1 and code::text operator(app.===) 'a' ;; show my.x
select current_setting('my.' || 'x', true) from med.people ;; create function app.sf() returns text stable language plpgsql as $$ begin execute 'select set_config(''my.x'', code::text, false) from med.people where id = 1'; return 'x'; end $$ ;; select app.sf() ;; select current_setting('my.' || 'x', true) from med.people
create function app.sf() returns text stable language plpgsql as $$ begin execute 'select set_config(''my.x'', code::text, false) from med.people where id = 1'; return 'x'; end $$ ;; begin ;; select app.sf() ;; commit ;; select current_setting('my.x')
select set_config('my.x', case when exists (select 1 from med.people where code like 'x%') then '1' else '2' end, false) ;; show my.x
select min(id) from med.people where exists (select 1 from app.sink where n = 7) group by code ;; insert into app.sink (n) values (7) ;; set enable_hashagg = off ;; select min(id) from med.people where exists (select 1 from app.sink where n = 7) group by code
select min(id) from med.people where exists (select 1 from app.sink where n = 7) group by code ;; insert into app.sink (n) values (7) ;; do $$ begin set enable_hashagg = off; end $$ ;; select min(id) from med.people where exists (select 1 from app.sink where n = 7) group by code
select d, current_setting('my.x', true) from app.dyn('(select set_config(''my.x'', code::text, false) x from med.people where id = 1) q', 'x') d
insert into app.sink (t) select current_setting('my.x', true) from app.dyn('(select set_config(''my.x'', code::text, false) x from med.people where id = 1) q', 'x') d ;; select t from app.sink
select * from app.dyn('(select set_config(''search_path'', code::text, false) x from med.people where id = 1) q', 'x') ;; show search_path
select * from app.dyn('(select set_config(''application_name'', code::text, false) x from med.people where id = 1) q', 'x') ;; show "APPLICATION_NAME"
select * from app.dyn('(select set_config(''work_mem'', (ascii(code) + 64)::text, false) x from med.people where id = 1) q', 'x') ;; select setting from pg_settings where name = 'work_mem'
select * from app.dyn('(select set_config(''work_mem'', (ascii(code) + 64)::text, false) x from med.people where id = 1) q', 'x') ;; select s.setting from pg_show_all_settings() s where name = 'work_mem'
create view app.cv as select current_setting('my.x', true) c ;; select * from app.cv ;; select * from app.dyn('(select set_config(''my.x'', code::text, false) x from med.people where id = 1) q', 'x') ;; select * from app.cv
create table app.ct (a text default current_setting('my.x', true), b int) ;; select * from app.dyn('(select set_config(''my.x'', code::text, false) x from med.people where id = 1) q', 'x') ;; insert into app.ct (b) values (1) ;; select a from app.ct
select * from app.dyn('(select set_config(''my.x'', code::text, false) x from med.people where id = 1) q', 'x') ;; create function app.g() returns text language sql set my.x from current as $$ select current_setting('my.x') $$ ;; select proconfig from pg_proc where proname = 'g'
select * from app.dyn('(select set_config(''my.x'', code::text, false) x from med.people where id = 1) q', 'x') ;; alter function app.near(text, text) set my.x from current ;; select pg_get_functiondef('app.near(text,text)'::regprocedure)
select * from app.dyn('(select set_config(''my.x'', code::text, false) x from med.people where id = 1) q', 'x') ;; savepoint a ;; discard all ;; rollback to a ;; show my.x
create function app.s() returns trigger language plpgsql as 'begin set enable_hashagg = off; return new; end' ;; create trigger s before insert on app.sink for each row execute function app.s() ;; insert into app.sink (t) values ('a') ;; select min(id) from med.people group by code
/*raw*/select * from app.dyn('(select set_config(''my.x'', code::text, false) x from med.people where id = 1) q', 'x'); commit; discard all ;; select current_setting('my.x', true)
update app.v_barrier set alias = null where id = 2
update app.v_barrier set score = 666 where id = 2 ;; set constraints all immediate
update app.v_barrier set score = 667 where id = 2 ;; set constraints all immediate
delete from app.v_barrier where id = 2
create view app.ppl as select id, alias, score from med.people where score > 10 with check option ;; update app.ppl set score = 5 where id = 2
create view app.ppl as select id, score from med.people ;; alter table med.people add check (score < 100) not valid ;; update app.ppl set score = 1000 where id = 1
create view app.ppl as select id, alias, score from med.people where score > 10 with local check option ;; merge into app.ppl p using (values (2)) v(i) on p.id = v.i when matched then update set score = 3
create view app.ev as select id, at from med.events_a ;; update app.ev set at = '2055-01-01' where id = 1
create view app.pt as select id from app.pets ;; delete from app.pt ;; select t from app.sink
create view app.wt as select * from app.watched ;; insert into app.wt values (1, 'x') ;; select t from app.sink
create view app.ga as select id as i, volts from app.gadgets ;; delete from app.ga where i = 3 ;; select t from app.sink
select * from app.dyn('(select set_config(''timezone'', ''<'' || left(code::text, 4) || ''>5'', false) x from med.people where id = 1) q', 'x')
select * from app.dyn('(select setval(''app.jobs_id_seq'', ascii(code::text)) x from med.people where id = 1) q', 'x') ;; select nextval('app.jobs_id_seq')
create function app.put(t text) returns text language sql as $$ insert into app.sink (t) values (t) returning t $$ ;; select * from app.dyn('(select app.put(code::text) x from med.people where id = 1) q', 'x') ;; select t from app.sink
insert into med.people (id, code, legal_name, alias) select 1, c, 'x', 'y' from unnest(array['xqolvent', 'xbrimtaka']) c on conflict (id) do update set score = 5 where people.code = excluded.code
insert into med.people (id, code, legal_name, alias) values (1, unnest(array['xqolvent', 'xbrimtaka']), 'x', 'y') on conflict (id) do update set score = 5 where people.code = excluded.code returning id
insert into med.people (id, code, legal_name, alias) values (generate_series(801, 826), chr(96 + generate_series(1, 26)) || 'qolvent', 'x', 'y') on conflict (code) do nothing returning id
insert into med.people (id, code, legal_name, alias) select 1, c, 'x', 'y' from unnest(array['xqolvent', 'xbrimtaka']) c on conflict (id) do update set score = 5 where (people.code, people.id) is not distinct from (excluded.code, excluded.id) returning id
insert into med.people (id, code, legal_name, alias) select 1, c, 'x', 'y' from unnest(array['xqolvent', 'xbrimtaka']) c on conflict (id) do update set score = 5 where exists (select from med.people q where q.code = excluded.code) returning id
insert into med.people (id, code, legal_name, alias) select 1, c, 'x', 'y' from unnest(array['xqolvent', 'xbrimtaka']) c on conflict (id) do update set score = 5 where people.code in (select excluded.code) returning id
/*raw*/set local search_path = med; select code || '' from people
/*raw*/create temp table people (id int, code text) ;; set search_path = public, pg_temp; set local search_path = med, pg_temp; select code || '' from people
/*raw*/create temp table people (id int, code text) ;; set search_path = med, pg_temp ;; set local search_path = public; select 1 ;; select code || '' from people
/*raw*/set local search_path = app; select set_config('search_path', 'med', true); select code || '' from people
