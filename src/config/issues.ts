// Turns what the schema found into faults people can act on. Promise: of several forms, the one that was meant is the one
// complained about.
import type { z } from 'zod'
import type { Fault, Path } from './problem.ts'
import { asSecret, unknownKey } from './schema-parts.ts'

type Issue = z.core.$ZodIssue

export function faultsOf(issues: readonly Issue[], at: Path = []): Fault[] {
  return issues.flatMap(issue => faultOf(issue, [...at, ...(issue.path as (string | number)[])]))
}

/** Nobody reads more at once, and each is compared with all that are known. */
const KEYS_MAX = 1_000

function faultOf(issue: Issue, path: Path): Fault[] {
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = issue.message.slice(issue.message.lastIndexOf('it can be ') + 'it can be '.length).split(', ')
      return issue.keys
        .slice(0, KEYS_MAX)
        .map(key => ({ path: [...path, key], message: unknownKey(key, known), at: 'key' as const }))
    }
    case 'invalid_key':
      return [{ path, message: issue.issues[0]?.message ?? issue.message, at: 'key' }]
    case 'invalid_union': {
      const forms = issue.errors.filter(issues => !wrongKind(issues))
      const meant = forms.length === 1 ? forms[0] : forms.find(issues => !otherForm(issues))
      const secret = issue.message.includes(asSecret)
      if (meant === undefined) return [{ path, message: issue.message, secret }]
      return faultsOf(meant, path).map(fault => (secret ? { ...fault, secret } : fault))
    }
    case 'invalid_type':
      return [{ path, message: isDefault(issue.message) ? `expected ${issue.expected}` : issue.message }]
    default:
      return [{ path, message: issue.message }]
  }
}

/** The whole value is of another kind than this form. */
function wrongKind(issues: readonly Issue[]): boolean {
  return issues.some(issue => issue.path.length === 0 && issue.code === 'invalid_type')
}

/** It has keys of another form and lacks those of this one. */
function otherForm(issues: readonly Issue[]): boolean {
  return (
    issues.some(issue => issue.code === 'unrecognized_keys') && issues.some(issue => issue.code !== 'unrecognized_keys')
  )
}

function isDefault(message: string): boolean {
  return message.startsWith('Invalid input')
}
