import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { maskingRules } from './config.ts'
import { readConfig } from './load.ts'
import { printProblem } from './problem.ts'

const base = {
  listen: 'listen: { http: 127.0.0.1:7300 }',
  providers: 'providers: { idp: { issuer: https://idp.example.org } }',
  groups: 'groups: { nurse: { idp: [nurses] }, compliance: { idp: [compl] } }',
  connections: 'connections: { clinic: { mcp: https://mcp.example.org/mcp } }',
  rules: 'rules: [{ id: read, allow: ["tools/call:get_*"], who: [nurse], on: [clinic] }]',
}

function textOf(change: Partial<Record<string, string>>): string {
  return ['version: 1', ...Object.values({ ...base, ...change })].join('\n')
}

function load(change: Partial<Record<string, string>> = {}) {
  return readConfig(Buffer.from(textOf(change)), '/etc/sallyport/sallyport.yaml', 'sallyport.yaml')
}

function loadRule(text: string) {
  return load({
    rules: `rules:\n  - { id: read, allow: ["tools/call:get_*"], who: [nurse], on: [clinic] }\n  - ${text}`,
  })
}

function problems(loaded: ReturnType<typeof load>): string[] {
  return loaded.ok ? [] : loaded.problems.map(({ line, column, message }) => `${line}:${column} ${message}`)
}

