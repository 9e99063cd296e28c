-- What the lineage corpus is run against. Protected: ssn, full_name and mrn of patients, badge of staff, finding of labs,
-- body, doc, phones and born of notes.
-- The planted values have no shape that a detector could know.
CREATE SCHEMA hidden;
CREATE TABLE patients (
  id integer PRIMARY KEY,
  full_name text NOT NULL,
  ssn text NOT NULL UNIQUE,
  mrn integer NOT NULL,
  ward text NOT NULL,
  age integer NOT NULL,
  tags text[] NOT NULL DEFAULT '{}',
  extra jsonb NOT NULL DEFAULT '{}',
  initials text GENERATED ALWAYS AS (lower(full_name)) STORED,
  CONSTRAINT adult CHECK (age >= 0)
);
INSERT INTO patients (id, full_name, ssn, mrn, ward, age) VALUES
  (1, 'Zorbelquint Amaretho', 'kevvistan-plo-one', 730918221, 'north', 34),
  (2, 'Yndrazil Pomtweck', 'qorrimash-tiv-two', 730918222, 'south', 51),
  (3, 'Hasperoon Vildemar', 'wubbelnax-sef-three', 730918223, 'north', 67);
CREATE TABLE visits (id integer PRIMARY KEY, patient_id integer REFERENCES patients, reason text, happened date);
INSERT INTO visits VALUES (1, 1, 'check', '2026-01-02'), (2, 2, 'follow-up', '2026-02-03'), (3, 3, 'check', '2026-03-04');
CREATE TABLE departments (id integer PRIMARY KEY, name text, floor integer);
INSERT INTO departments VALUES (1, 'north', 1), (2, 'south', 2);
CREATE TABLE staff (id integer PRIMARY KEY, badge text, role text);
INSERT INTO staff VALUES (1, 'trolvaneck-badge', 'nurse'), (2, 'midderglump-badge', 'doctor');
CREATE TABLE labs (id integer, taken date, finding text) PARTITION BY RANGE (taken);
CREATE TABLE labs_2026 PARTITION OF labs FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO labs VALUES (1, '2026-05-01', 'sprangolite-finding'), (2, '2026-06-01', 'vexormindal-finding');
CREATE TABLE old_patients () INHERITS (patients);
INSERT INTO old_patients (id, full_name, ssn, mrn, ward, age) VALUES (9, 'Quibbelstrand Ono', 'jaffrentil-old-nine', 730918229, 'west', 80);
CREATE TABLE log (id integer GENERATED ALWAYS AS IDENTITY, line text, other text);
CREATE TABLE holders (id integer, held patients);
INSERT INTO holders SELECT id, p FROM patients p WHERE id = 1;
CREATE TABLE hidden.secrets (id integer, ssn text);
INSERT INTO hidden.secrets VALUES (1, 'kevvistan-plo-one');
CREATE VIEW v_plain AS SELECT id, ssn AS code, ward FROM patients;
CREATE VIEW v_nested AS SELECT id, 'x' || code AS label, ward FROM v_plain;
CREATE VIEW v_star AS SELECT * FROM patients;
CREATE VIEW v_clean AS SELECT id, ward, age FROM patients;
CREATE VIEW v_counts AS SELECT ward, count(ssn) AS n, avg(age) AS mean FROM patients GROUP BY ward;
CREATE MATERIALIZED VIEW m_codes AS SELECT id, reverse(ssn) AS backwards FROM patients;
CREATE RECURSIVE VIEW v_rec (n, s) AS SELECT 1, ssn FROM patients WHERE id = 1 UNION ALL SELECT n + 1, s FROM v_rec WHERE n < 3;
CREATE FUNCTION f_sql(i integer) RETURNS text LANGUAGE sql STABLE AS 'SELECT ssn FROM patients WHERE id = i';
CREATE FUNCTION f_atomic(i integer) RETURNS text LANGUAGE sql STABLE BEGIN ATOMIC SELECT p.ssn FROM patients p WHERE p.id = i; END;
CREATE FUNCTION f_return(t text) RETURNS text LANGUAGE sql IMMUTABLE RETURN upper(t);
CREATE FUNCTION f_table() RETURNS TABLE (a integer, b text) LANGUAGE sql STABLE AS 'SELECT id, full_name FROM patients';
CREATE FUNCTION f_rows() RETURNS SETOF patients LANGUAGE sql STABLE AS 'SELECT * FROM patients';
CREATE FUNCTION f_pl(i integer) RETURNS text LANGUAGE plpgsql STABLE AS $$ DECLARE r text; BEGIN SELECT ssn INTO r FROM patients WHERE id = i; RETURN r; END $$;
CREATE FUNCTION f_dyn(q text) RETURNS text LANGUAGE plpgsql AS $$ DECLARE r text; BEGIN EXECUTE q INTO r; RETURN r; END $$;
CREATE FUNCTION f_definer(i integer) RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN RETURN (SELECT ssn FROM patients WHERE id = i); END $$;
CREATE FUNCTION f_shout(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN upper(t) || '!'; END $$;
CREATE FUNCTION f_double(i integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT i * 2';
CREATE FUNCTION f_say(t text) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '%', t; RETURN 1; END $$;
CREATE FUNCTION f_fixed(i integer) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ssn FROM patients WHERE id = i';
CREATE FUNCTION f_default(t text DEFAULT f_sql(1)) RETURNS text LANGUAGE sql STABLE AS 'SELECT t';
CREATE FUNCTION f_cursor() RETURNS refcursor LANGUAGE plpgsql AS $$ DECLARE c refcursor := 'opened'; BEGIN OPEN c FOR SELECT ssn FROM patients; RETURN c; END $$;
CREATE FUNCTION op_peek(integer, integer) RETURNS text LANGUAGE sql STABLE AS 'SELECT ssn FROM patients WHERE id = $1';
CREATE OPERATOR <?> (FUNCTION = op_peek, LEFTARG = integer, RIGHTARG = integer);
CREATE AGGREGATE gather (text) (SFUNC = textcat, STYPE = text, INITCOND = '');
CREATE PROCEDURE p_out(INOUT s text) LANGUAGE plpgsql AS $$ BEGIN SELECT ssn INTO s FROM patients WHERE id = 1; END $$;
CREATE TYPE pair AS (a text, b integer);
CREATE TYPE boxed AS (v text);
CREATE FUNCTION to_boxed(integer) RETURNS boxed LANGUAGE sql STABLE AS 'SELECT ROW(ssn)::boxed FROM patients WHERE id = $1';
CREATE CAST (integer AS boxed) WITH FUNCTION to_boxed(integer);
CREATE TYPE mood AS ENUM ('calm', 'tense');
CREATE DOMAIN short AS text CHECK (length(value) < 60);
CREATE TABLE notes (
  id integer PRIMARY KEY,
  patient_id integer,
  kind mood,
  body short,
  doc jsonb,
  phones text[],
  born date,
  plain jsonb,
  labels text[],
  span int4range,
  made timestamptz DEFAULT '2026-01-01 10:00+00'
);
INSERT INTO notes (id, patient_id, kind, body, doc, phones, born, plain, labels, span) VALUES
  (1, 1, 'calm', 'glimmerthwaite body', '{"who": "snorklebind doc", "n": 1}', '{pharrowmint-tel,ozzelquat-tel}', '1931-07-19', '{"a": {"b": [1, 2]}, "c": "x"}', '{red,blue}', '[1,5)'),
  (2, 2, 'tense', 'brundlewicket body', '{"who": "trezzanick doc", "n": 2}', '{}', '1947-11-23', '{"a": {"b": []}}', '{green}', '[4,9)');
CREATE TABLE numbers (n integer PRIMARY KEY);
INSERT INTO numbers SELECT generate_series(0, 300);
CREATE TABLE audit (at timestamptz, line text);
CREATE FUNCTION t_audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit (at, line) VALUES (now(), OLD.body); RETURN NEW; END $$;
CREATE TRIGGER notes_audit AFTER UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION t_audit();
CREATE FUNCTION t_stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.floor := coalesce(NEW.floor, 0); RETURN NEW; END $$;
CREATE TRIGGER departments_stamp BEFORE INSERT OR UPDATE ON departments FOR EACH ROW EXECUTE FUNCTION t_stamp();
CREATE TABLE tickets (id integer PRIMARY KEY, made date DEFAULT current_date, opener text DEFAULT f_sql(1));
CREATE FUNCTION f_ward_size(w text) RETURNS bigint LANGUAGE plpgsql STABLE AS $$ DECLARE n bigint; BEGIN SELECT count(*) INTO n FROM patients WHERE ward = w; IF n IS NULL THEN n := 0; END IF; RETURN n; END $$;
CREATE FUNCTION f_wards() RETURNS TABLE (w text, n bigint) LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN QUERY SELECT p.ward, count(*) FROM patients p GROUP BY 1 ORDER BY 1; END $$;
CREATE FUNCTION f_loop() RETURNS integer LANGUAGE plpgsql STABLE AS $$ DECLARE r record; t integer := 0; BEGIN FOR r IN SELECT floor FROM departments LOOP t := t + coalesce(r.floor, 0); END LOOP; RETURN t; END $$;
CREATE FUNCTION f_list() RETURNS TABLE (s text) LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN QUERY SELECT p.ssn FROM patients p; END $$;
CREATE FUNCTION f_each() RETURNS text LANGUAGE plpgsql STABLE AS $$ DECLARE r record; t text := ''; BEGIN FOR r IN SELECT * FROM patients LOOP t := t || r.full_name; END LOOP; RETURN t; END $$;
CREATE FUNCTION f_guess(i integer) RETURNS text LANGUAGE plpgsql STABLE AS $$ DECLARE o text := ''; c integer; k integer; BEGIN FOR k IN 1..17 LOOP FOR c IN 32..126 LOOP IF EXISTS (SELECT 1 FROM patients WHERE id = i AND substr(ssn, k, 1) = chr(c)) THEN o := o || chr(c); END IF; END LOOP; END LOOP; RETURN o; END $$;
CREATE FUNCTION f_steps() RETURNS integer LANGUAGE sql AS 'INSERT INTO log (line) SELECT ssn FROM patients; SELECT 1';
CREATE FUNCTION f_volatile(i integer) RETURNS integer LANGUAGE sql AS 'SELECT i + 1';
CREATE FUNCTION f_age_band(a integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN a < 40 THEN 'young' ELSE 'old' END $$;
CREATE VIEW v_windows AS SELECT id, ward, row_number() OVER (PARTITION BY ward ORDER BY id) AS place FROM patients;
CREATE VIEW v_union AS SELECT name AS t FROM departments UNION ALL SELECT badge FROM staff;
CREATE VIEW v_json AS SELECT p.id, to_jsonb(p) AS j FROM patients p;
CREATE EXTENSION hstore;
CREATE EXTENSION pgcrypto;
CREATE EXTENSION pg_trgm;
ANALYZE;
