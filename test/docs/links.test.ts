import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, it } from 'node:test'

const root = new URL('../../', import.meta.url).pathname
const pages = globSync('**/*.md', {
  cwd: root,
  exclude: name => /(?:^|\/)(?:node_modules|\.git|\.sallyport)$/.test(name),
})

/** Without code, in which nothing is a link. */
function proseOf(page: string): string {
  return readFileSync(join(root, page), 'utf8')
    .replace(/^```[\s\S]*?^```$/gm, '')
    .replace(/`[^`\n]*`/g, '``')
}

function linksOf(page: string): string[] {
  const prose = proseOf(page)
  const inline = [...prose.matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g)]
  const defined = [...prose.matchAll(/^\[[^\]]+\]:\s*(\S+)/gm)]
  return [...inline, ...defined].map(match => match[1] as string)
}

/** As GitHub makes them. */
function anchorsOf(page: string): Set<string> {
  const text = readFileSync(join(root, page), 'utf8').replace(/^```[\s\S]*?^```$/gm, '')
  const seen = new Map<string, number>()
  const anchors = new Set<string>()
  for (const [, heading] of text.matchAll(/^#{1,6} (.+)$/gm)) {
    const plain = (heading as string).replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const base = plain.replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-')
    const count = seen.get(base) ?? 0
    seen.set(base, count + 1)
    anchors.add(count === 0 ? base : `${base}-${count}`)
  }
  return anchors
}

/** What is wrong with a link of a page; null when it leads somewhere. */
function fault(page: string, link: string): string | null {
  if (/^(?:https?|mailto):/.test(link)) return null
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? page : relative(root, resolve(root, dirname(page), path))
  if (target.startsWith('..') || !existsSync(join(root, target))) return `${page}: ${link} is not there`
  if (anchor === undefined || statSync(join(root, target)).isDirectory()) return null
  return anchorsOf(target).has(anchor) ? null : `${page}: ${link} has no such heading`
}

describe('the documentation', () => {
  it('has pages', () => assert.ok(pages.includes('README.md') && pages.includes('docs/limits.md')))

  it('links to what is there', () => {
    const faults = pages.flatMap(page => linksOf(page).map(link => fault(page, link)))
    assert.deepEqual(
      faults.filter(each => each !== null),
      [],
    )
  })

  it('finds a broken link and a broken anchor', () => {
    assert.match(fault('README.md', 'docs/nowhere.md') ?? '', /not there/)
    assert.match(fault('README.md', 'docs/limits.md#nowhere') ?? '', /no such heading/)
    assert.equal(fault('docs/limits.md', 'recording.md#the-seal-key'), null)
  })

  it('has every page of docs/ linked from another', () => {
    const linked = new Set(
      pages.flatMap(page =>
        linksOf(page).map(link => relative(root, resolve(root, dirname(page), link.split('#')[0] ?? ''))),
      ),
    )
    const lost = pages.filter(page => /^docs\/[^/]+\.md$/.test(page) && !linked.has(page))
    assert.deepEqual(lost, [])
  })

  it('speaks of the product alone', () => {
    const alien = /(?:^|[\s(`"'])\/(?:work|opt\/node24|tmp\/brief)\b|\bas an AI\b|\bhelper sessions?\b|\bthe founder\b/i
    const found = pages.filter(page => alien.test(readFileSync(join(root, page), 'utf8')))
    assert.deepEqual(found, [])
  })
})
