package shelfless.data;

import shelfless.runtime.Unavailable;

/** The database can't be reached, has no room, or gave up waiting: the caller should come again. */
public final class DatabaseUnavailable extends Unavailable {
  private static final long serialVersionUID = 1L;

  public DatabaseUnavailable(Throwable cause) {
    super("The database", cause);
  }
}
