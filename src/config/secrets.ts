// Secrets by reference. Promise: a secret is read from the environment or from a file that only its owner and group
// can read, and no message about it ever holds it.
import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { limits } from '../gateway/limits.ts'
import type { SecretRef } from './schema-parts.ts'

class SecretError extends Error {}

/** The secret itself. Throws SecretError, one sentence that names the variable or file. `folder` is the configuration's. */
export async function resolveSecret(
  ref: SecretRef,
  folder: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const wrong = await secretFault(ref, folder, env)
  if (wrong !== null) throw new SecretError(wrong)
  const value =
    'env' in ref ? (env[ref.env] ?? '') : (await readFile(resolve(folder, ref.file), 'utf8')).replace(/\r?\n$/, '')
  if (value === '') throw new SecretError(`${nameOf(ref)} is empty: put the secret into it.`)
  if (/[\0\r\n]/.test(value))
    throw new SecretError(`${nameOf(ref)} holds more than one line: keep the secret alone in it.`)
  return value
}

/** Why a secret could not be read now, without reading it; null where nothing is wrong. */
export async function secretFault(
  ref: SecretRef,
  folder: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string | null> {
  if ('env' in ref) return env[ref.env] ? null : `${nameOf(ref)} is not set: set it before the gateway starts.`
  return secretFileFault(nameOf(ref), resolve(folder, ref.file))
}

/** The same of any file that holds a secret. Its group may read it: so Kubernetes mounts a secret for a pod. */
export async function secretFileFault(named: string, file: string): Promise<string | null> {
  try {
    const info = await stat(file)
    if (!info.isFile()) return `${named} is not a file.`
    if ((info.mode & 0o007) !== 0) return `${named} can be read by everyone: chmod 600 it.`
    return info.size > limits.secretBytes ? `${named} is too large for a secret.` : null
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    return `${named} cannot be read (${code}).`
  }
}

function nameOf(ref: SecretRef): string {
  return 'env' in ref ? `Environment variable ${ref.env}` : `Secret file ${ref.file}`
}
