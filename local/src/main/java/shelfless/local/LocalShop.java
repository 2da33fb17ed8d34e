package shelfless.local;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Level;
import java.util.logging.Logger;
import shelfless.local.LocalRoutes.Answer;
import shelfless.local.aws.Database;
import shelfless.local.aws.DownloadEdge;
import shelfless.local.aws.LocalSecrets;
import shelfless.local.aws.MailBox;
import shelfless.local.aws.Mails;
import shelfless.local.aws.Queues;
import shelfless.local.demo.DemoCatalogue;
import shelfless.local.lambda.AwsCalls;
import shelfless.local.lambda.FunctionLog;
import shelfless.local.lambda.FunctionRunner;
import shelfless.local.lambda.Gateway;
import shelfless.local.lambda.Invocation;
import shelfless.local.lambda.QueuePoller;
import shelfless.local.lambda.Schedules;
import shelfless.local.stripe.PaymentProviderStandIn;
import shelfless.local.template.Template;
import shelfless.local.template.TemplateException;
import shelfless.security.Tokens;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sqs.SqsClient;

/** The whole shop on one machine: starts everything, and stops it. */
public final class LocalShop implements AutoCloseable {
  private static final String ADDRESSES = "local.json";
  private static final String FUNCTIONS = "functions.json";
  private static final String MAIL_FROM = "shop@shelfless.example";
  private static final String MIGRATION = "MigrateDatabase";
  private static final int CONNECTIONS_A_FUNCTION = 32;
  private static final int OTHER_CONNECTIONS = 50;

  private static final Logger LOG = Logger.getLogger(LocalShop.class.getName());

  private final LocalSettings settings;
  private final Closing closing = new Closing();
  private final LocalRoutes local = new LocalRoutes();
  private final ObjectNode addresses = Json.object();
  private final List<String> notes = new ArrayList<>();

  public LocalShop(LocalSettings settings) {
    this.settings = settings;
  }

  /**
   * Starts the shop; it is ready when this returns. It can be closed at any time, also while it
   * starts.
   *
   * @throws StartException when it cannot start; what had started is stopped
   */
  public void start() throws StartException {
    try {
      startAll();
    } catch (StartException refused) {
      close();
      throw refused;
    } catch (TemplateException unknown) {
      close();
      throw new StartException(String.valueOf(unknown.getMessage()), unknown);
    } catch (IOException | RuntimeException failed) {
      close();
      throw new StartException(
          "The shop does not start: %s (more in %s)."
              .formatted(failed.getMessage(), settings.data().resolve("log")),
          failed);
    }
  }

