/** What the seller does: products, their files, API keys. */
@NullMarked
package shelfless.admin;

import org.jspecify.annotations.NullMarked;
