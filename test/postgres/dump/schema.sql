-- A small clinic as pg_dump meets it: hidden columns beside harmless ones, and one of most things it asks about.
CREATE TYPE public.severity AS ENUM ('mild', 'grave');
CREATE DOMAIN public.ward_code AS text CHECK (value <> '');
CREATE TABLE public.wards (code public.ward_code PRIMARY KEY, title text NOT NULL, beds integer DEFAULT 4 CHECK (beds > 0));
CREATE TABLE public.patients (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ward public.ward_code REFERENCES public.wards,
  full_name text NOT NULL,
  ssn text UNIQUE,
  state public.severity DEFAULT 'mild'
);
COMMENT ON TABLE public.patients IS 'who is here';
CREATE TABLE public.visits (id serial PRIMARY KEY, patient_id integer REFERENCES public.patients, at date) PARTITION BY RANGE (id);
CREATE TABLE public.visits_one PARTITION OF public.visits FOR VALUES FROM (1) TO (1000);
CREATE INDEX visits_at ON public.visits (at);
CREATE VIEW public.beds AS SELECT code, beds FROM public.wards;
CREATE MATERIALIZED VIEW public.counts AS SELECT ward, count(*) AS n FROM public.patients GROUP BY ward;
CREATE FUNCTION public.free_beds(w text) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT beds - count(p.id) FROM public.wards LEFT JOIN public.patients p ON p.ward = code WHERE code = w GROUP BY beds';
CREATE FUNCTION public.stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.at := coalesce(NEW.at, current_date); RETURN NEW; END $$;
CREATE TRIGGER visits_stamp BEFORE INSERT ON public.visits FOR EACH ROW EXECUTE FUNCTION public.stamp();
GRANT SELECT (id, ward) ON public.patients TO pg_monitor;
ALTER TABLE public.wards ENABLE ROW LEVEL SECURITY;
CREATE POLICY all_wards ON public.wards USING (true);
INSERT INTO public.wards VALUES ('north', 'the north ward', 6), ('south', 'the south ward', 2);
INSERT INTO public.patients (ward, full_name, ssn) VALUES
  ('north', 'Ondrabelle Quistwater', '900-61-4471'), ('south', 'Thessaly Vornhaupt', '900-61-4472'), ('north', 'Ruprecht Oddlestone', '900-61-4473');
INSERT INTO public.visits (patient_id, at) SELECT 1 + i % 3, date '2026-01-01' + i FROM generate_series(1, 7) i;
REFRESH MATERIALIZED VIEW public.counts;
-- The server guesses at what it has not counted.
ANALYZE;
