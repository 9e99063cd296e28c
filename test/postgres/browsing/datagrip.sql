-- Connection and introspection statements as DataGrip sends them, written from what it is known to ask. {name}: the oid of a
-- relation.

-- connect
SET extra_float_digits = 3;
SET application_name = 'DataGrip 2025.2';
select version();
select current_database() as a, current_schemas(false) as b;
SHOW TRANSACTION ISOLATION LEVEL;
select round(extract(epoch from pg_postmaster_start_time() at time zone 'UTC')) as startup_time;
select case when pg_catalog.pg_is_in_recovery() then 1 else 0 end as in_recovery;
select name, is_dst from pg_catalog.pg_timezone_names where name in ('UTC', 'Europe/Berlin') order by name;
select t.oid::bigint as id, t.typname as name from pg_catalog.pg_type t where t.typname in ('bool', 'int4', 'text') order by t.oid;

-- databases, roles, schemas
select N.oid::bigint as id, datname as name, D.description, datistemplate as is_template, datallowconn as allow_connections,
  pg_catalog.pg_get_userbyid(N.datdba) as "owner"
from pg_catalog.pg_database N
left join pg_catalog.pg_shdescription D on N.oid = D.objoid
order by case when datname = pg_catalog.current_database() then -1::bigint else N.oid::bigint end;
select R.oid::bigint as role_id, rolname as role_name, rolsuper is_super, rolinherit is_inherit, rolcreaterole can_createrole,
  rolcreatedb can_createdb, rolcanlogin can_login, rolreplication is_replication, rolconnlimit conn_limit,
  rolvaliduntil valid_until, rolbypassrls bypass_rls, rolconfig config, D.description
from pg_catalog.pg_roles R
left join pg_catalog.pg_shdescription D on D.objoid = R.oid order by R.oid;
select N.oid::bigint as id, N.nspname as name, D.description, pg_catalog.pg_get_userbyid(N.nspowner) as "owner"
from pg_catalog.pg_namespace N
left join pg_catalog.pg_description D on N.oid = D.objoid
order by case when N.nspname = pg_catalog.current_schema() then -1::bigint else N.oid::bigint end, D.description;

-- a schema, incrementally by transaction
select T.relkind as table_kind, T.relname as table_name, T.oid as table_id, T.relpersistence = 'u' as is_unlogged,
  case when T.relkind = 'p' then pg_catalog.pg_get_partkeydef(T.oid) else null end as partition_key,
  T.relispartition as is_partition, T.reloptions as options, T.relrowsecurity as row_security,
  pg_catalog.pg_get_userbyid(T.relowner) as "owner"
from pg_catalog.pg_class T
where relnamespace = 'public'::regnamespace::oid and relkind in ('r', 'm', 'v', 'f', 'p') and pg_catalog.age(T.xmin) <= 2147483647
order by table_kind, table_id;
with schema_procs as (
  select prorettype, proargtypes, proallargtypes from pg_catalog.pg_proc where pronamespace = 'public'::regnamespace::oid),
schema_opers as (
  select oprleft, oprright, oprresult from pg_catalog.pg_operator where oprnamespace = 'public'::regnamespace::oid),
schema_arg_types as (
  select prorettype as type_id from schema_procs
  union select distinct unnest(proargtypes) from schema_procs
  union select distinct unnest(proallargtypes) from schema_procs
  union select oprleft from schema_opers where oprleft is not null
  union select oprright from schema_opers where oprright is not null
  union select oprresult from schema_opers where oprresult is not null)
select type_id, pg_catalog.format_type(type_id, null) as type_spec from schema_arg_types where type_id <> 0 order by type_id;
with T as (select T.oid as table_id, T.relname as table_name from pg_catalog.pg_class T
  where T.relnamespace = 'public'::regnamespace::oid and T.relkind in ('r', 'm', 'v', 'f', 'p'))
select T.table_id, C.attnum as column_position, C.attname as column_name, C.xmin::text = '' as never,
  C.atttypmod as type_mod, C.attndims as dimensions_number, pg_catalog.format_type(C.atttypid, C.atttypmod) as type_spec,
  C.atttypid as type_id, C.attnotnull as mandatory, pg_catalog.pg_get_expr(D.adbin, T.table_id) as column_default_expression,
  not C.attislocal as column_is_inherited, C.attisdropped as column_is_dropped, C.attidentity::varchar as identity_kind,
  C.attgenerated::varchar as generated
from T join pg_catalog.pg_attribute C on T.table_id = C.attrelid
left join pg_catalog.pg_attrdef D on (C.attrelid, C.attnum) = (D.adrelid, D.adnum)
where attnum > 0 order by table_id, attnum;
select T.oid table_id, relkind::char table_kind, C.oid::bigint con_id, conname con_name, contype con_kind, conkey con_columns,
  conindid index_id, confrelid ref_table_id, condeferrable is_deferrable, condeferred is_init_deferred, confupdtype on_update,
  confdeltype on_delete, connoinherit no_inherit, pg_catalog.pg_get_expr(conbin, T.oid) con_expression, confkey ref_columns,
  conexclop::int[] excl_operators
from pg_catalog.pg_constraint C
join pg_catalog.pg_class T on C.conrelid = T.oid
where relkind in ('r', 'v', 'f', 'p') and relnamespace = 'public'::regnamespace::oid and contype in ('p', 'u', 'f', 'c', 'x') and connamespace = 'public'::regnamespace::oid
order by con_id;
select tab.oid table_id, tab.relkind table_kind, ind_stor.relname index_name, ind_head.indexrelid index_id,
  ind_head.indisunique is_unique, ind_head.indisprimary is_primary, am.amname access_method, opcmethod as access_method_id,
  array_length(ind_head.indkey, 1) as key_length, pg_catalog.pg_get_expr(ind_head.indpred, ind_head.indrelid) as condition
from pg_catalog.pg_class tab
join pg_catalog.pg_index ind_head on ind_head.indrelid = tab.oid
join pg_catalog.pg_class ind_stor on tab.relnamespace = ind_stor.relnamespace and ind_stor.oid = ind_head.indexrelid
join pg_catalog.pg_am am on am.oid = ind_stor.relam
left join pg_catalog.pg_opclass on pg_opclass.oid = any (ind_head.indclass)
where tab.relnamespace = 'public'::regnamespace::oid and tab.relkind in ('r', 'm', 'v', 'p') and ind_stor.relkind in ('i', 'I')
order by index_id, opcmethod;
select D.objoid id, C.relkind::char as kind, D.objsubid sub_id, D.description
from pg_catalog.pg_description D
join pg_catalog.pg_class C on D.objoid = C.oid
where C.relnamespace = 'public'::regnamespace::oid and C.relkind != 'c' and D.classoid = 'pg_catalog.pg_class'::regclass
order by id;
select T.oid as view_id, pg_catalog.pg_get_viewdef(T.oid, true) as source_text
from pg_catalog.pg_class T where T.relnamespace = 'public'::regnamespace::oid and T.relkind in ('m', 'v') order by T.oid;

-- keep-alive
select 1;
