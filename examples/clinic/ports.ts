// Ports on loopback: the ones a person knows by heart where they are free, others where not.
import { createServer } from 'node:net'

/** The port itself when nobody listens there, for 0 any free one; null when it is taken. */
export function freePort(port: number): Promise<number | null> {
  return new Promise(done => {
    const probe = createServer()
    probe.once('error', () => done(null))
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => done(typeof address === 'object' && address !== null ? address.port : null))
    })
  })
}

/** Each wanted port, or a free one in its place, which is then said. */
export async function choosePorts<N extends string>(
  wanted: Readonly<Record<N, number>>,
  say: (line: string) => void,
): Promise<Record<N, number>> {
  const chosen: Record<N, number> = { ...wanted }
  for (const name of Object.keys(wanted) as N[]) {
    if ((await freePort(wanted[name])) !== null) continue
    chosen[name] = (await freePort(0)) ?? wanted[name]
    say(`  Port ${wanted[name]} is taken: using ${chosen[name]}`)
  }
  return chosen
}
