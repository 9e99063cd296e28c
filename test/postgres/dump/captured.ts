// What pg_dump was heard to ask, and a way to ask it again. Promise: each statement as it was sent, with the numbers that
// things have here; all that comes back is kept, and apart from it what the gateway says of hidden values.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type pg from 'pg'

export const text = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8')

/** Statements by the section they stand in. */
const captured = new Map(
  text('pg_dump-15.sql')
    .split('\n\n-- ')
    .slice(1)
    .map(section => {
      const [title = '', ...lines] = section.split('\n')
      const statements = lines.join('\n').split(/;\n|;$/)
      return [title, statements.map(one => one.trim()).filter(one => one !== '')]
    }),
)
export const section = (title: string) => captured.get(title) ?? assert.fail(title)

export interface Told {
  /** Null where there was no error. */
  readonly code: string | null
  /** All that was heard but for notices of the gateway. */
  readonly said: string
  readonly hints: readonly string[]
}

export async function ask(
  client: pg.Client,
  captured: string,
  oids: ReadonlyMap<string, string>,
  snapshot = '',
): Promise<Told> {
  const text = captured
    .replaceAll(/\{\w+ \w+\}/g, name => oids.get(name) ?? assert.fail(name))
    .replace('{snapshot}', snapshot)
  const heard: string[] = []
  const hints: string[] = []
  const { connection } = client as unknown as { connection: NodeJS.EventEmitter }
  const onCopy = ({ chunk }: { chunk: Buffer }) => heard.push(chunk.toString())
  const onNotice = ({ message = '' }: { message?: string | undefined }) =>
    (message.includes('hidden from you') ? hints : heard).push(message)
  connection.on('copyData', onCopy)
  client.on('notice', onNotice)
  try {
    const types = { getTypeParser: () => (value: unknown) => value }
    const { fields, rows, command } = await client.query({ text, rowMode: 'array', types })
    const columns = fields.map(({ name, dataTypeID }) => [name, dataTypeID])
    return { code: null, said: JSON.stringify([columns, rows, command, heard]), hints }
  } catch (error) {
    const { code = '', message, detail, where } = error as pg.DatabaseError
    return { code, said: JSON.stringify([message, detail, where, heard]), hints }
  } finally {
    connection.off('copyData', onCopy)
    client.off('notice', onNotice)
  }
}
