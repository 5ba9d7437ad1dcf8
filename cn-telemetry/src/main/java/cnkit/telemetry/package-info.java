/**
 * Observers that turn what the kit's modules do into OpenTelemetry signals, framework-free HTTP
 * semantics, log correlation and {@link cnkit.telemetry.BuildInfo}.
 *
 * <p>The {@code OpenTelemetry} is always passed in: nothing here reads or sets {@code
 * GlobalOpenTelemetry}. At set-up a wrong argument fails at once; while serving, nothing here throws
 * into a request.
 *
 * <p>Null is never a parameter and never returned, unless the documentation of a callback says so
 * (a header function answers null for a header that is absent).
 */
@NullMarked
package cnkit.telemetry;

import org.jspecify.annotations.NullMarked;
