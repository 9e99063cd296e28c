// Why nobody can be listened to. Promise: names the key of the configuration and what to do, for whoever starts the gateway.

export function listenFault(
  error: unknown,
  { host, port }: { readonly host: string; readonly port: number },
  key: 'listen.http' | 'listen.postgres',
): Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'failed'
  switch (code) {
    case 'EADDRINUSE':
      return new Error(`Port ${port} (${key}) is taken: stop what uses it or change the port.`)
    case 'EACCES':
      return new Error(`Port ${port} (${key}) needs rights that the gateway does not have: take one above 1023.`)
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new Error(`${host} (${key}) is no address of this machine: change it.`)
    default:
      return new Error(`Port ${port} of ${host} (${key}) cannot be listened on (${code}).`)
  }
}
