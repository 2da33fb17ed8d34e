/** What the tests of the other modules stand on. */
@NullMarked
package shelfless.testing;

import org.jspecify.annotations.NullMarked;
