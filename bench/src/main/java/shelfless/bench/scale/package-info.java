/** What becomes of the shop's speed as it grows a hundredfold. */
@NullMarked
package shelfless.bench.scale;

import org.jspecify.annotations.NullMarked;
