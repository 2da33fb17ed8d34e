/** What the first start puts on sale, so that there is something to look at. */
@NullMarked
package shelfless.local.demo;

import org.jspecify.annotations.NullMarked;
