// Words that say what an identifier beside them is. Promise: a word is looked up by a hash that the lexer computes while
// it passes, without making a string; an entry is confirmed letter by letter.
import { Shape } from './shapes.ts'

/** What a word does to the context. The number under `role` is a shape for `sets` and `needs`, else 0. */
export const Role = {
  sets: 1,
  needs: 2,
  identifies: 3,
  fills: 4,
  ends: 5,
  joins: 6,
  month: 7,
  numero: 8,
  www: 9,
  domain: 10,
  slashed: 11,
  version: 12,
  street: 13,
  box: 14,
  unslashed: 15,
} as const

/** Contexts are shapes plus these: a bare number is an age, a date or a year of birth, a number somebody is called at. */
export const AGE = 30
export const BIRTH = 29
export const CALL = 28
/** Of a name alone: what it names is the version of a program. */
export const VERSION = 27

interface Word {
  readonly text: string
  readonly role: number
  readonly of: number
}

const words: Word[] = []
const add = (role: number, of: number, list: string): void => {
  for (const text of list.split(' ')) words.push({ text, role, of })
}
add(
  Role.sets,
  Shape.ssn,
  'ssn ssns itin socialsecurity socialsecuritynumber socialsecurityno ssnumber ssnno patientssn',
)
add(
  Role.sets,
  Shape.phone,
  'phone phones telephone telephones tel cell cellphone mobile landline pager telecom whatsapp voicemail phoneno',
)
add(
  Role.sets,
  Shape.phone,
  'phonenumber phonenumbers telephonenumber mobilephone mobilenumber mobileno homephone workphone contactnumber',
)
add(Role.sets, CALL, 'call calls called calling callback contact contacts reach reached dial')
add(Role.sets, Shape.fax, 'fax faxes facsimile telefax faxnumber faxno')
add(
  Role.sets,
  Shape.date,
  'dod date dated dates admitted admission discharged discharge died death deceased appointment appt scheduled dos',
)
add(Role.sets, Shape.date, 'dtstart dtend admitdate admissiondate dischargedate deathdate dateofdeath dateofservice')
add(Role.sets, Shape.date, 'appointmentdate servicedate visitdate encounterdate')
add(Role.sets, Shape.date, 'expires expiry expiration expired issued effective')
add(Role.sets, BIRTH, 'dob yob birthdate birthday birthyear born birth bday dateofbirth patientdob')
add(Role.sets, Shape.mrn, 'mrn mrns medrec mpi empi uhid patientid patientids patientmrn ptid medicalrecordnumber')
add(Role.sets, Shape.mrn, 'patientno patientnumber patientnum medrecno medrecnum mrnumber mrno chartno chartnumber')
add(Role.needs, Shape.mrn, 'medical record rec chart patient pt subject hospital hosp emr ehr mr nhs')
add(Role.sets, Shape.card, 'card visa mastercard amex creditcard cc cardnumber cardno creditcardnumber')
add(Role.sets, Shape.zip, 'zip zipcode zipcodes postcode postal postalcode')
add(
  Role.sets,
  Shape.plan,
  'mbi hicn hpbn hbn memberid memberno membernumber subscriberid policyno policynumber beneficiaryid',
)
add(
  Role.needs,
  Shape.plan,
  'member subscriber beneficiary enrollee policy policyholder insurance insurer insured insur ins',
)
add(Role.needs, Shape.plan, 'plan medicare medicaid payer payor group health hmo ppo')
add(Role.sets, Shape.account, 'acct iban accountnumber accountno acctno acctnumber bankaccount')
add(Role.needs, Shape.account, 'account accounts bank routing')
add(Role.sets, Shape.license, 'dea npi licensenumber licenseno licencenumber passportnumber passportno')
add(Role.needs, Shape.license, 'license licence licenses licences certificate certification cert registration passport')
add(Role.sets, Shape.vehicle, 'vin')
add(Role.needs, Shape.vehicle, 'vehicle')
add(Role.joins, Shape.license, 'plate plates')
add(Role.sets, Shape.device, 'udi imei iccid serialnumber serialno deviceid')
add(Role.needs, Shape.device, 'serial device implant pacemaker sn mac')
add(Role.joins, Shape.device, 'address')
add(Role.needs, Shape.other, 'accession encounter visit claim case specimen study participant employee donor')
add(Role.needs, Shape.other, 'prescription rx referral authorization authorisation requisition')
add(Role.unslashed, Shape.license, 'dl')
add(
  Role.street,
  0,
  'street st avenue ave road rd boulevard blvd lane ln drive dr court ct place pl terrace parkway pkwy highway hwy',
)
add(Role.street, 0, 'circle cir square way trail')
add(Role.box, 0, 'box')
add(Role.sets, Shape.other, 'csn encounterid visitid claimid claimnumber claimno accessionnumber accessionno')
add(Role.sets, Shape.other, 'accessionid specimenid participantid employeeid')
add(Role.needs, Shape.ssn, 'social')
add(Role.joins, Shape.ssn, 'security')
add(Role.identifies, 0, 'id ids number numbers num nr nbr identifier identifiers')
add(Role.numero, 0, 'no nos')
add(Role.fills, 0, 'is was of for the and or as at to her his their my are on in a with under code me us him them')
add(Role.ends, 0, 'count counts total type types status size length limit index balance amount name names')
add(Role.sets, AGE, 'age aged ages')
add(Role.www, 0, 'www')
add(Role.slashed, Shape.device, 'n')
add(Role.domain, 0, 'com org net edu gov')
add(Role.version, 0, 'version versions')
for (const [index, month] of [
  'jan january',
  'feb february',
  'mar march',
  'apr april',
  'may',
  'jun june',
  'jul july',
  'aug august',
  'sep sept september',
  'oct october',
  'nov november',
  'dec december',
].entries())
  add(Role.month, index + 1, month)