  private void startAll() throws IOException, StartException {
    DataFolder data = closing.add(DataFolder.open(settings.data()));
    Files.deleteIfExists(data.resolve(ADDRESSES));
    Path logs = data.subfolder("log");
    // Ports are taken first: a taken one is told at once, and others are named in the parameters.
    // Each opens when what is behind it is ready.
    Door shopDoor = new Door();
    URI base = closing.add(listen(shopDoor)).url();
    Door downloadsDoor = new Door();
    URI downloadsUrl = closing.add(data.listen("downloads", downloadsDoor)).url();
    Door paymentsDoor = new Door();
    URI paymentsUrl = closing.add(data.listen("payments", paymentsDoor)).url();
    int databasePort = databasePort(data);
    Map<String, String> parameters =
        new HashMap<>(
            Map.of(
                "BaseUrl",
                base.toString(),
                "DatabaseUrl",
                "jdbc:postgresql://"
                    + settings
                        .databaseVia()
                        .map(pooler -> pooler + "/shelfless")
                        // As in AWS, where no proxy stands before the database.
                        .orElse("127.0.0.1:" + databasePort + "/shelfless?prepareThreshold=3"),
                "DatabaseUser",
                "app",
                "MigrationUser",
                "migrator",
                "StripeApiBase",
                paymentsUrl.toString(),
                "DownloadsUrl",
                downloadsUrl.toString(),
                "MailFrom",
                MAIL_FROM,
                "OwnerEmail",
                LocalSecrets.OWNER_EMAIL));
    parameters.putAll(settings.parameters());
    Template template = Template.read(settings.project().resolve("template.yaml"), parameters);
    ShopClock clock = ShopClock.open(data.resolve("clock.json"));
    LocalSecrets secrets = LocalSecrets.open(data.resolve("secrets.json"), template.secrets());
    Mails mails = Mails.open(data.resolve("mails.jsonl"), clock);

    CompletableFuture<Database> startingDatabase =
        Parallel.start(
            () ->
                Database.start(
                    data.resolve("postgres"),
                    databasePort,
                    template.functionCount() * CONNECTIONS_A_FUNCTION + OTHER_CONNECTIONS));
    CompletableFuture<AwsServices> startingAws =
        Parallel.start(() -> new AwsServices(settings, data, secrets, mails, MAIL_FROM));
    Database database = closing.add(Parallel.await(startingDatabase));
    AwsServices aws = closing.add(Parallel.await(startingAws));
    local.addAll(database.routes()).addAll(aws.routes()).addAll(mails.routes());

    S3Client s3 = aws.s3();
    SqsClient sqs = aws.sqs();
    Queues queues = new Queues(sqs, template.queues(), aws.prefix());
    local.addAll(queues.routes());
    Map<String, String> references = new HashMap<>();
    template.queues().keySet().forEach(id -> references.put(id, queues.url(id)));
    Map<String, String> buckets = aws.makeBuckets(s3, template.buckets());
    references.putAll(buckets);
    references.putAll(aws.makeSecrets(secrets, template.secrets()));
    String originKey = secrets.has("OriginSecret") ? secrets.field("OriginSecret", "g1") : "";
    references.put("Schema.Settings", "of-this-machine");
    references.put("Schema.OriginHashes", HexFormat.of().formatHex(Tokens.hash(originKey)));
    Map<String, Template.Function> functions = template.functions(references);

    FunctionLog log = closing.add(FunctionLog.open(logs.resolve("functions.log")));
    Map<String, String> variables = new HashMap<>(aws.variables());
    // As in AWS, where functions go through a proxy, and Flyway's lock needs a session.
    variables.put("MIGRATION_DATABASE_URL", database.jdbcUrl());
    AwsCalls awsCalls = closing.add(AwsCalls.open(logs.resolve("aws-calls.jsonl")));
    awsCalls.standBefore(aws.calledWithoutSdk());
    FunctionRunner runner =
        closing.add(new FunctionRunner(functions, variables, clock, log, awsCalls));
    local.addAll(runner.routes());
    DataFolder.replace(data.resolve(FUNCTIONS), Json.pretty(runner.variables()));
    closing.add(() -> Files.deleteIfExists(data.resolve(FUNCTIONS)));
    migrate(runner);

    URI mailUrl = closing.add(data.listen("mail", new MailBox(mails))).url();
    if (buckets.containsKey("AssetBucket")) {
      String bucket = buckets.getOrDefault("AssetBucket", "");
      downloadsDoor.open(new DownloadEdge(s3, bucket, secrets, clock, downloadsUrl));
      closing.add(downloadsDoor);
    }
    Schedules schedules =
        closing.add(
            new Schedules(functions.values(), runner, clock, data.resolve("schedules.json")));
    local.addAll(schedules.routes());
    PaymentProviderStandIn payments =
        new PaymentProviderStandIn(
            clock,
            data.subfolder("payments"),
            paymentsUrl,
            () -> URI.create(base + "/webhooks/stripe"),
            secrets.field("StripeKeys", "api_key"),
            Json.parse(secrets.value("StripeKeys")).path("webhook_secrets").path(0).asText());
    local.addAll(payments.routes());
    local.addAll(clockRoutes(clock, payments, schedules));

    shopDoor.open(
        inside(new LocalApi(local), new Gateway(functions.values(), runner, clock, originKey)));
    for (Template.Function function : functions.values()) {
      for (Template.QueueSource source : function.queues()) {
        Template.Queue queue = template.queues().get(source.queue());
        if (queue != null) {
          closing.add(
              QueuePoller.start(sqs, runner, function.id(), source, queue, queues.url(queue.id())));
        }
      }
    }
    paymentsDoor.open(payments);
    payments.start();
    closing.add(payments::stop);
    closing.add(paymentsDoor);
    schedules.runDue();
    schedules.start();
    if (runner.has("CreateProduct")) {
      makeCatalogue(base, data, secrets);
    }

    addresses.put("base_url", base.toString());
    addresses.put("payments_url", paymentsUrl.toString());
    addresses.put("mail_url", mailUrl.toString());
    addresses.put("downloads_url", downloadsUrl.toString());
    describe(database, aws, secrets);
    DataFolder.replace(data.resolve(ADDRESSES), Json.pretty(addresses));
    closing.add(() -> Files.deleteIfExists(data.resolve(ADDRESSES)));
  }

