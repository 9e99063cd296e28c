// Relations of the system catalog whose cells hold data of tables or texts of other people's statements. Promise: all
// other columns there hold names, numbers and definitions.
import type { CatalogRelation } from './catalog.ts'

const telling: Readonly<Record<string, readonly string[] | 'all'>> = {
  pg_stats: [
    ...['most_common_vals', 'histogram_bounds', 'most_common_elems', 'range_bounds_histogram'],
    ...['range_length_histogram', 'elem_count_histogram', 'correlation'],
    ...['most_common_freqs', 'most_common_elem_freqs', 'range_empty_frac'],
  ],
  pg_stats_ext: [
    ...['most_common_vals', 'most_common_val_nulls', 'most_common_freqs', 'most_common_base_freqs'],
    'dependencies',
    'n_distinct',
  ],
  pg_stats_ext_exprs: [
    ...['most_common_vals', 'histogram_bounds', 'most_common_elems', 'range_bounds_histogram'],
    ...['range_length_histogram', 'elem_count_histogram', 'correlation'],
    ...['most_common_freqs', 'most_common_elem_freqs', 'range_empty_frac'],
  ],
  pg_statistic: [
    ...['stavalues1', 'stavalues2', 'stavalues3', 'stavalues4', 'stavalues5'],
    ...['stanumbers1', 'stanumbers2', 'stanumbers3', 'stanumbers4', 'stanumbers5'],
  ],
  pg_statistic_ext_data: 'all',
  // What is sorted or hashed is put into files where it is long.
  pg_stat_database: ['temp_files', 'temp_bytes'],
  pg_stat_activity: ['query', 'application_name'],
  pg_stat_statements: ['query', 'temp_blks_read', 'temp_blks_written', 'temp_blk_read_time', 'temp_blk_write_time'],
  pg_prepared_statements: ['statement'],
  pg_cursors: ['statement', 'name'],
  pg_prepared_xacts: ['gid'],
  pg_file_settings: 'all',
  pg_hba_file_rules: 'all',
  pg_ident_file_mappings: 'all',
  pg_db_role_setting: ['setconfig'],
  pg_largeobject: 'all',
  pg_authid: ['rolpassword'],
  pg_shadow: ['passwd'],
  pg_user_mapping: ['umoptions'],
  pg_user_mappings: ['umoptions'],
  pg_foreign_server: ['srvoptions'],
  pg_subscription: ['subconninfo'],
  pg_stat_replication: ['application_name'],
  pg_stat_wal_receiver: ['conninfo'],
  pg_attribute: ['attmissingval'],
  pg_seclabel: ['label'],
  user_mapping_options: ['option_value'],
  foreign_server_options: ['option_value'],
  _pg_user_mappings: 'all',
  _pg_foreign_servers: 'all',
}

/** What people made has a number from here on, wherever it stands. */
const FIRST_OWN = 16_384

export function isSystem(relation: CatalogRelation): boolean {
  if (relation.oid >= FIRST_OWN) return false
  return relation.schema === 'pg_catalog' || relation.schema === 'information_schema'
}

export function tells(relation: CatalogRelation, column: string): boolean {
  const known = telling[relation.name]
  return known !== undefined && (known === 'all' || known.includes(column))
}