export const HASH_SEED = 0x811c9dc5 | 0
const SIZE = 4096
const table = new Int16Array(SIZE).fill(-1)
const LONGEST = Math.max(...words.map(word => word.text.length))

export function hashStep(hash: number, lower: number): number {
  return Math.imul(hash ^ lower, 0x01000193)
}

const slot = (hash: number): number => (hash ^ (hash >>> 15)) & (SIZE - 1)

for (const [index, word] of words.entries()) {
  let hash = HASH_SEED
  for (let at = 0; at < word.text.length; at++) hash = hashStep(hash, word.text.charCodeAt(at))
  let place = slot(hash)
  while (table[place] !== -1) place = (place + 1) & (SIZE - 1)
  table[place] = index
}

/** Role and subject of text[from, to) as `role * 32 + of`; 0 when it is no word of ours. */
export function lookUp(text: string, from: number, to: number, hash: number): number {
  if (to - from > LONGEST) return 0
  for (let place = slot(hash); ; place = (place + 1) & (SIZE - 1)) {
    const index = table[place] as number
    if (index === -1) return 0
    const word = words[index] as Word
    if (word.text.length !== to - from) continue
    let at = 0
    while (at < word.text.length && (text.charCodeAt(from + at) | 0x20) === word.text.charCodeAt(at)) at++
    if (at === word.text.length) return word.role * 32 + word.of
  }
}

/** The number of the month named at `from`, and 0 where there is none; its end is `from + length`. */
export function monthAt(text: string, from: number, to: number): { readonly month: number; readonly end: number } {
  let hash = HASH_SEED
  let end = from
  for (; end < to && end - from <= 10; end++) {
    const lower = text.charCodeAt(end) | 0x20
    if (lower < 0x61 || lower > 0x7a) break
    hash = hashStep(hash, lower)
  }
  const found = lookUp(text, from, end, hash)
  return found >> 5 === Role.month ? { month: found & 31, end } : { month: 0, end }
}
