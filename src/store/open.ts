// The state that people change: approvals now, grants and policies later. Promise: one SQLite file by default, durable at
// each commit, opened only in a format this version knows. The record is not here: it has a home of its own.
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely, type SqliteDatabase, SqliteDialect, sql } from 'kysely'
import { migrations } from './migrations.ts'
import type { Tables } from './tables.ts'

export type Store = Kysely<Tables>

/** Opens or creates `state.sqlite` in `dir`. Throws an Error that says what to do where the file cannot be used. */
export async function openStore(dir: string): Promise<Store> {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const file = join(dir, 'state.sqlite')
  const database = opened(file)
  const store = new Kysely<Tables>({ dialect: new SqliteDialect({ database: asKyselyDatabase(database) }) })
  await migrate(store, database, file)
  return store
}

function opened(file: string): DatabaseSync {
  try {
    const database = new DatabaseSync(file)
    chmodSync(file, 0o600)
    database.exec(
      'pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 5000; pragma foreign_keys = on',
    )
    return database
  } catch (error) {
    const why = error instanceof Error ? error.message : 'failed'
    const next = 'Restore it, or move it away: requests for approval that are open are then asked anew'
    throw new Error(`The store ${file} cannot be opened (${why}). ${next}.`)
  }
}

async function migrate(store: Store, database: DatabaseSync, file: string): Promise<void> {
  const found = Number(database.prepare('pragma user_version').get()?.user_version)
  if (found > migrations.length) {
    database.close()
    throw new Error(
      `${file} has format ${found}; this version knows formats up to ${migrations.length}. Use a newer Sallyport.`,
    )
  }
  for (const [index, step] of migrations.entries()) {
    if (index < found) continue
    await store.transaction().execute(async inside => {
      await step(inside)
      // With the step or not at all: a start that is cut off between the two could never be made good.
      await sql.raw(`pragma user_version = ${index + 1}`).execute(inside)
    })
  }
}

function asKyselyDatabase(database: DatabaseSync): SqliteDatabase {
  return {
    close: () => database.close(),
    prepare(text) {
      const statement = database.prepare(text)
      type Values = Parameters<typeof statement.all>
      return {
        reader: statement.columns().length > 0,
        all: parameters => statement.all(...(parameters as Values)),
        run: parameters => statement.run(...(parameters as Values)),
        iterate: parameters => statement.iterate(...(parameters as Values)) as IterableIterator<unknown>,
      }
    },
  }
}
