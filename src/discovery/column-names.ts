// What the name of a column says about its values. Promise: English names as databases have them; a guess that people read
// before it counts.

const byName: readonly (readonly [label: string, pattern: RegExp])[] = [
  ['phi.ssn', /(^|_)(ssn|social_security(_(no|number))?|tax_id|itin)($|_)/],
  ['phi.mrn', /(^|_)(mrn|medical_record(_(no|number))?|chart_(no|number)|patient_(no|number|identifier))($|_)/],
  [
    'phi.plan',
    /(^|_)(member_(id|no|number)|policy_(id|no|number)|plan_(id|no|number)|mbi|medicare|medicaid|subscriber)/,
  ],
  ['phi.email', /(^|_)e_?mail/],
  ['phi.fax', /(^|_)fax($|_)/],
  ['phi.phone', /(^|_)(phone|telephone|tel|mobile|cell)(_|$)/],
  ['phi.date', /(^|_)(dob|birth_?(date|day)|date_of_(birth|death)|born|died|deceased|admitted|discharged)($|_)/],
  ['phi.geo', /(^|_)(address|street|city|county|zip(_?code)?|postal(_?code)?|postcode|latitude|longitude)(_|$|\d)/],
  ['phi.account', /(^|_)(account|acct|iban|card)_?(no|number|id)?($|_)/],
  ['phi.license', /(^|_)(licen[sc]e|certificate|dea)(_(no|number|id))?($|_)/],
  ['phi.vehicle', /(^|_)(vin|license_plate|plate_(no|number))($|_)/],
  ['phi.device', /(^|_)(device_id|serial(_(no|number))?|udi|imei)($|_)/],
  ['phi.ip', /(^|_)ip(_?addr(ess)?)?($|_)/],
  ['phi.url', /(^|_)(url|website|homepage)($|_)/],
  ['phi.biometric', /(^|_)(fingerprint|voice_?print|biometric|iris|retina)/],
  ['phi.photo', /(^|_)(photo|picture|portrait|selfie)/],
  [
    'phi.name',
    /(^|_)(full|first|last|given|family|middle|maiden|sur|patient|contact|guardian|kin|display)_?names?($|_)/,
  ],
  ['phi.name', /^(surname|given|family|initials)$/],
]

/** Tables in which a plain `name` is that of a person. */
const people =
  /patient|person|people|member|subscriber|employee|user|contact|guardian|doctor|physician|nurse|staff|relative|kin/
const prose = /(^|_)(note|notes|comment|comments|remark|remarks|narrative|description|summary|message|body)($|_)/
/** Dates of rows and not of people. */
const housekeeping = /(^|_)(created|updated|modified|inserted|changed|loaded|synced)(_?(at|on|date|time))?$/

export function labelByName(table: string, column: string): string | null {
  const name = snake(column)
  if (name === 'name' && people.test(snake(table))) return 'phi.name'
  return byName.find(([, pattern]) => pattern.test(name))?.[0] ?? null
}

export function namesProse(column: string): boolean {
  return prose.test(snake(column))
}

export function isHousekeeping(column: string): boolean {
  return housekeeping.test(snake(column))
}

function snake(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/[\s-]+/g, '_')
    .toLowerCase()
}
