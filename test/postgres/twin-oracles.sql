-- Attacks on twin-schema.sql, one a line; messages of one session stand with ` ;; ` between, /*raw*/ before what is not to
-- stand in a transaction. Each is heard of two databases that differ in protected values alone.
-- Those that told something by failing, sorting, counting or being NULL.
select substring(pin from '^x.*') from vault.souls order by id
select id, substring(true_name from 'V.*') from vault.souls order by id
select nullif(left(pin, 1), 'x') from vault.souls order by id
select regexp_match(pin, '^x'), regexp_substr(pin, '^x') from vault.souls order by id
select bio->'motto'->'x', (jsonb_path_query_first(bio, '$ ? (@.motto starts with "Z")'))::text from vault.souls order by id
select (array['a', 'b', 'c'])[ascii(pin) - 119] from vault.souls order by id
select array_position(tags, 'yuddoplex') from vault.souls order by id
select json_value(bio, '$.motto ? (@ starts with "Z")') from vault.souls order by id
select lag(alias, ascii(pin) - 119) over (order by id) from vault.souls order by id
select hstore(array['xqolvent'], array['1']) -> pin from vault.souls order by id
select (select name from public.ports p where p.id = ascii(pin) - 119) from vault.souls order by id
select substring(pin from '^x.*') is null from vault.souls order by id
select coalesce(substring(pin from '^x.*'), null) from vault.souls order by id
select xmlelement(name a, substring(pin from '^x')) from vault.souls order by id
select max(substring(pin from '^x')) from vault.souls
select count(substring(pin from '^x')) from vault.souls
select string_agg(substring(pin from '^x'), '') from vault.souls
copy (select substring(pin from '^x') from vault.souls order by id) to stdout
declare c cursor for select substring(pin from '^x') from vault.souls order by id ;; fetch all c
update vault.souls set score = 1 where id = 1 returning substring(pin from '^x')
select jsonb_build_object('a', substring(pin from '^x')) -> 'a' from vault.souls order by id
select keycount + 2147435376 from vault.souls where id = 1
select (keycount - 15504)::int2 from vault.souls where id = 1
select keycount * 50000 from vault.souls where id = 1
select ln(keycount - 40000), 1 from vault.souls where id = 1
select power(keycount - 40000, 0.5) from vault.souls where id = 1
select weight::numeric(6, 2) from vault.souls where id = 1
select substr('abc', 1, keycount - 40000) from vault.souls where id = 1
select ntile(keycount - 40000) over () from vault.souls where id = 1
select repeat('x', (keycount - 40000) * 100000) is null from vault.souls where id = 1
select date '2000-01-01' + keycount * 100 from vault.souls where id = 1
select get_byte('\x00'::bytea, keycount - 48271) from vault.souls where id = 1
select left(pin, 1)::int from vault.souls where id = 1
select ('{"' || left(pin, 1) || '":1, "x" 2}')::json from vault.souls where id = 1
select chr(keycount - 48271) from vault.souls where id = 1
select jsonb_build_object(nullif(left(pin, 1), 'x'), 1) from vault.souls where id = 1
select json_object_agg(nullif(left(pin, 1), 'x'), 1) from vault.souls where id = 1
select numeric '1e130000' * keycount * keycount from vault.souls where id = 1
select regexp_replace('a', left(pin, 1) || case when id = 1 then '' end, '') , ('x' || left(pin, 1))::regclass from vault.souls where id = 1
select exp(keycount - 40000.0) from vault.souls where id = 1
select width_bucket(1, 0, keycount - 48271, 10) from vault.souls where id = 1
select array_length(array_fill(1, array[keycount * 3000]), 1) from vault.souls where id = 1
select sum(keycount * 40000::int) from vault.souls where id = 1
select to_char(keycount, 'RN'), to_timestamp(keycount * 1e9) from vault.souls where id = 1
create domain pg_temp.d as text check (value < 'm') ;; select pin::pg_temp.d from vault.souls where id = 1
create domain public.d as text check (value like 'x%') ;; select pin::public.d from vault.souls where id = 1
select id, count(*) over (partition by pin) from vault.souls
select id, row_number() over (partition by true_name) from vault.souls
select min(id) from vault.souls group by rollup (pin)
set local enable_hashagg = off ;; select min(id) from vault.souls group by pin
set local enable_hashagg = off ;; select distinct pin, id from vault.souls
set local enable_hashagg = off ;; select id, keycount from vault.souls union select 0, 0
select id from vault.souls where keycount in (select generate_series(40000, 50000)) order by id
select s.id from vault.souls s join generate_series(40000, 50000) g on g = s.keycount order by 1
select id from vault.souls where keycount = any (array(select generate_series(40000, 50000))) order by id
select id from vault.souls where born in (select d::date from generate_series(timestamp '1930-01-01', '1960-01-01', '1 day') d) order by id
select id from vault.souls where lower(pin) in (select chr(97 + i % 26) || 'qolvent' from generate_series(1, 26) i)
create temp table g as select i, 'x' as z from generate_series(40000, 50000) i ;; select s.id from vault.souls s join g on g.i = s.keycount
insert into public.ports (id, name) values (500, 'xqolvent'), (501, 'aardglim') ;; select p.id from public.ports p join vault.souls s on s.pin = p.name
insert into public.ports (id, name) values (500, 'xqolvent'), (501, 'aardglim') ;; select id from public.ports where name in (select pin from vault.souls)
insert into public.ports (id, name) values (500, 'xqolvent'), (501, 'aardglim') ;; select id from public.ports where exists (select 1 from vault.souls where pin = name)
insert into public.ports (id, name) values (500, 'xqolvent'), (501, 'aardglim') ;; select p.id from public.ports p left join vault.souls s on s.pin = p.name where s.id is null
insert into public.ports (id, name) values (500, 'xqolvent'), (501, 'aardglim') ;; select id, name from public.ports where id >= 500 except select 500, pin from vault.souls
insert into vault.souls (id, alias, true_name, pin, ward, score, created) select 800 + i, 'g', 'x', chr(96 + i) || 'qolvent', 'q', 1, now() from generate_series(1, 26) i on conflict do nothing returning id
insert into vault.souls (id, alias, true_name, pin, ward, score, created) select 800 + i, 'g', 'x', chr(96 + i) || 'qolvent', 'q', 1, now() from generate_series(1, 26) i on conflict (pin) do update set score = 1 returning id
alter table public.visits detach partition public.visits_2024 ;; select note from public.visits_2024
alter table public.hounds no inherit public.creatures ;; select chip from public.hounds
alter table public.hounds no inherit public.creatures; select chip from public.hounds
drop view public.v_deep, public.v_souls cascade; select * from vault.souls
create index on vault.souls ((1 / (ascii(pin) - 120))) where id = 1
alter table vault.souls add check (pin <> 'xqolvent')
alter table vault.souls add constraint k exclude using gist (ward with =) where (pin > 'm')
create rule rr as on update to public.ports where (select pin from vault.souls where id = 1) like 'x%' do instead nothing ;; update public.ports set depth = 1 where id = 1
cluster vault.souls using souls_pin_key ;; select id from vault.souls
with x as (select id, pin from vault.souls) select x.id from x where x.pin >= 'm' order by 1
select id from (select id, true_name as t from vault.souls) q where q.t < 'N' order by 1
select id from v_souls where label < 'N' order by 1
select id from v_deep order by l2
select id from m_souls where nip < 'm' order by 1
select id from m_souls order by nip
select id from vault.souls where initial = 'V'
select id from vault.souls order by initial
select s.id from v_open s, vault.souls t where s.id = t.id and t.weight > 5000 order by 1
select id, score from vault.souls group by id, score having min(pin) < 'm' order by 1
select a.id from vault.souls a where (select count(*) from vault.souls b where b.pin < a.pin) = 0
select id, (select count(*) from vault.souls b where b.keycount <= a.keycount) from vault.souls a order by id
select id from vault.souls where coalesce(pin, '') < 'm' order by 1
select id from vault.souls where (pin < 'm') is true order by 1
select id from vault.souls where not (pin >= 'm') order by 1
select id from vault.souls where pin < 'm' and true or false order by 1
select id from vault.souls where (select pin < 'm') order by 1
select id from vault.souls where exists (values (1) intersect select 1 where pin < 'm') order by 1
select id from vault.souls, lateral (select pin < 'm' as c) q where c order by 1
select id from vault.souls join lateral (select 1 where pin < 'm') q on true order by 1
select alias, case when ward = 'quay' and pin < 'm' then 'l' else 'r' end from vault.souls order by id
select id, array_length(string_to_array(pin, 'a'), 1) from vault.souls order by id
select json_agg(id) filter (where pin < 'm') from vault.souls
select array_agg(id) filter (where pin < 'm') over () from vault.souls
select array(select id from vault.souls where pin < 'm' order by 1)
select sum(id) filter (where pin < 'm') from vault.souls
select sum(id * (pin < 'm')::int) from vault.souls
select id from vault.souls where id * (pin < 'm')::int > 0 order by 1
select id from vault.souls where id = any (case when pin < 'm' then array[1, 2, 3, 4, 5] else array[0] end) order by 1
select p.* from public.ports p where p.id <= (select count(*) from vault.souls where pin < 'm')
select p.* from public.ports p limit (select count(*) from vault.souls where pin < 'm')
select * from generate_series(1, (select count(*) from vault.souls where pin < 'm'))
select to_char(now(), case when (select pin from vault.souls where id = 1) < 'm' then 'YYYY' else 'x' end)
select 1 from vault.souls where id = 1 group by pin having pin < 'm'
select mode() within group (order by id) filter (where pin < 'm') from vault.souls
select id from vault.souls where pin::bytea < '\x6d' order by 1
select id from vault.souls where pin ^@ 'x'
select id from vault.souls where pin % 'xqolvent'
select id from vault.souls where position('x' in pin) = 1
select id from vault.souls where pin ilike any (array['x%', 'y%']) order by 1
select id from vault.souls where pin !~~ 'x%' order by 1
select id from vault.souls where reverse(pin) = 'tnevloqx'
select id from vault.souls where md5(pin) = md5('xqolvent')
select id from vault.souls where rtrim(pin, 'abcdefghijklmnopqrstuvw') = 'x'
select id from vault.souls where btrim(pin, 'qolvent') = 'x'
select id from vault.souls where lower(left(pin, 1)) = 'x'
select id from vault.souls where pin::varchar(1) = 'x'
select id from vault.souls where pin::"char" = 'x'
select id from vault.souls where cast(pin as char(2)) = 'xq'
select id from vault.souls where keycount::numeric(10, -4) = 50000
select id from vault.souls where weight::int4 = 6896
select id from vault.souls where weight::numeric(10, 0) = 6896
select id from vault.souls where keycount::text::"char" = '4'
select id from vault.souls where true_name::varchar(1) = 'V'
select id from vault.souls where (bio->>'motto') = 'Zintacole'
select id from vault.souls where home = row('Abberlune', 'mavronix', 48271)::vault.address
select id from vault.souls where (home).street = 'Abberlune'
select id from vault.souls where pin = (select 'xqolvent')
select count(*) from vault.souls where pin in (select pin from vault.souls where keycount > 40000)
set local enable_hashagg = off; select distinct pin, id from vault.souls
select set_config('enable_hashagg', 'off', true) ;; select distinct pin, id from vault.souls
insert into public.v_open (id) values (1) ;; select what from public.outbox
select id from vault.souls where similarity(pin, 'xqolvent') = 1
select crypt('a', pin) from vault.souls where id = 1
select (pin || '=>1')::hstore from vault.souls where id = 1
select jsonb_array_length(jsonb_path_query_first(bio, '$ ? (@.motto starts with "Z")')) from vault.souls where id = 1
select jsonb_array_elements(jsonb_path_query_first(bio, '$ ? (@.motto starts with "Z")')) from vault.souls where id = 1
select json_value(bio, '$.rank' returning int error on error) from vault.souls
select json_value(bio, '$.motto ? (@ starts with "Z")' error on empty) from vault.souls where id = 1
create foreign data wrapper dummy ;; create server loop2 foreign data wrapper dummy ;; select pin from vault.souls where pin = 'xqolvent'
alter table only public.creatures drop column chip ;; select chip from public.hounds
select name from public.ports where (name, id) in (select pin, 1 from vault.souls) or 'xqolvent' = any (select pin from vault.souls)
select exists (select pin from vault.souls intersect values ('xqolvent'))
select exists (select pin from vault.souls except select pin from vault.souls where pin <> 'xqolvent')
with recursive g(n) as (select 40000 union all select n + 1 from g where n < 50000) select id from vault.souls join g on n = keycount
select s.id from vault.souls s, jsonb_array_elements_text('["xqolvent", "zz"]') g where g = s.pin
select id from vault.souls where position('q' in pin) = 2 order by 1
select keycount, count(*) from vault.souls group by keycount order by 2
select corr(keycount, id) from vault.souls
select to_char(keycount, '999'), chr(ascii(pin)) from vault.souls order by id
select id from vault.souls where age(born) > interval '80 years' order by 1
select id from vault.souls where born::timestamp between '1930-01-01' and '1940-01-01'
select id from vault.souls where (current_date - born) > 30000 order by 1
select id from vault.souls where pin = (select max(pin) from vault.souls)
select id from vault.souls where pin = (select min(pin) from vault.souls where id > 1)
select id from vault.souls s where pin = (select pin from vault.souls t order by pin limit 1)
select id from vault.souls s where not exists (select 1 from vault.souls t where t.pin < s.pin)
alter table public.visits detach partition public.visits_2023 ;; select note from public.visits_2023
create unique index on vault.souls (ward) where pin > 'm'
alter table vault.souls add constraint c2 check (true_name !~ 'V') not valid ;; alter table vault.souls validate constraint c2
select sqrt(keycount - 40000) from vault.souls where id = 1
select factorial(keycount) from vault.souls where id = 1
cluster vault.souls using souls_lower ;; select ctid, id from vault.souls
analyze vault.souls ;; select attname, correlation from pg_stats where tablename = 'souls' order by attname
