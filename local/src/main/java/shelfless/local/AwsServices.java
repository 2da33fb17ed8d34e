package shelfless.local;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Level;
import java.util.logging.Logger;
import shelfless.local.aws.LocalSecrets;
import shelfless.local.aws.MailService;
import shelfless.local.aws.Mails;
import shelfless.local.aws.ObjectStorage;
import shelfless.local.aws.QueueServer;
import shelfless.local.aws.SecretsManager;
import shelfless.local.template.Template;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.model.ResourceExistsException;
import software.amazon.awssdk.services.sesv2.SesV2Client;
import software.amazon.awssdk.services.sesv2.model.AlreadyExistsException;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * S3, SQS, Secrets Manager and SES: embedded ones, or those of another endpoint (LocalStack, say).
 * Either way what the shop reaches can be made to fail, and its mails are in the mail box.
 */
final class AwsServices implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(AwsServices.class.getName());

  private final Map<String, String> variables = new HashMap<>();
  private final LocalRoutes routes = new LocalRoutes();
  private final Closing closing = new Closing();
  private final Region region;
  private final StaticCredentialsProvider credentials;
  private final URI s3;
  private final URI sqs;
  private final URI directSqs;
  private final Optional<URI> elsewhere;
  private final Map<String, WebServer.Handler> calledWithoutSdk;
  private final String prefix;

  /**
   * @param sender the address that mails come from
   */
  AwsServices(
      LocalSettings settings, DataFolder data, LocalSecrets secrets, Mails mails, String sender)
      throws IOException {
    elsewhere = settings.awsEndpoint();
    Map<String, String> environment = elsewhere.isPresent() ? settings.environment() : Map.of();
    // What LocalStack checks signatures with, and other emulators take.
    String accessKey =
        environment.getOrDefault(
            "AWS_ACCESS_KEY_ID", elsewhere.isPresent() ? "test" : secrets.accessKey());
    String secretKey =
        environment.getOrDefault(
            "AWS_SECRET_ACCESS_KEY", elsewhere.isPresent() ? "test" : secrets.secretKey());
    prefix = elsewhere.isPresent() ? "shelfless-" + ownName(data.resolve("aws-name")) + "-" : "";
    region = Region.of(environment.getOrDefault("AWS_REGION", Template.REGION));
    credentials =
        StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey));
    Door sqsDoor = new Door();
    WebServer sqsServer = closing.add(data.listen("sqs", sqsDoor));
    URI directS3;
    if (elsewhere.isPresent()) {
      directS3 = elsewhere.get();
      directSqs = elsewhere.get();
    } else {
      CompletableFuture<QueueServer> queueServer =
          Parallel.start(() -> QueueServer.start(sqsServer.port()));
      directS3 = closing.add(ObjectStorage.start(data.subfolder("s3"), accessKey, secretKey)).url();
      directSqs = closing.add(Parallel.await(queueServer)).url();
    }
    s3 = closing.add(data.listen("s3", proxy(directS3, "s3"))).url();
    sqs = sqsServer.url();
    WebServer.Handler sqsProxy = proxy(directSqs, "sqs");
    sqsDoor.open(sqsProxy);
    closing.add(sqsDoor);
    Faults mailFaults = new Faults();
    routes.addAll(mailFaults.routes("/_local/mail/faults"));
    Optional<URI> ses = elsewhere.filter(endpoint -> knowsSender(endpoint, sender));
    URI mail = closing.add(WebServer.start(0, new MailService(mails, mailFaults, ses))).url();
    WebServer.Handler secretsManager =
        elsewhere.isPresent()
            ? closing.add(new FaultingProxy(elsewhere.get(), new Faults()))
            : new SecretsManager(secrets);
    calledWithoutSdk = Map.of("sqs", sqsProxy, "secretsmanager", secretsManager);
    URI secretsUrl =
        elsewhere.isPresent()
            ? elsewhere.get()
            : closing.add(WebServer.start(0, secretsManager)).url();
    variables.put("AWS_REGION", region.id());
    variables.put("AWS_DEFAULT_REGION", region.id());
    variables.put("AWS_ACCESS_KEY_ID", accessKey);
    variables.put("AWS_SECRET_ACCESS_KEY", secretKey);
    variables.put("AWS_ENDPOINT_URL_S3", s3.toString());
    variables.put("AWS_ENDPOINT_URL_SQS", sqs.toString());
    variables.put("AWS_ENDPOINT_URL_SECRETS_MANAGER", secretsUrl.toString());
    variables.put("AWS_ENDPOINT_URL_SESV2", mail.toString());
  }

  /** Kept in the file: what a shop has elsewhere is its own, though others have theirs there. */
  private static String ownName(Path file) throws IOException {
    if (!Files.exists(file)) {
      DataFolder.replace(file, UUID.randomUUID().toString().substring(0, 8));
    }
    return Files.readString(file).strip();
  }

  private FaultingProxy proxy(URI target, String name) {
    Faults faults = new Faults();
    routes.addAll(faults.routes("/_local/" + name + "/faults"));
    return closing.add(new FaultingProxy(target, faults));
  }

  /** The environment variables by which functions find the services. */
  Map<String, String> variables() {
    return variables;
  }

  /** What functions call by requests of their own making, by the services' names in signatures. */
  Map<String, WebServer.Handler> calledWithoutSdk() {
    return calledWithoutSdk;
  }

  /** The knobs under {@code /_local}. */
  LocalRoutes routes() {
    return routes;
  }

  URI s3Endpoint() {
    return s3;
  }

  URI sqsEndpoint() {
    return sqs;
  }

  /** A client of S3, as the shop has it. */
  S3Client s3() {
    return closing.add(
        configure(S3Client.builder(), s3)
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .build());
  }

  /** A client of SQS that the knobs do not reach: what AWS itself does with queues. */
  SqsClient sqs() {
    return closing.add(configure(SqsClient.builder(), directSqs).build());
  }

  private <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> B configure(
      B builder, URI endpoint) {
    return builder
        .endpointOverride(endpoint)
        .region(region)
        .credentialsProvider(credentials)
        .httpClient(
            closing.add(
                UrlConnectionHttpClient.builder()
                    .connectionTimeout(Duration.ofSeconds(5))
                    .socketTimeout(Duration.ofSeconds(60))
                    .build()));
  }

  /** What the names of queues begin with. */
  String prefix() {
    return prefix;
  }

  /**
   * Makes the buckets that are not there.
   *
   * @return their names by their logical ids
   */
  Map<String, String> makeBuckets(S3Client s3, List<String> ids) {
    Map<String, String> names = new HashMap<>();
    for (String id : ids) {
      String name = (prefix.isEmpty() ? "shelfless-" : prefix) + id.toLowerCase(Locale.ROOT);
      names.put(id, name);
      try {
        s3.createBucket(request -> request.bucket(name));
      } catch (BucketAlreadyOwnedByYouException there) {
        // Made at an earlier start.
      }
    }
    return names;
  }

  /**
   * Puts the secrets where functions read them.
   *
   * @return their ARNs by their logical ids
   */
  Map<String, String> makeSecrets(LocalSecrets secrets, List<String> ids) {
    Map<String, String> arns = new HashMap<>();
    if (elsewhere.isEmpty()) {
      ids.forEach(id -> arns.put(id, SecretsManager.arn(id)));
      return arns;
    }
    try (SecretsManagerClient client =
        configure(SecretsManagerClient.builder(), elsewhere.get()).build()) {
      for (String id : ids) {
        String name = prefix + id;
        String value = secrets.value(id);
        try {
          arns.put(
              id, client.createSecret(request -> request.name(name).secretString(value)).arn());
        } catch (ResourceExistsException there) {
          arns.put(
              id,
              client.putSecretValue(request -> request.secretId(name).secretString(value)).arn());
        }
      }
    }
    return arns;
  }

  /**
   * Makes the address that mails come from known where SES is, as its owner does once in AWS.
   *
   * @return whether there is an SES; without one, mails stay in the box
   */
  private boolean knowsSender(URI endpoint, String sender) {
    try (SesV2Client client = configure(SesV2Client.builder(), endpoint).build()) {
      client.createEmailIdentity(request -> request.emailIdentity(sender));
      return true;
    } catch (AlreadyExistsException there) {
      return true;
    } catch (SdkException unknown) {
      LOG.log(Level.INFO, "No SES at " + endpoint + ": mails stay in the box", unknown);
      return false;
    }
  }

  @Override
  public void close() {
    closing.close();
  }
}
