package shelfless.deployment;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.output.MigrateResult;
import shelfless.data.Database;
import shelfless.data.JdbcDatabase;
import shelfless.json.Json;
import shelfless.runtime.Environment;
import shelfless.runtime.Log;
import shelfless.runtime.Settings;

/**
 * Runs once a deployment: makes the secrets that have no value yet, brings the schema up to date,
 * and sees to the first owner. To run it again changes nothing.
 *
 * <p>It connects to the database itself ({@code MIGRATION_DATABASE_URL}, or {@code DATABASE_URL}
 * where there is no proxy), since Flyway's lock lives in a session. When CloudFormation asks, as
 * for a custom resource, it is answered, too; deleting the resource leaves the database alone.
 */
public final class MigrateDatabase implements RequestStreamHandler {
  private final Environment environment;

  public MigrateDatabase() {
    this(Environment.ofProcess());
  }

  public MigrateDatabase(Environment environment) {
    this.environment = environment;
  }

  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    JsonNode event = Json.MAPPER.readTree(input);
    ObjectNode answer =
        CustomResource.isOne(event)
            ? answerCloudFormation(new CustomResource(event), context)
            : deploy();
    Log.info(context, "MigrateDatabase", answer.toString());
    output.write(Json.MAPPER.writeValueAsBytes(answer));
  }

  private ObjectNode answerCloudFormation(CustomResource resource, Context context)
      throws IOException {
    if (resource.isDeletion()) {
      resource.succeed(Json.object());
      return Json.object();
    }
    try {
      ObjectNode done = deploy();
      resource.succeed(done);
      return done;
    } catch (RuntimeException failure) {
      // Not thrown: Lambda would run it again, and CloudFormation has its answer.
      Log.error(context, "MigrateDatabase", context.getAwsRequestId(), failure);
      resource.fail(String.valueOf(failure.getMessage()));
      return Json.object().put("failed", true);
    }
  }

  private ObjectNode deploy() {
    SecretsMaker secrets = new SecretsMaker(environment);
    secrets.makeTokenKeys();
    secrets.makeDownloadSigningKey();
    JsonNode owner = secrets.makeOwner();
    Settings settings = environment.settings();
    String url =
        settings
            .optional("MIGRATION_DATABASE_URL")
            .orElseGet(() -> settings.required("DATABASE_URL"));
    String user = settings.required("MIGRATION_USER");
    Flyway flyway =
        Flyway.configure(MigrateDatabase.class.getClassLoader())
            .loggers("slf4j")
            .dataSource(url, user, "")
            .connectRetries(3)
            .locations("classpath:db/migration")
            .load();
    MigrateResult migrated = flyway.migrate();
    try (Database database =
        new JdbcDatabase(
            new Settings(Map.of("DATABASE_URL", url, "DATABASE_USER", user)),
            environment.clock(),
            environment.ids())) {
      boolean made = new FirstOwner(database).ensure(owner);
      return Json.object()
          .put("schema_version", flyway.info().current().getVersion().getVersion())
          .put("migrations_applied", migrated.migrationsExecuted)
          .put("owner", made ? "created" : "present");
    }
  }
}
