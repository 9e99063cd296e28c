// The rules of the file as the policy reads them. Promise: a rule says one thing, whom it is for and where; what it leaves
// out never makes it wider than it reads.
import { limits } from '../gateway/limits.ts'
import { isTimeZone } from '../policy/clock.ts'
import type { Approvers, RiskThresholds, Rule, RuleKind } from '../policy/rules.ts'
import { parseDuration } from './duration.ts'
import type { Fault } from './problem.ts'
import type { ConfigText, RuleText } from './schema.ts'

const kinds: readonly RuleKind[] = ['allow', 'hold', 'block', 'risk']

export function checkRuleForm(text: RuleText, at: number): Fault[] {
  const given = kinds.filter(kind => text[kind] !== undefined)
  const here: Here = (message, key) => ({
    path: ['rules', at, ...(key ? [key] : [])],
    message,
    at: 'key',
  })
  if (given.length !== 1) {
    const second = given[1]
    return second === undefined
      ? [here('write allow, hold, block or risk with a list, such as allow: ["tools/call:get_*"]')]
      : [here(`a rule does one thing: ${given.join(' and ')} are two rules`, second)]
  }
  const [kind] = given
  const faults: Fault[] = []
  if (kind === 'allow' && text.who === undefined) {
    faults.push(here('write who: the groups it is for, or who: ["*"] for everyone who signed in'))
  }
  if ((kind === 'allow' || kind === 'hold') && text.on === undefined) {
    faults.push(here('write on: the connections it is about, or on: ["*"] for all'))
  }
  if (kind === 'hold' && text.approvers === undefined) {
    faults.push(here('write approvers: { groups: [group] }: a hold nobody can approve is a block'))
  }
  if (kind === 'risk' && text.points === undefined) faults.push(here('write points: how many it gives, such as 20'))
  if (kind !== 'risk' && text.points !== undefined)
    faults.push(here('only a risk rule has points: remove it', 'points'))
  if (kind === 'block' || kind === 'risk') {
    const why = kind === 'block' ? 'what is blocked has no answer' : 'a risk rule lets nothing through'
    for (const key of ['reveal', 'conceal', 'binary', 'limits'] as const) {
      if (text[key] !== undefined) faults.push(here(`${why}: remove ${key}`, key))
    }
  }
  return [...faults, ...checkAsking(text, kind, here)]
}

type Here = (message: string, key?: string) => Fault

function checkAsking({ approvers, limits: given }: RuleText, kind: RuleKind | undefined, here: Here): Fault[] {
  const { ask, stop } = given?.rows ?? {}
  const faults: Fault[] = []
  if (given !== undefined && ask === undefined && stop === undefined) {
    faults.push(here('write limits: { rows: { ask: 1000, stop: 100000 } }, or one of the two', 'limits'))
  }
  if (ask !== undefined && stop !== undefined && ask >= stop) {
    faults.push(here('never asks: the answer ends before. Write an ask below stop', 'limits'))
  }
  if (ask !== undefined && approvers === undefined) {
    faults.push(here('write approvers: { groups: [group] }: limits.rows.ask asks them'))
  }
  if (kind !== 'hold' && approvers !== undefined && ask === undefined) {
    faults.push(here('only a hold or limits.rows.ask has approvers: remove it', 'approvers'))
  }
  return faults
}

/** `points` of every rule that could give some. */
export function checkRisk(text: ConfigText['risk'], points: readonly number[]): Fault[] {
  const here = (message: string, key?: string): Fault => ({ path: key ? ['risk', key] : ['risk'], message, at: 'key' })
  if (text === undefined) return []
  const { hold, block, approvers } = text
  const faults: Fault[] = []
  if (hold === undefined && block === undefined) faults.push(here('write hold or block: the points that reach it'))
  if (hold !== undefined && approvers === undefined) {
    faults.push(here('write approvers: { groups: [group] }: a hold nobody can approve is a block'))
  }
  if (hold === undefined && approvers !== undefined) faults.push(here('only hold asks them: remove it', 'approvers'))
  if (hold !== undefined && block !== undefined && hold >= block) {
    faults.push(here('never holds: what reaches it is blocked. Write a hold below block', 'hold'))
  }
  const most = points.reduce((sum, each) => sum + each, 0)
  for (const key of ['hold', 'block'] as const) {
    const threshold = text[key]
    if (threshold === undefined || threshold <= most) continue
    faults.push(here(`never reached: all risk rules together give ${most} points`, key))
  }
  return faults
}

export function checkTimeZone(name: string | undefined): Fault[] {
  if (name === undefined || isTimeZone(name)) return []
  return [{ path: ['timeZone'], message: 'unknown time zone: write one such as Europe/Berlin' }]
}

export function readRisk(text: ConfigText['risk']): RiskThresholds | null {
  if (text === undefined) return null
  const { hold = null, block = null, approvers } = text
  return { hold, block, approvers: readApprovers(approvers) }
}

/** Of a rule whose form was checked. */
export function readRule(text: RuleText): Rule {
  const kind = kinds.find(each => text[each] !== undefined) ?? 'block'
  const { rows } = text.limits ?? {}
  return {
    id: text.id,
    kind,
    patterns: text[kind] ?? ['*'],
    who: text.who ?? null,
    on: text.on ?? ['*'],
    effects: text.effects ?? null,
    found: text.found ?? null,
    carries: text.carries ?? null,
    when: text.when ?? null,
    reveal: text.reveal ?? [],
    conceal: text.conceal ?? [],
    passBinary: text.binary === 'pass',
    approvers: readApprovers(text.approvers),
    columns: text.columns ?? null,
    rows: rows === undefined ? null : { ask: rows.ask ?? null, stop: rows.stop ?? null },
    points: text.points ?? 0,
  }
}

function readApprovers(text: RuleText['approvers']): Approvers | null {
  if (text === undefined) return null
  return {
    groups: text.groups,
    people: text.people ?? 1,
    withinMs: parseDuration(text.within ?? '') ?? limits.approvalMs,
    holdMs: text.holdSeconds === undefined ? null : text.holdSeconds * 1_000,
  }
}
