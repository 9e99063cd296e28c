// Synthetic identifiers, the same ones in every run. Promise: each is made once, is remembered with its label and the place
// it was put in, and looks like what it stands for and like nothing the gateway says itself.

export interface Planted {
  readonly value: string
  readonly label: string
  readonly place: string
}

/** mulberry32: small, fast, and the same on every machine. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Numbers from manuals, wallets and films, which a detector may know as "not a real one". */
const famousNumbers = ['123-45-6789', '078-05-1120', '219-09-9999', '987-65-4321', '666-12-3456', '000-12-3456']
const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October']
const syllables = ['bran', 'cor', 'dal', 'fen', 'gil', 'hov', 'jas', 'kel', 'lun', 'mor', 'nev', 'pir', 'quim', 'ros']
const endings = ['ald', 'berg', 'dottir', 'ello', 'ington', 'ovic', 'quist', 'shaw', 'sson', 'wick']

export interface Row extends Record<string, unknown> {
  readonly patient_name: string
  readonly ssn: string
}

/** What is configured for the gateway: paths for what has no shape, shapes for the rest. */
export const labels = {
  'phi.name': { json: ['**.patient_name', '**.guarantor'], csv: ['patient_name'] },
  'phi.other': { json: ['**.note'] },
  'phi.mrn': { json: ['**.mrn'], csv: ['mrn'], shape: 'mrn' },
  'phi.ssn': { shape: 'ssn' },
  'phi.phone': { shape: 'phone' },
  'phi.email': { shape: 'email' },
  'phi.date': { shape: 'date' },
  'phi.ip': { shape: 'ip' },
  'phi.url': { shape: 'url' },
  'phi.account': { shape: 'card' },
}

export class Planter {
  readonly planted: Planted[] = []
  /** Where what is made now will stand. */
  place = ''
  readonly #random: () => number
  readonly #given = new Set<string>()
  #famous = 0

  constructor(seed: number) {
    this.#random = randomFrom(seed)
  }

  int(below: number): number {
    return Math.floor(this.#random() * below)
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(list.length)] as T
  }

  #digits(count: number, first = 0): string {
    let text = String(first + this.int(10 - first))
    while (text.length < count) text += String(this.int(10))
    return text
  }

  /** Registers what `make` gives, made again until it is new. */
  #once(label: string, make: () => string): string {
    let value = make()
    while (this.#given.has(value)) value = make()
    this.#given.add(value)
    this.planted.push({ value, label, place: this.place })
    return value
  }

  ssn(separators: readonly string[] = ['-', '-', '-', ' ', '.']): string {
    return this.#once('phi.ssn', () => {
      const famous = famousNumbers[this.#famous++]
      const separator = this.pick(separators)
      return famous ?? [this.#digits(3), this.#digits(2), this.#digits(4)].join(separator)
    })
  }

  phone(): string {
    return this.#once('phi.phone', () => {
      const [area, exchange, line] = [this.#digits(3, 2), this.#digits(3, 2), this.#digits(4)]
      return this.pick([
        `(${area}) ${exchange}-${line}`,
        `${area}-${exchange}-${line}`,
        `+1 ${area} ${exchange} ${line}`,
        `+44 20 ${this.#digits(4, 7)} ${line}`,
      ])
    })
  }

  email(): string {
    return this.#once(
      'phi.email',
      () => `${this.#word()}.${this.#word()}${this.#digits(3)}@${this.#word()}.example.org`,
    )
  }

  date(): string {
    return this.#once('phi.date', () => {
      const [year, month, day] = [1911 + this.int(80), 1 + this.int(9), 10 + this.int(18)]
      return this.pick([
        `${year}-0${month}-${day}`,
        `0${month}/${day}/${year}`,
        `${months[month]} ${day}, ${year}`,
        `${year}-0${month}-${day}T0${month}:${day}:30Z`,
      ])
    })
  }

  ip(): string {
    return this.#once('phi.ip', () =>
      this.pick([
        [100 + this.int(100), 100 + this.int(150), 10 + this.int(200), 10 + this.int(200)].join('.'),
        `2001:db8:${this.int(65_536).toString(16)}:${(4096 + this.int(60_000)).toString(16)}::${this.int(9_999)}`,
      ]),
    )
  }

  url(): string {
    return this.#once('phi.url', () => `https://${this.#word()}.example.org/p/${this.#word()}${this.#digits(4)}`)
  }

  /** 16 digits with a right check digit. */
  card(): string {
    return this.#once('phi.account', () => {
      const head = `4${this.#digits(14)}`
      let sum = 0
      for (let at = 0; at < 15; at++) {
        const digit = Number(head[at]) * (at % 2 === 0 ? 2 : 1)
        sum += digit > 9 ? digit - 9 : digit
      }
      const whole = head + ((10 - (sum % 10)) % 10)
      return this.pick([whole, whole.replace(/(\d{4})(?=\d)/g, '$1-'), whole.replace(/(\d{4})(?=\d)/g, '$1 ')])
    })
  }

  /** The number alone: it is found by what stands beside it. */
  mrn(): string {
    return this.#once('phi.mrn', () => this.pick([this.#digits(8, 1), `H${this.#digits(7)}`]))
  }

  /** No detector knows it: only a configured path does. */
  name(): string {
    const word = () => this.#word().replace(/^./, first => first.toUpperCase())
    return this.#once('phi.name', () => `${word()} ${word()}`)
  }

  note(): string {
    return this.#once('phi.other', () => `${this.#word()} ${this.#word()} of the ${this.#word()}`)
  }

  #word(): string {
    return this.pick(syllables) + this.pick(syllables) + this.pick(endings)
  }

  sentence(): string {
    const parts = [
      () => `born ${this.date()}`,
      () => `SSN ${this.ssn()}`,
      () => `number ${this.ssn()}`,
      () => `call ${this.phone()}`,
      () => `write to ${this.email()}`,
      () => `MRN ${this.mrn()}`,
      () => `medical record number: ${this.mrn()}`,
      () => `from ${this.ip()}`,
      () => `see ${this.url()}`,
      () => `paid with ${this.card()}`,
    ]
    return `The patient: ${[...Array(4)].map(() => this.pick(parts)()).join(', ')}.`
  }

  row(): Row {
    return {
      patient_name: this.name(),
      ssn: this.ssn(),
      mrn: this.mrn(),
      phone: this.phone(),
      email: this.email(),
      seen: this.date(),
      host: this.ip(),
      portal: this.url(),
      card: this.card(),
      note: this.note(),
    }
  }

  rows(count: number): Row[] {
    return [...Array(count)].map(() => this.row())
  }

  /** An address of a system of records, with values in path and query, encoded where an address needs it. */
  uri(): string {
    return `fhir://Patient/${this.ssn(['-'])}?mail=${encodeURIComponent(this.email())}`
  }
}
