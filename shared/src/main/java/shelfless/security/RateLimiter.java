package shelfless.security;

import shelfless.data.Database;
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
   * Takes a token for the identity, or throws 429.
   *
   * @param scope what is limited: {@code downloads}
   * @param identity who is counted, kept only as a keyed hash
   * @param limit how many in a period; so many may come at once
   * @param periodSeconds in which the bucket fills again
   */
  public void take(String scope, String identity, int limit, int periodSeconds) {
    double rate = (double) limit / periodSeconds;
    byte[] bucket = tokens.keyed("rate_limit:" + scope, identity);
    boolean granted =
        database.transaction(
            transaction ->
                transaction
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
                        limit - 1.0,
                        transaction.now(),
                        (double) limit,
                        rate,
                        (double) limit,
                        rate)
                    .isPresent());
    if (!granted) {
      throw Problem.tooMany((long) Math.ceil(1 / rate));
    }
  }
}
