package shelfless.http;

import java.util.Set;
import java.util.UUID;

/** Who is asking. */
public sealed interface Caller {
  /** How the audit log names the caller. */
  String actor();

  /** Nobody that showed anything. */
  record Anonymous() implements Caller {
    @Override
    public String actor() {
      return "anonymous";
    }
  }

  /** A guest with the access token of one order. */
  record OrderHolder(UUID orderId) implements Caller {
    @Override
    public String actor() {
      return "order:" + orderId;
    }
  }

  /** A program or person of the seller's, with an API key. */
  record KeyHolder(UUID keyId, Set<String> scopes) implements Caller {
    @Override
    public String actor() {
      return "api_key:" + keyId;
    }

    /** Whether the key may do what the scope stands for; {@code *} stands for all. */
    public boolean has(String scope) {
      return scopes.contains("*") || scopes.contains(scope);
    }
  }
}
