// What clients of databases need: a credential to connect with, and for administrators a proposal of what to label.
import { z } from 'zod'
import { subjectName } from '../../access/approver.ts'
import { recordAccess } from '../access-entry.ts'
import { Problem } from '../problem.ts'
import { time } from '../record-view.ts'
import { route } from '../route.ts'
import { credential, discovery, name, none } from '../schemas.ts'

const params = z.strictObject({ name })

export const issueCredential = route({
  id: 'issueCredential',
  method: 'post',
  path: '/connections/:name/credentials',
  summary: 'A short-lived credential for a client of a database',
  access:
    'Anyone whom some rule lets use the connection. It stands for the caller, for any number of connections, until the access token of this request ends, at most 8 hours. That it was issued is recorded.',
  params,
  query: none,
  body: none,
  answerName: 'Credential',
  answer: credential,
  problems: ['no-connection', 'not-a-database', 'no-listener', 'limit'],
  async handle({ caller, api, params }) {
    const usable = api.connections(caller.subject).find(connection => connection.name === params.name)
    if (usable === undefined) throw new Problem('no-connection')
    if (usable.kind !== 'postgres') throw new Problem('not-a-database')
    if (usable.postgres === undefined) throw new Problem('no-listener')
    const issued = api.credentials.mint(caller.subject, usable.name)
    if (issued === null) throw new Problem('limit')
    const { user, password, expiresAt } = issued
    try {
      await recordAccess(api, caller, 'credential.issue', `${usable.name}/${user}`)
    } catch (error) {
      api.credentials.revoke(user)
      throw error
    }
    return { user, password, expires: time(expiresAt), database: usable.name, ...usable.postgres }
  },
})

export const discoverColumns = route({
  id: 'discoverColumns',
  method: 'post',
  path: '/connections/:name/discover',
  summary: 'Columns of a database that may need a label',
  access:
    'Administrators. Names of columns and a sample of their values are looked at with the login of the gateway; the answer has counts and no values. That it was asked is recorded.',
  params,
  query: none,
  body: none,
  answerName: 'Discovery',
  answer: discovery,
  problems: ['forbidden', 'no-connection', 'upstream'],
  async handle({ caller, api, params }) {
    if (!caller.roles.has('administrator')) throw new Problem('forbidden')
    const search = api.discover(subjectName(caller.subject), params.name)
    if (search === null) throw new Problem('no-connection', { detail: 'There is no database of this name' })
    await recordAccess(api, caller, 'mask.discover', params.name)
    try {
      const { tables, complete, columns } = await search()
      return { connection: params.name, tables, complete, columns: columns.map(column => ({ ...column })) }
    } catch {
      throw new Problem('upstream')
    }
  },
})
