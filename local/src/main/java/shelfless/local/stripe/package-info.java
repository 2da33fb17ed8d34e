/** The payment provider of the shop on one machine: the part of Stripe's API that the shop uses. */
@NullMarked
package shelfless.local.stripe;

import org.jspecify.annotations.NullMarked;
