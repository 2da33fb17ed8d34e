/** What the local runtime takes from template.yaml. */
@NullMarked
package shelfless.local.template;

import org.jspecify.annotations.NullMarked;
