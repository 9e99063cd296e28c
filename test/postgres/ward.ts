// What is protected in ward-schema.sql.
import { compileMasking } from '../../src/masking/plan.ts'
import type { Corpus } from './twins.ts'

const person =
  `code legal_name contacts chart genome stay marks weight sex seen born doc flags addr spot words pay span alive
  ratio kv hour uid big doses sev tiny note retyped birthplace`.split(/\s+/)

export const ward: Corpus = {
  name: 'ward',
  masking: compileMasking({
    labels: {
      'phi.person': { sql: person.map(column => `med.people.${column}`) },
      'phi.finding': {
        sql: ['med.events.finding', 'app.things.hint', 'app.rls.secret', 'app.kids.secret', 'app.pets.secret'],
      },
      'phi.odd': { sql: ['a b', 'select', 'Weird "T"'].map(column => `Été 2024.Weird "T".${column}`) },
      'phi.count': { sql: ['count', 'sum', 'max', 'value'].map(column => `app.count.${column}`) },
    },
    clean: {},
    transforms: { default: 'redact', byLabel: {} },
  }),
}
