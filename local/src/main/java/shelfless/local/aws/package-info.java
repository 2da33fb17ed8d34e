/** Stand-ins for the services that the shop uses in AWS. */
@NullMarked
package shelfless.local.aws;

import org.jspecify.annotations.NullMarked;
