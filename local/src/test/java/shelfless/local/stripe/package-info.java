@NullMarked
package shelfless.local.stripe;

import org.jspecify.annotations.NullMarked;
