// How Node runs the gateway. Promise: what benchmarks measure runs as users run it.

/**
 * Measured with 256 callers (bench/mcp.ts): peak memory about 250 MiB instead of 385, for 15 microseconds of other threads
 * a call. With a growth of 30 percent it is 240 MiB for another 60. Node takes the second flag at its start alone.
 */
export const nodeFlags = ['--max-semi-space-size=8', '--heap-growing-percent=70']

/** One memory arena of the C library for all threads: what one frees, another uses. */
export const nodeEnvironment = { MALLOC_ARENA_MAX: process.env.MALLOC_ARENA_MAX ?? '1' }
