// The rules of the file as the policy reads them. Promise: a rule says one thing, whom it is for and where; what it leaves
// out never makes it wider than it reads.
import { limits } from '../gateway/limits.ts'
import type { Rule, RuleKind } from '../policy/rules.ts'
import { parseDuration } from './duration.ts'
import type { Fault } from './problem.ts'
import type { RuleText } from './schema.ts'

const kinds: readonly RuleKind[] = ['allow', 'hold', 'block']

export function checkRuleForm(text: RuleText, at: number): Fault[] {
  const given = kinds.filter(kind => text[kind] !== undefined)
  const here = (message: string, key?: string): Fault => ({
    path: ['rules', at, ...(key ? [key] : [])],
    message,
    at: 'key',
  })
  if (given.length !== 1) {
    const second = given[1]
    return second === undefined
      ? [here('write allow, hold or block with a list, such as allow: ["tools/call:get_*"]')]
      : [here(`a rule does one thing: ${given.join(' and ')} are two rules`, second)]
  }
  const [kind] = given
  const faults: Fault[] = []
  if (kind === 'allow' && text.who === undefined) {
    faults.push(here('write who: the groups it is for, or who: ["*"] for everyone who signed in'))
  }
  if (kind !== 'block' && text.on === undefined) {
    faults.push(here('write on: the connections it is about, or on: ["*"] for all'))
  }
  if (kind === 'hold' && text.approvers === undefined) {
    faults.push(here('write approvers: { groups: [group] }: a hold nobody can approve is a block'))
  }
  if (kind !== 'hold' && text.approvers !== undefined)
    faults.push(here('only a hold has approvers: remove it', 'approvers'))
  if (kind === 'block') {
    for (const key of ['reveal', 'conceal', 'binary'] as const) {
      if (text[key] !== undefined) faults.push(here(`what is blocked has no answer: remove ${key}`, key))
    }
  }
  return faults
}

/** Of a rule whose form was checked. */
export function readRule(text: RuleText): Rule {
  const kind = kinds.find(each => text[each] !== undefined) ?? 'block'
  const { approvers } = text
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
    approvers:
      approvers === undefined
        ? null
        : {
            groups: approvers.groups,
            people: approvers.people ?? 1,
            withinMs: parseDuration(approvers.within ?? '') ?? limits.approvalMs,
            holdMs: approvers.holdSeconds === undefined ? null : approvers.holdSeconds * 1_000,
          },
  }
}
