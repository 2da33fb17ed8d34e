package shelfless.data;

import java.net.URI;
import java.util.Optional;

/** What a connection to the database shows when it is opened, beside the role's name. */
@FunctionalInterface
public interface SignIn {
  /** Nothing beyond what the database's address says. */
  SignIn AS_THE_ADDRESS_SAYS = (server, user) -> Optional.empty();

  /**
   * The password for a connection that is about to be opened.
   *
   * @param server host and port, as {@code postgresql://host:port/name}
   */
  Optional<String> password(URI server, String user);
}
