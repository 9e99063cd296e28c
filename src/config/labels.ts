// The labels there always are: the 18 identifiers of 45 CFR 164.514(b)(2)(i)(A)–(R), in the order of the rule.
// Promise: a label of the `phi.` family is one of these; users name their own families.

export const phiLabels: readonly string[] = [
  ...['phi.name', 'phi.geo', 'phi.date', 'phi.phone', 'phi.fax', 'phi.email', 'phi.ssn', 'phi.mrn', 'phi.plan'],
  ...['phi.account', 'phi.license', 'phi.vehicle', 'phi.device', 'phi.url', 'phi.ip', 'phi.biometric', 'phi.photo'],
  'phi.other',
]

export function knownLabels(declared: Iterable<string>): readonly string[] {
  return [...new Set([...phiLabels, ...declared])]
}
