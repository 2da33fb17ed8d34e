package shelfless.local;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How the shop on one machine is to run.
 *
 * @param port where the shop listens; 0 for any free port
 * @param data the folder that keeps everything between runs
 * @param demo whether the first start makes a catalogue to look at
 * @param project the folder of the project, with template.yaml and docs
 * @param awsEndpoint where S3, SQS, Secrets Manager and SES are, when not here
 * @param databaseVia the host and port at which the functions find the database, when something
 *     stands before it: {@code 127.0.0.1:6432}; migrations go to it directly
 * @param environment the environment of the process; AWS's own settings are taken from it when the
 *     services are elsewhere
 */
public record LocalSettings(
    int port,
    Path data,
    boolean demo,
    Path project,
    Optional<URI> awsEndpoint,
    Optional<String> databaseVia,
    Map<String, String> environment) {
  private static final int DEFAULT_PORT = 8080;
  private static final int HIGHEST_PORT = 65_535;

  /**
   * From the environment of the process: {@code SHELFLESS_PORT}, {@code SHELFLESS_DATA}, {@code
   * SHELFLESS_DEMO}, {@code SHELFLESS_DATABASE_VIA}, {@code AWS_ENDPOINT_URL}.
   *
   * @param project the folder of the project; relative paths are meant from there
   * @throws StartException when a setting has no meaning
   */
  public static LocalSettings of(Map<String, String> environment, Path project)
      throws StartException {
    return new LocalSettings(
        port(environment.get("SHELFLESS_PORT")),
        data(environment.get("SHELFLESS_DATA"), project),
        demo(environment.get("SHELFLESS_DEMO")),
        project,
        endpoint(environment.get("AWS_ENDPOINT_URL")),
        databaseVia(environment.get("SHELFLESS_DATABASE_VIA")),
        Map.copyOf(environment));
  }

  /**
   * The values of template parameters that are to be others than usual here, from {@code
   * SHELFLESS_PARAMETERS}: {@code "ShopName=Mine BaseUrl="}.
   *
   * @throws StartException when it has no meaning
   */
  Map<String, String> parameters() throws StartException {
    Map<String, String> parameters = new HashMap<>();
    String text = environment.getOrDefault("SHELFLESS_PARAMETERS", "").strip();
    for (String each : text.isEmpty() ? new String[0] : text.split("\\s+", -1)) {
      String[] nameAndValue = each.split("=", 2);
      if (nameAndValue.length < 2 || nameAndValue[0].isEmpty()) {
        throw new StartException(
            "SHELFLESS_PARAMETERS must be names and values like ShopName=Mine, not '"
                + each
                + "'.");
      }
      parameters.put(nameAndValue[0], nameAndValue[1]);
    }
    return parameters;
  }

  private static int port(@Nullable String text) throws StartException {
    if (text == null || text.isBlank()) {
      return DEFAULT_PORT;
    }
    try {
      int port = Integer.parseInt(text.strip());
      if (port >= 0 && port <= HIGHEST_PORT) {
        return port;
      }
    } catch (NumberFormatException malformed) {
      // Said below, together with numbers out of range.
    }
    throw new StartException(
        "SHELFLESS_PORT must be a port from 0 (any free one) to 65535, not '" + text + "'.");
  }

  private static Path data(@Nullable String text, Path project) throws StartException {
    try {
      return project
          .resolve(text == null || text.isBlank() ? ".shelfless" : text)
          .toAbsolutePath()
          .normalize();
    } catch (InvalidPathException malformed) {
      throw new StartException("SHELFLESS_DATA must be a folder, not '" + text + "'.", malformed);
    }
  }

  private static boolean demo(@Nullable String text) throws StartException {
    if (text == null || text.isBlank() || text.strip().equalsIgnoreCase("true")) {
      return true;
    }
    if (text.strip().equalsIgnoreCase("false")) {
      return false;
    }
    throw new StartException("SHELFLESS_DEMO must be true or false, not '" + text + "'.");
  }

  private static Optional<String> databaseVia(@Nullable String text) throws StartException {
    if (text == null || text.isBlank()) {
      return Optional.empty();
    }
    if (!text.strip().matches("[^:/]+:[0-9]{1,5}")) {
      throw new StartException(
          "SHELFLESS_DATABASE_VIA must be a host and a port like 127.0.0.1:6432, not '"
              + text
              + "'.");
    }
    return Optional.of(text.strip());
  }

  private static Optional<URI> endpoint(@Nullable String text) throws StartException {
    if (text == null || text.isBlank()) {
      return Optional.empty();
    }
    try {
      URI endpoint = new URI(text.strip().replaceFirst("/+$", ""));
      if (endpoint.getHost() != null) {
        return Optional.of(endpoint);
      }
    } catch (URISyntaxException malformed) {
      // Said below.
    }
    throw new StartException(
        "AWS_ENDPOINT_URL must be an address like http://127.0.0.1:4566, not '" + text + "'.");
  }
}
