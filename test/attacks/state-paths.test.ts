// Attacks by names that are looked up elsewhere than the gateway believes. Promise: no protected value comes out of any of them.
import { type Attacks, playAll } from './state-steps.ts'

const FROM = 'as select note as x from visits'
const CLEAN = 'as select x from plain'
const READ = "select x || '' as y from v$"
const twoPlaces = `create schema c$; create view v$ ${CLEAN}; create view c$.v$ ${FROM}`

const attacks: Attacks = {
  'a prepared statement and another path': {
    setup: twoPlaces,
    steps: [`1: prepare p$ as ${READ}`, '1: execute p$', '1: set search_path = c$, public', '1: execute p$'],
  },
  'a path that a rollback brings back': {
    setup: twoPlaces,
    steps: ['1: set search_path = c$, public', '1: begin', '1: set search_path = public', '1: rollback', `1: ${READ}`],
  },
  'a path that a rollback to a savepoint brings back': {
    setup: twoPlaces,
    steps: [
      '1: begin',
      '1: set search_path = c$, public',
      '1: savepoint a',
      '1: set search_path = public',
      '1: rollback to a',
      `1: ${READ}`,
      '1: commit',
    ],
  },
  'a path for a transaction that ends': {
    setup: twoPlaces,
    steps: [
      '1: set search_path = c$, public',
      '1: begin',
      '1: set local search_path = public',
      `1: ${READ}`,
      '1: commit',
      `1: ${READ}`,
    ],
  },
  'a path for a transaction, by a function of the system': {
    setup: twoPlaces,
    steps: [
      '1: set search_path = c$, public',
      '1: begin',
      "1: select set_config('search_path', 'public', true)",
      '1: commit',
      `1: ${READ}`,
    ],
  },
  'a path that an error brings back': {
    setup: twoPlaces,
    steps: [
      '1: set search_path = c$, public',
      '1: begin',
      '1: set search_path = public',
      '1: select 1/0',
      '1: commit',
      `1: ${READ}`,
    ],
  },
  'a path in one text that fails': {
    setup: twoPlaces,
    steps: ['1: set search_path = c$, public', '1: set search_path = public; select 1/0', `1: ${READ}`],
    modes: ['simple'],
  },
  'a path set for one text': {
    setup: twoPlaces,
    steps: ['1: set search_path = c$, public', '1: begin; set local search_path = public; commit', `1: ${READ}`],
    modes: ['simple'],
  },
  'a path that a reset does not change back': {
    setup: twoPlaces,
    steps: ['1: set search_path = c$, public', '1: begin', '1: reset search_path', '1: rollback', `1: ${READ}`],
  },
  'a path that a chained transaction has no more': {
    setup: twoPlaces,
    steps: [
      '1: set search_path = c$, public',
      '1: begin',
      '1: set local search_path = public',
      '1: commit and chain',
      `1: ${READ}`,
      '1: rollback',
    ],
  },
  'a path of a procedure': {
    setup: `${twoPlaces}; create procedure r$() language plpgsql as 'begin set search_path = c$, public; commit; end'`,
    steps: ['1: call r$()', `1: ${READ}`],
  },
  'a path of a block': {
    setup: twoPlaces,
    steps: ["1: do 'begin perform set_config(''search_path'', ''c$, public'', false); end'", `1: ${READ}`],
  },
  'a table in front of which a view is made': {
    setup: `create schema c$; create table v$ (x text); grant all on schema c$ to public`,
    steps: [
      '2: set search_path = c$, public',
      `2: ${READ}`,
      '1: begin',
      `1: create view c$.v$ ${FROM}`,
      '1: commit',
      `2: ${READ}`,
    ],
  },
  'a reading of strings that a function changes': {
    setup: `create function g$() returns int language plpgsql as 'begin set standard_conforming_strings = off; return 1; end'`,
    steps: ['1: select g$()', `1: select '\\\\''||note from visits --'`.replaceAll('\\\\', '\\')],
  },
  'a reading of strings that a view changes': {
    setup: `create function g$() returns int language plpgsql as 'begin set standard_conforming_strings = off; return 1; end'; create view w$ as select g$() as a`,
    steps: ['1: select a from w$', `1: select '\\\\''||note from visits --'`.replaceAll('\\\\', '\\')],
  },
  'a schema of the same name as the login, made by another session': {
    setup: `create view v$ ${CLEAN}`,
    steps: [
      `2: ${READ}`,
      '1: create schema if not exists postgres',
      `1: create view postgres.v$ ${FROM}`,
      `2: ${READ}`,
    ],
  },
  'a path given to the login by another session': {
    setup: twoPlaces,
    steps: [
      `2: ${READ}`,
      `1: alter role postgres set search_path = c$, public`,
      `3: ${READ}`,
      '1: alter role postgres reset search_path',
    ],
  },
  'a path given to the login, that a reset goes back to': {
    setup: twoPlaces,
    steps: [
      `2: ${READ}`,
      `1: alter role postgres set search_path = c$, public`,
      '3: set search_path = public',
      `1: alter role postgres reset search_path`,
      '3: reset search_path',
      `3: ${READ}`,
    ],
  },
  'a role of another path': {
    setup: `${twoPlaces}; revoke all on schema c$ from public`,
    steps: ['1: set search_path = c$, public', `1: ${READ}`],
  },
}

playAll('paths', attacks)
