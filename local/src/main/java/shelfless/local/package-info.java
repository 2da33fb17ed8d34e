/** The whole shop on one machine: runs the functions of template.yaml and stands in for AWS. */
@NullMarked
package shelfless.local;

import org.jspecify.annotations.NullMarked;
