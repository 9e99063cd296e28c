-- What people, programs and mappers of objects send all day, on lineage-schema.sql: each line must answer as the database itself
-- does, errors too. Statements of one session stand with ` ;; ` between; `-- [..]` after one holds its parameters.
select nothing from patients
select id from nowhere
select 1/0
select ward::int from patients
insert into visits values (1, 1, 'x', '2026-01-01')
insert into visits values (99, 77, 'x', '2026-01-01')
select p.id, p.ward, v.reason from patients p left join visits v on v.patient_id = p.id where p.id = $1 -- [1]
select id, ward from patients where full_name = $1 -- ["Zorbelquint Amaretho"]
select id from patients where mrn = $1::int -- [730918221]
copy visits to stdout
copy (select id, reason from visits where id in (1,2)) to stdout with csv header
explain (costs off) select id from visits where id in (1,2)
explain (analyze, costs off, timing off, summary off, buffers off) select id from visits where id in (1,2)
declare c cursor for select id, ward from patients order by id ;; fetch 2 from c ;; fetch all from c ;; move backward all in c ;; fetch first from c ;; close c
declare c cursor for select id, ward from patients where id > $1 -- [1] ;; fetch all from c
prepare p as select id, ward from patients where id = $1 ;; execute p(1) ;; deallocate p
prepare p as insert into departments(id,name,floor) values ($1,'x',2) returning id ;; execute p(77)
savepoint a ;; select 1 ;; rollback to a ;; release a
select count(*) from patients; select count(*) from visits
set local work_mem = '8MB'; select count(*) from patients
show work_mem; select 1
select date_trunc('month', happened) m, count(*) from visits group by 1 order by 1 limit 10
update visits set reason = 'y' where id = $1 -- [1]
update patients set ward = 'z' where id = 1 returning id, ward
update patients set age = age + 1 where ssn = 'kevvistan-plo-one' returning id
insert into patients (id, full_name, ssn, mrn, ward, age) values (70, 'n', 's', 1, 'w', 3) returning id
insert into patients (id, full_name, ssn, mrn, ward, age) values ($1, $2, $3, $4, $5, $6) on conflict (id) do update set ward = excluded.ward returning id -- [1, "n", "s", 1, "w", 3]
insert into patients (id, full_name, ssn, mrn, ward, age) values (71, 'n', 's', 1, 'w', 3), (72, 'n', 's2', 1, 'w', 3)
delete from visits where id = 1
select relname from pg_class where relname = 'patients'
select * from information_schema.tables where table_schema = 'public' order by table_name
select current_user, session_user, current_database(), version()
select pg_backend_pid() > 0
select f_volatile(3)
select pg_advisory_lock(1) ;; select pg_advisory_unlock(1)
select pg_try_advisory_xact_lock(42)
select txid_current() > 0
select id from patients order by ward limit 2
select id, ward from patients order by 2 desc, 1 offset 1 fetch first 1 rows only
select distinct ward from patients
with x as (select id, ward from patients), y as (select count(*) n from x) select * from y, x order by id
select p.ward, count(distinct v.id) from patients p left join visits v on v.patient_id = p.id group by p.ward having count(*) >= 1
select coalesce(sum(age),0)::int, avg(age)::numeric(10,2) from patients
select plain->>'c', plain->'a' from notes where plain ? 'a'
select id from notes where plain @> '{"c": "x"}'
select id from patients where exists (select 1 from visits v where v.patient_id = patients.id)
select id from patients where ssn in ('a','b')
select id from patients where ssn = any($1) -- [["a","kevvistan-plo-one"]]
select id from patients where ssn is null
select count(*) from patients where full_name is not null and ward = 'north'
select row_number() over (partition by ward order by id) rn, id from patients
select id, lag(age) over (order by id) from patients
select "patients"."id", "patients"."ward" from "public"."patients" where ("patients"."id" = $1 and 1=1) limit $2 offset $3 -- [1,1,0]
select t0.id, t0.ward, array_agg(t1.reason) from public.patients t0 left join public.visits t1 on t0.id = t1.patient_id group by t0.id, t0.ward
select json_build_object('id', p.id, 'visits', (select json_agg(v) from visits v where v.patient_id = p.id)) from patients p
select coalesce(jsonb_agg(__t."__prisma_data__"), '[]'::jsonb) as "__prisma_data__" from (select jsonb_build_object('id', t1.id, 'ward', t1.ward) as "__prisma_data__" from (select t0.* from public.patients as t0 where t0.id = 1) as t1) as __t
select * from departments where id = $1::int4 or name = $2::text -- [1,"south"]
select xmin, id from departments
values (1),(2)
table departments
select
select * from patients limit 0
select null
select 'a' like 'b', 'x' ~ 'y'
set timezone to 'UTC' ;; select now() is not null
set datestyle to 'ISO' ;; select date '2026-01-02'
set search_path to public ;; select id from patients
set statement_timeout = 1000
set extra_float_digits = 3
set session characteristics as transaction isolation level read committed
show transaction isolation level
select set_config('search_path', 'public', false) ;; select id from patients
select set_config('app.ward', $1, true) -- ["w"] ;; select current_setting('app.ward')
select set_config('jit', $1, false), set_config('app.b', $2, $3) as b -- ["off", "c", true] ;; select current_setting('app.b'), current_setting('jit')
select pg_catalog.set_config('search_path', '', false) ;; select id from public.patients
discard all
deallocate all
reset all
select current_setting('transaction_isolation')
select oid::regclass from pg_class where relname='visits'
select 'patients'::regclass, to_regtype('text')
select pg_get_viewdef('v_clean'::regclass)
select id, ward from patients where ward ilike '%o%' and age between 20 and 70
select case when age > 50 then 'o' else 'y' end b, count(*) from patients group by 1 order by 2 desc
select id from patients where id in (select patient_id from visits) union all select id from staff
select max(happened), min(happened) from visits
select percentile_cont(0.5) within group (order by age) from patients
select generate_series('2026-01-01'::date, '2026-01-03', '1 day')
select v.*, p.ward from visits v join patients p on p.id = v.patient_id order by v.id
select to_char(happened, 'YYYY-MM') as ym, count(*) from visits group by ym order by ym
select gen_random_uuid() is not null
select md5(ward), encode(sha256(ward::bytea),'hex') from patients
select ward, string_agg(id::text, ',' order by id) from patients group by ward
select * from visits where nothing = $1 -- [1]
declare c cursor for select id, ward from patients where id > $1 -- [1] ;; fetch all from c ;; fetch backward 2 from c
select case when 1 = 1 then id end from visits where reason like $1 || '%' order by happened nulls last limit 5 -- ["ch"]
select * from visits for update
select * from visits for update skip locked limit 1
select count(*) over () total, id, reason from visits order by id limit 2 offset 1
select v.id, to_json(v) from visits v
select 1 where exists (select 1 from patients where id = 1)
select * from (values (1,'a')) t(a,b) join departments d on d.id = t.a
insert into visits (id, patient_id, reason, happened) select 100 + id, id, 'auto', current_date from patients where ward = 'north' returning id, reason
with moved as (delete from visits where id = 1 returning *) insert into visits select id + 1000, patient_id, reason, happened from moved returning id
update visits v set reason = p.ward from patients p where p.id = v.patient_id and v.id = 1 returning v.id, v.reason
select date_part('year', age(now(), happened)) >= 0 from visits
select ward, count(*) filter (where age > 40), round(avg(age), 1) from patients group by rollup(ward) order by 1 nulls last
select width_bucket(age, 0, 100, 10) b, count(*) from patients group by b order by b
select p.id, coalesce(string_agg(v.reason, '; ' order by v.happened), '-') from patients p left join visits v on v.patient_id = p.id group by p.id order by p.id
select pg_relation_size('visits'), pg_size_pretty(pg_table_size('visits'))
select column_name, data_type, is_nullable from information_schema.columns where table_name = 'patients' order by ordinal_position
select conname, pg_get_constraintdef(oid) from pg_constraint where conrelid = 'patients'::regclass
select n.nspname, c.relname, c.reltuples::bigint from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind = 'r' order by 2
select t.typname, e.enumlabel from pg_enum e join pg_type t on t.oid = e.enumtypid
select schemaname, tablename from pg_catalog.pg_tables where schemaname not in ('pg_catalog', 'information_schema') order by 2
select tgname from pg_trigger where not tgisinternal
select current_setting('server_version_num')::int / 10000
show server_encoding
select name, setting from pg_settings where name = 'max_connections'
set session statement_timeout = '5s' ;; show statement_timeout
set transaction isolation level serializable ;; select 1
set transaction read only ;; select 1
savepoint s ;; select nothing ;; rollback to savepoint s ;; select id from visits where id = 1 ;; release savepoint s
select id from patients where lower(full_name) = lower($1) -- ["x"]
select count(*) from patients where ssn = $1 -- ["kevvistan-plo-one"]
select id, ward from patients where mrn in (730918221, 730918222) order by id
select p.id from patients p join staff s on s.id = p.id
select patient_id, row_number() over (partition by patient_id order by happened desc) as rn from visits
select * from (select id, ward, rank() over (order by age desc) r from patients) x where r <= 2 order by id
select kind, plain->'a'->'b' from notes order by id
select jsonb_path_query_array(plain, '$.a.b[*]') from notes order by id
select id from notes where kind = 'calm'
select id from notes where 'red' = any(labels)
select lower(span) from notes where span @> 2
select made at time zone 'Europe/Berlin' from notes
select array(select id from patients order by id)
select (select max(id) from visits) as m, (select count(*) from patients where ward = 'north') as n
select greatest(1,2), nullif(1,1), coalesce(null, 'x')
select d.name from departments d where d.id = any(array[1,2]) order by 1
select * from departments d cross join lateral (select count(*) c from patients p where p.ward = d.name) x order by 1
select 'x'::text as ssn, 1 as mrn
explain select id from visits where id = 1
explain (format json) select id from visits where id = 1
explain (verbose) select reason from visits
copy (select ward, count(*) from patients group by ward order by 1) to stdout (format csv, header true)
copy visits (id, reason) to stdout with (format csv)
select exists (select 1 from patients where ssn = $1) -- ["kevvistan-plo-one"]
select exists (select 1 from patients where mrn = 730918221 and ward = 'north') as known
select exists (select 1 from visits where patient_id = $1) as seen -- [1]
select count(*) > 0 from patients where ssn = 'nobody'
insert into patients (id, full_name, ssn, mrn, ward, age) values (70, 'n', 's', 'many', 'w', 3)
insert into patients (id, full_name, ssn, mrn, ward, age, initials) values (70, 'n', 's', 1, 'w', 3, 'x')
update patients set initials = 'x' where id = 1
insert into notes (id, kind) values (9, 'angry')
insert into labs values (3, '2026-02-30', 'x')
select 1/0 from patients where ssn = 'nobody'
insert into patients (id, full_name, ssn, mrn, ward, age) values (70, 'n', 's', 99999999999, 'w', 3)
select nothing ;; select id from patients where ssn = 'nobody' ;; update patients set ward = 'x' where id = 1
select v.id from visits v tablesample system (100) order by 1
select json_value('{"a": 1}', '$.a' returning int), t.* from json_table('[{"n": 1}, {"n": 2}]', '$[*]' columns (n int)) t
select ward, age, dense_rank() over (partition by ward order by age desc), sum(age) over (order by id rows between 1 preceding and current row) from patients order by id
select id, full_name from patients where id = $1 -- ["abc"]
insert into patients (id, full_name, ssn, mrn, ward, age) values ($1, $2, $3, $4, $5, $6) -- [70, "n", "s", "many", "w", 3]
insert into patients (id, full_name, ssn, mrn, ward, age) values ($1, $2, $3, $4, $5, $6) -- [1, "n", "s", 1, "w", 3]
insert into patients (id, full_name, ssn, mrn, ward, age) values ($1, $2, $3, $4, $5, $6) -- [1, "n", "s"]
update patients set age = $1 where id = 1 -- ["99999999999"]
insert into patients (id, full_name, ssn, mrn, ward, age) values (1, 'n', 's', 1, 'w', 3)
insert into notes (id, kind, doc) values (9, 'calm', '{bad')
select ssn from patients limit -1
select ssn from patients offset -1
insert into patients (id, full_name, ssn, mrn, ward, age) values (70, 'n', 's', 1, 'w', 3), (70, 'n', 's', 1, 'w', 3) on conflict (id) do update set ward = 'x'
set transaction read only ;; update patients set ward = 'x' where id = 1
prepare p as select 1 ;; savepoint s ;; prepare p as select 2 ;; rollback to s ;; execute p ;; deallocate p
prepare p as select 1 ;; savepoint s ;; select 1 / 0 ;; deallocate p ;; rollback to s ;; execute p ;; deallocate p
savepoint a ;; select 1 / 0 ;; savepoint b ;; rollback to b ;; rollback to a ;; select 2
create temp table more (n numeric generated always as identity)
select * from generate_series(1, 2) as t(a, b)
select * from unnest(array[1]) with ordinality as t(a, b, c)
rollback ;; set transaction read only
