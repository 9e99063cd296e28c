// One payload three ways: as it came, as the other side may see it, as the record shows it. Promise: made only here, by
// a masker that walked the whole of it.

/** Label → how often, what was done and who found it. Never a value. */
export type Findings = Readonly<Record<string, Finding>>
export interface Finding {
  readonly count: number
  readonly transform: string
  readonly detector: string
}

let build: (raw: Uint8Array, released: Uint8Array, transcript: Uint8Array, findings: Findings) => Masked

export class Masked {
  readonly #by = true
  /** To be sealed; never leaves. */
  readonly raw: Uint8Array
  /** For the other side. The same object as `raw` when nothing changed, so that it goes out byte for byte. */
  readonly released: Uint8Array
  /** For the record: every label hidden, whatever this caller may see. */
  readonly transcript: Uint8Array
  readonly findings: Findings
  private constructor(raw: Uint8Array, released: Uint8Array, transcript: Uint8Array, findings: Findings) {
    this.raw = raw
    this.released = released
    this.transcript = transcript
    this.findings = findings
  }
  static {
    build = (raw, released, transcript, findings) => new Masked(raw, released, transcript, findings)
  }
  static is(value: unknown): value is Masked {
    return typeof value === 'object' && value !== null && #by in value
  }
}

/** For the maskers of this folder alone. */
export function masked(raw: Uint8Array, released: Uint8Array, transcript: Uint8Array, findings: Findings): Masked {
  return build(raw, released, transcript, findings)
}
