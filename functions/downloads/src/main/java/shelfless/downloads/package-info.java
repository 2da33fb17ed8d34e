/** What a buyer does with a download link, and what the seller does with the access behind it. */
@NullMarked
package shelfless.downloads;

import org.jspecify.annotations.NullMarked;
