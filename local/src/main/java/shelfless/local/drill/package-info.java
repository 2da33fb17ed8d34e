/** Restores the shop on one machine to a point in time, to show that it can be done. */
@org.jspecify.annotations.NullMarked
package shelfless.local.drill;
