// Connections on which nobody is identified, or nothing is asked. Promise: there are no more of them than the limit; where
// one more comes, the source that has most of them loses its oldest, so that one source cannot keep the others out.
import type { Socket } from 'node:net'
import { limits } from './limits.ts'

/** A network of one customer: its addresses are one source. */
const NETWORK_GROUPS = 4

interface Waiting {
  readonly socket: Socket
  readonly source: string
}

export class Anteroom {
  readonly #places: number
  readonly #onCrowded: (address: string) => void
  readonly #waiting = new Map<string, Waiting>()
  /** Peers of a source, the oldest first. */
  readonly #bySource = new Map<string, Set<string>>()
  readonly #heard = new WeakSet<Socket>()

  /** `onCrowded` is told the address of each connection that is closed for another one. */
  constructor(onCrowded: (address: string) => void, places: number = limits.anteroom) {
    this.#onCrowded = onCrowded
    this.#places = places
  }

  get size(): number {
    return this.#waiting.size
  }

  /** Until it leaves, or closes. */
  enter(socket: Socket): void {
    const peer = peerOf(socket)
    if (peer === null || this.#waiting.has(peer)) return
    if (this.#waiting.size >= this.#places) this.#makeRoom()
    const source = sourceOf(socket.remoteAddress as string)
    const others = this.#bySource.get(source)
    if (others === undefined) this.#bySource.set(source, new Set([peer]))
    else others.add(peer)
    this.#waiting.set(peer, { socket, source })
    if (this.#heard.has(socket)) return
    this.#heard.add(socket)
    socket.once('close', () => {
      if (this.#waiting.get(peer)?.socket === socket) this.#remove(peer)
    })
  }

  /** The socket that entered, or what speaks TLS on it. */
  leave(socket: Socket): void {
    const peer = peerOf(socket)
    if (peer !== null) this.#remove(peer)
  }

  #remove(peer: string): void {
    const known = this.#waiting.get(peer)
    if (known === undefined) return
    this.#waiting.delete(peer)
    const others = this.#bySource.get(known.source) as Set<string>
    others.delete(peer)
    if (others.size === 0) this.#bySource.delete(known.source)
  }

  #makeRoom(): void {
    let most: ReadonlySet<string> = new Set()
    for (const peers of this.#bySource.values()) if (peers.size > most.size) most = peers
    const [oldest] = most
    const known = oldest === undefined ? undefined : this.#waiting.get(oldest)
    if (oldest === undefined || known === undefined) return
    const address = known.socket.remoteAddress ?? known.source
    this.#remove(oldest)
    known.socket.destroy()
    this.#onCrowded(address)
  }
}

/** Of its address and port, which no other open connection of a listener has. */
function peerOf({ remoteAddress, remotePort, destroyed }: Socket): string | null {
  return remoteAddress === undefined || destroyed ? null : `${remoteAddress} ${remotePort}`
}

/** The address, and of IPv6 its first 64 bits. */
function sourceOf(address: string): string {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address
  const [head = '', tail] = address.split('::')
  const groups = head.split(':').filter(group => group !== '')
  const rest = tail === undefined ? [] : tail.split(':').filter(group => group !== '')
  const zeros = tail === undefined ? 0 : 8 - groups.length - rest.length
  return [...groups, ...new Array<string>(Math.max(0, zeros)).fill('0'), ...rest].slice(0, NETWORK_GROUPS).join(':')
}
