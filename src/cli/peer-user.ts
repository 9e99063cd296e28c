// Whose program is at the other end of a connection on this machine. Promise: what the kernel says, or null; never a guess.
import { readFile } from 'node:fs/promises'

const tables = ['/proc/net/tcp', '/proc/net/tcp6']

/** Of a socket, this end being the local one. */
interface Ends {
  readonly remoteAddress?: string | undefined
  readonly remotePort?: number | undefined
  readonly localAddress?: string | undefined
  readonly localPort?: number | undefined
}

/** The user id that made the other end; null where it cannot be told. */
export async function peerUser(socket: Ends): Promise<number | null> {
  const { remoteAddress, remotePort, localAddress, localPort } = socket
  if (remoteAddress === undefined || remotePort === undefined) return null
  if (localAddress === undefined || localPort === undefined) return null
  // The other end's row: its own address first.
  const own = forms(remoteAddress, remotePort)
  const other = forms(localAddress, localPort)
  for (const table of tables) {
    const text = await readFile(table, 'latin1').catch(() => '')
    for (const line of text.split('\n')) {
      const [, local = '', remote = '', , , , , user = ''] = line.trim().split(/\s+/)
      if (own.includes(local) && other.includes(remote) && /^\d+$/.test(user)) return Number(user)
    }
  }
  return null
}

/** An address as the kernel lists it: as it is, and as one of IPv4 in IPv6. */
function forms(address: string, port: number): readonly string[] {
  const at = port.toString(16).toUpperCase().padStart(4, '0')
  if (address === '::1') return [`00000000000000000000000001000000:${at}`]
  const octets = address.replace(/^::ffff:/i, '').split('.')
  if (octets.length !== 4) return []
  const word = octets
    .reverse()
    .map(octet => Number(octet).toString(16).toUpperCase().padStart(2, '0'))
    .join('')
  return [`${word}:${at}`, `0000000000000000FFFF0000${word}:${at}`]
}
