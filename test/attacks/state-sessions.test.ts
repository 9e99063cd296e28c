// Attacks by what a session keeps: cursors, portals, prepared statements, paths, transactions. Promise: no protected value
// comes out of any of them.
import { type Attacks, playAll } from './state-steps.ts'

const FROM = 'as select note as x from visits'
const CLEAN = 'as select x from plain'
const READ = "select x || '' as y from v$"
const secretly = "language plpgsql as 'begin return (select note from visits limit 1); end'"
const plainly = "language plpgsql as 'begin return ''tame''; end'"
const ANEW = `1: create or replace view u$ ${FROM}`
const calls = `create view u$ ${CLEAN}; create function f$(a int default 1) returns text language plpgsql as 'begin return (select x from u$ limit 1); end'`
const twoPlaces = `create schema c$; create view v$ ${CLEAN}; create view c$.v$ ${FROM}`
const three = 'from generate_series(1, 3) n'

const attacks: Attacks = {
  'a cursor whose function is replaced by another session': {
    setup: calls,
    steps: [
      '2: begin',
      `2: declare k$ cursor for select f$(n) as y ${three}`,
      ANEW,
      '2: select x from spare',
      '2: fetch k$',
      '2: commit',
    ],
  },
  'a cursor whose function is replaced in its own transaction': {
    setup: calls,
    steps: [
      '1: begin',
      `1: declare k$ cursor for select f$(n) as y ${three}`,
      '1: fetch k$',
      ANEW,
      '1: fetch k$',
      '1: commit',
    ],
  },
  'a cursor whose function reads what the path says now': {
    setup: `${twoPlaces}; create function f$(a int) returns text language plpgsql as 'begin return (select x from v$ limit 1); end'`,
    steps: [
      '1: begin',
      `1: declare k$ cursor for select f$(n) as y ${three}`,
      '1: fetch k$',
      '1: set search_path = c$, public',
      '1: fetch k$',
      '1: commit',
    ],
  },
  'a cursor whose function reads a view that is replaced': {
    setup: `create view v$ ${CLEAN}; create function f$(a int) returns text language plpgsql as 'begin return (select x from v$ limit 1); end'`,
    steps: [
      '2: begin',
      `2: declare k$ cursor for select f$(n) as y ${three}`,
      `1: create or replace view v$ ${FROM}`,
      '2: fetch all k$',
      '2: commit',
    ],
  },
  'a cursor over a view whose function is replaced': {
    setup: `${calls}; create view w$ as select f$(n) as y ${three}`,
    steps: [
      '2: begin',
      '2: declare k$ cursor for select y from w$',
      ANEW,
      '2: select x from spare',
      '2: fetch k$',
      '2: commit',
    ],
  },
  'a cursor that a function closes and opens anew': {
    setup: `create function g$() returns int stable language plpgsql as 'declare r refcursor := ''k$''; begin close r; open r for select note || '''' as y from visits; return 1; end'`,
    steps: [
      '1: begin',
      "1: declare k$ cursor for select x || '' as y from plain",
      '1: select g$()',
      '1: fetch k$',
      '1: commit',
    ],
  },
  'a cursor that a trigger closes and opens anew': {
    setup: `create table t$ (a int); create function g$() returns trigger language plpgsql as 'declare r refcursor := ''k$''; begin close r; open r for select note || '''' as y from visits; return new; end'; create trigger g$ before insert on t$ for each row execute function g$()`,
    steps: [
      '1: begin',
      "1: declare k$ cursor for select x || '' as y from plain",
      '1: insert into t$ values (1)',
      '1: fetch k$',
      '1: commit',
    ],
  },
  'a statement that a trigger prepares anew': {
    setup: `create table t$ (a int); create function g$() returns trigger language plpgsql as 'begin execute ''deallocate p$''; execute ''prepare p$ as select note || '''''''' as y from visits''; return new; end'; create trigger g$ before insert on t$ for each row execute function g$()`,
    steps: ["1: prepare p$ as select x || '' as y from plain", '1: insert into t$ values (1)', '1: execute p$'],
  },
  'a prepared statement over a view that is replaced': {
    setup: `create view v$ ${CLEAN}`,
    steps: [`2: prepare p$ as ${READ}`, '2: execute p$', `1: create or replace view v$ ${FROM}`, '2: execute p$'],
  },
  'a prepared statement over a function that is replaced': {
    setup: calls,
    steps: ['2: prepare p$ as select f$() as y', '2: execute p$', ANEW, '2: execute p$'],
  },
  'a temporary view whose base is replaced': {
    setup: `create view v$ ${CLEAN}`,
    steps: [
      '2: create temp view w$ as select x from v$',
      "2: select x || '' as y from w$",
      `1: create or replace view v$ ${FROM}`,
      "2: select x || '' as y from w$",
    ],
  },
  'a temporary view over a function that is replaced': {
    setup: calls,
    steps: ['2: create temp view w$ as select f$() as x', '2: select x from w$', ANEW, '2: select x from w$'],
  },
  'a view dropped and made again while another waits in a transaction': {
    setup: `create view v$ ${CLEAN}`,
    steps: ['2: begin', '2: select 1', '1: drop view v$', `1: create view v$ ${FROM}`, `2: ${READ}`, '2: commit'],
  },
  'a child that another session gives to a table': {
    setup: 'create table b$ (x text)',
    steps: [
      "2: select x || '' as y from b$",
      '1: alter table visits rename note to x',
      '1: rollback',
      '1: create view u$ as select x from deep',
      '1: create rule r$ as on select to b$ do instead select 1',
      '1: alter table b$ rename to o$',
      '1: alter view u$ rename to b$',
      "2: select x || '' as y from b$",
      '1: alter table visits rename x to note',
    ],
  },
  'a rule that another session puts on a table': {
    setup: 'create table b$ (x text)',
    steps: [
      "2: insert into b$ values ('a') returning x || ''",
      "1: create rule r$ as on insert to b$ do instead insert into spare values ('x') returning (select note from visits limit 1)",
      "2: insert into b$ values ('a') returning x || ''",
    ],
  },
  'an operator made for a path': {
    setup: `create schema o$; create function o$.h(int, text) returns text ${secretly}`,
    steps: [
      '2: select x from plain',
      '1: create operator o$.|| (leftarg = int, rightarg = text, function = o$.h)',
      '2: set search_path = o$, public',
      "2: select 1 || 'a'::text as y",
    ],
  },
  'a cast that another session makes': {
    setup: `create type e$ as enum ('a'); create function h$(e$) returns text ${secretly}`,
    steps: [
      "2: select 'a'::e$::text as y",
      '1: create cast (e$ as varchar) with function h$(e$)'.replace('varchar', 'xml'),
      '1: drop cast if exists (e$ as xml)',
      '1: create cast (e$ as text) with function h$(e$)',
      "2: select 'a'::e$::text as y",
    ],
  },
  'a cast to an array': {
    setup: `create type e$ as (x text); create function h$(int) returns e$[] language plpgsql as 'begin return array[row((select note from visits limit 1))::e$]; end'; create cast (int as e$[]) with function h$(int)`,
    steps: ['1: select 5::e$[] as y', '1: select ((5::e$[])[1]).x as y'],
  },
  'an overload that another session makes': {
    setup: `create function f$(a bigint) returns text ${plainly}`,
    steps: ['2: select f$(1) as y', `1: create function f$(a int) returns text ${secretly}`, '2: select f$(1) as y'],
  },
  'a function moved onto the path': {
    setup: `create schema o$; create function o$.f$(a int) returns text ${secretly}; create function f$(a bigint) returns text ${plainly}`,
    steps: ['2: select f$(1) as y', '1: alter function o$.f$(int) set schema public', '2: select f$(1) as y'],
  },
  'a function renamed': {
    setup: `create function o$(a int) returns text ${secretly}; create function f$(a bigint) returns text ${plainly}`,
    steps: ['2: select f$(1) as y', '1: alter function o$(int) rename to f$', '2: select f$(1) as y'],
  },
  'a function whose own path is altered': {
    setup: `${twoPlaces}; create function f$() returns text language plpgsql set search_path = public as 'begin return (select x from v$ limit 1); end'`,
    steps: ['2: select f$() as y', '1: alter function f$() set search_path = c$, public', '2: select f$() as y'],
  },
  'a session that ends before its definition does': {
    setup: `create view v$ ${CLEAN}`,
    steps: [`2: ${READ}`, `1: begin; create or replace view v$ ${FROM}; commit`, '1. ', `2: ${READ}`],
    modes: ['simple'],
  },
  'a listener': {
    steps: [
      '2: listen c$',
      "1: select pg_notify('c$', (select note from visits))",
      "1: notify c$, 'ze' 'bra'",
      '2: select 1',
    ].filter(step => !step.includes("'ze' 'bra'")),
  },
}

playAll('sessions', attacks)
