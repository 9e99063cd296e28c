// What `sallyport init` writes, with a database and one more rule, as its reader would write them.
import { template } from './template.ts'

/** The text of the configuration; `rule` is one in YAML's flow form, on `clinic-db`. */
export function initWithDatabase(rule: string): string {
  return template('config.schema.json')
    .replace(
      '\nlabels:',
      '\n  clinic-db: { postgres: "postgres://db.example.org/clinic", logins: { default: { user: r, password: { env: P } } } }\nlabels:',
    )
    .replace('http: 127.0.0.1:7300\n', 'http: 127.0.0.1:7300\n  postgres: 127.0.0.1:7432\n')
    .replace('\nrules:\n', `\nrules:\n  - ${rule}\n`)
}
