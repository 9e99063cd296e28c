// Names of members and elements that hold a person's name or a place, as FHIR, C-CDA and most forms call them. Promise:
// only names that say it alone: "name", "line" and "address" mean too many other things.
import { NO_SHAPE, Shape } from './shapes.ts'

const fields: ReadonlyMap<string, number> = new Map([
  ...[
    'family given familyname givenname givennames firstname lastname middlename surname forename maidenname nickname',
    'mothersmaidenname mothermaidenname fullname preferredname nextofkin',
  ]
    .flatMap(line => line.split(' '))
    .map(name => [name, Shape.name] as const),
  ...[
    'streetaddressline streetaddress streetname street housenumber addressline address1 address2',
    'city town county additionallocator patientaddress homeaddress mailingaddress birthplace',
    'latitude longitude lat lng lon',
  ]
    .flatMap(line => line.split(' '))
    .map(name => [name, Shape.address] as const),
])
const LONGEST = 40

/** Whose name it is: "emergency_contact_name", "fathersLastName". */
const PERSON =
  /^(?:emergencycontact|contactperson|contact|patient|guarantor|spouse|father|mother|guardian|nextofkin|kin|caregiver|insured|subscriber|beneficiary|policyholder|cardholder|employee|donor|relative|preferred)s?(?:first|last|middle|full|given|family|maiden)?names?$/
/** Fields that a number may be. */
const NUMERIC: ReadonlySet<string> = new Set([
  'housenumber',
  'latitude',
  'valuedecimal',
  'longitude',
  'lat',
  'lng',
  'lon',
])

const plain = (name: string): string => name.toLowerCase().replace(/[_ -]/g, '')

/** Shape.name, Shape.address or NO_SHAPE. */
export function fieldOf(name: string): number {
  if (name.length > LONGEST) return NO_SHAPE
  const own = plain(name)
  const known = fields.get(own)
  if (known !== undefined) return known
  const last = own.charCodeAt(own.length - 1)
  if (last >= 0x31 && last <= 0x39) return fields.get(own.slice(0, -1)) ?? NO_SHAPE
  return (last === 0x65 || last === 0x73) && PERSON.test(own) ? Shape.name : NO_SHAPE
}

/** Whether a bare number under this name is one of its values. */
export function isNumeric(name: string): boolean {
  return NUMERIC.has(plain(name))
}

/** `"full_name": "owner/name"` is that of a repository. */
export function isRepository(name: string, value: string): boolean {
  return plain(name) === 'fullname' && /^[\w.-]+\/[\w.-]+$/.test(value)
}
