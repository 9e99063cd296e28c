// Attacks by definitions that change under what the gateway has read. Promise: no protected value comes out of any of them.
import { type Attacks, playAll } from './state-steps.ts'

const FROM = 'as select note as x from visits'
const CLEAN = 'as select x from plain'
const swap = (a: string, b: string) => [
  `1: alter schema ${a} rename to s$_z`,
  `1: alter schema ${b} rename to ${a}`,
  `1: alter schema s$_z rename to ${b}`,
]
const secretly = "language plpgsql as 'begin return (select note from visits limit 1); end'"
const plainly = "language plpgsql as 'begin return ''tame''; end'"

const attacks: Attacks = {
  'a view replaced twice in one transaction': {
    steps: [
      '1: begin',
      `1: create view v$ ${CLEAN}`,
      "1: select x || '' as y from v$",
      `1: create or replace view v$ ${FROM}`,
      "1: select x || '' as y from v$",
      '1: commit',
    ],
  },
  'a function that takes the place of another within a transaction': {
    setup: `create function h$() returns text ${secretly}`,
    steps: [
      '1: begin',
      `1: create function f$() returns text ${plainly}`,
      '1: select f$()',
      '1: alter function f$() rename to o$',
      '1: alter function h$() rename to f$',
      '1: select f$()',
      '1: rollback',
    ],
  },
  'a view replaced twice and then committed, beside a temporary table': {
    steps: [
      '1: create temp table t$ (a int)',
      '1: begin',
      `1: create view v$ ${CLEAN}`,
      "1: select x || '' as y from v$",
      `1: create or replace view v$ ${FROM}`,
      '1: commit',
      "1: select x || '' as y from v$",
    ],
  },
  'a view of two columns replaced in one transaction': {
    steps: [
      '1: begin',
      '1: create table w$ (a text, b text)',
      '1: create view v$ as select x as a, x as b from plain',
      `1: create or replace view v$ as select x as a, x as b from deep`,
      '1: select a || b as y from v$',
      '1: rollback',
    ],
  },
  'schemas that change names, with functions in them': {
    setup: `create schema a$; create schema b$; create function a$.f() returns text ${plainly}; create function b$.f() returns text ${secretly}`,
    steps: ['2: select a$.f() as y', ...swap('a$', 'b$'), '2: select a$.f() as y'],
  },
  'schemas that change names, with functions in them, for a session with a temporary table': {
    setup: `create schema a$; create schema b$; create function a$.f() returns text ${plainly}; create function b$.f() returns text ${secretly}`,
    steps: ['2: create temp table t$ (a int)', '2: select a$.f() as y', ...swap('a$', 'b$'), '2: select a$.f() as y'],
  },
  'schemas that change names within a transaction': {
    setup: `create schema a$; create schema b$; create function a$.f() returns text ${plainly}; create function b$.f() returns text ${secretly}`,
    steps: ['1: begin', '1: select a$.f() as y', ...swap('a$', 'b$'), '1: select a$.f() as y', '1: rollback'],
  },
  'a view replaced while a session reads by an older moment': {
    setup: `create view v$ ${CLEAN}`,
    steps: [
      "2: select x || '' as y from v$",
      '2: begin isolation level repeatable read',
      '2: select x from plain',
      `1: create or replace view v$ ${FROM}`,
      "2: select x || '' as y from v$",
      '2: commit',
    ],
  },
  'a view replaced while a session with a temporary table reads by an older moment': {
    setup: `create view v$ ${CLEAN}`,
    steps: [
      '2: create temp table t$ (a int)',
      "2: select x || '' as y from v$",
      '2: begin isolation level repeatable read',
      '2: select x from plain',
      `1: create or replace view v$ ${FROM}`,
      "2: select x || '' as y from v$",
      '2: commit',
    ],
  },
  'a view replaced while a session that has made a table reads by an older moment': {
    setup: `create view v$ ${CLEAN}`,
    steps: [
      "2: select x || '' as y from v$",
      '2: begin isolation level serializable',
      '2: select x from plain',
      `1: create or replace view v$ ${FROM}`,
      '2: create table t$ (a int)',
      "2: select x || '' as y from v$",
      '2: rollback',
    ],
  },
  'a function replaced while a session reads by an older moment': {
    setup: `create function f$() returns text ${plainly}; create function h$() returns text ${secretly}`,
    steps: [
      '2: begin isolation level serializable',
      '2: select x from plain',
      '1: alter function f$() rename to o$',
      '1: alter function h$() rename to f$',
      '2: select f$() as y',
      '2: commit',
    ],
  },
  'a path that a view appears on, for a session that reads by an older moment': {
    setup: `create schema c$; create view v$ ${CLEAN}; alter database :db set search_path = public`.replace(
      /; alter.*/,
      '',
    ),
    steps: [
      '1: create schema c$',
      '2: set search_path = c$, public',
      '2: begin isolation level repeatable read',
      "2: select x || '' as y from v$",
      `1: create view c$.v$ ${FROM}`,
      "2: select x || '' as y from v$",
      '2: commit',
    ],
  },
  'a schema on the path that is made later by another session': {
    setup: `create view v$ ${CLEAN}`,
    steps: [
      '2: set search_path = c$, public',
      "2: select x || '' as y from v$",
      '1: create schema c$',
      `1: create view c$.v$ ${FROM}`,
      "2: select x || '' as y from v$",
    ],
  },
  'a schema on the path that is made later, in a transaction': {
    setup: `create view v$ ${CLEAN}`,
    steps: [
      '2: set search_path = c$, public',
      "2: select x || '' as y from v$",
      '1: begin',
      '1: create schema c$',
      `1: create view c$.v$ ${FROM}`,
      '1: commit',
      "2: select x || '' as y from v$",
    ],
  },
  'a schema on the path of one who has a temporary table, made later': {
    setup: `create view v$ ${CLEAN}`,
    steps: [
      '2: create temp table t$ (a int)',
      '2: set search_path = c$, public',
      "2: select x || '' as y from v$",
      '1: create schema c$',
      `1: create view c$.v$ ${FROM}`,
      "2: select x || '' as y from v$",
    ],
  },
  'a schema on the path that is made again': {
    setup: `create view v$ ${CLEAN}; create schema c$`,
    steps: [
      '2: set search_path = c$, public',
      '1: drop schema c$',
      "2: select x || '' as y from v$",
      '1: create schema c$',
      `1: create view c$.v$ ${FROM}`,
      "2: select x || '' as y from v$",
    ],
  },
  'a definition in a text that changes the path first': {
    setup: `create view v$ ${CLEAN}`,
    steps: [
      "2: select x || '' as y from v$",
      '1: set search_path = pg_temp, public',
      `1: set search_path = public; create or replace view v$ ${FROM}`,
      "2: select x || '' as y from v$",
    ],
    modes: ['simple'],
  },
  'a definition made by a function that another session calls': {
    setup: `create schema a$; create schema b$; create function a$.f() returns text ${plainly}; create function b$.f() returns text ${secretly}`,
    steps: [
      "1: create function g$() returns int language plpgsql as 'begin alter schema a$ rename to z$; alter schema b$ rename to a$; return 1; end'",
      '2: select a$.f() as y',
      '1: select g$()',
      '2: select a$.f() as y',
    ],
  },
  'a definition made by a trigger': {
    setup: `create schema a$; create schema b$; create table k$ (i int); create function a$.f() returns text ${plainly}; create function b$.f() returns text ${secretly};
      create function g$() returns trigger language plpgsql as 'begin alter schema a$ rename to z$; alter schema b$ rename to a$; return new; end';
      create trigger g$ before insert on k$ for each row execute function g$()`,
    steps: ['2: select a$.f() as y', '1: insert into k$ values (1)', '2: select a$.f() as y', '1: select a$.f() as y'],
  },
  'a definition made by a trigger at the end of a transaction': {
    setup: `create schema a$; create schema b$; create table k$ (i int); create function a$.f() returns text ${plainly}; create function b$.f() returns text ${secretly};
      create function g$() returns trigger language plpgsql as 'begin alter schema a$ rename to z$; alter schema b$ rename to a$; return new; end';
      create constraint trigger g$ after insert on k$ deferrable initially deferred for each row execute function g$()`,
    steps: ['1: begin', '1: insert into k$ values (1)', '1: select a$.f() as y', '1: commit', '1: select a$.f() as y'],
  },
  'a path changed by a function that says it changes nothing': {
    setup: `create schema c$; create view v$ ${CLEAN}; create view c$.v$ ${FROM}`,
    steps: [
      "1: create function g$() returns int stable language plpgsql as 'begin perform set_config(''search_path'', ''c$, public'', false); return 1; end'",
      '1: select g$()',
      "1: select x || '' as y from v$",
    ],
  },
  'a path changed by a function that another calls': {
    setup: `create schema c$; create view v$ ${CLEAN}; create view c$.v$ ${FROM}; create function h$() returns int language plpgsql as 'begin set search_path = c$, public; return 1; end'`,
    steps: [
      "1: create function g$() returns int stable language plpgsql as 'begin return h$(); end'",
      '1: select g$()',
      "1: select x || '' as y from v$",
    ],
  },
  'a path changed by a view': {
    setup: `create schema c$; create view v$ ${CLEAN}; create view c$.v$ ${FROM}; create function h$() returns int language plpgsql as 'begin set search_path = c$, public; return 1; end'; create view w$ as select h$() as a`,
    steps: ['1: select a from w$', "1: select x || '' as y from v$"],
  },
  'a path changed by a trigger': {
    setup: `create schema c$; create view v$ ${CLEAN}; create view c$.v$ ${FROM}; create table k$ (i int); create function h$() returns trigger language plpgsql as 'begin set search_path = c$, public; return new; end'; create trigger h$ before insert on k$ for each row execute function h$()`,
    steps: ['1: insert into k$ values (1)', "1: select x || '' as y from v$"],
  },
  'a path changed by a default': {
    setup: `create schema c$; create view v$ ${CLEAN}; create view c$.v$ ${FROM}; create function h$() returns int language plpgsql as 'begin set search_path = c$, public; return 1; end'; create table k$ (i int default h$(), j int)`,
    steps: ['1: insert into k$ (j) values (1)', "1: select x || '' as y from v$"],
  },
  'a path changed by a rule': {
    setup: `create schema c$; create view v$ ${CLEAN}; create view c$.v$ ${FROM}; create function h$() returns int language plpgsql as 'begin set search_path = c$, public; return 1; end'; create table k$ (i int); create rule r$ as on insert to k$ do also select h$()`,
    steps: ['1: insert into k$ values (1)', "1: select x || '' as y from v$"],
  },
  'a path changed by a condition of a table': {
    setup: `create schema c$; create view v$ ${CLEAN}; create view c$.v$ ${FROM}; create function h$() returns boolean language plpgsql as 'begin set search_path = c$, public; return true; end'; create table k$ (i int check (h$()))`,
    steps: ['1: insert into k$ values (1)', "1: select x || '' as y from v$"],
  },
  'a path changed by an operator': {
    setup: `create schema c$; create view v$ ${CLEAN}; create view c$.v$ ${FROM}; create function h$(int, int) returns boolean language plpgsql as 'begin set search_path = c$, public; return true; end'; create schema o$; create operator o$.<<%>> (leftarg = int, rightarg = int, function = h$)`,
    steps: ['1: select 1 operator(o$.<<%>>) 2', "1: select x || '' as y from v$"],
  },
}

playAll('definitions', attacks)
