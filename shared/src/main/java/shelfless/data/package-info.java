/**
 * The JDBC data module: one connection an environment, transactions, and the SQL of each aggregate.
 */
@NullMarked
package shelfless.data;

import org.jspecify.annotations.NullMarked;
