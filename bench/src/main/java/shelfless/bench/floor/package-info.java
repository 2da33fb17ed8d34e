/** Functions that do next to nothing, to measure the others by; each is deployed by itself. */
@NullMarked
package shelfless.bench.floor;

import org.jspecify.annotations.NullMarked;
