// The log as the commit thread writes it. Promise: entries, blobs, indexes and the tree's right edge change in one
// transaction or not at all; a failed one leaves memory and file as they were; a nonce is never used twice.
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { limits } from '../gateway/limits.ts'
import { origin, signCheckpoint } from './checkpoint.ts'
import { fillLeaf } from './entry-form.ts'
import type { FoldThread } from './fold-thread.ts'
import { createFile, filePath, walBytes } from './inbox-file.ts'
import { append, type Edge, leafHash, root, writeEdge } from './merkle.ts'
import { type CommitOptions, type Item, type Parcel, role, unpack } from './parcel.ts'
import { newSessionKey, Sealer, type SessionKey, salted } from './seal.ts'
import { SessionIndex } from './session-index.ts'

export interface OpenedLog {
  readonly db: DatabaseSync
  readonly number: number
  readonly edge: Edge
}

interface Statements {
  readonly begin: StatementSync
  readonly commit: StatementSync
  readonly entry: StatementSync
  readonly tree: StatementSync
  readonly exchange: StatementSync
  readonly key: StatementSync
  readonly checkpoint: StatementSync
}

interface OwnKey {
  readonly id: number
  readonly key: SessionKey
}

/** One entry with everything the log adds to it. */
interface Built {
  readonly leaf: Buffer
  readonly transcript: Uint8Array | null
  readonly sealed: Uint8Array | null
}

export class CommitLog {
  readonly #options: CommitOptions
  readonly #sealer = new Sealer()
  readonly #sessions: SessionIndex
  readonly #folder: FoldThread
  readonly #retiring = new Set<Promise<void>>()
  #db: DatabaseSync
  #to: Statements
  #number: number
  #edge: Edge
  /** For payloads that belong to no session; a new one for each file. */
  #own: OwnKey | null = null
  #checkpointed: number
  #writtenBytes = 0

  constructor(opened: OpenedLog, options: CommitOptions, folder: FoldThread) {
    this.#folder = folder
    this.#options = options
    this.#db = opened.db
    this.#number = opened.number
    this.#edge = opened.edge
    this.#to = prepare(opened.db)
    this.#sessions = new SessionIndex(opened.db, options.folder, opened.number)
    const newest = opened.db.prepare('SELECT max(size) AS size FROM checkpoint').get() as { size: number | null }
    this.#checkpointed = newest.size ?? -1
  }

  get size(): number {
    return this.#edge.size
  }

  get needsCheckpoint(): boolean {
    return this.#edge.size > this.#checkpointed
  }

