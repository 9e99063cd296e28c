// The log as the commit thread writes it. Promise: a commit is one frame, durable as a whole or not there; a failed one
// leaves memory and file as they were; a nonce is never used twice; the index follows and can never hold a commit up.
import { rmSync } from 'node:fs'
import { origin, signCheckpoint } from './checkpoint.ts'
import { fillLeaf } from './entry-form.ts'
import type { FrameBuilder, KeyRecord } from './frame.ts'
import { createFile, type InboxFile, isFull } from './inbox-file.ts'
import { filePath } from './inbox-folder.ts'
import { type LogIndex, nothingPending } from './log-index.ts'
import { append, type Edge, root, writeEdge } from './merkle.ts'
import type { OpenedLog } from './open-log.ts'
import { type CommitOptions, type CommittedParcel, type Item, type Parcel, role, Unpacker } from './parcel.ts'
import { newSessionKey, type Place, type SealedBlob, Sealer, type SessionKey, salted } from './seal.ts'
import { SessionIndex } from './session-index.ts'

interface OwnKey {
  readonly id: number
  readonly key: SessionKey
}

/** Where an entry stands, and under which key. */
interface Standing {
  readonly seq: number
  readonly n: number
  readonly prev: number | null
  readonly key: { readonly id: number; readonly secret: SessionKey; readonly begins: boolean } | null
  /** Entries of the session this one closes. */
  readonly entries: number | null
}

/** Entries the index may be behind; readers look through them. */
const INDEX_ENTRIES = 1_000

export class CommitLog {
  readonly #options: CommitOptions
  readonly #sealer = new Sealer()
  readonly #unpacker = new Unpacker()
  readonly #frame: FrameBuilder
  readonly #index: LogIndex
  readonly #sessions: SessionIndex
  #file: InboxFile
  #edge: Edge
  /** For payloads that belong to no session. */
  #own: OwnKey | null = null
  #checkpointed: number
  #pending = nothingPending()
  /** What this commit adds to what is pending. */
  #exchanges: (readonly [id: string, seq: number])[] = []
  #keys: KeyRecord[] = []

  constructor(opened: OpenedLog, options: CommitOptions) {
    this.#options = options
    this.#file = opened.file
    this.#edge = opened.edge
    this.#index = opened.index
    this.#frame = opened.frame
    this.#checkpointed = opened.checkpointed
    this.#sessions = new SessionIndex(opened.index)
  }

  get size(): number {
    return this.#edge.size
  }

