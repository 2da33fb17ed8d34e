package shelfless.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import shelfless.data.Database;
import shelfless.data.Row;
import shelfless.data.Transaction;
import shelfless.json.Json;
import shelfless.runtime.Environment;
import shelfless.runtime.IdGenerator;
import shelfless.runtime.Unavailable;
import shelfless.security.Tokens;

/**
 * {@code Idempotency-Key}: the same key and body give the same resource and status, rendered again;
 * another body is 422; while the first call runs, 409. What failed with 5xx is not kept: the same
 * key goes on from the resource that was already made. A refusal (4xx) made nothing and frees the
 * key. Only hashes and ids are stored, for a day.
 */
public final class Idempotency {
  private static final Duration KEPT = Duration.ofHours(24);

  /**
   * Longer than a call may take at the provider, shorter than a caller's patience after a crash.
   */
  private static final Duration LOCKED = Duration.ofSeconds(10);

  private final Database database;
  private final IdGenerator ids;
  private final int shortest;

  /**
   * @param caller who shows nothing needs a key that is long enough not to be guessed
   */
  public Idempotency(Environment environment, Caller caller) {
    this.database = environment.database();
    this.ids = environment.ids();
    this.shortest = caller instanceof Caller.Anonymous ? 16 : 1;
  }

  /** The key of the running call; it does nothing when the caller sent none. */
  public static final class Key {
    private final @Nullable String scope;
    private final byte[] hash;
    private final @Nullable UUID resource;
    private boolean isFinished;

    private Key(@Nullable String scope, byte[] hash, @Nullable UUID resource) {
      this.scope = scope;
      this.hash = hash;
      this.resource = resource;
    }

    /** What an earlier call with this key already made, before it failed. */
    public Optional<UUID> resource() {
      return Optional.ofNullable(resource);
    }

    /** Frees the key, since what it made came to nothing: the same request starts anew. */
    public void forget(Transaction transaction) throws SQLException {
      if (scope != null) {
        transaction.update(
            "delete from idempotency_key where scope = ? and key_hash = ?", scope, hash);
      }
    }

    /**
     * Remembers the resource, in the transaction that makes it; 409 when another call was faster.
     * Once more for the same resource changes nothing.
     */
    public void keep(Transaction transaction, UUID made) throws SQLException {
      remember(transaction, made, null);
    }

    /** The same, in the transaction after which nothing is left to do but to answer. */
    public void finish(Transaction transaction, UUID made, int status) throws SQLException {
      remember(transaction, made, status);
      isFinished = true;
    }

    private void remember(Transaction transaction, UUID made, @Nullable Integer status)
        throws SQLException {
      if (scope != null
          && transaction.update(
                  """
                  update idempotency_key set resource_id = ?, status = coalesce(?, status)
                  where scope = ? and key_hash = ? and coalesce(resource_id, ?) = ?
                  """,
                  made,
                  status,
                  scope,
                  hash,
                  made,
                  made)
              != 1) {
        throw stillRunning();
      }
    }
  }

  private record Held(
      byte[] requestHash,
      @Nullable UUID resource,
      @Nullable Integer status,
      @Nullable UUID holder,
      Instant lockedUntil,
      Instant expiresAt) {
    static Held of(Row row) throws SQLException {
      return new Held(
          row.bytes("request_hash"),
          row.uuidOrNull("resource_id"),
          row.integerOrNull("status"),
          row.uuidOrNull("held_by"),
          row.instant("locked_until"),
          row.instant("expires_at"));
    }
  }

  /**
   * Runs the operation at most once for the key that the request carries.
   *
   * @param scope the operation and who asks, within which keys are compared
   * @param body what must be the same when the key is
   * @param perform makes the resource, or goes on with the one that the key names
   * @param render answers again for a resource that was made before
   */
  public HttpResponse once(
      HttpRequest request,
      String scope,
      JsonNode body,
      Function<Key, HttpResponse> perform,
      Function<UUID, HttpResponse> render) {
    String sent = request.header("idempotency-key").orElse(null);
    if (sent == null) {
      return perform.apply(new Key(null, new byte[0], null));
    }
    if (sent.length() < shortest
        || sent.length() > 255
        || sent.chars().anyMatch(c -> c < 32 || c > 126)) {
      throw Problem.malformed(
          "Idempotency-Key", "must have " + shortest + " to 255 printable ASCII characters.");
    }
    byte[] hash = Tokens.hash(sent);
    byte[] requestHash =
        Tokens.hash(request.method() + ' ' + request.path() + '\n' + Json.text(body));
    long start = System.nanoTime();
    UUID holder = ids.next();
    Begun begun;
    try {
      begun =
          database.repeatable(transaction -> begin(transaction, scope, hash, requestHash, holder));
    } catch (Unavailable lost) {
      // The commit may have been made, and only its answer lost.
      throw released(lost, scope, hash, holder, start);
    }
    if (begun.status != null && begun.resource != null) {
      return render.apply(begun.resource);
    }
    Key key = new Key(scope, hash, begun.resource);
    try {
      HttpResponse response = perform.apply(key);
      if (response.status() >= 400) {
        release(scope, hash, holder);
      } else if (!key.isFinished) {
        finish(scope, hash, holder, response.status());
      }
      return response;
    } catch (Problem problem) {
      release(scope, hash, holder);
      throw problem;
    } catch (Unavailable failure) {
      throw released(failure, scope, hash, holder, start);
    } catch (RuntimeException failure) {
      release(scope, hash, holder);
      throw failure;
    }
  }

