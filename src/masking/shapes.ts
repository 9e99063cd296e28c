// The built-in shapes and the labels they have by default. Promise: numbers here are positions in `builtInShapes` and
// bits of a mask; docs/labels.md is made from this table.

export interface BuiltInShape {
  readonly shape: string
  readonly label: string
  readonly finds: string
}

export const builtInShapes = [
  {
    shape: 'ssn',
    label: 'phi.ssn',
    finds:
      '3-2-4 digits with dashes, dots, slashes or blanks between, whatever the digits; nine bare digits beside "SSN"',
  },
  {
    shape: 'phone',
    label: 'phi.phone',
    finds:
      'North American and international numbers with extensions; other groupings beside "phone", "tel", "call", "fax"',
  },
  { shape: 'fax', label: 'phi.fax', finds: 'telephone numbers beside "fax"' },
  { shape: 'email', label: 'phi.email', finds: 'mail addresses' },
  {
    shape: 'date',
    label: 'phi.date',
    finds:
      'dates more precise than a year, with their times and as ranges; ages over 89; yyyymmdd beside "DOB", "date" or between | bars; years beside "born", "DOB"',
  },
  {
    shape: 'mrn',
    label: 'phi.mrn',
    finds: 'identifiers beside "MRN", "EMR", "medical record", "patient id", "chart no"',
  },
  { shape: 'ip', label: 'phi.ip', finds: 'IPv4 and IPv6 addresses, but for that of the machine itself' },
  {
    shape: 'url',
    label: 'phi.url',
    finds:
      'http, https, ftp, ws URLs, www. names and paths such as example.org/jane; not those of vocabularies such as json-schema.org',
  },
  {
    shape: 'card',
    label: 'phi.account',
    finds: 'payment cards: 13 to 19 digits, an issuer prefix and the Luhn check; any Luhn number beside "card"',
  },
  {
    shape: 'zip',
    label: 'phi.geo',
    finds:
      'five or nine digits after a state of the USA, Canadian postal codes; codes of any country beside "zip", "postal"',
  },
  {
    shape: 'plan',
    label: 'phi.plan',
    finds: 'identifiers beside "member id", "policy number", "insurance", "health card no", "Medicare no", "MBI"',
  },
  {
    shape: 'account',
    label: 'phi.account',
    finds: 'identifiers beside "account number", "acct", "routing no"; IBANs with a right check sum anywhere',
  },
  {
    shape: 'license',
    label: 'phi.license',
    finds: 'identifiers beside "license number", "certificate no", "passport", "DEA", "NPI"',
  },
  {
    shape: 'vehicle',
    label: 'phi.vehicle',
    finds: 'identifiers beside "VIN", "license plate", "vehicle id"',
  },
  {
    shape: 'device',
    label: 'phi.device',
    finds: 'identifiers beside "serial number", "device id", "UDI", "IMEI"; MAC addresses written with colons anywhere',
  },
  {
    shape: 'other',
    label: 'phi.other',
    finds:
      'identifiers beside "encounter id", "claim no", "accession number", "case no", "study id", "employee id", "Rx number"',
  },
  {
    shape: 'name',
    label: 'phi.name',
    finds:
      'names in their fields of HL7 v2, X12 and vCards, elements of C-CDA, members, columns and lines such as "family", "lastName", "First name:"; not in prose',
  },
  {
    shape: 'address',
    label: 'phi.geo',
    finds:
      'addresses in such fields, elements, and members such as "streetAddress", "city", "latitude"; in prose a number with an English word for a street, and PO boxes',
  },
] as const satisfies readonly BuiltInShape[]

export type ShapeName = (typeof builtInShapes)[number]['shape']

/** Positions by name. */
export const Shape = Object.fromEntries(builtInShapes.map((row, index) => [row.shape, index])) as {
  readonly [name in ShapeName]: number
}

export const NO_SHAPE = -1