  /** Durable when it returns. What said something impossible is refused; all else is in, in order. */
  commit(parcels: readonly Parcel[]): CommittedParcel[] {
    if (this.#file.end > this.#options.fileBytes) this.#beginFile()
    const before = { edge: this.#edge, own: this.#own }
    const first = this.#edge.size
    this.#exchanges = []
    this.#keys = []
    let committed: CommittedParcel[]
    let at: number
    try {
      this.#frame.begin()
      committed = parcels.map(parcel => this.#addAll(parcel))
      at = this.#file.append(this.#frame)
    } catch (error) {
      this.#edge = before.edge
      this.#own = before.own
      this.#sessions.undo()
      throw error
    }
    this.#sessions.done()
    if (this.#edge.size > first) this.#pending.places.push({ first, file: this.#file.number, at })
    this.#pending.exchanges.push(...this.#exchanges)
    this.#pending.keys.push(...this.#keys)
    if (this.#edge.size - this.#index.size >= INDEX_ENTRIES) this.writeIndex()
    return committed
  }

  #addAll(parcel: Parcel): CommittedParcel {
    const first = this.#edge.size
    const refused: number[] = []
    for (const [index, item] of this.#unpacker.unpack(parcel).entries()) if (!this.#add(item)) refused.push(index)
    return { id: parcel.id, first, refused }
  }

  #add(item: Item): boolean {
    const opening = (item.roles & role.open) !== 0
    const closing = (item.roles & role.close) !== 0
    const seq = this.#edge.size
    if (item.session === '') {
      if (opening || closing || (item.roles & role.live) !== 0) return false
      return this.#addLoose(item, seq)
    }
    const session = opening ? this.#sessions.opening(item, seq) : this.#sessions.find(item.session)
    if (!session) return false
    // Without its key a session takes no more payload: it was closed, or opened by an earlier process.
    const live = session.closed_at === null && (session.secret !== null || opening)
    if (!live && (closing || (item.roles & role.live) !== 0 || item.raw !== null)) return false
    const secret = opening ? newSessionKey(this.#options, this.#options.log, item.session) : session.secret
    const entries = closing ? session.entries + 1 : null
    const prev = opening ? null : session.last
    const key = secret && { id: session.key, secret, begins: opening }
    if (!this.#write(item, { seq, n: session.entries, prev, key, entries })) return false
    if (opening) this.#keep({ id: seq, session: item.session, ...stored(secret as SessionKey) })
    const touched = opening ? this.#sessions.open(session, secret as SessionKey) : this.#sessions.touch(session)
    touched.last = seq
    touched.entries++
    if ((item.roles & role.question) !== 0) touched.questions++
    if ((item.roles & role.block) !== 0) touched.blocks++
    if ((item.roles & role.hold) !== 0) touched.holds++
    if (closing) {
      touched.closed_at = item.at
      touched.outcome = item.extra
    }
    if (!opening && !closing && item.extra !== '') this.#exchanges.push([item.extra, seq])
    return true
  }

  /** An entry without a session. */
  #addLoose(item: Item, seq: number): boolean {
    const begins = item.raw !== null && this.#own === null
    const own = begins ? { id: seq, key: newSessionKey(this.#options, this.#options.log, null) } : this.#own
    const key = own && { id: own.id, secret: own.key, begins }
    if (!this.#write(item, { seq, n: 0, prev: null, key, entries: null })) return false
    if (begins && own) {
      this.#own = own
      this.#keep({ id: own.id, session: null, ...stored(own.key) })
    }
    if (item.extra !== '') this.#exchanges.push([item.extra, seq])
    return true
  }

  #keep(key: Omit<KeyRecord, 'kind'>): void {
    const record = { kind: 'key', ...key } as const
    this.#frame.record(record)
    this.#keys.push(record)
  }

  /** False, and nothing is written, where the leaf would be too long. */
  #write(item: Item, { seq, n, prev, key, entries }: Standing): boolean {
    const { raw, transcript, released } = item
    const begun = this.#frame.beginEntry()
    const place: Place = { log: this.#options.log, session: item.session === '' ? null : item.session, n, seq }
    const commitment = key?.begins ? key.secret.commitment : null
    let shown: SealedBlob | null = null
    let sealed: SealedBlob | null = null
    let blob: string | null = null
    let delivered: string | null = null
    if (raw !== null && transcript !== null && key !== null) {
      const take = (bytes: number) => this.#frame.take(bytes)
      shown = this.#sealer.close('transcript', key.secret.transcript, place, transcript, take)
      if (raw !== transcript) sealed = this.#sealer.close('sealed', key.secret.seal, place, raw, take)
      blob = `{${sealed ? `"sealed":${commitmentText(sealed)},` : ''}"transcript":${commitmentText(shown)}}`
      const whole = sealed ?? shown
      if (released !== null) delivered = released === raw ? whole.commitment.salted : salted(whole.salt, released)
    }
    const leaf = fillLeaf(item.leaf, { n, entries, key: commitment, blob, released: delivered })
    const hash = this.#frame.endEntry(begun, leaf, {
      seq,
      prev,
      key: shown && key ? key.id : null,
      transcript: shown?.commitment.bytes ?? null,
      sealed: sealed?.commitment.bytes ?? null,
    })
    if (hash === null) return false
    this.#edge = append(this.#edge, hash)
    return true
  }

  /** Signs the root of what is durable now, and tells the index. */
  checkpoint(): void {
    if (this.#edge.size > this.#checkpointed) {
      const { log, signing, verifying } = this.#options
      const note = signCheckpoint(
        { origin: origin(log), size: this.#edge.size, root: root(this.#edge) },
        { privateKey: signing, publicKey: verifying },
      )
      const record = { kind: 'checkpoint', size: this.#edge.size, note } as const
      this.#frame.begin()
      this.#frame.record(record)
      this.#file.append(this.#frame)
      this.#checkpointed = this.#edge.size
      this.#pending.checkpoint = record
    }
    this.writeIndex()
  }

  /** What cannot be written now is kept for the next time: readers look through the entries behind the index. */
  writeIndex(): void {
    const unwritten = this.#sessions.unwritten
    try {
      this.#index.write({ ...this.#pending, sessions: unwritten }, this.#edge.size, writeEdge(this.#edge))
    } catch {
      return
    }
    this.#sessions.written()
    this.#pending = nothingPending()
  }

  #beginFile(): void {
    this.checkpoint()
    const number = this.#file.number + 1
    const next = createFile(this.#options.folder, this.#options.log, number, this.#edge, this.#frame)
    const old = this.#file
    try {
      this.#frame.begin()
      this.#frame.record({ kind: 'next', number })
      old.append(this.#frame)
    } catch (error) {
      if (isFull(error)) {
        // The old one goes on: a file that it does not name would be missed for ever.
        next.close()
        rmSync(filePath(this.#options.folder, number))
        throw error
      }
      this.#file = next
      old.close()
      throw error
    }
    this.#file = next
    old.close()
  }

  close(): void {
    this.#index.close()
    this.#file.close()
  }
}

function stored({ wrapped, derive }: SessionKey) {
  return { wrapped, derive }
}

function commitmentText({ commitment: { bytes, salted: committed, sha256 } }: SealedBlob): string {
  return `{"bytes":${bytes},"salted":"${committed}","sha256":"${sha256}"}`
}
