// One value that changes whenever a definition does. Promise: cheap to ask for, from the catalog's own row versions.
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
]

export const stampSql = `select pg_catalog.concat_ws(' ', ${watched
  .map(
    relation =>
      `(select pg_catalog.concat(pg_catalog.count(*), ':', pg_catalog.max(xmin::pg_catalog.text::pg_catalog.int8), ':',
      pg_catalog.sum(xmin::pg_catalog.text::pg_catalog.int8)) from pg_catalog.${relation})`,
  )
  .join(', ')})`
