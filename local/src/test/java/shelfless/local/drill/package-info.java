@org.jspecify.annotations.NullMarked
package shelfless.local.drill;
