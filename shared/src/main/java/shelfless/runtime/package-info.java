/** What a function is given: its settings, the time, fresh ids, its one database connection. */
@NullMarked
package shelfless.runtime;

import org.jspecify.annotations.NullMarked;
