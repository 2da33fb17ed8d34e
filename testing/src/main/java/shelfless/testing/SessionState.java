package shelfless.testing;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Finds statements that rely on the server's session. A proxy that hands each transaction to
 * another server connection (RDS Proxy, PgBouncer) runs them somewhere else, or pins the session to
 * one client. Transaction-scoped ones are fine: {@code pg_advisory_xact_lock}, {@code
 * set_config(..., true)}.
 */
public final class SessionState {
  private static final Pattern COMMENT = Pattern.compile("--[^\n]*|(?s:/\\*.*?\\*/)");
  private static final Pattern TEXT = Pattern.compile("'(?:[^']|'')*'");
  private static final Pattern COMMAND =
      Pattern.compile(
          "(?:^|;)\\s*(?:set|reset|listen|notify|unlisten|prepare|execute|deallocate|discard|load)\\b");
  private static final Pattern TEMPORARY =
      Pattern.compile("\\b(?:create\\s+(?:(?:local|global)\\s+)?|into\\s+)temp(?:orary)?\\b");
  private static final Pattern CURSOR = Pattern.compile("\\bwith\\s+hold\\b");
  private static final Pattern FUNCTION =
      Pattern.compile(
          "\\b(?:pg_(?:try_)?advisory_(?:lock|unlock)\\w*|pg_notify|currval|lastval|setseed)\\s*\\(");
  private static final Pattern SETTING =
      Pattern.compile("\\bset_config\\s*\\((?:[^()]|\\([^()]*\\))*,(?!\\s*true\\s*\\))[^,()]*\\)");

  private SessionState() {}

  /** What in the statement needs a session, or nothing. */
  public static Optional<String> neededBy(DatabaseProxy.Statement statement) {
    if (!statement.name().isEmpty()) {
      return Optional.of("the named statement " + statement.name() + ": " + statement.text());
    }
    String sql =
        TEXT.matcher(COMMENT.matcher(statement.text()).replaceAll(" "))
            .replaceAll("''")
            .toLowerCase(Locale.ROOT);
    for (Pattern pattern : List.of(COMMAND, TEMPORARY, CURSOR, FUNCTION, SETTING)) {
      if (pattern.matcher(sql).find()) {
        return Optional.of(statement.text());
      }
    }
    return Optional.empty();
  }
}
