// Functions of pg_catalog whose behaviour is known. Promise: what is in no list here is treated as able to read, write
// and reveal anything. The first two lists were made from pg_proc of PostgreSQL 18: immutable or stable, and reviewed.

const words = (block: string): ReadonlySet<string> => new Set(block.split(/\s+/).filter(word => word !== ''))

/** The result depends on the arguments (and on clock, locale or encoding) alone. */
const pure = words(`
  abbrev abs acos acosd acosh age any_value area array_agg array_append array_cat array_dims array_fill
  array_length array_lower array_ndims array_position array_positions array_prepend array_remove array_replace
  array_reverse array_sort array_to_json array_to_string array_to_tsvector array_upper ascii asin asind asinh
  atan atan2 atan2d atand atanh avg bit bit_and bit_count bit_length bit_or bit_xor bool bool_and bool_or box
  bpchar broadcast btrim bytea cardinality casefold cash_words cbrt ceil ceiling center char char_length
  character_length chr cidr circle concat concat_ws convert convert_from convert_to corr cos cosd cosh cot cotd
  count covar_pop covar_samp crc32 crc32c cume_dist date date_add date_bin date_part date_subtract date_trunc
  datemultirange daterange daterange_canonical daterange_subdiff decode degrees dense_rank dexp diagonal
  diameter div dlog1 dlog10 dround dtrunc encode enum_first enum_last enum_range erf erfc every exp extract
  factorial family first_value float4 float8 floor format gamma gcd generate_series generate_subscripts get_bit
  get_byte hash_array hash_record hashint4 hashint8 hashtext hashtextextended height host hostmask initcap int2
  int4 int4multirange int4range int8 int8multirange int8range interval is_normalized isclosed isempty isfinite ishorizontal isopen isparallel isperp isvertical
  json_agg json_agg_strict json_array_elements json_array_elements_text json_array_length json_build_array
  json_build_object json_each json_each_text json_object json_object_agg json_object_agg_strict
  json_object_agg_unique json_object_agg_unique_strict json_object_keys json_populate_record
  json_populate_recordset json_strip_nulls json_to_record json_to_recordset json_to_tsvector json_typeof
  jsonb_agg jsonb_agg_strict jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array
  jsonb_build_object jsonb_each jsonb_each_text jsonb_insert jsonb_object jsonb_object_agg
  jsonb_object_agg_strict jsonb_object_agg_unique jsonb_object_agg_unique_strict jsonb_object_keys
  jsonb_path_exists jsonb_path_exists_tz jsonb_path_match jsonb_path_match_tz jsonb_path_query
  jsonb_path_query_array jsonb_path_query_array_tz jsonb_path_query_first jsonb_path_query_first_tz
  jsonb_path_query_tz jsonb_populate_record jsonb_populate_record_valid jsonb_populate_recordset jsonb_pretty
  jsonb_set jsonb_set_lax jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_to_tsvector jsonb_typeof
  justify_days justify_hours justify_interval lag last_value lcm lead left length lgamma like like_escape line
  ln log log10 lower lower_inc lower_inf lpad lseg ltrim macaddr macaddr8 macaddr8_set7bit make_date
  make_interval make_time make_timestamp make_timestamptz masklen max md5 min min_scale mod mode money
  multirange name nameconcatoid netmask network normalize notlike now npoints nth_value ntile num_nonnulls
  num_nulls numeric numeric_div_trunc numeric_exp numeric_inc numeric_ln numeric_log numeric_sqrt nummultirange
  numnode numrange numrange_subdiff octet_length oid oidvectortypes overlaps overlay parse_ident path pclose
  percent_rank percentile_cont percentile_disc phraseto_tsquery pi plainto_tsquery point polygon popen position
  pow power querytree quote_ident quote_literal quote_nullable radians radius range_agg range_intersect_agg
  range_merge rank regclass regexp_count regexp_instr regexp_like regexp_match regexp_matches regexp_replace
  regexp_split_to_array regexp_split_to_table regexp_substr regr_avgx regr_avgy regr_count regr_intercept
  regr_r2 regr_slope regr_sxx regr_sxy regr_syy repeat replace reverse right round row_number row_to_json rpad
  rtrim scale set_bit set_byte set_masklen setweight sha224 sha256 sha384 sha512 sign similar_escape
  similar_to_escape sin sind sinh slope split_part sqrt starts_with statement_timestamp stddev stddev_pop
  stddev_samp string_agg string_to_array string_to_table strip strpos substr substring sum tan tand tanh text
  textcat textlen textlike time timestamp timestamptz timetz timezone to_ascii to_bin to_char to_date to_hex
  to_json to_jsonb to_number to_oct to_timestamp to_tsquery to_tsvector transaction_timestamp translate
  trim_array trim_scale trunc ts_delete ts_filter ts_headline ts_lexize ts_parse ts_rank ts_rank_cd
  ts_debug ts_token_type tsmultirange tsquery_phrase tsrange tsrange_subdiff tstzmultirange tstzrange tstzrange_subdiff
  tsvector_to_array unicode_assigned unistr unnest upper upper_inc upper_inf uuid_extract_timestamp
  uuid_extract_version var_pop var_samp varbit varchar variance websearch_to_tsquery width width_bucket xid xml
  xml_is_well_formed xml_is_well_formed_content xml_is_well_formed_document xmlagg xmlcomment xmlexists xmltext
  xmlvalidate xpath xpath_exists
`)

