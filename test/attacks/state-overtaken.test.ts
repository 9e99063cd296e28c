// Attacks by a definition that comes to be while a statement that was read before it waits at the database. Promise: no
// protected value comes out of any of them.
import { type Attacks, playAll } from './state-steps.ts'

const FROM = 'as select note as x from visits'
const CLEAN = 'as select x from plain'
const CLEAN_VIEW = `create view v$ ${CLEAN}`
const ANEW = `1: create or replace view v$ ${FROM}`
const READ = '2~ select x from v$'
const BY_DO = `1: do 'begin execute ''create or replace view v$ ${FROM}''; end'`
const pause = '1: select pg_sleep(0.3)'
/** A statement that names this first looks at nothing else before it is free. */
const GATE = `create table w$ (n int); insert into w$ values (1); ${CLEAN_VIEW}`
const SHUT = ['3: begin', '3: lock table w$']
const OPEN = ['3: select pg_sleep(0.3)', '3: commit']
/** It knows by then what it reads, and reads until later. */
const LOOKED_UP = '3: select pg_sleep(0.5)'
const THROUGH = '2~ select v.x from w$, v$ v'

const attacks: Attacks = {
  'a view replaced by whom the statement waits for': {
    setup: CLEAN_VIEW,
    steps: ['1: begin', ANEW, READ, pause, '1: commit'],
  },
  'the same, computed': {
    setup: CLEAN_VIEW,
    steps: ['1: begin', ANEW, "2~ select x || '' as y from v$", pause, '1: commit'],
  },
  'a view below the one that is asked': {
    setup: `${CLEAN_VIEW}; create view u$ as select x from v$`,
    steps: ['1: begin', ANEW, '2~ select x from u$', pause, '1: commit'],
  },
  'a table swapped for a view': {
    setup: "create table v$ (x text); insert into v$ values ('tame')",
    steps: ['1: begin', '1: alter table v$ rename to o$', `1: create view v$ ${FROM}`, READ, pause, '1: commit'],
  },
  'columns swapped': {
    setup:
      "create table r$ (x text, y text); insert into r$ values ('tame', 'tame'); create view v$ as select note as x, 'tame' as y from visits",
    steps: [
      '1: begin',
      '1: alter view v$ rename column x to z',
      '1: alter view v$ rename column y to x',
      '1: alter view v$ rename column z to y',
      '2~ select y from v$',
      pause,
      '1: commit',
    ],
  },
  'a definition that begins once the statement waits': {
    setup: GATE,
    steps: [...SHUT, THROUGH, pause, ANEW, ...OPEN],
  },
  'and is undone at once': {
    setup: GATE,
    steps: [
      ...SHUT,
      `${THROUGH}, pg_sleep(1)`,
      pause,
      ANEW,
      ...OPEN,
      LOOKED_UP,
      `1: create or replace view v$ ${CLEAN}`,
    ],
  },
  'a name that comes to be in front': {
    setup: `${GATE}; create schema a$`,
    steps: [
      "2: select set_config('search_path', 'a$, public', false)",
      ...SHUT,
      `${THROUGH}, pg_sleep(1)`,
      pause,
      `1: create view a$.v$ ${FROM}`,
      ...OPEN,
      LOOKED_UP,
      '1: drop view a$.v$',
    ],
  },
  'by a DO block': { setup: CLEAN_VIEW, steps: ['1: begin', BY_DO, READ, pause, '1: commit'] },
  'by a function': {
    setup: `${CLEAN_VIEW}; create function m$() returns text language plpgsql as 'begin execute ''create or replace view v$ ${FROM}''; return 1; end'`,
    steps: ['1: begin', '1: select m$()', READ, pause, '1: commit'],
  },
  'a cursor that is declared meanwhile': {
    setup: CLEAN_VIEW,
    steps: [
      '1: begin',
      ANEW,
      '2: begin',
      '2~ declare c$ cursor for select x from v$',
      pause,
      '1: commit',
      '2: fetch c$',
      '2: commit',
    ],
  },
  'a prepared statement that is run meanwhile': {
    setup: CLEAN_VIEW,
    steps: ['2: prepare p$ as select x from v$', '1: begin', ANEW, '2~ execute p$', pause, '1: commit'],
  },
  'within a transaction of its own': {
    setup: `${CLEAN_VIEW}; create table t$ (n int)`,
    steps: ['1: begin', ANEW, '2: begin', '2: insert into t$ values (1)', READ, pause, '1: commit', '2: select 1'],
  },
  'with a temporary table of its own': {
    setup: CLEAN_VIEW,
    steps: ['2: create temp table t$ (n int)', '1: begin', ANEW, READ, pause, '1: commit'],
  },
  'rows that are given back': {
    setup: `${CLEAN_VIEW}; create table t$ (x text)`,
    steps: ['1: begin', ANEW, '2~ insert into t$ select x from v$ returning x', pause, '1: commit'],
  },
  'rows that are kept': {
    setup: `${CLEAN_VIEW}; create table t$ (x text)`,
    steps: ['1: begin', ANEW, '2~ insert into t$ select x from v$', pause, '1: commit', '2: select x from t$'],
  },
}

// Each takes a second or more, so that the two ways of asking take turns.
const played = Object.entries(attacks).map(([name, attack], at) => [
  name,
  { ...attack, modes: [at % 2 === 0 ? 'simple' : 'extended'] },
])
playAll('overtaken', Object.fromEntries(played), 4)
