package shelfless.http;

import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import shelfless.data.Database;
import shelfless.data.Transaction;
import shelfless.security.Tokens;

/** Finds out who is asking, and whether they may: the check that stands before every operation. */
final class Authentication {
  private static final String SCHEME = "bearer ";

  private Authentication() {}

  /**
   * The caller that the operation lets in; 401 or 403 for others, 404 for an order that is not
   * theirs.
   */
  static Caller admit(Operation operation, HttpRequest request, Database database) {
    if (operation.who() == Operation.Who.ANYONE) {
      return new Caller.Anonymous();
    }
    Caller caller = identify(request, database);
    return switch (caller) {
      case Caller.Anonymous nobody ->
          throw Problem.unauthenticated(
              "Send Authorization: Bearer, followed by a token that is valid.");
      case Caller.KeyHolder key -> {
        String scope = operation.scope().orElseThrow();
        if (!key.has(scope)) {
          throw Problem.of(
              403, "scope_missing", "This API key does not carry the scope " + scope + ".");
        }
        yield key;
      }
      case Caller.OrderHolder holder -> {
        if (operation.who() != Operation.Who.ORDER_HOLDER) {
          throw Problem.forbidden("An order's access token does not allow this.");
        }
        if (!holder.orderId().equals(request.pathId("order_id", "order"))) {
          throw Problem.notFound("order");
        }
        yield holder;
      }
    };
  }

  private static Caller identify(HttpRequest request, Database database) {
    String header = request.header("authorization").orElse("");
    if (!header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return new Caller.Anonymous();
    }
    String token = header.substring(SCHEME.length()).strip();
    if (token.isEmpty() || token.length() > 200) {
      return new Caller.Anonymous();
    }
    byte[] hash = Tokens.hash(token);
    Optional<? extends Caller> found =
        database.read(
            transaction ->
                token.startsWith("sk_")
                    ? keyHolder(transaction, hash)
                    : orderHolder(transaction, hash));
    return found.isPresent() ? found.get() : new Caller.Anonymous();
  }

  private static Optional<Caller.KeyHolder> keyHolder(Transaction transaction, byte[] hash)
      throws SQLException {
    return transaction.first(
        "select id, scopes from api_key where key_hash = ? and revoked_at is null",
        row -> new Caller.KeyHolder(row.uuid("id"), Set.copyOf(row.texts("scopes"))),
        hash);
  }

  private static Optional<Caller.OrderHolder> orderHolder(Transaction transaction, byte[] hash)
      throws SQLException {
    Optional<UUID> order =
        transaction.first(
            "select id from orders where token_hash = ?", row -> row.uuid("id"), hash);
    return order.map(Caller.OrderHolder::new);
  }
}
