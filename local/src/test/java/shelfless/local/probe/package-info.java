/** Functions that show how the local runtime runs functions. */
@NullMarked
package shelfless.local.probe;

import org.jspecify.annotations.NullMarked;
