-- The synthetic clinic. Loaded anew at each start of the demo; every person in it is invented.
DROP TABLE IF EXISTS invoices, labs, medications, appointments, notes, encounters, patients;

CREATE TABLE patients (
  id integer PRIMARY KEY,
  mrn text NOT NULL UNIQUE,
  full_name text NOT NULL, -- not `name`, which is a word of the protocol that carries it
  dob date NOT NULL,
  sex text NOT NULL,
  ssn text NOT NULL UNIQUE,
  phone text NOT NULL,
  email text NOT NULL,
  address text NOT NULL,
  city text NOT NULL,
  zip text NOT NULL
);

CREATE TABLE encounters (
  id integer PRIMARY KEY,
  patient_id integer NOT NULL REFERENCES patients ON DELETE CASCADE,
  date date NOT NULL,
  kind text NOT NULL,
  reason text NOT NULL,
  clinician text NOT NULL
);

CREATE TABLE notes (
  id integer PRIMARY KEY,
  encounter_id integer NOT NULL REFERENCES encounters ON DELETE CASCADE,
  patient_id integer NOT NULL REFERENCES patients ON DELETE CASCADE,
  date date NOT NULL,
  author text NOT NULL,
  note text NOT NULL
);

CREATE TABLE appointments (
  id integer PRIMARY KEY,
  patient_id integer NOT NULL REFERENCES patients ON DELETE CASCADE,
  starts_at timestamp NOT NULL,
  clinic_room text NOT NULL,
  status text NOT NULL
);

CREATE TABLE medications (
  id integer PRIMARY KEY,
  patient_id integer NOT NULL REFERENCES patients ON DELETE CASCADE,
  drug text NOT NULL,
  dose text NOT NULL,
  started_on date NOT NULL
);

CREATE TABLE labs (
  id integer PRIMARY KEY,
  patient_id integer NOT NULL REFERENCES patients ON DELETE CASCADE,
  test text NOT NULL,
  value numeric NOT NULL,
  unit text NOT NULL,
  taken_on date NOT NULL
);

CREATE TABLE invoices (
  id integer PRIMARY KEY,
  patient_id integer NOT NULL REFERENCES patients ON DELETE CASCADE,
  invoice_no text NOT NULL UNIQUE,
  amount_cents integer NOT NULL,
  issued_on date NOT NULL,
  paid boolean NOT NULL
);
