/**
 * Shows that once means once: the shop's real handlers run on a real PostgreSQL, and everything
 * else that they reach is simulated behind their ports, so that a process can be killed between any
 * two effects, an answer lost, a notice repeated or a queue stopped, thousands of times in a
 * minute.
 */
@NullMarked
package shelfless.harness;

import org.jspecify.annotations.NullMarked;
