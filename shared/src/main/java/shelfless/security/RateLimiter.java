package shelfless.security;

import java.sql.SQLException;
import java.util.Optional;
import shelfless.data.Database;
import shelfless.data.Transaction;
import shelfless.http.Problem;

/**
 * Token buckets in the database, exact under concurrency: one statement takes a token or refuses,
 * in a transaction of its own before the work.
 */
public final class RateLimiter {
  private final Database database;
  private final Tokens tokens;

  public RateLimiter(Database database, Tokens tokens) {
    this.database = database;
    this.tokens = tokens;
  }

  /**
   * How often something may be done.
   *
   * @param scope what is limited: {@code downloads}
   * @param identity who is counted, kept only as a keyed hash
   * @param most how many in a period; so many may come at once
   * @param periodSeconds in which the bucket fills again
   */
  public record Limit(String scope, String identity, int most, int periodSeconds) {
    private double rate() {
      return (double) most / periodSeconds;
    }
  }

  /**
   * Takes a token of each limit, or throws 429 for the first that has none; those before it count.
   * Buckets are locked in this order, so it is the same wherever two are taken together.
   */
  public void take(Limit... limits) {
    Optional<Limit> passed =
        database.transaction(
            transaction -> {
              for (Limit limit : limits) {
                if (!grants(transaction, limit)) {
                  return Optional.of(limit);
                }
              }
              return Optional.empty();
            });
    if (passed.isPresent()) {
      throw Problem.tooMany((long) Math.ceil(1 / passed.get().rate()));
    }
  }

  private boolean grants(Transaction transaction, Limit limit) throws SQLException {
    byte[] bucket = tokens.keyed("rate_limit:" + limit.scope, limit.identity);
    return transaction
        .first(
            """
            insert into rate_limit as held (bucket, tokens, updated_at) values (?, ?, ?)
            on conflict (bucket) do update set
              tokens = least(?, held.tokens
                + greatest(0, extract(epoch from excluded.updated_at - held.updated_at)) * ?) - 1,
              updated_at = greatest(held.updated_at, excluded.updated_at)
            where least(?, held.tokens
                + greatest(0, extract(epoch from excluded.updated_at - held.updated_at)) * ?) >= 1
            returning tokens
            """,
            row -> row.real("tokens"),
            bucket,
            limit.most - 1.0,
            transaction.now(),
            (double) limit.most,
            limit.rate(),
            (double) limit.most,
            limit.rate())
        .isPresent();
  }
}