  /** Durable when it returns. `refused` are the drafts that said something impossible; the others are in, in order. */
  commit(parcel: Parcel): { first: number; refused: number[] } {
    if (this.#writtenBytes > this.#options.walBytes / 16) this.#rotateIfLarge()
    const before = { edge: this.#edge, own: this.#own }
    const first = this.#edge.size
    const refused: number[] = []
    try {
      this.#to.begin.run()
      let index = 0
      for (const item of unpack(parcel)) {
        if (!this.#add(item)) refused.push(index)
        index++
      }
      this.#sessions.write()
      this.#to.tree.run(this.#edge.size, writeEdge(this.#edge))
      this.#to.commit.run()
    } catch (error) {
      this.#edge = before.edge
      this.#own = before.own
      this.#sessions.undo()
      this.#rollBack()
      throw error
    }
    this.#sessions.done()
    this.#writtenBytes += parcel.bytes.length * 2 + (this.#edge.size - first) * 1024 + 16384
    return { first, refused }
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
    const live = session.closedAt === null && (session.key !== null || opening)
    if (!live && (closing || (item.roles & role.live) !== 0 || item.raw !== null)) return false
    const key = opening ? newSessionKey(this.#options, this.#options.log, item.session) : session.key
    const built = this.#build(item, seq, session.entries, key, opening, closing ? session.entries + 1 : null)
    if (!built) return false
    const previous = opening ? null : session.last
    const touched = opening ? this.#sessions.open(session, key as SessionKey) : this.#sessions.touch(session)
    touched.last = seq
    touched.entries++
    if ((item.roles & role.question) !== 0) touched.questions++
    if ((item.roles & role.block) !== 0) touched.blocks++
    if ((item.roles & role.hold) !== 0) touched.holds++
    if (closing) {
      touched.closedAt = item.at
      touched.outcome = item.extra
    }
    this.#insert(seq, previous, item.raw === null ? null : (touched.keyId as number), built)
    if ((item.roles & role.question) !== 0) this.#to.exchange.run(item.extra, seq)
    return true
  }

  /** An entry without a session. */
  #addLoose(item: Item, seq: number): boolean {
    const begins = item.raw !== null && this.#own === null
    const own = begins ? { id: seq, key: newSessionKey(this.#options, this.#options.log, null) } : this.#own
    const built = this.#build(item, seq, 0, own?.key ?? null, begins, null)
    if (!built) return false
    if (begins && own) {
      this.#own = own
      this.#to.key.run(own.id, null, own.key.wrapped, own.key.derive)
    }
    this.#insert(seq, null, item.raw === null ? null : (own?.id ?? null), built)
    if (item.extra !== '') this.#to.exchange.run(item.extra, seq)
    return true
  }

  #build(
    item: Item,
    seq: number,
    n: number,
    key: SessionKey | null,
    begins: boolean,
    entries: number | null,
  ): Built | null {
    const { raw, transcript, released } = item
    const fill = { n, entries, key: begins && key ? key.commitment : null, blob: null, released: null }
    if (raw === null || transcript === null || key === null) {
      const leaf = Buffer.from(fillLeaf(item.leaf, fill))
      return leaf.length > limits.leafBytes ? null : { leaf, transcript: null, sealed: null }
    }
    const place = { log: this.#options.log, session: item.session === '' ? null : item.session, n, seq }
    const sealed = this.#sealer.close('sealed', key.seal, place, raw)
    const shown = this.#sealer.close('transcript', key.transcript, place, transcript)
    const blob = `{"sealed":${commitmentText(sealed.commitment)},"transcript":${commitmentText(shown.commitment)}}`
    const delivered =
      released === null ? null : released === raw ? sealed.commitment.salted : salted(sealed.salt, released)
    const leaf = Buffer.from(fillLeaf(item.leaf, { ...fill, blob, released: delivered }))
    return leaf.length > limits.leafBytes ? null : { leaf, transcript: shown.bytes, sealed: sealed.bytes }
  }

  #insert(seq: number, previous: number | null, key: number | null, { leaf, transcript, sealed }: Built): void {
    const hash = leafHash(leaf)
    this.#edge = append(this.#edge, hash)
    this.#to.entry.run(seq, previous, key, hash, leaf, transcript, sealed)
  }

  /** Signs the root of what is durable now. */
  checkpoint(): void {
    if (!this.needsCheckpoint) return
    const { log, signing, verifying } = this.#options
    const note = signCheckpoint(
      { origin: origin(log), size: this.#edge.size, root: root(this.#edge) },
      { privateKey: signing, publicKey: verifying },
    )
    this.#to.checkpoint.run(this.#edge.size, note)
    this.#checkpointed = this.#edge.size
  }

  #rotateIfLarge(): void {
    this.#writtenBytes = 0
    const path = filePath(this.#options.folder, this.#number)
    if (walBytes(path) < this.#options.walBytes) return
    this.checkpoint()
    const number = this.#number + 1
    const db = createFile(this.#options.folder, this.#options.log, number, this.#edge)
    // From here on the new file counts, whatever becomes of the mark in the old one: opening sets it again.
    const old = this.#db
    this.#db = db
    this.#to = prepare(db)
    this.#number = number
    this.#own = null
    this.#sessions.moveTo(db, number)
    try {
      old.prepare('UPDATE meta SET next = ?').run(number)
    } finally {
      this.#retire(old, path)
    }
  }

  /** The old file's write-ahead log is folded in by another thread; this one only lets go of it afterwards. */
  #retire(old: DatabaseSync, path: string): void {
    const retired = this.#folder.fold(path).then(() => {
      old.close()
      this.#retiring.delete(retired)
    })
    this.#retiring.add(retired)
  }

  #rollBack(): void {
    if (!this.#db.isOpen || !this.#db.isTransaction) return
    try {
      this.#db.exec('ROLLBACK')
    } catch {
      // What cannot be rolled back was never committed: the next BEGIN fails and says so.
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#retiring)
    await this.#folder.close()
    this.#db.close()
  }
}

function commitmentText({
  bytes,
  salted: commitment,
  sha256,
}: {
  bytes: number
  salted: string
  sha256: string
}): string {
  return `{"bytes":${bytes},"salted":"${commitment}","sha256":"${sha256}"}`
}

function prepare(db: DatabaseSync): Statements {
  return {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    entry: db.prepare(
      'INSERT INTO entry (seq, prev, key, hash, leaf, transcript, sealed) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    tree: db.prepare('UPDATE tree SET size = ?, edge = ?'),
    exchange: db.prepare('INSERT INTO exchange (id, seq) VALUES (?, ?)'),
    key: db.prepare('INSERT INTO session_key (id, session, wrapped, derive) VALUES (?, ?, ?, ?)'),
    checkpoint: db.prepare('INSERT INTO checkpoint (size, note) VALUES (?, ?)'),
  }
}
