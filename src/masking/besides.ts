// What the other members of an object of FHIR say a value is: the type of an identifier, the system of a contact point,
// the URL of an extension, the city beside a line. Promise: looked at only for the few names of members that need it.
import { type JsonDocument, Kind } from '../json/document.ts'
import { fieldOf, isNumeric } from './fields.ts'
import { contextOf } from './names.ts'
import { NO_SHAPE, Shape } from './shapes.ts'

/** Codes of table 0203 of HL7, which says what kind of identifier it is. */
const TYPES: ReadonlyMap<string, number> = new Map([
  ...['MR', 'MRT', 'PI', 'PT', 'JHN', 'NI', 'U'].map(code => [code, Shape.mrn] as const),
  ...['SS', 'SB'].map(code => [code, Shape.ssn] as const),
  ...['DL', 'PPN', 'LN', 'MD', 'DN', 'NPI', 'DEA', 'RN'].map(code => [code, Shape.license] as const),
  ...['MB', 'MA', 'MC', 'SN', 'HC', 'NH'].map(code => [code, Shape.plan] as const),
  ...['AN', 'BA'].map(code => [code, Shape.account] as const),
  ...['SNO', 'UDI'].map(code => [code, Shape.device] as const),
])

/** The context of the member at `at` of `object`: `own`, which its name tells, or what its neighbours do. */
export function besides(document: JsonDocument, object: number, at: number, name: string, own: number): number {
  if (name !== 'value' || own !== NO_SHAPE || document.kind(at + 1) !== Kind.string) return own
  const system = member(document, object, 'system')
  if (system < 0 || document.kind(system) !== Kind.string) return own
  const type = member(document, object, 'type')
  if (type >= 0) {
    const told = typeOf(document, type)
    if (told !== NO_SHAPE) return told
  }
  const says = document.string(system)
  if (/^[a-z]{2,8}$/.test(says)) return contextOf(says)
  if (says.endsWith('us-ssn')) return Shape.ssn
  return /^(?:https?:|urn:)/.test(says) ? Shape.other : own
}

/** Shape.name or Shape.address where a neighbour says it, else `own`. */
export function fieldBeside(document: JsonDocument, object: number, name: string, own: number): number {
  if (own !== NO_SHAPE) return own
  if (name === 'line') return member(document, object, 'city') < 0 ? own : Shape.address
  if (name !== 'valueString' && name !== 'valueDecimal') return own
  const url = member(document, object, 'url')
  if (url < 0 || document.kind(url) !== Kind.string) return own
  const path = document.string(url)
  const last = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('-')) + 1)
  return name === 'valueString' || isNumeric(last) ? fieldOf(last) : own
}

/** Of a CodeableConcept: its first code that is known, or its text. */
function typeOf(document: JsonDocument, concept: number): number {
  if (document.kind(concept) !== Kind.object) return NO_SHAPE
  const coding = member(document, concept, 'coding')
  if (coding >= 0 && document.kind(coding) === Kind.array) {
    for (let at = coding + 1; at < document.next(coding); at = document.next(at)) {
      const code = document.kind(at) === Kind.object ? member(document, at, 'code') : -1
      const told = code >= 0 && document.kind(code) === Kind.string ? TYPES.get(document.string(code)) : undefined
      if (told !== undefined) return told
    }
  }
  const text = member(document, concept, 'text')
  return text >= 0 && document.kind(text) === Kind.string ? contextOf(document.string(text)) : NO_SHAPE
}

/** The value of a member, or -1. */
function member(document: JsonDocument, object: number, name: string): number {
  for (let at = object + 1; at < document.next(object); at = document.next(at + 1)) {
    if (document.string(at) === name) return at + 1
  }
  return -1
}
