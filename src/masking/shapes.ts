// The built-in shapes and the labels they have by default. Promise: numbers here are positions in `builtInShapes` and
// bits of a mask; docs/labels.md is made from this table.

export interface BuiltInShape {
  readonly shape: string
  readonly label: string
  /** Only found beside a word such as "MRN", or under such a member name. */
  readonly contextual: boolean
  readonly finds: string
}

export const builtInShapes = [
  {
    shape: 'ssn',
    label: 'phi.ssn',
    contextual: false,
    finds:
      '3-2-4 digits with dashes, dots, slashes or blanks between, whatever the digits; nine bare digits beside "SSN"',
  },
  {
    shape: 'phone',
    label: 'phi.phone',
    contextual: false,
    finds: 'North American and +international numbers with extensions; other groupings beside "phone", "tel"',
  },
  { shape: 'fax', label: 'phi.fax', contextual: true, finds: 'telephone numbers beside "fax"' },
  { shape: 'email', label: 'phi.email', contextual: false, finds: 'mail addresses' },
  {
    shape: 'date',
    label: 'phi.date',
    contextual: false,
    finds:
      'dates more precise than a year, with their times; ages over 89; yyyymmdd beside "DOB", "date" or between | bars',
  },
  {
    shape: 'mrn',
    label: 'phi.mrn',
    contextual: true,
    finds: 'identifiers beside "MRN", "medical record", "patient id", "chart no"',
  },
  { shape: 'ip', label: 'phi.ip', contextual: false, finds: 'IPv4 and IPv6 addresses' },
  {
    shape: 'url',
    label: 'phi.url',
    contextual: false,
    finds: 'http, https, ftp, ws URLs and www. names; not those of vocabularies such as json-schema.org',
  },
  {
    shape: 'card',
    label: 'phi.account',
    contextual: false,
    finds: 'payment cards: 13 to 19 digits, an issuer prefix and the Luhn check; any Luhn number beside "card"',
  },
  { shape: 'zip', label: 'phi.geo', contextual: true, finds: 'five or nine digit codes beside "zip", "postal"' },
  {
    shape: 'plan',
    label: 'phi.plan',
    contextual: true,
    finds: 'identifiers beside "member id", "policy number", "Medicare no", "MBI"',
  },
  {
    shape: 'account',
    label: 'phi.account',
    contextual: true,
    finds: 'identifiers beside "account number", "acct", "IBAN"',
  },
  {
    shape: 'license',
    label: 'phi.license',
    contextual: true,
    finds: 'identifiers beside "license number", "certificate no", "DEA"',
  },
  { shape: 'vehicle', label: 'phi.vehicle', contextual: true, finds: 'identifiers beside "VIN", "license plate"' },
  {
    shape: 'device',
    label: 'phi.device',
    contextual: true,
    finds: 'identifiers beside "serial number", "device id", "UDI", "IMEI"',
  },
] as const satisfies readonly BuiltInShape[]

export type ShapeName = (typeof builtInShapes)[number]['shape']

/** Positions by name. */
export const Shape = Object.fromEntries(builtInShapes.map((row, index) => [row.shape, index])) as {
  readonly [name in ShapeName]: number
}

export const NO_SHAPE = -1