/** Reads names, definitions and counts of the catalog or facts of this session, never values of a table. */
const metadata = words(`
  acldefault aclexplode col_description current_setting current_database current_schema current_schemas current_user format_type
  get_current_ts_config getdatabaseencoding getpgusername has_any_column_privilege has_column_privilege
  has_database_privilege has_foreign_data_wrapper_privilege has_function_privilege has_language_privilege
  has_largeobject_privilege has_parameter_privilege has_schema_privilege has_sequence_privilege
  has_server_privilege has_table_privilege has_tablespace_privilege has_type_privilege icu_unicode_version
  inet_client_addr inet_client_port inet_server_addr inet_server_port makeaclitem mxid_age obj_description
  pg_available_extension_versions pg_available_extensions pg_backend_pid pg_basetype pg_char_to_encoding
  pg_client_encoding pg_collation_for pg_collation_is_visible pg_column_compression pg_column_is_updatable
  pg_column_size pg_column_toast_chunk_id pg_conf_load_time pg_conversion_is_visible pg_current_snapshot
  pg_current_xact_id pg_current_xact_id_if_assigned pg_describe_object pg_encoding_max_length
  pg_encoding_to_char pg_extension_update_paths pg_filenode_relation pg_function_is_visible pg_get_acl
  pg_get_catalog_foreign_keys pg_get_constraintdef pg_get_expr pg_get_function_arg_default
  pg_get_function_arguments pg_get_function_identity_arguments pg_get_function_result pg_get_function_sqlbody
  pg_get_functiondef pg_get_indexdef pg_get_keywords pg_get_object_address pg_get_partition_constraintdef
  pg_get_partkeydef pg_get_publication_tables pg_get_replica_identity_index pg_get_ruledef
  pg_get_serial_sequence pg_get_statisticsobjdef pg_get_statisticsobjdef_columns
  pg_get_statisticsobjdef_expressions pg_get_triggerdef pg_get_userbyid pg_get_viewdef pg_has_role
  pg_identify_object pg_identify_object_as_address pg_index_column_has_property pg_index_has_property
  pg_indexam_has_property pg_indexam_progress_phasename pg_input_error_info pg_input_is_valid
  pg_is_other_temp_schema pg_lsn pg_my_temp_schema pg_numa_available pg_opclass_is_visible
  pg_operator_is_visible pg_opfamily_is_visible pg_partition_root pg_postmaster_start_time pg_relation_filenode
  pg_relation_filepath pg_relation_is_publishable pg_relation_is_updatable pg_replication_origin_oid
  pg_collation_actual_version pg_database_collation_actual_version pg_listening_channels pg_options_to_table
  pg_sequence_parameters pg_show_all_settings pg_statistics_obj_is_visible pg_stat_get_archiver
  pg_stat_get_backend_activity_start pg_stat_get_backend_client_addr pg_stat_get_backend_client_port
  pg_stat_get_backend_dbid pg_stat_get_backend_idset pg_stat_get_backend_pid pg_stat_get_backend_start
  pg_stat_get_backend_subxact pg_stat_get_backend_userid pg_stat_get_backend_wait_event
  pg_stat_get_backend_wait_event_type pg_stat_get_backend_xact_start pg_stat_get_bgwriter_buf_written_clean
  pg_stat_get_bgwriter_maxwritten_clean pg_stat_get_bgwriter_stat_reset_time pg_stat_get_buf_alloc
  pg_stat_get_checkpointer_buffers_written pg_stat_get_checkpointer_num_performed
  pg_stat_get_checkpointer_num_requested pg_stat_get_checkpointer_num_timed
  pg_stat_get_checkpointer_stat_reset_time pg_stat_get_checkpointer_sync_time
  pg_stat_get_checkpointer_write_time pg_stat_get_function_calls pg_stat_get_function_self_time
  pg_stat_get_function_total_time pg_stat_get_slru pg_stat_get_snapshot_timestamp
  pg_stat_get_total_analyze_time pg_stat_get_total_autoanalyze_time pg_stat_get_total_autovacuum_time
  pg_stat_get_total_vacuum_time pg_stat_get_wal
  pg_settings_get_flags pg_size_bytes pg_size_pretty pg_snapshot_xip pg_snapshot_xmax pg_snapshot_xmin
  pg_split_walfile_name pg_stat_get_analyze_count pg_stat_get_autoanalyze_count pg_stat_get_autovacuum_count
  pg_stat_get_blocks_fetched pg_stat_get_blocks_hit pg_stat_get_db_active_time pg_stat_get_db_blk_read_time
  pg_stat_get_db_blk_write_time pg_stat_get_db_blocks_fetched pg_stat_get_db_blocks_hit
  pg_stat_get_db_checksum_failures pg_stat_get_db_checksum_last_failure pg_stat_get_db_conflict_all
  pg_stat_get_db_conflict_bufferpin pg_stat_get_db_conflict_lock pg_stat_get_db_conflict_logicalslot
  pg_stat_get_db_conflict_snapshot pg_stat_get_db_conflict_startup_deadlock pg_stat_get_db_conflict_tablespace
  pg_stat_get_db_deadlocks pg_stat_get_db_idle_in_transaction_time pg_stat_get_db_numbackends
  pg_stat_get_db_parallel_workers_launched pg_stat_get_db_parallel_workers_to_launch pg_stat_get_db_session_time
  pg_stat_get_db_sessions pg_stat_get_db_sessions_abandoned pg_stat_get_db_sessions_fatal
  pg_stat_get_db_sessions_killed pg_stat_get_db_stat_reset_time pg_stat_get_db_tuples_deleted pg_stat_get_db_tuples_fetched
  pg_stat_get_db_tuples_inserted pg_stat_get_db_tuples_returned pg_stat_get_db_tuples_updated
  pg_stat_get_db_xact_commit pg_stat_get_db_xact_rollback pg_stat_get_dead_tuples pg_stat_get_ins_since_vacuum
  pg_stat_get_last_analyze_time pg_stat_get_last_autoanalyze_time pg_stat_get_last_autovacuum_time
  pg_stat_get_last_vacuum_time pg_stat_get_lastscan pg_stat_get_live_tuples pg_stat_get_mod_since_analyze
  pg_stat_get_numscans pg_stat_get_tuples_deleted pg_stat_get_tuples_fetched pg_stat_get_tuples_hot_updated
  pg_stat_get_tuples_inserted pg_stat_get_tuples_newpage_updated pg_stat_get_tuples_returned
  pg_stat_get_tuples_updated pg_stat_get_vacuum_count pg_table_is_visible pg_tablespace_databases
  pg_tablespace_location pg_timezone_abbrevs_abbrevs pg_timezone_abbrevs_zone pg_timezone_names pg_trigger_depth
  pg_ts_config_is_visible pg_ts_dict_is_visible pg_ts_parser_is_visible pg_ts_template_is_visible
  pg_type_is_visible pg_typeof pg_visible_in_snapshot pg_wal_lsn_diff pg_walfile_name pg_walfile_name_offset
  row_security_active session_user shobj_description system_user to_regclass to_regcollation to_regnamespace
  to_regoper to_regoperator to_regproc to_regprocedure to_regrole to_regtype to_regtypemod txid_current
  txid_current_if_assigned txid_current_snapshot txid_snapshot_xip txid_snapshot_xmax txid_snapshot_xmin
  txid_visible_in_snapshot unicode_version version
`)

