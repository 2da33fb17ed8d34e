/**
 * Computes what the shop costs a month on AWS: from what a sale does, how long each function takes,
 * what is deployed, and a table of public prices.
 */
@NullMarked
package shelfless.bench.cost;

import org.jspecify.annotations.NullMarked;
