/**
 * What the shop exists for: placing orders, learning that they were paid, delivering them once,
 * refunding them. Each effect is keyed by the business object that it is about, so that whatever is
 * repeated, reordered or lost changes nothing.
 */
@NullMarked
package shelfless.orders;

import org.jspecify.annotations.NullMarked;
