package shelfless.harness;

/** The process died here. An error, since no handler may outlive it by catching exceptions. */
final class Crash extends Error {
  private static final long serialVersionUID = 1L;

  Crash(String where) {
    super(where, null, false, false);
  }
}
