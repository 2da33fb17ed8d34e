/** Stripe, behind the port that the orders know. */
@NullMarked
package shelfless.stripe;

import org.jspecify.annotations.NullMarked;
