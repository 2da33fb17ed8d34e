/** How the things of the shop look in JSON: one form each, the same in every answer. */
@NullMarked
package shelfless.http.views;

import org.jspecify.annotations.NullMarked;
