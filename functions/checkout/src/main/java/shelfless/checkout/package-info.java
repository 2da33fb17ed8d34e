/** From the cart to the paid order, and what the payment provider says of it. */
@NullMarked
package shelfless.checkout;

import org.jspecify.annotations.NullMarked;
