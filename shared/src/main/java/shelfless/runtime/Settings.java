package shelfless.runtime;

import java.util.Map;
import java.util.Optional;

/**
 * The settings of one function: the environment variables that {@code template.yaml} gives it.
 *
 * <p>A missing or malformed one stops the function at its start, with a message that names the
 * variable and what it holds.
 */
public final class Settings {
  private final Map<String, String> variables;

  public Settings(Map<String, String> variables) {
    this.variables = Map.copyOf(variables);
  }

  /**
   * The variable's value; an {@link IllegalStateException} that names it when it is missing or
   * empty.
   */
  public String required(String name) {
    return optional(name)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "The environment variable "
                        + name
                        + " is not set: template.yaml gives it to each function that needs it."));
  }

  /** The variable's value, or nothing when it is missing or empty. */
  public Optional<String> optional(String name) {
    return Optional.ofNullable(variables.get(name)).filter(value -> !value.isBlank());
  }

  /** The variable as a whole number, or {@code otherwise} when it is not set. */
  public int integer(String name, int otherwise) {
    String value = optional(name).orElse(null);
    if (value == null) {
      return otherwise;
    }
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException notANumber) {
      throw new IllegalStateException(
          "The environment variable " + name + " must be a whole number, not '" + value + "'.");
    }
  }
}
