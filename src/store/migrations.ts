// How the store came to its present shape. Promise: steps are appended and never changed; each runs in one transaction.
import type { Transaction } from 'kysely'
import type { Tables } from './tables.ts'

type Step = (store: Transaction<Tables>) => Promise<void>

export const migrations: readonly Step[] = [
  async store => {
    await store.schema
      .createTable('approval')
      .addColumn('id', 'text', column => column.primaryKey())
      .addColumn('session', 'text', column => column.notNull())
      .addColumn('digest', 'text', column => column.notNull())
      .addColumn('connection', 'text', column => column.notNull())
      .addColumn('operation', 'text', column => column.notNull())
      .addColumn('target', 'text', column => column.notNull())
      .addColumn('requester', 'text', column => column.notNull())
      .addColumn('requesters', 'text', column => column.notNull())
      .addColumn('needs', 'text', column => column.notNull())
      .addColumn('found', 'text', column => column.notNull())
      .addColumn('state', 'text', column => column.notNull())
      .addColumn('opened', 'integer', column => column.notNull())
      .addColumn('until', 'integer', column => column.notNull())
      .addColumn('decided', 'integer')
      .execute()
    await store.schema.createIndex('approval_digest').on('approval').columns(['digest', 'opened']).execute()
    await store.schema.createIndex('approval_state').on('approval').columns(['state', 'until']).execute()
    await store.schema
      .createTable('vote')
      .addColumn('approval', 'text', column => column.notNull().references('approval.id'))
      .addColumn('person', 'text', column => column.notNull())
      .addColumn('subject', 'text', column => column.notNull())
      .addColumn('groups', 'text', column => column.notNull())
      .addColumn('outcome', 'text', column => column.notNull())
      .addColumn('at', 'integer', column => column.notNull())
      .addPrimaryKeyConstraint('vote_once', ['approval', 'person'])
      .execute()
  },
  async store => {
    await store.schema.alterTable('approval').addColumn('rules', 'text').execute()
    await store.schema
      .alterTable('approval')
      .addColumn('grounds', 'text', column => column.notNull().defaultTo('{}'))
      .execute()
  },
]
