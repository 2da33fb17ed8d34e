package shelfless.aws;

import java.util.Optional;
import java.util.Set;

/** The shop's secrets; a setting holds the name or ARN of each. */
public interface Secrets {
  /** The secret whose name or ARN the setting holds; one read a few minutes ago may be meant. */
  String read(String setting);

  /**
   * Says that these will be read soon; they may be fetched beside what else goes on until then. A
   * failure before they are read is nothing: they are fetched when they are.
   */
  default void readAhead(Set<String> settings) {}

  /** The secret as it is now, or nothing when it was never given a value. */
  Optional<String> find(String setting);

  /** Gives the secret a new value; the one before it is kept. */
  void write(String setting, String value);
}
