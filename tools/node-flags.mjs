// How Node runs the gateway. Promise: what benchmarks measure runs as users run it.

/**
 * Measured with 256 callers (bench/mcp.ts, 10 s warm): peak memory 212 to 248 MiB, where a growth of 70 percent took 232 to 280
 * for 10 to 40 microseconds of other threads a call less. Node takes the second flag at its start alone.
 */
export const nodeFlags = ['--max-semi-space-size=16', '--heap-growing-percent=50']

/** One memory arena of the C library for all threads: what one frees, another uses. */
export const nodeEnvironment = { MALLOC_ARENA_MAX: process.env.MALLOC_ARENA_MAX ?? '1' }
