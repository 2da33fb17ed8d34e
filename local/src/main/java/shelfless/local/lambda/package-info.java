/**
 * Lambda's part, and the parts of what calls functions: API Gateway, SQS, EventBridge Scheduler.
 */
@NullMarked
package shelfless.local.lambda;

import org.jspecify.annotations.NullMarked;
