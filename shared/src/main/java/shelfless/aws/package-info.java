/**
 * The AWS services that a function may talk to, each behind one class; a module that uses one
 * carries its SDK.
 */
@NullMarked
package shelfless.aws;

import org.jspecify.annotations.NullMarked;
