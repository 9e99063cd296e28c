// The keys that only PostgreSQL connections have. Promise: where a password would stand, only where it is can be written.
import { z } from 'zod'
import { either, may, must, name, secretRef, section, text } from './schema-parts.ts'

const address = text('a URL such as postgres://db.example.org:5432/clinic', /^[a-z]+:\/\/\S+$/)

const login = section({
  user: must(text('a user name of the database', /^[^\s]{1,63}$/), 'Its user at the database.', {
    example: 'readonly',
  }),
  password: must(secretRef, 'Its password.', { example: { env: 'CLINIC_RO' } }),
})

const checked = section({
  ca: may(
    section({ file: text('the path of a file', /\S/) }),
    'Certificates of the authority that signed that of the database, PEM. Left out: the well-known ones.',
    { example: { file: 'tls/database-ca.pem' } },
  ),
  serverName: may(
    text('the name in the certificate of the database', /^[^\s/]+$/),
    'The name its certificate must have. Left out: the host of the URL.',
    { example: 'db.example.org' },
  ),
})

export const postgresKeys = {
  postgres: may(
    address,
    'The database: host, port (5432 if left out) and name, with `?sslmode=verify-full` or `?sslmode=disable`. Without either TLS is used, except to a loopback host.',
    { example: 'postgres://db.example.org:5432/clinic' },
  ),
  logins: may(
    z.record(name('group, or default'), login, {
      error: 'write the logins of the gateway: { default: { user: readonly, password: { env: NAME } } }',
    }),
    'Logins of the gateway at the database, by group. A caller in several groups gets the first in the order of the file; one in none gets `default`, wherever it stands; without it, none, and is refused.',
    { example: { default: { user: 'readonly', password: { env: 'CLINIC_RO' } } } },
  ),
  tls: may(checked, 'How the certificate of the database is checked, which it always is where TLS is used.'),
  notices: may(
    z.boolean({ error: 'write true or false' }),
    'Tell the client in a notice how many values of which labels were hidden from an answer.',
    { default: true },
  ),
  md5: may(
    z.boolean({ error: 'write true or false' }),
    'Prove the login to a database that asks for MD5, from which whoever listens can learn the password. Better: let the database ask for scram-sha-256.',
    { default: false },
  ),
  oauth: may(
    either('write true, or the name of a provider', [z.boolean(), name('provider')]),
    'Clients sign in here with OAUTHBEARER (RFC 7628, PostgreSQL 18) and not with a token as password: `true`, or the provider to which clients without a token are sent.',
    { default: false, example: 'okta' },
  ),
}
