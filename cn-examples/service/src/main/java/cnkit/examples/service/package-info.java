/**
 * The example service: settings from the environment, probes, a drain, bounded calls, metrics. The kit does the work; what
 * is here is what a service on it has to write itself.
 */
package cnkit.examples.service;
