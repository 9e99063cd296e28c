// How Node runs the gateway. Promise: what benchmarks measure runs as users run it.

/**
 * The first flag is for the main thread; others have theirs from where the first of them is started. Measured in turns with
 * 8 MiB (bench/results/2026-11-22-young-generations.md): 5 to 10 percent less processor time a call, for 7 MiB more at 256
 * callers. A growth of 70 percent in place of 50 took 20 to 30 MiB more. Without the compiler between the quick one and the
 * thorough one memory is 10 to 15 MiB less (bench/results/2026-11-22-compilers.md). Node takes the last two at its start alone.
 */
export const nodeFlags = ['--max-semi-space-size=16', '--heap-growing-percent=50', '--no-maglev']

/** One memory arena of the C library for all threads: what one frees, another uses. */
export const nodeEnvironment = { MALLOC_ARENA_MAX: process.env.MALLOC_ARENA_MAX ?? '1' }
