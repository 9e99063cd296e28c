// How long what is made of a hidden value may become. Promise: where a statement lets it grow so far that one value could be
// too long for PostgreSQL and another not, that is noted as a comparison, because the error tells them apart.
import { constant, list, type Tree } from '../statement/tree.ts'
import { type Context, noteShown } from './context.ts'
import { derive, isClean, type Taint } from './taint.ts'

const words = (block: string): ReadonlySet<string> => new Set(block.split(/\s+/).filter(word => word !== ''))

/** So many times as long as what is stored: not yet more than a value may be. */
export const LONGEST = 10_000
/** Of what is gathered in a list, which may have many rows. */
const LISTED = 1_000
/** What a list counts for, however many rows it has. */
const GATHERED = 100
/** Marks and signs that are written in front of others. */
const ESCAPED = 4
/** What a recursive query adds to leaves it below LONGEST, what it doubles does not. Nothing else comes to this number. */
const LOOPED = 9_000.5

const gathering = words(`
  array_agg json_agg json_agg_strict json_object_agg jsonb_agg jsonb_agg_strict jsonb_object_agg string_agg xmlagg
`)
const joining = words(`
  array_append array_cat array_prepend concat concat_ws hstore json_build_array json_build_object json_object
  jsonb_build_array jsonb_build_object jsonb_insert jsonb_object jsonb_set jsonb_set_lax overlay textcat xmlconcat
`)
const escaping = words('armor encode format quote_ident quote_literal quote_nullable')
/** Where what they put in for a part stands among their arguments. */
const putting = new Map([
  ['array_to_string', 1],
  ['regexp_replace', 2],
  ['replace', 2],
  ['ts_headline', 2],
])

const sum = (taints: readonly Taint[]): number => taints.reduce((all, { growth }) => all + growth, 0)

export function noteCallGrowth(name: string, args: readonly Taint[], body: Tree, ctx: Context): Taint {
  if (gathering.has(name)) return gathered(args, ctx)
  return grown(args, called(name, args, list(body, 'args')), ctx)
}

function called(name: string, args: readonly Taint[], nodes: readonly unknown[]): number {
  const all = sum(args)
  if (joining.has(name)) return all
  if (escaping.has(name)) return all * ESCAPED
  const most = derive(...args).growth
  const times = Number(constant(nodes[1]))
  if (name === 'repeat') return times > 0 ? Math.max(1, most) * times : most
  if (name === 'lpad' || name === 'rpad') return times > 0 ? times : most
  const put = constant(nodes[putting.get(name) ?? nodes.length])?.length ?? 0
  // Between any two signs a pattern may match nothing.
  return most * Math.max(1, name === 'replace' || put === 0 ? put : put + 1)
}

/** Of several values one. */
export function joined(parts: readonly Taint[], ctx: Context): Taint {
  return grown(parts, sum(parts), ctx)
}

/** Of many values a list. */
export function gathered(parts: readonly Taint[], ctx: Context): Taint {
  const all = sum(parts)
  const made = grown(parts, all === 0 ? 0 : Math.max(all, GATHERED), ctx)
  if (all > LISTED && !isClean(made)) noteShown(ctx.notes, 'comparison', made)
  return made
}

/** As text, where it may be anything else. */
export function asText(value: Taint, ctx: Context): Taint {
  return value.column === null ? grown([value], value.growth * ESCAPED, ctx) : value
}

function grown(parts: readonly Taint[], growth: number, ctx: Context): Taint {
  const all = derive(...parts)
  if (growth === all.growth) return all
  const made = { ...all, growth }
  if (growth > LONGEST && !isClean(made)) noteShown(ctx.notes, 'comparison', made)
  return made
}

/** Of a recursive query: what was longer in this round than in the one before. */
export function looped(now: Taint, before: Taint): Taint {
  return before.growth > 0 && now.growth > before.growth ? { ...now, growth: LOOPED } : now
}

/** It has as many rounds as a list has rows. */
export function afterLoop(taint: Taint): Taint {
  return taint.growth === LOOPED ? { ...taint, growth: GATHERED } : taint
}
