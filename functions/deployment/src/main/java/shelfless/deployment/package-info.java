/** What a deployment runs once: secrets, migrations, the first owner. */
@NullMarked
package shelfless.deployment;

import org.jspecify.annotations.NullMarked;
