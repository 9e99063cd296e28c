// Which settings a client may change. Promise: a setting that would make the server read SQL otherwise than the parser,
// act as someone else, or write data to places the gateway does not see, is refused; what is in no list is refused too.
import { refused, type SettingChange, type StatementRefusal } from './statement.ts'

const free = new Set(
  `application_name array_nulls bytea_output check_function_bodies client_connection_check_interval constraint_exclusion
  cpu_index_tuple_cost cpu_operator_cost cpu_tuple_cost cursor_tuple_fraction datestyle deadlock_timeout
  default_statistics_target default_table_access_method default_tablespace default_text_search_config
  default_transaction_deferrable default_transaction_isolation default_transaction_read_only effective_cache_size
  effective_io_concurrency exit_on_error extra_float_digits from_collapse_limit geqo geqo_effort geqo_generations
  geqo_pool_size geqo_seed geqo_selection_bias geqo_threshold gin_fuzzy_search_limit gin_pending_list_limit
  hash_mem_multiplier icu_validation_level idle_in_transaction_session_timeout idle_session_timeout intervalstyle jit
  jit_above_cost jit_inline_above_cost jit_optimize_above_cost join_collapse_limit lc_messages lc_monetary lc_numeric
  lc_time lock_timeout logical_decoding_work_mem maintenance_work_mem max_parallel_maintenance_workers
  max_parallel_workers max_parallel_workers_per_gather max_stack_depth min_parallel_index_scan_size
  min_parallel_table_scan_size parallel_leader_participation parallel_setup_cost parallel_tuple_cost plan_cache_mode
  quote_all_identifiers random_page_cost recursive_worktable_factor search_path seed seq_page_cost statement_timeout
  stats_fetch_consistency synchronize_seqscans synchronous_commit tcp_keepalives_count tcp_keepalives_idle
  tcp_keepalives_interval tcp_user_timeout temp_buffers temp_tablespaces timezone timezone_abbreviations
  transaction_deferrable transaction_isolation transaction_read_only transaction_timeout
  vacuum_buffer_usage_limit vacuum_cost_delay vacuum_cost_limit vacuum_cost_page_hit work_mem xmlbinary
  xmloption`.split(/\s+/),
)

/** May be set to the value the gateway pins, so that clients which set them by habit go on working. */
const pinned: Readonly<Record<string, readonly string[]>> = {
  standard_conforming_strings: ['on', 'true', '1', 'yes'],
  client_encoding: ['utf8', 'utf-8', 'unicode'],
  backslash_quote: ['safe_encoding', 'off'],
  escape_string_warning: ['on', 'off', 'true', 'false'],
  row_security: ['on', 'true', '1', 'yes'],
  session_replication_role: ['origin'],
  client_min_messages: ['notice', 'warning', 'error'],
}

/** Planner switches all look alike. */
const switches = /^enable_[a-z_]+$/

/** The planner's: with them a caller chooses in which order rows come that nobody sorts. */
export function steers(name: string): boolean {
  return (
    switches.test(name) || /_cost$|^geqo|_collapse_limit$|^(hash_mem_multiplier|work_mem|plan_cache_mode)$/.test(name)
  )
}

/** Whether anything that runs may change what it holds; how isolated a transaction is was settled before. */
export function holdsAnything(name: string): boolean {
  return (free.has(name) && name !== 'transaction_isolation') || switches.test(name)
}

export type SettingVerdict = 'allowed' | 'refused'

export function judgeSetting(change: SettingChange): SettingVerdict {
  const name = change.name.toLowerCase()
  const fixed = pinned[name]
  if (Object.hasOwn(pinned, name) && fixed !== undefined) {
    if (change.value === null) return 'allowed'
    return change.value.length === 1 && fixed.includes((change.value[0] ?? '').toLowerCase()) ? 'allowed' : 'refused'
  }
  if (name.startsWith('sallyport.')) return 'refused'
  if (free.has(name) || switches.test(name)) return 'allowed'
  // A name with a dot is the application's own: row-level security policies read them.
  return /^[a-z_][a-z0-9_$]*\.[a-z0-9_$.]+$/.test(name) && !reserved.test(name) ? 'allowed' : 'refused'
}

/** Whether any value of it will do: the gateway neither pins it nor reads by it. */
export function boundFreely(setting: string): boolean {
  const name = setting.toLowerCase()
  if (Object.hasOwn(pinned, name) || name === 'search_path' || name.endsWith('transaction_isolation')) return false
  return judgeSetting({ name, value: [''], local: false }) === 'allowed'
}

const reserved = /^(auto_explain|pg_stat_statements|pgaudit|plpgsql|plperl|plpython|pltcl|anon|pg_hint_plan)\./

export function refuseSetting(): StatementRefusal {
  return refused('blocked', '42501', 'This setting may not be changed through the gateway.')
}

/** The schemas of a search_path value, as set_config gave it and the server says it; as SET gave it where it is `listed`. */
export function searchPathOf(value: readonly string[], user: string, listed = false): readonly string[] {
  const names = listed ? value : value.flatMap(splitNames)
  return names.map(name => (name === '$user' ? user : cut(name))).filter(name => name !== '')
}

/** The server cuts every name to 63 bytes and leaves a character that is cut through away. */
function cut(name: string): string {
  const bytes = Buffer.from(name)
  return bytes.length <= NAME_BYTES ? name : new TextDecoder().decode(bytes.subarray(0, NAME_BYTES), { stream: true })
}

const NAME_BYTES = 63

function splitNames(value: string): readonly string[] {
  const found: string[] = []
  for (const match of value.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^,"\s]+))\s*(?:,|$)/g)) {
    found.push(
      match[1] === undefined
        ? (match[2] ?? '').replace(/[A-Z]+/g, part => part.toLowerCase())
        : match[1].replaceAll('""', '"'),
    )
  }
  return found
}
