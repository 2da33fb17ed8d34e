/**
 * Measures how the deployed jars start, laid out as Lambda lays them out and run by Lambda's own
 * Java runtime client on one core, beside floors that show what no function can be faster than.
 */
@NullMarked
package shelfless.bench;

import org.jspecify.annotations.NullMarked;
