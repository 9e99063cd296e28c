-- What a statement would do: kind | effects | hasWhere (yes, no, none) | statement. Effects: r(ead) w(rite) d(efine)
-- s(ession); `!` at the end: never passed on. Add lines freely.
select | r | none | SELECT 1
select | r | none | VALUES (1), (2)
select | r | no | TABLE patients
select | r | no | SELECT * FROM patients
select | r | yes | SELECT * FROM patients WHERE id = 1
select | r | yes | SELECT * FROM patients WHERE id = $1
select | r | no | SELECT * FROM patients WHERE true
select | r | no | SELECT * FROM patients WHERE 1 = 1
select | r | no | SELECT * FROM patients WHERE id = id
select | r | no | SELECT * FROM patients WHERE id = 1 OR true
select | r | no | SELECT * FROM patients WHERE 'a' = 'a'
select | r | no | SELECT * FROM patients WHERE name LIKE '%'
select | r | no | SELECT * FROM a UNION ALL SELECT * FROM b WHERE x = 1
select | r | yes | SELECT * FROM a WHERE y = 2 UNION ALL SELECT * FROM b WHERE x = 1
select | rw | yes | SELECT * FROM patients WHERE id = 1 FOR UPDATE
select | r | yes | SELECT upper(name), count(*), now() FROM patients WHERE id IN (1, 2)
select | rw | none | SELECT nextval('s')
select | rw | none | SELECT setval('s', 1)
select | rw | none | SELECT some_function(1)
select | rw | none | SELECT public.upper('x')
select | r | none | SELECT pg_catalog.upper('x')
select | rs | none | SELECT pg_advisory_lock(1)
select | rs | none | SELECT set_config('my.app', 'x', false)
select | rs | none | SELECT set_config('search_path', 'a', true)
select | rs! | none | SELECT set_config('role', 'x', false)
select | rs! | none | SELECT set_config('my.app', current_user, false)
select | rs | none | SELECT set_config('my.app', $1, false)
select | rs! | none | SELECT set_config('my.app', $1 || '', false)
select | rs! | none | SELECT set_config('search_path', $1, false)
select | rs! | none | SELECT set_config('x' || 'y', 'z', false)
select | rs! | none | SELECT pg_catalog.set_config('session_authorization', 'x', false)
select | rw! | none | SELECT pg_terminate_backend(1)
select | rw! | none | SELECT pg_read_file('x')
select | rw! | none | SELECT lo_unlink(1)
select | rw! | none | SELECT query_to_xml('delete from p', true, true, '')
select | rw! | no | SELECT * FROM dblink('x', 'y') AS t(a int)
select | rw! | none | SELECT ext.dblink_exec('x', 'delete from p')
select | rw! | none | SELECT pg_logical_slot_get_changes('a', NULL, NULL)
select | rw! | none | SELECT pg_switch_wal()
select | rw | none | SELECT pg_notify('a', 'b')
select | rs | none | SELECT pg_sleep(1)
select | rw | no | WITH d AS (DELETE FROM patients RETURNING *) SELECT * FROM d
select | rw | yes | WITH d AS (DELETE FROM patients WHERE id = 1 RETURNING *) SELECT * FROM d
select | rw | no | WITH u AS (UPDATE patients SET a = 1) SELECT 1
select | rw | no | SELECT * FROM x, LATERAL (SELECT 1) y, (WITH q AS (DELETE FROM z) SELECT 1) k
select | r | yes | WITH a AS (SELECT 1) SELECT * FROM a WHERE "?column?" = 2
insert | w | none | INSERT INTO log (line) VALUES ('x')
insert | rw | none | INSERT INTO log (line) VALUES ('x') RETURNING id
insert | rw | none | INSERT INTO log SELECT * FROM patients
insert | w | none | INSERT INTO log DEFAULT VALUES
insert | w | none | INSERT INTO log (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET id = excluded.id
update | w | no | UPDATE patients SET a = 1
update | w | yes | UPDATE patients SET a = 1 WHERE id = 3
update | w | yes | UPDATE patients p SET a = 1 WHERE p.id = 3
update | w | no | UPDATE patients SET a = 1 WHERE true
update | w | no | UPDATE patients SET a = 1 WHERE NOT false
update | w | no | UPDATE patients SET a = 1 WHERE id IS NOT NULL
update | w | yes | UPDATE patients SET a = 1 WHERE a IS NULL
update | w | no | UPDATE patients SET a = 1 WHERE id = 1 OR id <> 1
update | w | no | UPDATE patients SET a = 1 WHERE id > 5 OR id <= 5
update | w | no | UPDATE patients SET a = 1 WHERE id = 1 OR NOT id = 1
update | w | no | UPDATE patients SET a = 1 WHERE id IS NULL OR id IS NOT NULL
update | w | no | UPDATE patients SET a = 1 WHERE id <= id + 1
update | w | no | UPDATE patients SET a = 1 WHERE coalesce(id = id, true)
update | w | no | UPDATE patients SET a = 1 WHERE length('x') = 1
update | w | no | UPDATE patients SET a = 1 WHERE current_user = 'me'
update | w | no | UPDATE patients SET a = 1 WHERE $1
update | w | no | UPDATE patients SET a = 1 WHERE now() > '2020-01-01'
update | w | no | UPDATE patients SET a = 1 WHERE EXISTS (SELECT 1)
update | rw | no | UPDATE patients SET a = 1 WHERE id IN (SELECT id FROM patients)
update | rw | yes | UPDATE patients SET a = 1 WHERE id IN (SELECT patient_id FROM visits)
update | rw | yes | UPDATE patients SET a = 1 WHERE EXISTS (SELECT 1 FROM visits v WHERE v.patient_id = patients.id)
update | rw | no | UPDATE patients SET a = 1 FROM patients p2 WHERE patients.id = p2.id
update | rw | yes | UPDATE patients SET a = v.b FROM visits v WHERE v.patient_id = patients.id
update | rw | no | UPDATE patients SET a = 1 FROM visits v WHERE v.id = 7
update | w | no | UPDATE patients SET a = 1 WHERE CASE WHEN id = 1 THEN true ELSE true END
update | w | no | UPDATE patients SET a = 1 WHERE tableoid > 0
update | w | no | UPDATE patients SET a = 1 WHERE name ~ '.*'
update | w | no | UPDATE patients SET a = 1 WHERE name ILIKE '%%'
update | w | yes | UPDATE patients SET a = 1 WHERE CURRENT OF c
update | w | yes | UPDATE patients SET a = 1 WHERE false
update | w | yes | UPDATE patients SET a = 1 WHERE id BETWEEN 1 AND 5
update | w | no | UPDATE patients SET a = 1 WHERE id BETWEEN id AND id
delete | w | no | DELETE FROM patients
delete | w | no | DELETE FROM ONLY patients
delete | w | yes | DELETE FROM patients WHERE id = 1
delete | rw | no | DELETE FROM patients USING visits
delete | rw | yes | DELETE FROM patients USING visits v WHERE v.patient_id = patients.id
delete | rw | no | DELETE FROM patients RETURNING *
delete | w | no | DELETE FROM patients WHERE 1 <> 2
merge | rw | yes | MERGE INTO a USING b ON a.id = b.id WHEN MATCHED THEN UPDATE SET x = b.x
merge | rw | no | MERGE INTO a USING b ON true WHEN MATCHED THEN DELETE
merge | rw | no | MERGE INTO a USING a b ON a.id = b.id WHEN MATCHED THEN DELETE
merge | rw | yes | MERGE INTO a USING a b ON a.id = b.id WHEN MATCHED AND a.x = 1 THEN DELETE
merge | rw | no | MERGE INTO a USING b ON a.id = b.id WHEN NOT MATCHED BY SOURCE THEN DELETE
merge | rw | yes | MERGE INTO a USING b ON a.id = b.id WHEN NOT MATCHED THEN INSERT VALUES (1)
copy-out | r | no | COPY patients TO STDOUT
copy-out | r | yes | COPY (SELECT * FROM patients WHERE id = 1) TO STDOUT
copy-out | rw | no | COPY (DELETE FROM patients RETURNING *) TO STDOUT
copy-out | r! | no | COPY patients TO PROGRAM 'x'
copy-out | r! | no | COPY patients TO '/tmp/x'
copy-in | w | no | COPY patients FROM STDIN
copy-in | w! | no | COPY patients FROM PROGRAM 'x'
create-table-as | rwd | no | CREATE TABLE a AS SELECT * FROM patients
create-table-as | rwd | no | SELECT * INTO a FROM patients
create-table-as | rwd | no | CREATE MATERIALIZED VIEW a AS SELECT * FROM patients
create-table-as | rwd | no | SELECT * INTO a FROM b UNION SELECT * FROM c
truncate | w | no | TRUNCATE patients
truncate | w | no | TRUNCATE a, b CASCADE
drop | wd | no | DROP TABLE patients
drop | wd | no | DROP SCHEMA x CASCADE
drop | wd | no | DROP FUNCTION f(integer)
drop | wd | none | DROP ROLE x
define | d | none | CREATE TABLE a (b int)
define | d | none | CREATE VIEW v AS SELECT 1
define | d | none | ALTER TABLE a DROP COLUMN b
define | d | none | CREATE INDEX i ON a (b)
define | d | none | CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 1'
define | d! | none | CREATE FUNCTION f() RETURNS int LANGUAGE plpython3u AS 'x'
define | d! | none | CREATE FUNCTION f() RETURNS int AS 'lib', 'x' LANGUAGE c
define | d! | none | ALTER SYSTEM SET log_statement = 'all'
define | d | none | COMMENT ON TABLE a IS 'x'
define | d | none | CREATE EXTENSION pgcrypto
define | wd | no | CREATE RULE r AS ON INSERT TO a DO ALSO DELETE FROM b
grant | d | none | GRANT SELECT ON a TO b
grant | d | none | CREATE ROLE x
grant | d | none | ALTER ROLE x SET search_path = y
maintain | w | none | VACUUM patients
maintain | w | none | ANALYZE
maintain | w | none | REINDEX TABLE patients
maintain | w | none | REFRESH MATERIALIZED VIEW m
lock | r | none | LOCK TABLE a IN ACCESS SHARE MODE
lock | w | none | LOCK TABLE a
explain | r | no | EXPLAIN SELECT * FROM patients
explain | r | no | EXPLAIN DELETE FROM patients
explain | rw | no | EXPLAIN ANALYZE DELETE FROM patients
explain | rw | no | EXPLAIN (ANALYZE true, VERBOSE) DELETE FROM patients
explain | rw | no | EXPLAIN (ANALYZE 1) DELETE FROM patients
explain | r | no | EXPLAIN (ANALYZE off) DELETE FROM patients
explain | rw | no | EXPLAIN (ANALYZE off, ANALYZE on) DELETE FROM patients
explain | rwd | no | EXPLAIN ANALYZE CREATE TABLE a AS SELECT * FROM b
explain | rw | none | EXPLAIN ANALYZE EXECUTE x
prepare | s | no | PREPARE x AS DELETE FROM patients
execute | r | none | EXECUTE x(1)
deallocate | s | none | DEALLOCATE ALL
declare | rs | no | DECLARE c CURSOR FOR SELECT * FROM patients
declare | rws | none | DECLARE c CURSOR FOR SELECT some_function(1)
fetch | r | none | FETCH 10 FROM c
close | s | none | CLOSE c
set | s | none | SET search_path = a, b
set | s | none | SET statement_timeout = 0
set | s | none | SET enable_seqscan = off
set | s | none | SET my.setting = 'x'
set | s | none | SET client_encoding = 'UTF8'
set | s | none | SET NAMES 'UTF8'
set | s | none | SET standard_conforming_strings = on
set | s | none | RESET ALL
set | s | none | SET TRANSACTION ISOLATION LEVEL SERIALIZABLE
set | s | none | SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY
set | s | none | SET LOCAL TIME ZONE 'UTC'
set | s! | none | SET NAMES 'LATIN1'
set | s! | none | SET client_encoding = 'SQL_ASCII'
set | s! | none | SET standard_conforming_strings = off
set | s! | none | SET ROLE admin
set | s! | none | SET SESSION AUTHORIZATION admin
set | s! | none | RESET ROLE
set | s! | none | RESET SESSION AUTHORIZATION
set | s! | none | SET row_security = off
set | s! | none | SET session_replication_role = replica
set | s! | none | SET log_statement = 'all'
set | s! | none | SET debug_print_rewritten = on
set | s! | none | SET local_preload_libraries = 'x'
set | s! | none | SET sallyport.subject = 'x'
set | s! | none | SET client_min_messages = debug5
set | s! | none | SET backslash_quote = on
set | s! | none | SET what_is_this = 1
set | s! | none | SET auto_explain.log_min_duration = 0
show | r | none | SHOW search_path
show | r | none | SHOW ALL
discard | s | none | DISCARD ALL
transaction | s | none | BEGIN
transaction | s | none | COMMIT
transaction | s | none | ROLLBACK TO a
transaction | s | none | SAVEPOINT a
transaction | s! | none | PREPARE TRANSACTION 'x'
transaction | s! | none | COMMIT PREPARED 'x'
listen | s | none | LISTEN c
listen | s | none | UNLISTEN *
notify | s | none | NOTIFY c, 'x'
do | rwds | none | DO $$ BEGIN DELETE FROM patients; END $$
call | rwds | none | CALL p(1)
other | rwds! | none | LOAD 'x'
