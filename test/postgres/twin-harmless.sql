-- What shows nothing protected, on twin-schema.sql: each line answers as the database itself does.
select count(*) from vault.souls
select id, alias, ward, score from vault.souls order by id
select s.id, s.alias, l.name, l.region from vault.souls s join vault.lodges l on l.id = s.lodge_id order by s.id
select s.alias, count(v.id), sum(v.cost), avg(v.cost) from vault.souls s left join public.visits v on v.soul_id = s.id group by s.alias order by 1
select ward, count(*), min(score), max(score), avg(score)::numeric(10, 2) from vault.souls group by ward having count(*) > 1 order by ward
select id, soul_id, at, cost, kind, doc from public.visits where at >= '2024-01-01' and at < '2024-07-01' order by id
select date_trunc('month', at) as m, kind, count(*), sum(cost) from public.visits group by 1, 2 order by 1, 2
select date_trunc('quarter', at)::date, sum(cost) over (partition by date_trunc('quarter', at) order by id) from public.visits order by id
select p.id, p.name, sum(l.amount) from public.ports p join public.ledger l on l.port_id = p.id group by p.id order by sum(l.amount) desc, p.id limit 5
select port_id, amount, rank() over (partition by port_id order by amount desc), lag(amount) over (partition by port_id order by booked) from public.ledger order by id
select props->>'k', props#>>'{tags,0}', jsonb_array_length(props->'tags') from public.ports where props @> '{"k": 3}'
select p.name, t.v from public.ports p, jsonb_array_elements_text(p.props->'tags') t(v) order by 1, 2
select name, unnest(tags) from public.ports order by 1, 2
select * from public.ports where tags && array['t1', 't2'] order by id
select * from public.ports where 't3' = any (tags)
select exists (select 1 from public.ports where name = 'port a')
select exists (select 1 from vault.souls where ward = 'tower' and score > 30)
select id from vault.souls where exists (select 1 from public.visits v where v.soul_id = souls.id and v.kind = 'rescue') order by id
with t as (select port_id, sum(amount) a from public.ledger group by port_id) select p.name, t.a from t join public.ports p on p.id = t.port_id order by t.a desc, p.id
with recursive d(n) as (select 1 union all select n + 1 from d where n < 5) select n, (select count(*) from public.ledger where port_id = n) from d
select generate_series(date '2024-01-01', date '2024-03-01', interval '1 month')::date
select coalesce(sum(amount), 0), count(distinct port_id), percentile_cont(0.5) within group (order by amount) from public.ledger
select port_id, count(*) filter (where amount > 10), bool_or(amount > 40) from public.ledger group by grouping sets ((port_id), ()) order by 1
select json_agg(json_build_object('id', id, 'name', name) order by id) from public.ports
select row_to_json(p) from public.ports p where id = 1
select to_jsonb(q) from (select id, alias, ward from vault.souls order by id) q
select p from public.ports p where id = 2
select string_agg(name, ', ' order by depth desc) from public.ports
select array_agg(id order by id) from vault.souls where ward = 'quay'
select case when score > 25 then 'high' else 'low' end as band, count(*) from vault.souls group by 1 order by 1
select name, depth::int, round(depth, 1), depth * 2.5, depth / 3 from public.ports order by id
select * from public.ports order by depth desc nulls last limit 3 offset 2
select distinct on (port_id) port_id, amount from public.ledger order by port_id, booked desc
select id, alias from public.v_open order by id
select id, score from public.v_deep order by id
select name, depth from public.m_ports order by 1
select id, ward from public.m_souls order by id
select a.id, a.post, b.codename from public.agents a join alt.agents b using (id) order by 1
set search_path = alt, public; select codename, post from agents order by id; reset search_path
select "Id", "Owner", "order", "user" from "Keep Log"."Diary" order by "order"
select id, label, breed from public.hounds
select tableoid::regclass, id, label from public.creatures order by id
insert into public.ports (id, name, depth) values (90, 'port z', 3) returning id, name
insert into public.ledger (port_id, amount, memo) values (1, 12.5, 'new') returning port_id, amount
insert into public.ports (id, name) values (1, 'port a') on conflict (id) do nothing
insert into public.ports (id, name, depth) values (1, 'port a', 9) on conflict (id) do update set depth = excluded.depth returning *
update public.ports set depth = depth + 1 where id = 3 returning id, depth
update vault.souls set score = score + 1 where id = 2 returning id, score
update public.ledger l set memo = p.name from public.ports p where p.id = l.port_id and l.id = 1 returning l.memo
delete from public.ledger where id = 5 returning id, amount
merge into public.ports p using (values (1, 'one'), (99, 'new one')) v(id, n) on p.id = v.id when matched then update set name = v.n when not matched then insert (id, name) values (v.id, v.n) returning merge_action(), p.id
select nextval('public.tickets')
select nextval('public.tickets'::regclass), currval('tickets')
select nextval('tickets'), lastval()
select last_value, is_called from public.tickets
select currval(pg_get_serial_sequence('public.ledger', 'id'))
notify jobs, 'wake'
notify jobs
select pg_notify('jobs', 'wake')
listen jobs; unlisten jobs
select fee(100), twice(21), vol_add(2, 3)
select port_count()
select * from port_names()
select p.name, fee(p.depth) from public.ports p order by p.id
show server_version
show search_path
show timezone
show transaction_isolation
set datestyle = 'ISO, MDY'; set extra_float_digits = 3; set intervalstyle = 'postgres'
set statement_timeout = 1000; show statement_timeout; reset statement_timeout
set time zone 'UTC'; select now() is not null
select version() is not null, current_database() is not null, current_user, session_user, pg_backend_pid() > 0
savepoint a; insert into public.ports (id, name) values (91, 'x'); rollback to savepoint a; release savepoint a; select count(*) from public.ports
declare c cursor for select id, name from public.ports order by id; fetch 2 from c; move 1 in c; fetch forward 2 from c; close c
prepare q(int) as select name from public.ports where id = $1; execute q(2); deallocate q
create temp table tt (a int, b text); insert into tt values (1, 'x'), (2, 'y'); select * from tt order by a ;; drop table tt
create temp table ts as select id, alias from vault.souls ;; select count(*), min(alias) from ts ;; drop table ts
copy public.ports (id, name) to stdout
copy (select id, alias from vault.souls order by id) to stdout with csv header
copy (select name, depth from public.ports order by id) to stdout (format binary)
explain select * from public.ports where id = 1
explain (costs off) select id from vault.souls where id = 1
select 1/0
insert into public.ports (id, name) values (1, 'dup')
insert into public.ledger (port_id, amount) values (777, 1)
insert into public.ports (id) values (70)
select name::int from public.ports where id = 1
select 1 as one; select 2 as two, 'x' as x; select null::text, true, 1.50::numeric, array[1, 2], '{"a":1}'::jsonb, '\x00ff'::bytea
values (1, 'a'), (2, 'b')
table public.ports
select $$it's$$, e'tab\there', u&'\0061', b'101', x'ff', interval '1 day 2 hours', point(1, 2), '[1,5)'::int4range, '192.168.0.1/24'::inet, 'a=>1'::hstore
select uuid_generate_v5(uuid_ns_dns(), 'x'), digest('a', 'sha256'), similarity('word', 'two words'), unaccent('é'), levenshtein('a', 'b'), crypt('a', '$1$abcdefgh')
select 'a.b.c'::ltree @> 'a.b.c.d', soundex('abc'), 'Abc'::citext = 'abc', array[1, 2] & array[2], akeys('a=>1'::hstore)
select name, similarity(name, 'port b') from public.ports where name % 'port b' order by 2 desc, 1
select to_tsvector('english', name) @@ plainto_tsquery('english', 'port') from public.ports order by id
select ts_headline('english', name, to_tsquery('port')) from public.ports order by id
select pg_try_advisory_lock(42), pg_advisory_unlock(42)
select pg_advisory_xact_lock(7)
select pg_sleep(0)
select table_schema, table_name from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema') order by 1, 2
select column_name, data_type, is_nullable, column_default from information_schema.columns where table_name = 'souls' order by ordinal_position
select tc.constraint_type, kcu.column_name, ccu.table_name from information_schema.table_constraints tc join information_schema.key_column_usage kcu using (constraint_name, table_schema) join information_schema.constraint_column_usage ccu using (constraint_name) where tc.table_name = 'ledger' order by 1, 2, 3
select n.nspname, c.relname, c.relkind, pg_catalog.pg_get_userbyid(c.relowner) from pg_catalog.pg_class c left join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'v', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' order by 1, 2
select a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid) from pg_attribute a left join pg_attrdef d on a.attrelid = d.adrelid and a.attnum = d.adnum where a.attrelid = 'public.ports'::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum
select indexname, indexdef from pg_indexes where tablename = 'souls' order by 1
select conname, pg_get_constraintdef(oid) from pg_constraint where conrelid = 'public.ledger'::regclass order by 1
select oid, typname, typarray from pg_type where typname in ('int4', 'text', 'coast', 'hstore') order by typname
select t.typname, e.enumlabel from pg_type t join pg_enum e on e.enumtypid = t.oid order by 1, e.enumsortorder
select pg_get_viewdef('public.v_open'::regclass, true), pg_get_functiondef('public.fee'::regproc)
select extname, extversion from pg_extension order by 1
select name, setting from pg_settings where name in ('max_connections', 'server_version_num', 'TimeZone') order by 1
select datname from pg_database where datname = 'postgres'
select rolname, rolsuper from pg_roles where rolname = current_user
select pg_size_pretty(pg_relation_size('public.ports')), pg_table_size('public.ledger') > 0
select relname, n_live_tup >= 0 from pg_stat_user_tables where relname = 'ports'
select locktype from pg_locks where pid = pg_backend_pid() and locktype = 'virtualxid'
select obj_description('public.ports'::regclass), col_description('public.ports'::regclass, 1)
begin; select 1; commit
set local lock_timeout = '1s'; set constraints all deferred
discard plans
select s.id, s.alias, (select count(*) from public.visits v where v.soul_id = s.id) as visits from vault.souls s where s.ward in ('quay', 'tower') order by s.score desc
select "t0"."id", "t0"."alias", coalesce("t1"."n", 0) from vault.souls as "t0" left join lateral (select count(*) n from public.visits v where v.soul_id = "t0"."id") as "t1" on true order by "t0"."id" limit 3
select "public"."ports"."id", "public"."ports"."name" from "public"."ports" where ("public"."ports"."name" = 'port b' and 1=1) limit 1 offset 0
select "ports".* from "ports" where "ports"."id" in (1, 2, 3) order by "ports"."id" asc
select p1_0.id, p1_0.name from ports p1_0 where p1_0.depth > 3 order by p1_0.name offset 0 rows fetch first 2 rows only
select anon_1.id, anon_1.n from (select ports.id as id, count(ledger.id) as n from ports left outer join ledger on ports.id = ledger.port_id group by ports.id) as anon_1 order by anon_1.id
select (1) as "a" from "vault"."souls" where "vault"."souls"."score" = 10 limit 1
select date_part('year', created), count(*) from vault.souls group by 1
select created::date, created at time zone 'Europe/Vienna', created + interval '1 day' from vault.souls order by id
select prefs, prefs || '{"a": 1}', prefs ? 'a' from vault.souls order by id
select width_bucket(score, 0, 50, 5), ntile(2) over (order by score), percent_rank() over (order by score) from vault.souls order by id
select regexp_replace(alias, '\d', 'N'), upper(alias), substring(alias from 1 for 2), alias like 'al%' from vault.souls order by id
select x.id from vault.souls x where x.score = (select max(score) from vault.souls)
select id from vault.souls where alias in (select 'al' || i from generate_series(1, 3) i) order by 1
select sum(score) over (order by id rows between 1 preceding and current row) from vault.souls order by id
select mode() within group (order by kind), array_agg(distinct kind) from public.visits
select kind::text, enum_range(null::outing) from public.visits order by id limit 1
select l.region, s.ward, count(*), grouping(l.region) from vault.souls s join vault.lodges l on l.id = s.lodge_id group by rollup (l.region, s.ward) order by 1, 2
select id, full_label, total from public.crates order by id
select total, count(*) from public.crates where total > 3 group by total order by total
insert into public.crates (id, label, price, pieces) values (9, 'n', 2, 5) returning id, total, full_label
select lower(label::citext), label::citext = 'BOX A' from public.crates order by id
select min(label), max(price), regexp_replace(label, 'b', 'c'), split_part(label, ' ', 2), label like 'box%', label !~ 'z' from public.crates group by label order by label
select kind::text, coast::text from (select 'watch'::outing as kind, 'north'::coast as coast) q
select oid::regclass::text from pg_class where relname = 'crates'
select c.relname from pg_class c where c.relname ~ '^(crates|ports)$' order by 1
create temp table mine (a int); insert into mine values (1)
select nullif(name, 'port a'), substring(name from 'p.*'), (array['x', 'y'])[id] from public.ports order by id
select id, ln(depth), sqrt(depth), power(depth, 2), depth::int2, name::varchar(3) from public.ports order by id
select id, 100 / id, amount * 1000, port_id + 2000000 from public.ledger order by id limit 4
select id from public.ports where name in (select 'port ' || chr(97 + i) from generate_series(0, 3) i) order by id
select p.id from public.ports p join (values ('port a'), ('port c')) v(n) on v.n = p.name order by 1
select name from public.ports union select alias from vault.souls order by 1
select name from public.ports intersect select 'port b'
select id, count(*) over (partition by ward) from vault.souls order by id
select ward, lodge_id, count(*) from vault.souls group by cube (ward, lodge_id) order by 1, 2
set enable_seqscan = off; select id from vault.souls where score > 20 order by id
set enable_hashagg = off; select ward, count(*) from vault.souls group by ward order by 1
select id, count(*) from vault.souls where alias = 'al1' or alias = any (array['al2', 'al3']) group by id order by id
update public.ledger set memo = 'x' where port_id in (select id from public.ports where depth > 5) returning id
select s.id, (select max(v.at) from public.visits v where v.soul_id = s.id) from vault.souls s order by 1
