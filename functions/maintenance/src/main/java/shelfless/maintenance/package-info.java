/** Health, unknown routes, and what runs by the clock. */
@NullMarked
package shelfless.maintenance;

import org.jspecify.annotations.NullMarked;
