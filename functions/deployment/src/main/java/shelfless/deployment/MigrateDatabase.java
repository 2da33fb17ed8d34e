package shelfless.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.output.MigrateResult;
import shelfless.data.Database;
import shelfless.data.JdbcDatabase;
import shelfless.json.Json;
import shelfless.runtime.CallTime;
import shelfless.runtime.Environment;
import shelfless.runtime.Settings;
import shelfless.security.Tokens;

/**
 * Runs before all else of a deployment: makes the secrets that have no value yet and the keys of a
 * new generation, brings the schema up to date, and sees to the first owner.
 *
 * <p>It connects to the database itself ({@code MIGRATION_DATABASE_URL}, or {@code DATABASE_URL}
 * where there is no proxy), since Flyway's lock lives in a session; with the password of {@code
 * MIGRATION_SECRET}, where there is one.
 */
public final class MigrateDatabase extends DeploymentStep {
  public MigrateDatabase() {
    this(Environment.ofProcess());
  }

  public MigrateDatabase(Environment environment) {
    super(environment);
  }

  @Override
  protected ObjectNode deploy(JsonNode properties) {
    ObjectNode answer = Json.object();
    SecretsMaker secrets = new SecretsMaker(environment, generation(properties));
    secrets.makeTokenKeys();
    answer.put("Settings", digest(properties.path("Settings")));
    secrets.makeDownloadKeys(answer);
    secrets.makeOriginKeys(answer);
    JsonNode owner = secrets.makeOwner();
    Settings settings = environment.settings();
    String url =
        settings
            .optional("MIGRATION_DATABASE_URL")
            .orElseGet(() -> settings.required("DATABASE_URL"));
    String user = settings.required("MIGRATION_USER");
    String password =
        settings.optional("MIGRATION_SECRET").isPresent()
            ? secrets.read("MIGRATION_SECRET").path("password").asText()
            : "";
    Flyway flyway =
        Flyway.configure(MigrateDatabase.class.getClassLoader())
            .loggers("slf4j")
            .dataSource(url, user, password)
            .connectRetries(3)
            .locations("classpath:db/migration")
            .load();
    MigrateResult migrated = flyway.migrate();
    try (Database database =
        new JdbcDatabase(
            new Settings(Map.of("DATABASE_URL", url, "DATABASE_USER", user)),
            environment.clock(),
            environment.ids(),
            new CallTime(),
            (server, role) -> Optional.of(password))) {
      boolean made = new FirstOwner(database).ensure(owner);
      return answer
          .put("schema_version", flyway.info().current().getVersion().getVersion())
          .put("migrations_applied", migrated.migrationsExecuted)
          .put("owner", made ? "created" : "present");
    }
  }

  /** Another one for other settings. */
  private static String digest(JsonNode settings) {
    return HexFormat.of().formatHex(Tokens.hash(Json.text(settings)), 0, 16);
  }
}
