// Words of the system about names. Promise: each is said by one routine of PostgreSQL, of names that a definition gives or that
// are there, and never of a value; no function of people's can have them said so.

const name = '"[^"]+"'
const type = '[\\w" (),.[\\]]+'

/** Routines that say it, and what they say. */
type Said = readonly [routines: RegExp, says: RegExp]

const said = (routines: string, says: string): Said => [new RegExp(`^(?:${routines})$`), new RegExp(`^(?:${says})$`)]

const known: Readonly<Record<string, readonly Said[]>> = {
  '00000': [
    said(
      'ATExecDropColumn|ATExecDropConstraint',
      `(?:column|constraint) ${name} of relation ${name} does not exist, skipping`,
    ),
    said('reportDependentObjects', 'drop cascades to (?:[^:]+|\\d+ other objects)'),
    said('ProcessUtilitySlow|RenameRelation|renameatt', `relation ${name} does not exist, skipping`),
  ],
  '0A000': [
    said(
      'RememberAllDependentForRebuilding',
      'cannot alter type of a column used by a (?:view or rule|trigger definition|policy definition|generated column|function or procedure)',
    ),
    said('find_composite_type_dependencies', `cannot alter table ${name} because column ${name} uses its row type`),
    said('parse_extension_control_file', `extension ${name} is not available`),
  ],
  '23502': [said('ATRewriteTable', `column ${name} of relation ${name} contains null values`)],
  '23514': [said('ATRewriteTable', `check constraint ${name} of relation ${name} is violated by some row`)],
  '25P01': [said('CheckTransactionBlock', '[A-Z ]+ can only be used in transaction blocks')],
  '2BP01': [
    said(
      'reportDependentObjects',
      'cannot drop (?:[^:]+ because other objects depend on it|desired object\\(s\\) because other objects depend on them)',
    ),
  ],
  '42701': [said('MergeAttributes', `column ${name} specified more than once`)],
  '42703': [
    said(
      'ATExecDropColumn|ATExecSetNotNull|ATExecDropNotNull|ATExecColumnDefault|ATPrepAlterColumnType|transformAlterTableStmt|CopyGetAttnums',
      `column ${name} of relation ${name} does not exist`,
    ),
    said('renameatt_internal|ComputeIndexAttrs', `column ${name} does not exist`),
    said('transformColumnNameList', `column ${name} referenced in foreign key constraint does not exist`),
    said('ComputeIndexAttrs|transformIndexConstraint', `column ${name} named in key does not exist`),
  ],
  '42704': [said('ATExecDropConstraint', `constraint ${name} of relation ${name} does not exist`)],
  '42804': [
    said('ATPrepAlterColumnType', `column ${name} cannot be cast automatically to type ${type}`),
    said(
      'ATColumnChangeRequiresRewrite|ATExecAlterColumnType',
      `default for column ${name} cannot be cast automatically to type ${type}`,
    ),
  ],
  '42P10': [said('buildRelationAliases', `table ${name} has \\d+ columns available but \\d+ columns specified`)],
  '55000': [said('RefreshMatViewByOid', `cannot refresh materialized view ${name} concurrently`)],
  '42P16': [said('index_check_primary_key', `multiple primary keys for table ${name} are not allowed`)],
}

const kept = new Set([...'SVCMPDHstcdnFLR'])

/** What of a report leaves; null where it is none of these. */
export function namesAlone(fields: ReadonlyMap<string, string>): readonly (readonly [string, string])[] | null {
  const field = (kind: string) => fields.get(kind) ?? ''
  const fits = (known[field('C')] ?? []).some(([routines, says]) => routines.test(field('R')) && says.test(field('M')))
  return fits ? [...fields].filter(([kind]) => kept.has(kind)) : null
}
