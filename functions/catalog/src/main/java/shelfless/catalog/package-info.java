/** What anyone may see: products on sale. */
@NullMarked
package shelfless.catalog;

import org.jspecify.annotations.NullMarked;
