/** Giving money back. */
@NullMarked
package shelfless.refunds;

import org.jspecify.annotations.NullMarked;
