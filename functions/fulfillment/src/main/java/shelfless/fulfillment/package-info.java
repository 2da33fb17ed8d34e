/** What a paid order is owed, and the mails that bring it. */
@NullMarked
package shelfless.fulfillment;

import org.jspecify.annotations.NullMarked;
