/** What happened: sales and the audit log. */
@NullMarked
package shelfless.reports;

import org.jspecify.annotations.NullMarked;
