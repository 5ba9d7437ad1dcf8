/** What the kit costs a service as a whole process: start, memory, throughput. */
package cnkit.examples.footprint;
