-- Attacks on twin-schema.sql, one a line; messages of one session stand with ` ;; ` between, /*raw*/ before what is not to
-- stand in a transaction. Each is heard of two databases that differ in protected values alone.
select x.c from (select true_name from vault.souls) as x(c)
with q(a, b) as (select id, pin from vault.souls) select b from q
select y from vault.souls s(a, b, y)
select (select pin from vault.souls where id = 1) as z
select * from vault.souls order by id
table vault.souls
select s.* from vault.souls s join vault.lodges l on l.id = s.lodge_id
select * from vault.souls natural join (select 1 as id) q
select * from (select * from vault.souls union all select * from vault.souls) q order by 1
select id, true_name from vault.souls union select 1, 'x' order by 1
select pin from vault.souls intersect select pin from vault.souls
select 'a', pin from vault.souls where false union all select pin, 'b' from vault.souls
select a, b, c, d from (values (1, 2)) v(a, b), lateral (select true_name, pin from vault.souls where id = v.a) w(c, d)
with recursive r(n, s) as (select 1, (select pin from vault.souls where id = 1) union all select n + 1, s from r where n < 3) select * from r
with recursive r(n, s) as (select 1, 'x'::text union all select n + 1, (select pin from vault.souls where id = r.n) from r where n < 3) select * from r
with recursive r(n, s) as (select 1, 'x' union all select n + 1, q.pin from r, vault.souls q where q.id = n and n < 3) search depth first by n set o select s, o from r
with recursive r(n, s) as (select id, pin from vault.souls where id = 1 union all select n + 1, s from r where n < 3) cycle s set cyc using pth select n, pth from r
select "Entry Text" from "Keep Log"."Diary"
select "select", "order" from "Keep Log"."Diary"
select d."select" as "order", "order" as "select" from "Keep Log"."Diary" d
select * from "Keep Log"."Diary" order by "Id"
select label from v_souls
select l2 from v_deep
select nip from m_souls
select * from v_rec
select s from public.v_rec where n = 2
create view pg_temp.vv as select pin as p from vault.souls ;; select p from vv
create or replace view public.v_open as select id, true_name as alias, ward, score from vault.souls ;; select alias from public.v_open
select * from v_open o, lateral (select s.nick || s.pin as np from vault.souls s where s.id = o.id) q
select substr(true_name, 1, 2) from vault.souls order by id
select true_name || '' from vault.souls
select case when id = 1 then pin else alias end from vault.souls
select coalesce(nick, pin), coalesce(null, pin) from vault.souls
select nullif(pin, 'q') from vault.souls
select greatest(pin, 'a'), least(pin, 'zzzz') from vault.souls
select pin::varchar(4), pin::bpchar, pin::name, pin::citext from vault.souls
select pin::bytea, convert_to(true_name, 'UTF8') from vault.souls
select weight + 0, keycount * 1.0, keycount::text, keycount::float8 from vault.souls
select keycount - 1, -keycount, @ keycount, keycount % 10 from vault.souls
select born + 1, age(born), extract(year from born), to_char(born, 'YYYY'), born::text from vault.souls
select initial from vault.souls order by id
select overlay(pin placing '' from 1 for 0), translate(pin, 'a', 'b'), initcap(pin), lpad(pin, 40), repeat(pin, 2) from vault.souls
select format('%s', pin), concat(pin), concat_ws('-', id, pin), quote_literal(pin), quote_ident(pin) from vault.souls
select pin collate "C" from vault.souls
select string_to_array(pin, null), regexp_split_to_array(pin, ''), string_to_table(pin, null) from vault.souls
select substring(pin from i for 1) from vault.souls, generate_series(1, 12) i where id = 1
select split_part(true_name, ' ', 1), left(true_name, 3), right(true_name, -1) from vault.souls
select xmlforest(pin), xmlelement(name x, pin), xmlconcat(pin::xml) from vault.souls
select lower(stay), upper(stay), stay, range_merge(stay, stay), isempty(stay) from vault.souls
select tags[1], tags[1:2], array_to_string(tags, ','), cardinality(tags), array_position(tags, 'x') from vault.souls
select (home).street, (home).zip, home::text, (home).* from vault.souls
select unnest(tags) from vault.souls
select t.* from vault.souls, unnest(tags) t
select bio->>'motto', bio, bio #>> '{motto}', bio['motto'], jsonb_pretty(bio) from vault.souls
select jsonb_path_query(bio, '$.motto'), jsonb_object_keys(bio), jsonb_each_text(bio) from vault.souls
select k.value from vault.souls, jsonb_each_text(bio) k
select x.motto from vault.souls, jsonb_to_record(bio) as x(motto text)
select jt.m from vault.souls, json_table(bio, '$' columns (m text path '$.motto')) jt
select json_value(bio, '$.motto'), json_query(bio, '$.rank') from vault.souls
select tok, uuid_extract_version(tok), tok::text from vault.souls
select pin ~ 'a', pin like '%a%', pin similar to '%a%', starts_with(pin, 'x') from vault.souls order by id
select pin = 'xqolvent' as hit from vault.souls order by id
select pin < 'm' from vault.souls order by id
select id, (pin < 'm')::int from vault.souls order by id
select born is not distinct from date '1930-01-01', born between '1920-01-01' and '1940-01-01' from vault.souls order by id
select keycount > 40000 from vault.souls order by id
select s from vault.souls s order by id
select row(s.*) from vault.souls s order by id
select s::text from vault.souls s order by id
select (s).pin from vault.souls s
select s.badge from vault.souls s
select badge(s) from vault.souls s
select s.length from vault.souls s
select length(s) from vault.souls s
select row_to_json(s), to_jsonb(s), hstore(s) from vault.souls s
select json_agg(s), array_agg(s) from vault.souls s
select json_build_object('a', s.pin), jsonb_build_array(pin), json_object(array['a', pin]) from vault.souls s
select (to_jsonb(s))->>'pin', to_jsonb(s) - 'alias' from vault.souls s
select each(hstore(s)) from vault.souls s
select (populate_record(null::vault.souls, hstore(s))).pin from vault.souls s
select (jsonb_populate_record(null::vault.souls, to_jsonb(s))).pin from vault.souls s
select s #= hstore('alias', s.pin) from vault.souls s
select soul(1), (soul(2)).pin, (soul(3)).*
select * from soul(1)
select s.true_name from soul(1) s
select json_arrayagg(pin), json_objectagg(id: pin) from vault.souls
select pg_column_size(pin), pg_column_size(s) from vault.souls s order by id
select hashtext(pin), md5(pin), sha256(pin::bytea), digest(pin, 'sha1'), crc32(pin::bytea) from vault.souls order by id
select encode(pin::bytea, 'base64'), encode(pin::bytea, 'hex'), ascii(pin), length(pin), octet_length(pin), bit_length(pin) from vault.souls order by id
select soundex(true_name), metaphone(true_name, 5), levenshtein(pin, 'x'), dmetaphone(true_name) from vault.souls order by id
select similarity(pin, 'xqolvent'), pin <-> 'x', show_trgm(pin), word_similarity('a', pin) from vault.souls order by id
select to_tsvector(true_name), ts_headline(true_name, 'vorlamint'::tsquery), ts_rank(to_tsvector(true_name), 'a') from vault.souls order by id
select unaccent(pin), crypt(pin, '$1$abcdefgh'), hmac(pin, 'k', 'md5'), armor(pin::bytea) from vault.souls order by id
select uuid_generate_v5(uuid_ns_dns(), pin) from vault.souls order by id
select min(pin), max(true_name), string_agg(pin, ','), array_agg(pin), any_value(pin) from vault.souls
select min(born), max(keycount), sum(keycount), avg(weight), stddev(weight), var_pop(keycount) from vault.souls
select id, sum(keycount) from vault.souls group by id order by id
select sum(keycount) filter (where id = 1), avg(keycount) filter (where id = 2) from vault.souls
select mode() within group (order by pin), percentile_disc(0.5) within group (order by keycount), percentile_cont(0.5) within group (order by weight) from vault.souls
select rank('m') within group (order by pin), dense_rank(40000) within group (order by keycount) from vault.souls
select lag(pin) over (order by id), lead(true_name) over (order by id), first_value(pin) over (order by id), nth_value(pin, 2) over (order by id) from vault.souls
select sum(keycount) over (order by id rows current row) from vault.souls
select id, rank() over (order by pin) from vault.souls order by id
select id, row_number() over (order by true_name) from vault.souls order by id
select id, ntile(3) over (order by keycount) from vault.souls order by id
select bool_or(pin like 'x%'), every(pin > 'a'), bit_and(keycount), xmlagg(xmlelement(name p, pin)) from vault.souls
select count(*) filter (where pin like 'x%') from vault.souls
select count(nullif(pin like 'x%', false)) from vault.souls
select count(case when pin < 'm' then 1 end), sum(case when pin < 'm' then 1 else 0 end) from vault.souls
select pin, count(*) from vault.souls group by rollup (pin) order by 2
select left(pin, 1) from vault.souls group by 1
select glue(pin) from vault.souls
select distinct on (ward) ward, id from vault.souls order by ward, pin
select range_agg(stay), corr(keycount, id), regr_slope(keycount, id), histogram from vault.souls, lateral (select width_bucket(keycount, 0, 100000, 10) as histogram) h group by histogram
update vault.souls set score = 1 returning pin
delete from vault.souls where id = 1 returning *
delete from vault.souls where id = 1 returning to_jsonb(souls)
insert into vault.souls (alias, true_name, pin, ward, score) select alias, true_name, pin || 'z', ward, score from vault.souls where id = 1 returning true_name, pin
update vault.souls set score = 2 returning old.pin, new.true_name
merge into vault.souls t using (select 1 as i) s on t.id = s.i when matched then update set score = 3 returning merge_action(), t.*
with d as (delete from vault.souls returning *) select pin from d
with u as (update vault.souls set score = 0 returning initial) select * from u
update vault.souls set nick = pin ;; select nick from vault.souls
update vault.souls set alias = md5(pin) ;; select alias from vault.souls
update public.ports set name = s.pin from vault.souls s where s.id = ports.id ;; select name from public.ports
update public.ports set props = to_jsonb(s) from vault.souls s where s.id = ports.id ;; select props from public.ports
update public.ports set (name, depth) = (select pin, keycount from vault.souls where id = 1) where ports.id = 1 ;; select name, depth from ports
insert into public.outbox (what) select pin from vault.souls ;; select what from public.outbox
insert into public.outbox (n) select keycount from vault.souls ;; select n from public.outbox
insert into public.outbox (what) values ((select pin from vault.souls where id = 1)) ;; select what from public.outbox
insert into public.outbox (j) select jsonb_agg(s) from vault.souls s ;; select j from public.outbox
insert into public.outbox (what) values ('x') returning (select pin from vault.souls where id = 1)
create table public.cp as select * from vault.souls ;; select * from public.cp
create temp table cp as select pin as q from vault.souls ;; select q from cp
create temp table cp on commit drop as table vault.souls ;; table cp
select pin as q into temp cp from vault.souls ;; select q from cp
select * into public.cp from vault.souls ;; select * from public.cp
create temp table cp (q text) ;; insert into cp select pin from vault.souls ;; select q from cp
create temp table cp () inherits (vault.souls) ;; insert into cp (alias, true_name, pin, ward, score) select alias, true_name, pin || '1', ward, score from vault.souls ;; select pin from cp
merge into public.ports p using vault.souls s on s.id = p.id when matched then update set name = s.pin ;; select name from public.ports
merge into public.ports p using vault.souls s on false when not matched then insert (id, name) values (100 + s.id, s.true_name) ;; select name from public.ports where id > 99
with i as (insert into public.outbox (what) select pin from vault.souls returning what) select * from i
insert into public.visits (soul_id, at, kind, doc) select 1, now(), 'watch', jsonb_build_object('p', pin) from vault.souls ;; select doc from public.visits where at > '2026-01-01'
alter table vault.souls rename column pin to plain ;; select plain from vault.souls
alter table vault.souls rename to spirits ;; select pin from vault.spirits
alter table vault.souls set schema public ;; select pin from public.souls
alter schema vault rename to cellar ;; select pin from cellar.souls
alter table vault.souls add column dup text generated always as (pin) stored ;; select dup from vault.souls
alter table vault.souls add column dup2 text default name_of(1) ;; select dup2 from vault.souls
alter table public.ports add column q text default (public.pin_sd(1)) ;; select q from public.ports
alter table public.outbox alter column what set default public.name_of(2) ;; insert into public.outbox (n) values (1) returning what
insert into public.v_open (id) values (1) returning alias
update vault.souls set nick = 'q' where id = 1 ;; select what from public.outbox
create function public.f() returns text language sql as 'select pin from vault.souls where id = 1' ;; select public.f()
create function pg_temp.f() returns setof text language sql as 'select pin from vault.souls' ;; select pg_temp.f()
create function pg_temp.f() returns setof vault.souls language plpgsql as $$ begin return query execute 'select * from va' || 'ult.souls'; end $$ ;; select * from pg_temp.f()
create function pg_temp.tf() returns trigger language plpgsql as $$ begin new.memo = (select pin from vault.souls where id = 1); return new; end $$ ;; create trigger tt before insert on public.ledger for each row execute function pg_temp.tf() ;; insert into public.ledger (port_id, amount) values (1, 1) returning memo
create aggregate public.agg(text) (sfunc = textcat, stype = text, initcond = '') ;; select public.agg(pin) from vault.souls
alter table vault.souls add foreign key (pin) references public.ports (name)
create statistics public.st on pin, true_name from vault.souls ;; analyze vault.souls ;; select * from pg_stats_ext where statistics_name = 'st'
comment on table public.ports is 'x' ;; select obj_description('public.ports'::regclass) || (select pin from vault.souls where id = 1)
copy vault.souls to stdout
copy vault.souls (pin, true_name) to stdout csv header
copy (select pin from vault.souls) to stdout
copy (select s from vault.souls s) to stdout
copy (select pin from vault.souls) to stdout with (format binary)
copy vault.souls to stdout with (format binary)
copy vault.souls to stdout with (delimiter '|', null 'zip', force_quote *, format csv)
copy (update vault.souls set score = 1 returning pin) to stdout
copy public.m_souls to stdout
copy public.visits_2023 (note) to stdout
copy public.hounds to stdout
copy (select * from "Keep Log"."Diary") to stdout (format csv, header)
declare c cursor for select pin from vault.souls ;; fetch all c
declare c scroll cursor for select * from vault.souls ;; fetch last c ;; fetch prior c ;; fetch absolute 1 c
declare c binary cursor for select pin, keycount from vault.souls ;; fetch all c
select cur('zz') ;; fetch all zz
declare c cursor for select id, alias from vault.souls ;; close c ;; select cur('c') ;; fetch all c
declare c cursor for select pin from vault.souls ;; select cursor_to_xml('c', 10, false, false, '')
declare c cursor for select codename from agents ;; set local search_path = alt, public ;; fetch all c
/*raw*/ set search_path = alt, public ;; select codename from public.agents ;; select codename from agents ;; reset search_path ;; select codename from agents
/*raw*/ begin ;; declare c cursor with hold for select pin from vault.souls ;; commit ;; fetch all c ;; close c
/*raw*/ begin ;; declare c cursor with hold for select alias from vault.souls ;; commit ;; begin ;; close c ;; declare c cursor for select pin from vault.souls ;; fetch 1 c ;; rollback ;; fetch all c
/*raw*/ begin ;; savepoint a ;; declare c cursor for select alias from vault.souls ;; rollback to a ;; declare c cursor for select pin from vault.souls ;; fetch all c ;; rollback
prepare q as select pin from vault.souls ;; execute q
prepare q(int) as select pin from vault.souls where id = $1 ;; execute q(1) ;; deallocate q ;; prepare q(int) as select true_name from vault.souls where id = $1 ;; execute q(2)
/*raw*/ set search_path = alt ;; prepare q as select codename from agents ;; set search_path = public ;; execute q ;; deallocate q
create temp table agents (id int, codename text, post text) ;; savepoint z ;; drop table agents ;; select codename from agents
create temp table agents (id int, codename text) ;; set local search_path = public, pg_temp ;; select codename from agents
select set_config('search_path', 'public', true) ;; select codename from agents
select codename from agents, (select set_config('search_path', 'alt', true)) q
create schema "user x" ;; create table "user x".agents (codename text) ;; set local search_path = "user x", public ;; drop table "user x".agents ;; select codename from agents
prepare q as select pin from vault.souls ;; create temp table t1 as execute q ;; select * from t1
prepare q as select pin from vault.souls ;; explain (analyze, verbose) execute q
select name_of(1), pin_sd(2)
select dyn('select pin from vault.souls where id = 1')
select dyn('select pi' || 'n from va' || 'ult.souls where id = 1')
select * from all_names()
select all_names()
select b from as_table()
select a, b from as_table() t(b, a)
select as_table()
select dflt()
select vari(variadic tags) from vault.souls
select vari(pin, 'x') from vault.souls
select poly(pin) from vault.souls
select shout(1)
select fail_with(1)
select checkpin(1, 'x%'), checkpin(1, 'a%')
select checkpin2(1, 'x%'), checkpin2(1, 'a%')
select id from public.ports where checkpin(1, 'x%')
select id from public.ports where checkpin2(1, 'x%')
select id from vault.souls where pin =~= 'x%' order by id
select alias from vault.souls where opeq(pin, 'x%')
select id from public.ports order by pin_sd(id)
select name from public.ports where id = (select case when pin_sd(1) like 'x%' then 1 else 2 end)
call proc(1, null)
do $$ begin raise notice '%', (select pin from vault.souls where id = 1); end $$
do $$ declare r text; begin execute 'select string_agg(pi' || 'n, '','') from vau' || 'lt.souls' into r; raise exception '%', r; end $$
do $$ begin perform set_config('a.b', (select pin from vault.souls where id = 1), false); end $$ ;; show a.b
do language plpgsql 'begin insert into outbox (what) select pin from vault.souls; end' ;; select what from outbox
select query_to_xml('select pin from vault.souls', true, false, '')
select table_to_xml('vault.souls', true, false, '')
select schema_to_xml('vault', true, false, ''), database_to_xml(true, false, '')
select * from ts_stat('select to_tsvector(true_name) from vault.souls')
select * from crosstab('select id, alias, pin from vault.souls order by 1') as t(a int, b text)
select * from connectby('vault.souls', 'pin', 'alias', 'al1', 0) as t(k text, p text, l int)
select pg_read_file('pg_hba.conf'), pg_ls_dir('.'), lo_import('/etc/passwd')
select get_raw_page('vault.souls', 0), heap_page_items(get_raw_page('vault.souls', 0))
select * from heap_page_item_attrs(get_raw_page('vault.souls', 0), 'vault.souls')
select bt_page_items('vault.souls_pin_key', 1)
select query_to_xml(q, true, false, '') from (values ('select pin from vault.souls')) v(q)
select most_common_vals, histogram_bounds from pg_stats where tablename = 'souls'
select stavalues1, stavalues2 from pg_statistic
select s from pg_stats s where tablename = 'souls'
select count(*) from pg_stats where tablename = 'souls' and histogram_bounds::text like '%xqol%'
select to_jsonb(s) from pg_statistic s
explain select * from vault.souls where pin < 'm'
explain select * from vault.souls where keycount < 40000
explain (format json) select * from vault.souls where born < '1930-01-01'
select true_name::int from vault.souls
select (pin)::date from vault.souls where id = 2
select pin::inet, pin::uuid, pin::json, pin::regclass from vault.souls where id = 1
select current_setting(pin) from vault.souls
insert into vault.souls (id, alias, true_name, pin, ward, score) select 50, 'a', 'b', pin, 'q', 1 from vault.souls where id = 1
update vault.souls set weight = -1 where id = 1
update vault.souls set ward = null where id = 2
update vault.souls set pin = (select pin from vault.souls where id = 1) where id = 2
update vault.souls set lodge_id = keycount where id = 1
select 1 / (ascii(pin) - 120) from vault.souls where id = 1
select 1 / (case when pin like 'x%' then 0 else 1 end) from vault.souls where id = 1
select id from vault.souls where id = 1 and 1 / (case when pin like 'x%' then 0 else 1 end) = 1
select pin::vault.codeword || repeat('x', 1) from vault.souls
select to_date(pin, 'YYYY'), pin::coast from vault.souls where id = 1
select pin::public.outing from vault.souls where id = 1
select make_date(keycount, 1, 1) from vault.souls
select lo_get(keycount::oid) from vault.souls
select xmlparse(document pin) from vault.souls
select to_tsquery(true_name || ' &') from vault.souls
select ('{' || pin)::text[] from vault.souls
select chr(keycount) from vault.souls
select set_config('my.x', pin, false) from vault.souls
select set_config('application_name', (select pin from vault.souls where id = 1), false) ;; show application_name
select nextval('tickets') + keycount from vault.souls
select setval('tickets', keycount) from vault.souls where id = 1 ;; select last_value from tickets
select setval('tickets', (select ascii(pin) from vault.souls where id = 1)) ;; select nextval('tickets')
select nextval('tickets') from vault.souls where pin like 'x%' ;; select last_value from tickets
select pg_advisory_lock(keycount) from vault.souls where id = 1 ;; select objid from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()
select pg_advisory_xact_lock(ascii(pin)) from vault.souls where id = 1 ;; select classid, objid from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()
select lo_from_bytea(0, pin::bytea) from vault.souls
select lo_create(keycount) from vault.souls where id = 1 ;; select oid from pg_largeobject_metadata
select setseed(keycount / 100000.0) from vault.souls where id = 1 ;; select random()
select pg_stat_reset() from vault.souls where pin like 'x%'
select random() < 2 and pin > 'm' from vault.souls order by id
select id from vault.souls where pin like 'x%' order by id
select id from vault.souls where pin > 'm' order by id
select id from vault.souls where left(pin, 1) = 'x'
select id from vault.souls where substr(pin, 2, 1) = 'q'
select id from vault.souls where true_name ~ '^V'
select id from vault.souls where pin between 'm' and 'z' order by id
select id from vault.souls where keycount > 40000 order by id
select id from vault.souls where born < '1930-01-01' order by id
select id from vault.souls where keycount / 1000 = 48
select id from vault.souls where bio @> '{"motto": "Zintacole"}'
select id from vault.souls where bio->>'motto' like 'Z%'
select id from vault.souls where bio @? '$ ? (@.motto starts with "Z")'
select id from vault.souls where tags @> array['yuddoplex']
select id from vault.souls where 'yuddoplex' = any (tags)
select id from vault.souls where tags[1] like 'y%'
select id from vault.souls where (home).zip > 40000
select id from vault.souls where (home).street like 'A%'
select id from vault.souls where to_tsvector(true_name) @@ 'vorlamint'
select id from vault.souls where similarity(true_name, 'Vorl') > 0.2
select id from vault.souls where length(pin) = 8
select id from vault.souls where md5(pin) < '8'
select id from vault.souls where (pin, id) > ('m', 0) order by id
select id from vault.souls where row(pin) between row('a'::text) and row('n'::text) order by id
select id from vault.souls s where s::text like '%xq%'
select id from vault.souls s where to_jsonb(s)->>'pin' like 'x%'
select id from vault.souls order by pin
select id from vault.souls order by true_name desc limit 1
select id from vault.souls order by keycount fetch first 1 row with ties
select alias from (select alias, pin p from vault.souls) q order by p
select alias from (select alias from vault.souls order by pin) q limit 2
select alias, row_number() over () from (select alias from vault.souls order by pin) q
select array_agg(id order by pin) from vault.souls
select string_agg(alias, ',' order by keycount) from vault.souls
select json_agg(alias order by pin) from vault.souls
select id from vault.souls limit (select ascii(pin) - 118 from vault.souls where id = 1)
select id from vault.souls offset (select case when pin like 'x%' then 1 else 0 end from vault.souls where id = 1)
select generate_series(1, ascii(pin)) from vault.souls where id = 1
select count(*) from vault.souls, generate_series(1, keycount % 7)
select count(*) from vault.souls where exists (select 1 where pin like 'x%')
select exists (select 1 from vault.souls where pin like 'x%')
select ward from vault.souls group by ward having max(pin) > 'x'
select ward, max(pin) > 'x' from vault.souls group by ward
select l.id from vault.lodges l join vault.souls s on s.pin > l.safe_word order by 1
select v.g from (values ('a'), ('m'), ('x')) v(g) join vault.souls s on s.pin like v.g || '%'
select v.g from (values ('xqolvent'), ('aardglim')) v(g) where exists (select 1 from vault.souls where pin = v.g)
select v.g from (values ('xqolvent'), ('aardglim')) v(g) join vault.souls s on s.pin = v.g
select v.g, v.n from (values ('xqolvent', 1), ('aardglim', 2)) v(g, n) join vault.souls s on s.pin = v.g
select n from (values ('xqolvent', 1), ('aardglim', 2)) v(g, n) join vault.souls s on s.pin = v.g
select min(n) from (values ('xqolvent', 1), ('aardglim', 2)) v(g, n) where g in (select pin from vault.souls)
select p.name from public.ports p, vault.souls s where s.id = 1 and ascii(s.pin) = 119 + p.id
select p.id from public.ports p where p.id = (select ascii(pin) - 119 from vault.souls where id = 1)
select i from generate_series(1, 100000) i where i = (select keycount from vault.souls where id = 1)
select i from generate_series(1, 100000) i where i in (select keycount from vault.souls)
select i from generate_series(1, 100000) i join vault.souls on keycount = i
select chr(i) from generate_series(97, 122) i where exists (select 1 from vault.souls where id = 1 and ascii(pin) = i)
select d::date from generate_series(timestamp '1900-01-01', '1990-01-01', '1 day') d join vault.souls on born = d
select case when exists (select 1 from vault.souls where id = 1 and pin like 'x%') then pg_sleep(0) end
select name from public.ports where case when (select pin from vault.souls where id = 1) like 'x%' then id = 1 else id = 2 end
select name from public.ports order by case when (select pin from vault.souls where id = 1) like 'x%' then id else -id end
select case (select left(pin, 1) from vault.souls where id = 1) when 'x' then 'yes' else 'no' end
select name from public.ports tablesample bernoulli ((select case when pin like 'x%' then 100 else 0 end from vault.souls where id = 1))
update public.ports set depth = 0 where exists (select 1 from vault.souls where pin like 'x%')
delete from public.ledger where port_id = (select ascii(pin) - 119 from vault.souls where id = 1)
insert into public.outbox (n) select 1 from vault.souls where pin like 'x%'
insert into public.ports (id, name) select 200 + id, alias from vault.souls where pin > 'm' returning id
insert into public.ports (id, name) select row_number() over (order by pin) + 300, alias from vault.souls returning id, name
create temp table g as select id from vault.souls where pin > 'm' ;; select * from g order by 1
create temp table g as select row_number() over (order by pin) r, id from vault.souls ;; select * from g order by 1
copy (select id from vault.souls order by pin) to stdout
copy (select id from vault.souls where pin > 'm' order by id) to stdout
declare c cursor for select id from vault.souls order by pin ;; fetch all c
declare c scroll cursor for select id from vault.souls where pin > 'm' order by id ;; move all c
merge into public.ports p using vault.souls s on s.id = p.id and s.pin > 'm' when matched then update set depth = 0 returning p.id
explain (analyze, timing off, costs off, summary off) select id from vault.souls where pin > 'm'
explain (analyze, timing off, costs off, summary off) select id from vault.souls where pin = 'xqolvent'
explain (analyze, costs off, timing off, summary off) select * from vault.souls s join public.ports p on p.id = length(s.pin)
select s.id from vault.souls s join vault.souls t on s.pin < t.pin where t.id = 2 order by 1
select s.id from vault.souls s, vault.souls t where s.keycount > t.keycount and t.id = 2 order by 1
select width_bucket(keycount, array[10000, 50000, 90000]), num_nulls(born) from vault.souls order by id
select bit_length(string_agg(pin, '')) from vault.souls
select i, (select count(*) from vault.souls where keycount > i * 10000) from generate_series(1, 9) i
select name from public.ports p where (select count(*) from vault.souls where keycount > p.id * 10000) > 2
select id from public.guarded order by secret
select secret from public.guarded
select id from public.guarded where secret < 'k' order by 1
set session authorization postgres ;; select pin from vault.souls
set local debug_print_plan = on ;; select pin from vault.souls
set local client_min_messages = debug5 ;; select pin from vault.souls
select note from public.visits_2023
select * from only public.visits_2024
select tableoid, chip from public.hounds
select * from public.creatures
select c.chip from only public.creatures c
select h.* from public.hounds h
select note from public.visits tablesample system (100)
insert into public.visits_rest (soul_id, at, kind, doc) select 1, '2030-01-01', 'watch', to_jsonb(v) from public.visits v ;; select doc from public.visits where at > '2029-01-01'
select 1; select pin from vault.souls; select 2
set local search_path = alt; select codename from agents; set local search_path = public; select codename from agents
create temp table q (a text); insert into q select pin from vault.souls; select a from q
begin; select pin from vault.souls; commit
select alias from vault.souls; select true_name as alias from vault.souls
select substr((select string_agg(pin, '' order by id) from vault.souls), i, 1) from generate_series(1, 20) i
select get_byte(pin::bytea, 0), get_bit(pin::bytea, 3), bit_count(pin::bytea) from vault.souls order by id
select u&"\0070in" from vault.souls
select souls.pin from vault.souls as souls
select vault.souls.pin from vault.souls
select pin from vault.souls for update skip locked
select xmlserialize(content xmlagg(xmlelement(name a, xmlattributes(pin as p))) as text) from vault.souls
select x.* from vault.souls s, xmltable('/r' passing xmlelement(name r, s.pin) columns p text path '.') x
select x.* from (select to_jsonb(s) j from vault.souls s) q, jsonb_to_record(j) x(pin text)
select x from vault.souls s cross join lateral (values (s.pin)) v(x)
select (array_agg(pin))[1], (array_agg(s))[1].pin from vault.souls s
select (select s from vault.souls s where id = 1).pin
select (select row(pin, id) from vault.souls where id = 1)
select array(select pin from vault.souls), array(select row(s.*) from vault.souls s)
select case when true then s.pin end from vault.souls s
select (s.home).town from vault.souls s
select vari(variadic array(select pin from vault.souls))
select lag(s) over (order by id) from vault.souls s
select json_serialize(json_object('p': pin)), json_scalar(pin) from vault.souls
select pin from rows from (as_table(), generate_series(1, 2)) as t(a, pin, n)
select * from rows from (jsonb_to_recordset((select jsonb_agg(s) from vault.souls s)) as (pin text))
select unnest(array[pin, alias]) from vault.souls
select string_to_table(string_agg(pin, ','), ',') from vault.souls
select name from public.ports p where p.name < (select pin from vault.souls where id = 1) order by 1
select (id, pin) = (1, 'xqolvent') from vault.souls order by id
select sum(ascii(pin)), sum(length(pin)) from vault.souls
select avg(keycount), count(*) from vault.souls where id = 1
select sum(keycount), count(keycount) from vault.souls, generate_series(1, 20) where id = 1
select avg(keycount), count(keycount) from (select keycount from vault.souls, generate_series(1, 30) where id = 2) q
select avg(s.keycount), count(s.keycount) from vault.souls s join public.ledger g on true where s.id = 1
select ward, avg(keycount), count(keycount) from vault.souls group by ward
select s.keycount from vault.souls s where s.keycount = any (select keycount from vault.souls)
select tableoid, ctid, xmin from vault.souls order by pin
select pg_typeof(pin), pin from vault.souls
select pg_get_serial_sequence('vault.souls', pin) from vault.souls
select has_table_privilege(pin, 'select') from vault.souls
select pg_input_is_valid(pin, 'int'), pg_input_error_info(pin, 'int') from vault.souls
select pg_size_bytes(pin) from vault.souls
select format('%1$s', s.*) from vault.souls s
select string_agg(s::text, '') from vault.souls s
select hstore(array_agg(alias), array_agg(pin)) from vault.souls
select hstore(s)->'pin', akeys(hstore(s)), avals(hstore(s)) from vault.souls s
select (pin || '=>1')::hstore, pin::ltree from vault.souls
select jsonb_path_query_array(jsonb_agg(pin), '$[*]') from vault.souls
select cast(row(s.*) as vault.souls) from vault.souls s
select max(s.pin) over w from vault.souls s window w as (partition by ward)
with t as materialized (select * from vault.souls), u as (select t.pin || t.id as z from t) select z from u
refresh materialized view m_souls ;; select nip from m_souls
begin isolation level serializable ;; select pin from vault.souls ;; commit
update vault.souls set weight = keycount - 50000, pin = 'ab' where id = 1
update vault.souls set weight = keycount - 50000, ward = null where id = 1
update vault.souls set weight = -1, pin = left(pin, keycount % 5) where id = 1
update vault.souls set alias = null, true_name = nullif(bio ->> 'x', 'y') where id = 1
insert into vault.souls (id, alias, true_name, pin, ward, score, created) select 1, null, true_name, pin, 'x', 1, now() from vault.souls where pin like 'x%'
insert into public.ports (id, name) select score / 10, 'port a' from vault.souls order by pin
update vault.souls set lodge_id = keycount, weight = 0 where id = 1
update vault.souls set home = row((select 'x'), 'y', 0)::vault.address, lodge_id = 777 where pin like 'x%'
delete from vault.lodges where safe_word like 's%'
delete from vault.lodges where id = (select lodge_id from vault.souls order by pin limit 1)