/** Volatile, and changes nothing that outlives the statement. */
const harmless = words(`
  array_sample array_shuffle clock_timestamp currval gen_random_uuid lastval pg_blocking_pids pg_database_size
  pg_indexes_size pg_is_in_recovery pg_is_wal_replay_paused pg_jit_available pg_last_wal_receive_lsn
  pg_last_wal_replay_lsn pg_current_wal_lsn pg_relation_size pg_safe_snapshot_blocking_pids pg_sequence_last_value
  pg_stat_clear_snapshot pg_table_size pg_tablespace_size pg_total_relation_size pg_xact_status random
  pg_current_wal_flush_lsn pg_current_wal_insert_lsn pg_get_wait_events pg_get_wal_replay_pause_state
  pg_last_committed_xact pg_last_xact_replay_timestamp pg_notification_queue_usage pg_stat_get_io pg_stat_have_stats
  pg_stat_get_xact_numscans pg_stat_get_xact_tuples_deleted pg_stat_get_xact_tuples_fetched
  pg_stat_get_xact_tuples_inserted pg_stat_get_xact_tuples_returned pg_stat_get_xact_tuples_updated
  pg_xact_commit_timestamp random_normal timeofday txid_status uuidv4 uuidv7 pg_partition_tree pg_partition_ancestors pg_lock_status
`)

