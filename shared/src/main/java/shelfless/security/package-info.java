/** Tokens, and what keeps them from being guessed. */
@NullMarked
package shelfless.security;

import org.jspecify.annotations.NullMarked;
