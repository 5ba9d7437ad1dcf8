/** What several modules of the kit have in common: {@link cnkit.core.Time} and {@link cnkit.core.Subscription}. */
@NullMarked
package cnkit.core;

import org.jspecify.annotations.NullMarked;
