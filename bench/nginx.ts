// nginx as upstream and as the proxy to compare with: one worker, keep-alive upstream, access log off.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Nginx {
  readonly port: number
  /** The worker process, whose CPU time counts. */
  readonly worker: number
  stop(): void
}

export function nginxVersion(): string | null {
  const asked = spawnSync('nginx', ['-v'], { encoding: 'utf8' })
  return asked.error ? null : asked.stderr.trim()
}

/** An upstream whose tools/call is answered by nginx itself with `answer`; all else is asked of the port `catalog`. */
export async function startUpstream(answer: string, catalog: number): Promise<Nginx> {
  const port = await freePort()
  const http = `
    map $http_mcp_method $answer { default '${answer.replaceAll(/['\\]/g, '\\$&')}'; }
    server { listen 127.0.0.1:${port}; keepalive_requests 100000000;
      location @catalog { proxy_pass http://127.0.0.1:${catalog}; }
      location /mcp { default_type application/json; error_page 418 = @catalog;
        if ($http_mcp_method != tools/call) { return 418; }
        return 200 $answer; } }`
  return start(port, http)
}

export async function startProxy(upstream: number): Promise<Nginx> {
  const port = await freePort()
  const http = `
    upstream system { server 127.0.0.1:${upstream}; keepalive 256; keepalive_requests 100000000; }
    server { listen 127.0.0.1:${port}; keepalive_requests 100000000;
      location / { proxy_pass http://system; proxy_http_version 1.1; proxy_set_header Connection ""; } }`
  return start(port, http)
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}

async function start(port: number, http: string): Promise<Nginx> {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-nginx-'))
  mkdirSync(join(dir, 'logs'))
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(name => `${name}_temp_path ${dir}/${name};`)
  writeFileSync(
    join(dir, 'nginx.conf'),
    `${user} worker_processes 1; daemon off; pid ${dir}/pid; error_log ${dir}/logs/error.log;
     events { worker_connections 4096; }
     http { access_log off; map_hash_bucket_size 4096; ${paths.join(' ')} ${http} }`,
  )
  const child = spawn('nginx', ['-p', dir, '-c', join(dir, 'nginx.conf')], { stdio: 'ignore' })
  process.once('exit', () => child.kill('SIGTERM'))
  const worker = await workerOf(child, port)
  return {
    port,
    worker,
    stop() {
      child.kill('SIGTERM')
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

async function workerOf(child: ChildProcess, port: number): Promise<number> {
  for (let tries = 0; tries < 200 && child.exitCode === null; tries++) {
    await new Promise(resolve => setTimeout(resolve, 20))
    const answered = await fetch(`http://127.0.0.1:${port}/mcp`, { method: 'POST', body: '{"id":1}' }).catch(() => null)
    await answered?.body?.cancel()
    if (!answered) continue
    const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'latin1').trim().split(' ')
    return Number(children[0])
  }
  throw new Error('nginx did not start')
}