/** Changes this session alone. */
const session = words(`
  pg_advisory_lock pg_advisory_lock_shared pg_advisory_unlock pg_advisory_unlock_all pg_advisory_unlock_shared
  pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_try_advisory_lock pg_try_advisory_lock_shared
  pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared pg_sleep pg_sleep_for pg_sleep_until set_config setseed
`)

/** Changes sequences or counters, or tells other sessions; the result is a number of theirs. */
const writing = words(`
  nextval setval pg_notify pg_stat_reset pg_stat_reset_shared pg_stat_reset_single_table_counters pg_stat_force_next_flush
`)

/** Reaches past the statement's own text: files, other servers, SQL held in a string, other sessions, raw pages. */
const outside = words(`
  cursor_to_xml cursor_to_xmlschema database_to_xml database_to_xml_and_xmlschema database_to_xmlschema
  query_to_xml query_to_xml_and_xmlschema query_to_xmlschema schema_to_xml schema_to_xml_and_xmlschema
  schema_to_xmlschema table_to_xml table_to_xml_and_xmlschema table_to_xmlschema ts_stat ts_rewrite
  lo_close lo_creat lo_create lo_export lo_from_bytea lo_get lo_import lo_lseek lo_lseek64 lo_open lo_put lo_tell
  lo_tell64 lo_truncate lo_truncate64 lo_unlink loread lowrite
  pg_read_file pg_read_binary_file pg_stat_file pg_ls_dir pg_ls_logdir pg_ls_waldir pg_ls_tmpdir
  pg_ls_archive_statusdir pg_ls_logicalmapdir pg_ls_logicalsnapdir pg_ls_replslotdir pg_ls_summariesdir
  pg_current_logfile pg_file_write pg_file_rename pg_file_unlink pg_file_sync pg_logdir_ls pg_read_server_files
  pg_logical_slot_get_changes pg_logical_slot_get_binary_changes pg_logical_slot_peek_changes
  pg_logical_slot_peek_binary_changes pg_logical_emit_message pg_create_logical_replication_slot
  pg_create_physical_replication_slot pg_copy_logical_replication_slot pg_copy_physical_replication_slot
  pg_drop_replication_slot pg_replication_slot_advance pg_sync_replication_slots
  pg_terminate_backend pg_cancel_backend pg_reload_conf pg_rotate_logfile pg_promote pg_switch_wal
  pg_create_restore_point pg_backup_start pg_backup_stop pg_export_snapshot pg_log_backend_memory_contexts
  pg_mcv_list_items pg_clear_attribute_stats pg_clear_relation_stats pg_restore_attribute_stats
  pg_restore_relation_stats pg_hba_file_rules pg_ident_file_mappings pg_show_all_file_settings
  dblink dblink_connect dblink_connect_u dblink_exec dblink_open dblink_fetch dblink_send_query dblink_get_result
  dblink_build_sql_insert dblink_build_sql_update dblink_build_sql_delete crosstab crosstab2 crosstab3 crosstab4
  connectby crosstabn xpath_table get_raw_page heap_page_items heap_page_item_attrs heap_tuple_infomask_flags
  tuple_data_split page_header bt_page_items bt_page_stats bt_multi_page_stats bt_metap brin_page_items
  gin_leafpage_items gist_page_items gist_page_items_bytea hash_page_items pgrowlocks pgstattuple
  pg_get_raw_page pg_stat_statements plpgsql_call_handler
`)

export type BuiltinReach = 'pure' | 'metadata' | 'harmless' | 'session' | 'writing' | 'outside' | 'unlisted'

/** Functions of information_schema: they read definitions alone. */
const standard = words(`
  _pg_char_max_length _pg_char_octet_length _pg_datetime_precision _pg_expandarray _pg_index_position _pg_interval_type
  _pg_numeric_precision _pg_numeric_precision_radix _pg_numeric_scale _pg_truetypid _pg_truetypmod
`)

export function isStandard(schema: string | null, name: string): boolean {
  return schema === 'information_schema' && standard.has(name)
}

export function builtinReach(name: string): BuiltinReach {
  if (outside.has(name)) return 'outside'
  if (pure.has(name)) return 'pure'
  if (metadata.has(name)) return 'metadata'
  if (harmless.has(name)) return 'harmless'
  if (session.has(name)) return 'session'
  if (writing.has(name)) return 'writing'
  return 'unlisted'
}
