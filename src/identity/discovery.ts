// From an issuer to its public keys. Promise: the metadata names exactly the issuer that was configured, and only public
// keys for checking signatures are kept.
import type { JSONWebKeySet, JWK } from 'jose'
import { limits } from '../gateway/limits.ts'
import { isLoopback, issuerFault } from './provider.ts'
import { type JsonObject, ProviderFault, providerDocument } from './provider-document.ts'

/** Throws ProviderFault. */
export async function publishedKeys(issuer: string, fetcher: typeof fetch, ended: AbortSignal): Promise<JSONWebKeySet> {
  if (issuerFault(issuer) !== null) throw new ProviderFault('provider-invalid')
  const metadata = await issuerMetadata(issuer, fetcher, ended)
  // RFC 8414 §3.3: else one issuer could speak for another.
  if (metadata.issuer !== issuer) throw new ProviderFault('provider-invalid')
  const keys = (await providerDocument(fetcher, keysAddress(metadata, issuer), ended)).keys
  if (!Array.isArray(keys) || keys.length > limits.providerKeys) throw new ProviderFault('provider-invalid')
  return { keys: keys.filter(isPublicKey) }
}

/** OpenID Connect discovery, then RFC 8414 where the issuer has no such document. */
async function issuerMetadata(issuer: string, fetcher: typeof fetch, ended: AbortSignal): Promise<JsonObject> {
  const bare = issuer.replace(/\/$/, '')
  try {
    return await providerDocument(fetcher, `${bare}/.well-known/openid-configuration`, ended)
  } catch (fault) {
    if (!(fault instanceof ProviderFault) || fault.status < 400 || fault.status >= 500) throw fault
  }
  const { origin } = new URL(issuer)
  const path = bare.slice(origin.length)
  return providerDocument(fetcher, `${origin}/.well-known/oauth-authorization-server${path}`, ended)
}

function keysAddress(metadata: JsonObject, issuer: string): string {
  const address = metadata.jwks_uri
  if (typeof address !== 'string' || !URL.canParse(address)) throw new ProviderFault('provider-invalid')
  const url = new URL(address)
  const plain = url.protocol === 'http:' && isLoopback(url) && isLoopback(new URL(issuer))
  if (url.protocol !== 'https:' && !plain) throw new ProviderFault('provider-invalid')
  return address
}

/** A shared secret must never be taken for a verifying key, and a private key in public is no key at all. */
function isPublicKey(key: unknown): key is JWK {
  if (typeof key !== 'object' || key === null || Array.isArray(key)) return false
  const { kty } = key as JsonObject
  if (kty !== 'RSA' && kty !== 'EC' && kty !== 'OKP') return false
  return !('d' in key) && !('k' in key)
}
