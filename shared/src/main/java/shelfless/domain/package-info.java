/**
 * What the shop keeps true: values, outcomes and pure functions. Nothing here knows of AWS, the
 * payment provider, HTTP, JDBC or JSON; time and randomness are handed in. "Rule n" in a comment is
 * rule n of {@code docs/rules.md}.
 */
@NullMarked
package shelfless.domain;

import org.jspecify.annotations.NullMarked;
