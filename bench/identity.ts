// What one authentication costs: of a token seen a moment ago, and of one seen for the first time.
// Run: node bench/identity.ts
import { audiencesOf } from '../src/identity/audience.ts'
import { Identity } from '../src/identity/identity.ts'
import { LoopbackIssuer, sign, signingKey } from '../src/identity/loopback-issuer.fixture.ts'
import { providerDefaults } from '../src/identity/provider.ts'

const publicUrl = 'https://gate.example.org'
const audiences = audiencesOf(publicUrl, 'clinic')

for (const alg of ['RS256', 'ES256', 'EdDSA']) {
  const key = await signingKey(alg, 'one')
  const issuer = await LoopbackIssuer.start([key])
  const identity = await Identity.open({
    providers: [{ name: 'idp', issuer: issuer.issuer, audience: `${publicUrl}/`, ...providerDefaults }],
    groups: new Map([['clinical-read', { idp: ['clin'] }]]),
    publicUrl,
  })
  const header = async (n: number) => {
    const iat = Math.floor(Date.now() / 1_000)
    const claims = { iss: issuer.issuer, sub: `u${n}`, aud: `${publicUrl}/`, iat, exp: iat + 600, pad: 'x'.repeat(256) }
    return `Bearer ${await sign(key, { ...claims, groups: ['clin', 'other'] })}`
  }
  const fresh = await Promise.all(Array.from({ length: 2_000 }, (_, n) => header(n)))
  const proved = await each(fresh, authorization => identity.authenticate(authorization, audiences))
  const seen = Array.from({ length: 200_000 }, (_, n) => fresh[n % 100] as string)
  await each(seen, authorization => identity.authenticate(authorization, audiences))
  const cached = await each(seen, authorization => identity.authenticate(authorization, audiences))
  console.log(`${alg}: ${fresh[0]?.length} bytes, first ${proved.toFixed(1)} µs, cached ${cached.toFixed(2)} µs`)
  identity.close()
  await issuer.stop()
}

async function each<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): Promise<number> {
  const from = performance.now()
  for (const item of items) await work(item)
  return ((performance.now() - from) * 1_000) / items.length
}
