// All routes of the API, in the order of the OpenAPI document.

import type { Route } from './route.ts'
import { answerApproval, getApproval, listApprovals } from './routes/approvals.ts'
import { discoverColumns, issueCredential } from './routes/databases.ts'
import { getExchange } from './routes/exchanges.ts'
import { getLog } from './routes/log.ts'
import { getConnections, getMe } from './routes/me.ts'
import { explainCall, explainPolicy } from './routes/policy.ts'
import { getSession, listSessions, replaySession } from './routes/sessions.ts'

export const routes: readonly Route[] = [
  getMe,
  getConnections,
  issueCredential,
  discoverColumns,
  listApprovals,
  getApproval,
  answerApproval('approve'),
  answerApproval('deny'),
  listSessions,
  getSession,
  replaySession,
  getExchange,
  explainPolicy,
  explainCall,
  getLog,
]
