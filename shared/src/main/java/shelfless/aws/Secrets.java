package shelfless.aws;

import java.util.Optional;

/** The shop's secrets; a setting holds the name or ARN of each. */
public interface Secrets {
  /** The secret whose name or ARN the setting holds; one read a few minutes ago may be meant. */
  String read(String setting);

  /** The secret as it is now, or nothing when it was never given a value. */
  Optional<String> find(String setting);

  /** Gives the secret a new value; the one before it is kept. */
  void write(String setting, String value);
}
