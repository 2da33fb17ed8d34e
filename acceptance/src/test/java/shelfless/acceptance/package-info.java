/**
 * What a buyer, a seller and the payment provider see of the shop: by HTTP, mails, events and files
 * only. The shop runs as a process of its own; nothing here uses its classes.
 */
@NullMarked
package shelfless.acceptance;

import org.jspecify.annotations.NullMarked;