  /** At the very first start, if it is wanted; a start that was broken off begins it again. */
  private void makeCatalogue(URI base, DataFolder data, LocalSecrets secrets) throws IOException {
    Path done = data.resolve("first-start-done");
    if (Files.exists(done)) {
      return;
    }
    if (settings.demo()) {
      try {
        DemoCatalogue.create(
            base,
            secrets.field("OwnerSecret", "api_key"),
            settings.project().resolve("docs"),
            data.subfolder("demo"));
      } catch (IOException failed) {
        LOG.log(Level.WARNING, "No demo catalogue", failed);
        notes.add("The demo catalogue is not complete: " + failed.getMessage());
        return;
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        return;
      }
    }
    DataFolder.replace(done, "");
  }

  private int databasePort(DataFolder data) throws IOException {
    OptionalInt leftBehind = Database.leftBehind(data.resolve("postgres"));
    return leftBehind.isPresent() ? leftBehind.getAsInt() : data.port("database");
  }

  private static WebServer.Handler inside(LocalApi local, Gateway gateway) {
    return exchange -> {
      if (LocalApi.isMeant(exchange.rawPath())) {
        local.handle(exchange);
      } else {
        gateway.handle(exchange);
      }
    };
  }

  private WebServer listen(Door door) throws IOException, StartException {
    try {
      return WebServer.start(settings.port(), door);
    } catch (BindException taken) {
      throw new StartException(
          "Port %d is taken by another program: stop it, or set SHELFLESS_PORT to another port."
              .formatted(settings.port()),
          taken);
    }
  }

  private static void migrate(FunctionRunner runner) throws StartException {
    if (!runner.has(MIGRATION)) {
      return;
    }
    if (runner.invoke(MIGRATION, Json.bytes(Json.object())) instanceof Invocation.Failed failed) {
      throw new StartException(
          "The database cannot be migrated: %s (more in log/functions.log of the data folder)."
              .formatted(failed.message()));
    }
  }

  private static LocalRoutes clockRoutes(
      ShopClock clock, PaymentProviderStandIn payments, Schedules schedules) {
    return new LocalRoutes()
        .add(
            "GET",
            "/_local/clock",
            call -> Answer.ok(Json.object().put("now", clock.instant().toString())))
        .add(
            "PUT",
            "/_local/clock",
            call -> {
              call.allowFields("advance");
              if (call.field("advance") == null) {
                throw LocalException.badRequest(
                    "'advance' is missing: a duration such as \"PT24H\".");
              }
              try {
                clock.advance(Duration.parse(call.body().path("advance").asText()));
              } catch (DateTimeParseException malformed) {
                throw LocalException.badRequest("'advance' must be a duration such as \"PT24H\".");
              } catch (IllegalArgumentException refused) {
                throw LocalException.badRequest(String.valueOf(refused.getMessage()));
              }
              payments.clockAdvanced();
              schedules.runDue();
              return Answer.ok(Json.object().put("now", clock.instant().toString()));
            });
  }

  private void describe(Database database, AwsServices aws, LocalSecrets secrets) {
    addresses.put("database_url", database.url("postgres"));
    addresses.put("app_database_url", database.url("app"));
    addresses.put("s3_endpoint", aws.s3Endpoint().toString());
    addresses.put("sqs_endpoint", aws.sqsEndpoint().toString());
    addresses.put("ses_endpoint", aws.variables().getOrDefault("AWS_ENDPOINT_URL_SESV2", ""));
    addresses.put(
        "secrets_endpoint", aws.variables().getOrDefault("AWS_ENDPOINT_URL_SECRETS_MANAGER", ""));
    for (String name : List.of("AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")) {
      addresses.put(name.toLowerCase(Locale.ROOT), aws.variables().getOrDefault(name, ""));
    }
    if (secrets.has("OwnerSecret")) {
      addresses.put("admin_email", secrets.field("OwnerSecret", "email"));
      addresses.put("admin_password", secrets.field("OwnerSecret", "password"));
      addresses.put("admin_api_key", secrets.field("OwnerSecret", "api_key"));
    }
    addresses.put("data", settings.data().toString());
  }

  /** Where everything is: what local.json holds. */
  public ObjectNode addresses() {
    return addresses.deepCopy();
  }

  /** What did not go well at the start, though the shop runs; a line each. */
  public List<String> notes() {
    return List.copyOf(notes);
  }

  /** Stops the shop; what it keeps is in the data folder. */
  @Override
  public void close() {
    closing.close();
  }
}
