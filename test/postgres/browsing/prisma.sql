-- Start-up and introspection statements as Prisma sends them (`prisma db pull`), written from what it is known to ask.

-- connect
SELECT version();
SELECT 1;
SELECT current_setting('server_version_num')::integer AS numeric_version;
SELECT EXISTS(SELECT 1 FROM pg_namespace WHERE nspname = 'public') AS "public", version(), current_setting('server_version_num')::integer AS numeric_version;
SHOW server_version;
SET search_path = "public";

-- sizes, extensions, namespaces
SELECT SUM(pg_total_relation_size(quote_ident(schemaname) || '.' || quote_ident(tablename)))::BIGINT > 0 AS size
FROM pg_tables WHERE schemaname = 'public'::text;
SELECT ext.extname AS extension_name, ext.extversion AS extension_version, ext.extrelocatable AS extension_relocatable, pn.nspname AS extension_schema
FROM pg_extension ext INNER JOIN pg_namespace pn ON ext.extnamespace = pn.oid ORDER BY ext.extname ASC;
SELECT namespace.nspname AS namespace_name FROM pg_namespace AS namespace WHERE namespace.nspname = ANY('{public}'::text[]) ORDER BY namespace_name;

-- tables
SELECT tbl.relname AS table_name, namespace.nspname AS namespace, (tbl.relhassubclass AND tbl.relkind = 'p') AS is_partition,
  (tbl.relhassubclass AND tbl.relkind = 'r') AS has_subclass, tbl.relrowsecurity AS has_row_level_security, reloptions,
  obj_description(tbl.oid, 'pg_class') AS description
FROM pg_class AS tbl
INNER JOIN pg_namespace AS namespace ON namespace.oid = tbl.relnamespace
WHERE ((tbl.relkind = 'r' AND tbl.relispartition = 'f') OR tbl.relkind = 'p') AND namespace.nspname = ANY('{public}'::text[])
ORDER BY namespace, table_name;

-- columns
SELECT oid.namespace, info.table_name, info.column_name,
  format_type(att.atttypid, att.atttypmod) AS formatted_type, info.numeric_precision, info.numeric_scale,
  info.numeric_precision_radix, info.datetime_precision, info.data_type, info.udt_schema AS type_schema_name, info.udt_name AS full_data_type,
  pg_get_expr(attdef.adbin, attdef.adrelid) AS column_default, info.is_nullable, info.is_identity, info.character_maximum_length,
  col_description(att.attrelid, ordinal_position) AS description
FROM information_schema.columns info
JOIN pg_attribute att ON att.attname = info.column_name
JOIN (SELECT pg_class.oid, relname, pg_namespace.nspname AS namespace FROM pg_class
  JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace AND pg_namespace.nspname = ANY('{public}'::text[])
  WHERE reltype > 0) AS oid ON oid.oid = att.attrelid AND relname = info.table_name AND namespace = info.table_schema
LEFT OUTER JOIN pg_attrdef attdef ON attdef.adrelid = att.attrelid AND attdef.adnum = att.attnum AND table_schema = namespace
WHERE table_schema = ANY('{public}'::text[]) AND att.attnum > 0
ORDER BY namespace, table_name, ordinal_position;

-- constraints
SELECT schemainfo.nspname AS namespace, tableinfo.relname AS table_name, constr.conname AS constraint_name, constr.contype::text AS constraint_type,
  pg_get_constraintdef(constr.oid) AS constraint_definition, constr.condeferrable AS is_deferrable, constr.condeferred AS is_deferred
FROM pg_constraint constr
JOIN pg_class AS tableinfo ON constr.conrelid = tableinfo.oid
JOIN pg_namespace AS schemainfo ON schemainfo.oid = tableinfo.relnamespace
WHERE schemainfo.nspname = ANY('{public}'::text[]) AND contype NOT IN ('p', 'u', 'f')
ORDER BY namespace, table_name, constr.contype, constraint_name;
SELECT con.oid AS con_id, att2.attname AS child_column, cl.relname AS parent_table, att.attname AS parent_column, con.confdeltype,
  con.confupdtype, rel_ns.nspname AS referenced_schema_name, conname AS constraint_name, child, parent, table_name, namespace,
  condeferrable, condeferred
