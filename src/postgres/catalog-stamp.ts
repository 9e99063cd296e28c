// One value that changes whenever a definition does. Promise: cheap to ask for, from the catalog's own row versions, which
// lie elsewhere after each change, also where one transaction changes them twice.
const watched = [
  'pg_class',
  'pg_attribute',
  'pg_rewrite',
  'pg_proc',
  'pg_type',
  'pg_inherits',
  'pg_operator',
  'pg_cast',
  'pg_trigger',
  'pg_attrdef',
  'pg_namespace',
  'pg_auth_members',
  'pg_constraint',
  'pg_policy',
]

export const stampSql = `select pg_catalog.concat_ws(' ', ${watched
  .map(
    relation =>
      `(select pg_catalog.concat(pg_catalog.count(*), ':', pg_catalog.max(xmin::pg_catalog.text::pg_catalog.int8), ':',
      pg_catalog.sum(xmin::pg_catalog.text::pg_catalog.int8), ':',
      pg_catalog.sum(pg_catalog.hashtext(ctid::pg_catalog.text || xmin::pg_catalog.text))) from pg_catalog.${relation})`,
  )
  .join(', ')})`
