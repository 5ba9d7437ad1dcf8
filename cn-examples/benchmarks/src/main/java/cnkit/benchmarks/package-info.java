/** Runs JMH benchmarks with their forks interleaved and judges them by the goals that stand beside them. */
package cnkit.benchmarks;
