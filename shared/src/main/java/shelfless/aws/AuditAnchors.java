package shelfless.aws;

import java.time.Instant;
import java.util.Optional;
import shelfless.data.AuditLog;

/**
 * The ends that the audit log's chain had, kept outside the database where nobody can change or
 * delete them: who could rewrite the whole log, triggers and hashes and all, could still not
 * rewrite these (rule 13).
 *
 * <p>{@link shelfless.runtime.Unavailable} when the store is out of reach.
 */
public interface AuditAnchors extends AutoCloseable {
  /** The end of the chain at a time, to the second. */
  record Anchor(Instant at, AuditLog.Head head) {}

  /** The newest that was kept. */
  Optional<Anchor> newest();

  /**
   * Keeps one; a second of the same second takes its place, and the bucket's versions hold both.
   */
  void keep(Anchor anchor);

  @Override
  void close();
}
