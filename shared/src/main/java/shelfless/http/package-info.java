/**
 * What every handler behind HTTP shares: requests, answers, problems, who is asking, and what they
 * may do.
 */
@NullMarked
package shelfless.http;

import org.jspecify.annotations.NullMarked;
