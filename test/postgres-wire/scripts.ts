// What a caller says in each part of the protocol, and what a real server answers to it. Promise: answers are recorded from
// the server itself, so that a false one can give the very same bytes in other pieces.
import { once } from 'node:events'
import { connect } from 'node:net'
import { back, front, uint32 } from '../../src/postgres/frames.ts'
import { frame, int16Bytes, uint32Bytes } from '../../src/postgres/messages.ts'
import { SCRAM, ScramClient } from '../../src/postgres/scram.ts'
import { say, startupBytes } from '../../src/postgres/testing/raw-client.ts'
import { framesOf } from './false-system.ts'

export interface Step {
  readonly bytes: Buffer
  /** The answer is whole with the nth frame of this type. */
  readonly until: number
  readonly times?: number
}

export interface Script {
  readonly name: string
  readonly steps: readonly Step[]
  /** Refused where columns are read: rows copied out of no known columns. */
  readonly transparentOnly?: true
}

const Z = back.ready
const step = (until: number, ...bytes: Buffer[]): Step => ({ bytes: Buffer.concat(bytes), until })
const row = (text: string) => frame(front.copyData, text)

export const scripts: readonly Script[] = [
  {
    name: 'simple, several results, an empty text, an error between',
    steps: [
      step(Z, say.query("select 1 as a, null as b, 'some text' as ssn; select 2 as n")),
      step(Z, say.query('')),
      step(Z, say.query('select 1; select 1/0; select 3')),
    ],
  },
  {
    name: 'extended, text and binary results, described both ways',
    steps: [
      step(
        Z,
        say.parse('s', "select $1::int4 as n, 'value'::text as ssn, null as b"),
        say.describe('S', 's'),
        frame(front.bind, 'p\0s\0', int16Bytes(0), int16Bytes(1), uint32Bytes(2), '41', int16Bytes(1), int16Bytes(1)),
        say.describe('P', 'p'),
        say.execute('p'),
        say.close('P', 'p'),
        say.sync(),
      ),
      step(Z, say.close('S', 's'), say.sync()),
      {
        bytes: Buffer.concat([say.parse('', 'select 1'), say.describe('S', ''), say.flush()]),
        until: back.rowDescription,
      },
      step(Z, say.bind('', ''), say.execute(''), say.sync()),
    ],
  },
  {
    name: 'pipelined, an error in the first of two flights',
    steps: [
      {
        bytes: Buffer.concat([
          ...[say.parse('', 'select 1'), say.bind('', ''), say.execute('')],
          ...[say.parse('', 'select 1/0'), say.bind('', ''), say.execute('')],
          ...[say.parse('', 'select 3'), say.bind('', ''), say.execute(''), say.sync()],
          ...[say.parse('', 'select 4 as n'), say.bind('', ''), say.describe('P', ''), say.execute(''), say.sync()],
        ]),
        until: Z,
        times: 2,
      },
    ],
  },
  {
    name: 'a portal in parts, within a transaction',
    steps: [
      step(Z, say.query('begin')),
      step(
        Z,
        say.parse('', "select i, 'text ' || i as ssn from generate_series(1, 3) i"),
        say.bind('c', ''),
        say.describe('P', 'c'),
        say.execute('c', 2),
        say.sync(),
      ),
      step(Z, say.execute('c', 2), say.sync()),
      step(Z, say.query('commit')),
    ],
  },
  {
    name: 'copied in, given up, and with a bad row',
    steps: [
      step(Z, say.query('create temp table if not exists split (a int, b text)')),
      step(back.copyIn, say.query('copy split from stdin')),
      step(Z, row('1\tone\n'), row('2\ttwo\n'), frame(front.copyDone)),
      step(back.copyIn, say.query('copy split from stdin')),
      step(Z, row('3\tthree\n'), frame(front.copyFail, 'given up\0')),
      step(back.copyIn, say.query('copy split from stdin')),
      step(Z, row('x\tbad\n'), frame(front.copyDone)),
      step(Z, say.query('truncate split')),
    ],
  },
  {
    name: 'copied out',
    steps: [step(Z, say.query("copy (select i, 'row ' || i from generate_series(1, 3) i) to stdout"))],
    transparentOnly: true,
  },
  {
    name: 'notices and settings',
    steps: [step(Z, say.query("do $$ begin raise notice 'told'; end $$")), step(Z, say.query("set timezone = 'UTC'"))],
  },
]

/** The answers of a real server, by script and step. */
export async function recordAnswers(server: {
  host: string
  port: number
  user: string
  password: string
}): Promise<ReadonlyMap<Step, Buffer>> {
  const socket = connect({ host: server.host, port: server.port })
  await once(socket, 'connect')
  let heard = Buffer.alloc(0)
  let wake: () => void = () => undefined
  socket.on('data', piece => {
    heard = Buffer.concat([heard, piece])
    wake()
  })
  const next = async (done: () => boolean) => {
    while (!done())
      await new Promise<void>(resolve => {
        wake = resolve
      })
    const all = heard
    heard = Buffer.alloc(0)
    return all
  }
  const whole = (type: number, times: number) => framesOf(heard).filter(one => one.type === type).length >= times
  const authentication = back.authentication
  socket.write(startupBytes({ user: server.user, database: 'postgres' }))
  await next(() => whole(authentication, 1))
  const scram = new ScramClient(server.password)
  const first = Buffer.from(scram.first())
  socket.write(frame(front.password, `${SCRAM}\0`, uint32Bytes(first.length), first))
  const challenge = await next(() => whole(authentication, 1))
  socket.write(frame(front.password, scram.final(challenge.toString('utf8', 9, 1 + uint32(challenge, 1)))))
  await next(() => whole(Z, 1))
  const answers = new Map<Step, Buffer>()
  for (const { steps } of scripts) {
    for (const one of steps) {
      socket.write(one.bytes)
      answers.set(one, await next(() => whole(one.until, one.times ?? 1)))
    }
  }
  socket.destroy()
  return answers
}
