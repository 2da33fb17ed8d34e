/** Reading and writing JSON: strict about what comes in, one way of writing what goes out. */
@NullMarked
package shelfless.json;

import org.jspecify.annotations.NullMarked;
