package shelfless.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.password4j.Argon2Function;
import com.password4j.Password;
import com.password4j.types.Argon2;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import shelfless.data.ApiKeys;
import shelfless.data.Database;
import shelfless.data.Transaction;
import shelfless.json.Json;
import shelfless.security.Tokens;

/** Sees to it that somebody can get in: an admin, and an API key that may do all. */
final class FirstOwner {
  /** Argon2id with 19 MiB, two passes and one lane. */
  private static final Argon2Function HASHING =
      Argon2Function.getInstance(19 * 1024, 2, 1, 32, Argon2.ID);

  private static final String ACTOR = "system";

  private final Database database;

  FirstOwner(Database database) {
    this.database = database;
  }

  /**
   * Makes of the secret what is missing; whatever is there already stays.
   *
   * @param secret {@code email}, {@code password} and {@code api_key}
   * @return whether something was made
   */
  boolean ensure(JsonNode secret) {
    return database.transaction(
        transaction -> {
          boolean user = ensureAdmin(transaction, secret);
          boolean key = ensureKey(transaction, secret.path("api_key").asText());
          return user || key;
        });
  }

  private static boolean ensureAdmin(Transaction transaction, JsonNode secret) throws SQLException {
    if (transaction
        .first("select id from app_user where role = 'admin'", row -> row.uuid("id"))
        .isPresent()) {
      return false;
    }
    String hash =
        Password.hash(secret.path("password").asText()).addRandomSalt(16).with(HASHING).getResult();
    UUID id =
        transaction
            .first(
                """
                insert into app_user (id, email, password_hash, role, created_at, updated_at)
                values (?, ?, ?, 'admin', ?, ?)
                on conflict ((lower(email))) do update
                set role = 'admin', password_hash = excluded.password_hash, updated_at = excluded.updated_at
                returning id
                """,
                row -> row.uuid("id"),
                transaction.newId(),
                secret.path("email").asText().strip(),
                hash,
                transaction.now(),
                transaction.now())
            .orElseThrow();
    transaction.audit(ACTOR, "user.created", "user", id, Json.object().put("role", "admin"));
    return true;
  }

  private static boolean ensureKey(Transaction transaction, String key) throws SQLException {
    byte[] hash = Tokens.hash(key);
    boolean isThere =
        transaction
            .first(
                """
                select id from api_key where (revoked_at is null and '*' = any(scopes)) or key_hash = ?
                """,
                row -> row.uuid("id"),
                hash)
            .isPresent();
    if (isThere) {
      return false;
    }
    UUID id = transaction.newId();
    List<String> scopes = List.of("*");
    ApiKeys.add(transaction, id, "owner", scopes, hash, ACTOR);
    ObjectNode details = Json.object().put("name", "owner");
    details.set("scopes", Json.texts(scopes));
    transaction.audit(ACTOR, "api_key.created", "api_key", id, details);
    return true;
  }
}