describe('one fault, its place and what to write', () => {
  const rows: [string, Partial<Record<string, string>>, RegExp][] = [
    [
      'listening in the open without TLS',
      { listen: 'listen: { http: 0.0.0.0:7300, publicUrl: https://g.example }' },
      /^2:17 plain HTTP is for loopback only/,
    ],
    [
      'an address that only looks like loopback',
      { listen: 'listen: { http: "127.0.0.1.example.org:80", publicUrl: https://g.example }' },
      /^2:17 plain HTTP is for loopback only/,
    ],
    [
      'a public URL with a path',
      { listen: 'listen: { http: 127.0.0.1:1, publicUrl: https://g.example/x }' },
      /^2:41 write the origin alone/,
    ],
    [
      'a public URL without TLS',
      { listen: 'listen: { http: 127.0.0.1:1, publicUrl: http://g.example }' },
      /^2:41 write https/,
    ],
    [
      'PostgreSQL in the open without TLS',
      { listen: 'listen: { postgres: 0.0.0.0:7432 }' },
      /^2:21 plain PostgreSQL is for loopback only/,
    ],
    [
      'a connection that could not stand in its address',
      { connections: 'connections: { clinic: { mcp: https://x.example }, Clinic.East: { mcp: https://y.example } }' },
      /^5:52 write a connection of lower-case letters/,
    ],
    ['a port that is none', { listen: 'listen: { http: 127.0.0.1:99999 }' }, /^2:17 write an address and a port/],
    [
      'an issuer without TLS',
      { providers: 'providers: { idp: { issuer: http://idp.example.org } }' },
      /^3:29 the issuer not https/,
    ],
    [
      'one issuer twice',
      { providers: 'providers: { idp: { issuer: https://a.example }, b: { issuer: https://a.example } }' },
      /^3:63 provider "idp" has the same issuer/,
    ],
    [
      'a length of time that is none',
      { providers: 'providers: { idp: { issuer: https://a.example, maxLife: 2w } }' },
      /^3:57 write a length of time/,
    ],
    [
      'an unknown provider in a group',
      { groups: 'groups: { nurse: { ipd: [a] } }' },
      /^4:20 unknown provider "ipd" \(did you mean "idp"\?\)/,
    ],
    [
      'a connection with nothing to reach',
      { connections: 'connections: { clinic: { keep: phi } }' },
      /^5:16 write mcp:/,
    ],
    [
      'a database without a login of the gateway',
      {
        connections: 'connections: { clinic: { postgres: postgres://h/db } }',
        rules: 'rules: [{ id: read, allow: ["*"], who: [nurse], on: [clinic] }]',
      },
      /^5:16 write logins: \{ default:/,
    ],
    [
      'an unknown class of retention',
      { connections: 'connections: { clinic: { mcp: https://x.example, keep: phy } }' },
      /^5:56 unknown class of retention "phy" \(did you mean "phi"\?\)/,
    ],
    [
      'masking off where phi is kept',
      { connections: 'connections: { clinic: { mcp: https://x.example, transparent: true } }' },
      /^5:63 masking may not be off where keep is phi/,
    ],
    [
      'masking off under the built-in labels',
      {
        connections: 'connections: { clinic: { mcp: https://x.example, keep: test, transparent: true } }',
        retention: 'retention: { test: { keep: 1d } }',
      },
      /^5:75 masking may not be off while the built-in/,
    ],
    [
      'masking off under a phi label',
      {
        connections: 'connections: { clinic: { mcp: https://x.example, keep: test, transparent: true } }',
        retention: 'retention: { test: { keep: 1d } }',
        labels: 'labels: { phi.ssn: { shape: ssn } }',
      },
      /^5:75 masking may not be off while label phi.ssn/,
    ],
    [
      'a label outside the eighteen',
      { labels: 'labels: { phi.nam: { shape: ssn } }' },
      /^7:11 "phi.nam" is none of the 18 identifiers \(did you mean "phi.name"\?\)/,
    ],
    [
      'a pattern with a look-ahead',
      { labels: "labels: { acme.x: { pattern: '(?=a)' } }" },
      /^7:30 not a pattern of RE2/,
    ],
    ['a label nothing finds', { labels: 'labels: { acme.x: {} }' }, /^7:19 say how it is found/],
    ['a transform that is none', { masking: 'masking: { phi.ssn: hash }' }, /^7:21 write redact, last-four or null/],
    [
      'an unknown label in masking',
      { masking: 'masking: { phi.snn: redact }' },
      /^7:12 unknown label "phi.snn" \(did you mean "phi.ssn"\?\)/,
    ],
    [
      'a role of an unknown group',
      { roles: 'roles: { auditor: [nurs] }' },
      /^7:20 unknown group "nurs" \(did you mean "nurse"\?\)/,
    ],
    [
      'a key nobody knows',
      { extra: 'conections: {}' },
      /^7:1 unknown key "conections" \(did you mean "connections"\?\)/,
    ],
    ['a key twice', { extra: 'version: 1' }, /^7:1 not YAML: Map keys must be unique/],
    ['a tag', { extra: 'data: !secret x' }, /^7:7 not YAML: Unresolved tag/],
    ['a merge key', { extra: '<<: {}' }, /^7:1 unknown key "<<"/],
    ['a version nobody knows', { listen: 'version: 2' }, /not YAML: Map keys must be unique/],
  ]
  for (const [name, change, expected] of rows) {
    test(name, () => {
      const found = problems(load(change))
      assert.equal(found.length, 1, found.join('\n'))
      assert.match(found[0] ?? '', expected)
    })
  }
})

describe('one rule that cannot be', () => {
  const rows: [string, string, RegExp][] = [
    ['does nothing', '{ id: x, who: [nurse] }', /^8:5 write allow, hold, block or risk/],
    [
      'does two things',
      '{ id: x, allow: ["*"], block: ["*"], who: [nurse], on: [clinic] }',
      /^8:28 a rule does one thing/,
    ],
    ['allows without who', '{ id: x, allow: ["*"], on: [clinic] }', /^8:5 write who:/],
    ['allows without on', '{ id: x, allow: ["*"], who: [nurse] }', /^8:5 write on:/],
    ['holds for nobody', '{ id: x, hold: ["*"], on: [clinic] }', /^8:5 write approvers/],
    [
      'holds for an empty list',
      '{ id: x, hold: ["*"], on: [clinic], approvers: { groups: [] } }',
      /^8:62 name the groups that may approve/,
    ],
    ['an unknown group', '{ id: x, allow: ["*"], who: [nurs], on: [clinic] }', /^8:34 unknown group "nurs"/],
    [
      'an unknown approver',
      '{ id: x, hold: ["*"], on: [clinic], approvers: { groups: [complience] } }',
      /^8:63 unknown group "complience" \(did you mean "compliance"\?\)/,
    ],
    [
      'an unknown connection',
      '{ id: x, allow: ["*"], who: [nurse], on: [clinik] }',
      /^8:47 unknown connection "clinik"/,
    ],
    [
      'an unknown operation',
      '{ id: x, allow: ["tool/call:x"], who: [nurse], on: [clinic] }',
      /^8:22 unknown operation "tool\/call" \(did you mean "tools\/call"\?\)/,
    ],
    ['a name where there is none', '{ id: x, block: ["tools/list:x"] }', /^8:22 "tools\/list" has no name to match/],
    ['an unknown label', '{ id: x, block: ["*"], found: [phi.nme] }', /^8:36 unknown label "phi.nme"/],
    [
      'a constant condition',
      '{ id: x, block: ["*"], when: "true || args.x" }',
      /^8:34 the condition does not depend on the request/,
    ],
    ['an unknown name in a condition', '{ id: x, block: ["*"], when: "true || typo" }', /^8:34 unknown name "typo"/],
    ['an id twice', '{ id: read, block: ["prompts/*"] }', /^8:11 the id "read" is used twice/],
    [
      'limits of what is blocked',
      '{ id: x, block: ["prompts/*"], limits: { rows: { stop: 5 } } }',
      /^8:36 what is blocked has no answer: remove limits/,
    ],
    [
      'a reveal of what is blocked',
      '{ id: x, block: ["prompts/*"], reveal: [phi.ssn] }',
      /^8:36 what is blocked has no answer/,
    ],
  ]
  for (const [name, text, expected] of rows) {
    test(name, () => {
      const found = problems(loadRule(text))
      assert.equal(found.length, 1, found.join('\n'))
      assert.match(found[0] ?? '', expected)
    })
  }
  test('covered by a block, wherever the block stands', () => {
    assert.match(
      problems(loadRule('{ id: no, block: ["tools/*"] }'))[0] ?? '',
      /^7:24 never fires: rule "no" blocks all of it/,
    )
    assert.deepEqual(problems(loadRule('{ id: no, block: ["tools/*"], who: [compliance] }')), [])
    assert.deepEqual(problems(loadRule('{ id: no, block: ["tools/*"], when: "args.x" }')), [])
    assert.deepEqual(problems(loadRule('{ id: no, block: ["tools/*"], effects: [write] }')), [])
    assert.deepEqual(problems(loadRule('{ id: no, block: ["tools/call:get_chart"] }')), [])
  })
})

describe('the whole file', () => {
  test('all faults at once, in order, whatever part each is in', () => {
    const found = problems(
      load({
        listen: 'listen: { http: 0.0.0.0:1, publicUrl: https://g.example }',
        connections:
          'connections: { clinic: { mcp: https://mcp.example.org/mcp }, db: { postgres: pg://h/d, logins: { default: { user: a, password: { env: A } } } } }',
        rules: 'rules:\n  - { id: a, allow: ["*"], who: [nurs], on: [clinic, db] }\n  - { id: b, alow: ["*"] }',
        roles: 'roles: { auditor: [x] }',
      }),
    )
    assert.deepEqual(
      found.map(line => line.split(' ')[0]),
      ['2:17', '5:78', '7:34', '8:14', '9:20'],
      found.join('\n'),
    )
  })
  test('a misspelt key is named beside what is then missing', () => {
    assert.deepEqual(problems(load({ connections: 'connections: { clinic: { mcp: { comand: [npx] } } }' })), [
      '5:31 write a list, such as [npx, some-server]',
      '5:33 unknown key "comand" (did you mean "command"?): it can be command, args, env',
    ])
  })
  test('a problem is printed with its line and a caret', () => {
    const loaded = load({ extra: 'conections: {}' })
    assert.equal(
      loaded.ok ? '' : printProblem(loaded.problems[0] as never),
      'sallyport.yaml:7:1 unknown key "conections" (did you mean "connections"?): it can be version, listen, data, providers, groups, connections, labels, clean, masking, rules, risk, timeZone, roles, retention, seal\n  conections: {}\n  ^',
    )
  })
  for (const [name, connections] of [
    ['a credential', 'connections: { clinic: { mcp: https://x.example, credential: { bearer: hunter2 } } }'],
    [
      'a credential on its own line',
      'connections:\n  clinic:\n    mcp: https://x.example\n    credential:\n      bearer:\n        hunter2',
    ],
    ['a URL', 'connections: { clinic: { mcp: "https://user:hunter2@x.example" } }'],
    [
      'the environment of a program',
      'connections: { clinic: { mcp: { command: [npx], env: { API_TOKEN: hunter2 } } } }',
    ],
    ['an entry with another fault', 'connections: { clinic: { mcp: { comand: [npx], env: { API_TOKEN: hunter2 } } } }'],
    [
      'a header',
      'connections: { clinic: { mcp: https://x.example, credential: { header: { name: X-Key, value: hunter2 } } } }',
    ],
  ] as const) {
    test(`a literal secret in ${name} is refused and never repeated`, () => {
      const loaded = load({ connections })
      assert.ok(!loaded.ok)
      assert.ok(!JSON.stringify(loaded.problems).includes('hunter2'))
      if (name !== 'an entry with another fault') {
        assert.match(
          loaded.problems.map(printProblem).join(),
          /a secret is never written here: write \{ env: NAME \} or \{ file: path \}/,
        )
      }
    })
  }
  test('aliases that multiply are refused quickly', () => {
    const levels = Array.from(
      { length: 12 },
      (_, at) => `a${at + 1}: &a${at + 1} [${Array(10).fill(`*a${at}`).join(', ')}]`,
    )
    const before = performance.now()
    const loaded = readConfig(Buffer.from(['version: 1', 'a0: &a0 [x]', ...levels].join('\n')), '/x/s.yaml')
    assert.match(problems(loaded)[0] ?? '', /too many aliases/)
    assert.ok(performance.now() - before < 2_000)
  })
  test('what is no configuration at all', () => {
    const read = (bytes: Uint8Array) => problems(readConfig(bytes, '/x/s.yaml'))[0] ?? 'ok'
    assert.match(read(Buffer.from('')), /^1:1 the file is empty/)
    assert.match(read(Buffer.from('- a')), /^1:1 the file is empty or no mapping/)
    assert.match(read(Buffer.from([0xff, 0xfe])), /^1:1 not UTF-8/)
    assert.match(read(Buffer.from('a: [')), /not YAML/)
    assert.match(read(Buffer.from('version: 1\n---\nversion: 1')), /not YAML/)
    assert.match(read(Buffer.alloc((1 << 20) + 1, 0x20)), /larger than/)
    assert.match(read(Buffer.from('__proto__: { x: 1 }')), /"__proto__" cannot be a name/)
  })
})

/** CONTRACT.md's example, without its PostgreSQL parts and with the group it forgets. */
const example = `version: 1
listen: { publicUrl: https://gate.example.org, http: 0.0.0.0:7300, tls: { cert: {file: cert.pem}, key: {file: key.pem} } }
data: /var/lib/sallyport
providers: { okta: { issuer: https://idp.example.org, audience: https://gate.example.org/, groups: claims.groups, person: claims.email, purpose: claims.purpose_of_use, maxLife: 2h } }
groups: { clinical-read: { okta: [ehr-clin] }, compliance-officer: { okta: [compl] }, admins: { okta: [adm] } }
connections:
  clinic:    { mcp: http://10.0.0.5/mcp, credential: { bearer: { env: CLINIC } }, purpose: TREAT, keep: phi,
               effects: { read: ["get_*", "search_*"], write: ["delete_*", "update_*"] } }
  files:     { mcp: { command: [npx, some-server], env: { MODE: ro } }, keep: phi }
labels: { phi.mrn: { json: ["**.mrn"], csv: [mrn], sql: ["*.*.mrn"], shape: mrn }, phi.ssn: { shape: ssn }, acme.badge: { pattern: 'BDG-[0-9]{6}' } }
clean: { json: ["**.createdAt", "**.invoiceNo"] }
masking: { default: redact, phi.ssn: last-four }
rules:
  - { id: read, allow: ["tools/call:get_*"], who: [clinical-read], on: [clinic], reveal: [phi.name], when: "has(args.limit) && args.limit <= 50.0" }
  - { id: writes, hold: ["*"], effects: [write], on: ["*"], approvers: { groups: [compliance-officer], people: 1, within: 15m, holdSeconds: 45 } }
  - { id: phi-out, hold: ["*"], found: ["phi.*"], on: [files], approvers: { groups: [compliance-officer] } }
roles: { approver: [compliance-officer], auditor: [compliance-officer], administrator: [admins] }
retention: { phi: { keep: 6y1mo } }
seal: { keys: { dir: seal-keys/ } }
`

test('the published example loads', () => {
  const loaded = readConfig(Buffer.from(example), '/etc/sallyport/sallyport.yaml')
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.problems.map(printProblem).join('\n'))
  const { config } = loaded
  assert.deepEqual(config.listen, {
    publicUrl: 'https://gate.example.org',
    host: '0.0.0.0',
    port: 7300,
    tls: { cert: '/etc/sallyport/cert.pem', key: '/etc/sallyport/key.pem' },
    postgres: null,
  })
  assert.equal(config.retention.get('phi'), (6 * 366 + 31) * 86_400_000)
  assert.equal(config.providers[0]?.maxLifeMs, 7_200_000)
  assert.equal(config.sealKeys, '/etc/sallyport/seal-keys')
  const files = config.connections.get('files')
  assert.deepEqual(files?.kind === 'mcp' ? files.target : null, {
    kind: 'stdio',
    command: ['npx', 'some-server'],
    env: { MODE: 'ro' },
  })
  assert.deepEqual(config.rules[1]?.approvers, {
    groups: ['compliance-officer'],
    people: 1,
    withinMs: 900_000,
    holdMs: 45_000,
  })
  assert.deepEqual(maskingRules(config, 'clinic'), {
    labels: {
      'phi.mrn': { json: ['**.mrn'], csv: ['mrn'], sql: ['*.*.mrn'], shape: 'mrn' },
      'phi.ssn': { shape: 'ssn' },
      'acme.badge': { pattern: 'BDG-[0-9]{6}' },
    },
    clean: { json: ['**.createdAt', '**.invoiceNo'] },
    transforms: { default: 'redact', byLabel: { 'phi.ssn': 'last-four' } },
  })
  assert.deepEqual(
    loaded.warnings.map(({ message }) => message.slice(0, 30)),
    ['everything sent there can be r'],
  )
})

test('defaults, a bare null as the transform, and a label of some connections', () => {
  const loaded = load({
    masking: 'masking: { phi.date: null }',
    labels: 'labels: { phi.ssn: { shape: ssn, on: [clinic] } }',
    connections:
      'connections: { clinic: { mcp: https://x.example }, open: { mcp: https://y.example, keep: test, transparent: true } }',
    retention: 'retention: { phi: { keep: 6y }, test: { keep: 1d } }',
  })
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.problems.map(printProblem).join('\n'))
  assert.equal(loaded.config.masking.byLabel['phi.date'], 'null')
  assert.equal(loaded.config.providers[0]?.audience, 'http://127.0.0.1:7300/')
  assert.deepEqual(maskingRules(loaded.config, 'open').labels, {})
  assert.deepEqual(Object.keys(maskingRules(loaded.config, 'clinic').labels ?? {}), ['phi.ssn'])
  const plain = load()
  assert.ok(plain.ok)
  assert.equal(maskingRules(plain.config, 'clinic').labels, null)
})