  /** The failure, with the time from which on the key can be used again. */
  private Unavailable released(
      Unavailable failure, String scope, byte[] hash, UUID holder, long startNanos) {
    if (release(scope, hash, holder)) {
      return failure;
    }
    Duration passed = Duration.ofNanos(System.nanoTime() - startNanos);
    return new Unavailable(
        failure.what(),
        Math.max(failure.retryAfterSeconds(), LOCKED.minus(passed).toSeconds() + 1),
        failure);
  }

  private record Begun(@Nullable UUID resource, @Nullable Integer status) {}

  private static Begun begin(
      Transaction transaction, String scope, byte[] hash, byte[] requestHash, UUID holder)
      throws SQLException {
    Instant now = transaction.now();
    Instant lock = now.plus(LOCKED);
    int inserted =
        transaction.update(
            """
            insert into idempotency_key (scope, key_hash, request_hash, held_by, locked_until, created_at, expires_at)
            values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing
            """,
            scope,
            hash,
            requestHash,
            holder,
            lock,
            now,
            now.plus(KEPT));
    if (inserted == 1) {
      return new Begun(null, null);
    }
    Held held =
        transaction
            .first(
                "select * from idempotency_key where scope = ? and key_hash = ? for update",
                Held::of,
                scope,
                hash)
            // Freed between the two statements.
            .orElseThrow(Idempotency::stillRunning);
    boolean expired = !held.expiresAt.isAfter(now);
    if (!expired && !Arrays.equals(held.requestHash, requestHash)) {
      throw Problem.of(
          422,
          "idempotency_key_reused",
          "This Idempotency-Key was used before, with another request.");
    }
    if (!expired && held.status != null) {
      return new Begun(held.resource, held.status);
    }
    if (!expired && held.lockedUntil.isAfter(now) && !holder.equals(held.holder)) {
      throw stillRunning();
    }
    transaction.update(
        """
        update idempotency_key set request_hash = ?, resource_id = ?, status = null, held_by = ?,
          locked_until = ?, created_at = ?, expires_at = ?
        where scope = ? and key_hash = ?
        """,
        requestHash,
        expired ? null : held.resource,
        holder,
        lock,
        now,
        now.plus(KEPT),
        scope,
        hash);
    return new Begun(expired ? null : held.resource, null);
  }

  /** Keeps the status, as far as this call still holds the key: who has it now goes on. */
  private void finish(String scope, byte[] hash, UUID holder, int status) {
    try {
      database.repeatable(
          transaction ->
              transaction.update(
                  "update idempotency_key set status = ? where scope = ? and key_hash = ? and held_by = ?",
                  status,
                  scope,
                  hash,
                  holder));
    } catch (RuntimeException unreachable) {
      // The lock ends by itself, and the answer that was found stands.
    }
  }

  /**
   * Lets others have the key, as far as this call still holds it: a refusal made nothing; after a
   * failure the next call goes on from what was made.
   *
   * @return false when the database can't be reached, so that the lock has to end by itself
   */
  private boolean release(String scope, byte[] hash, UUID holder) {
    try {
      return database.repeatable(
          transaction -> {
            transaction.update(
                """
                delete from idempotency_key
                where scope = ? and key_hash = ? and held_by = ? and status is null and resource_id is null
                """,
                scope,
                hash,
                holder);
            transaction.update(
                """
                update idempotency_key set locked_until = ?
                where scope = ? and key_hash = ? and held_by = ? and status is null
                """,
                transaction.now(),
                scope,
                hash,
                holder);
            return true;
          });
    } catch (RuntimeException unreachable) {
      return false;
    }
  }

  private static Problem stillRunning() {
    return Problem.conflict(
            "idempotency_key_in_use",
            "The first request with this Idempotency-Key is still running.")
        .header("Retry-After", "1");
  }
}
