// Names of members and elements that hold a person's name or a place, as FHIR, C-CDA and most forms call them. Promise:
// only names that say it alone: "name", "line" and "address" mean too many other things.
import { NO_SHAPE, Shape } from './shapes.ts'

const fields: ReadonlyMap<string, number> = new Map([
  ...[
    'family given familyname givenname givennames firstname lastname middlename surname forename maidenname nickname',
    'mothersmaidenname mothermaidenname patientname patientfirstname patientlastname patientfullname',
  ]
    .flatMap(line => line.split(' '))
    .map(name => [name, Shape.name] as const),
  ...[
    'streetaddressline streetaddress streetname street street1 street2 housenumber addressline addressline1 addressline2',
    'address1 address2 city town county additionallocator patientaddress homeaddress mailingaddress birthplace',
  ]
    .flatMap(line => line.split(' '))
    .map(name => [name, Shape.address] as const),
])
const LONGEST = 24

/** Shape.name, Shape.address or NO_SHAPE. */
export function fieldOf(name: string): number {
  return name.length > LONGEST ? NO_SHAPE : (fields.get(name.toLowerCase().replace(/[_ -]/g, '')) ?? NO_SHAPE)
}