FROM (SELECT ns.nspname AS namespace, unnest(con1.conkey) AS parent, unnest(con1.confkey) AS child, cl.relname AS table_name,
  ns.nspname AS schema_name, generate_subscripts(con1.conkey, 1) AS colidx, con1.oid, con1.confrelid, con1.conrelid, con1.conname,
  con1.confdeltype, con1.confupdtype, con1.condeferrable, con1.condeferred
  FROM pg_class cl
  JOIN pg_constraint con1 ON con1.conrelid = cl.oid
  JOIN pg_namespace ns ON cl.relnamespace = ns.oid
  WHERE ns.nspname = ANY('{public}'::text[]) AND con1.contype = 'f' ORDER BY colidx) con
JOIN pg_attribute att ON att.attrelid = con.confrelid AND att.attnum = con.child
JOIN pg_class cl ON cl.oid = con.confrelid
JOIN pg_attribute att2 ON att2.attrelid = con.conrelid AND att2.attnum = con.parent
JOIN pg_class rel_cl ON con.confrelid = rel_cl.oid
JOIN pg_namespace rel_ns ON rel_cl.relnamespace = rel_ns.oid
ORDER BY con_id, con.colidx;

-- indexes
WITH rawindex AS (
  SELECT indrelid, indexrelid, indisunique, indisprimary, unnest(indkey) AS indkeyid, generate_subscripts(indkey, 1) AS indkeyidx,
    unnest(indclass) AS indclass, unnest(indoption) AS indoption
  FROM pg_index WHERE indpred IS NULL AND NOT indisexclusion)
SELECT schemainfo.nspname AS namespace, indexinfo.relname AS index_name, tableinfo.relname AS table_name, columninfo.attname AS column_name,
  rawindex.indisunique AS is_unique, rawindex.indisprimary AS is_primary_key, rawindex.indkeyidx AS column_index,
  opclass.opcname AS opclass, opclass.opcdefault AS opcdefault, indexaccess.amname AS index_algo,
  CASE rawindex.indoption & 1 WHEN 1 THEN 'DESC' ELSE 'ASC' END AS column_order
FROM rawindex
INNER JOIN pg_class AS tableinfo ON tableinfo.oid = rawindex.indrelid
INNER JOIN pg_class AS indexinfo ON indexinfo.oid = rawindex.indexrelid
INNER JOIN pg_namespace AS schemainfo ON schemainfo.oid = tableinfo.relnamespace
LEFT JOIN pg_attribute AS columninfo ON columninfo.attrelid = tableinfo.oid AND columninfo.attnum = rawindex.indkeyid
INNER JOIN pg_am AS indexaccess ON indexaccess.oid = indexinfo.relam
LEFT JOIN pg_opclass AS opclass ON opclass.oid = rawindex.indclass
WHERE schemainfo.nspname = ANY('{public}'::text[])
ORDER BY namespace, table_name, index_name, column_index;

-- enums, sequences, views, procedures
SELECT t.typname AS name, e.enumlabel AS value, n.nspname AS namespace, obj_description(t.oid, 'pg_type') AS description
FROM pg_type t JOIN pg_enum e ON t.oid = e.enumtypid JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE n.nspname = ANY('{public}'::text[]) ORDER BY e.enumsortorder;
SELECT sequencename AS sequence_name, schemaname AS namespace, start_value, min_value, max_value, increment_by, cycle, cache_size
FROM pg_sequences WHERE schemaname = ANY('{public}'::text[]) ORDER BY sequence_name;
SELECT views.viewname AS view_name, views.definition AS view_sql, views.schemaname AS namespace, obj_description(class.oid, 'pg_class') AS description
FROM pg_catalog.pg_views views
INNER JOIN pg_catalog.pg_namespace ns ON views.schemaname = ns.nspname
INNER JOIN pg_catalog.pg_class class ON class.relnamespace = ns.oid AND class.relname = views.viewname
WHERE schemaname = ANY('{public}'::text[]);
SELECT p.proname AS name, n.nspname AS namespace,
  CASE WHEN l.lanname = 'internal' THEN p.prosrc ELSE pg_get_functiondef(p.oid) END AS definition
FROM pg_proc p
LEFT JOIN pg_namespace n ON p.pronamespace = n.oid
LEFT JOIN pg_language l ON p.prolang = l.oid
WHERE n.nspname = ANY('{public}'::text[]) AND p.prokind = 'p';
