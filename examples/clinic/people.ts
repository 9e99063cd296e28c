// The people of the demo. Their groups are the identity provider's; `gatewayGroups` is what the gateway calls them.
export const gatewayGroups: Readonly<Record<string, string>> = {
  clin: 'clinicians',
  'clin-agent': 'clinical-agents',
  dev: 'developers',
  research: 'researchers',
  compl: 'compliance-officer',
  admin: 'administrators',
}

export interface Person {
  readonly name: string
  /** The `sub` of the token: for an agent the human it acts for. */
  readonly subject: string
  readonly email: string
  readonly groups: readonly string[]
  /** HL7 PurposeOfUse. */
  readonly purpose: string | null
  /** Who really calls, on that human's behalf (RFC 8693 `act`). */
  readonly agent: { readonly id: string } | null
  readonly who: string
}

function human(name: string, groups: readonly string[], purpose: string | null, who: string): Person {
  return { name, subject: name, email: `${name}@clinic.example.org`, groups, purpose, agent: null, who }
}

const alice = human('alice', ['clin'], 'TREAT', 'clinician')

export const people: readonly Person[] = [
  alice,
  human('dan', ['dev'], 'HSYSADMIN', 'developer'),
  human('rita', ['research'], 'HRESCH', 'researcher'),
  human('casey', ['compl'], 'HOPERAT', 'compliance officer'),
  human('morgan', ['compl', 'admin'], 'HOPERAT', 'compliance officer and administrator'),
  { ...alice, name: 'scribe', groups: ['clin-agent'], agent: { id: 'scribe' }, who: 'AI agent acting for alice' },
]
