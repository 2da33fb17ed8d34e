package shelfless.local.template;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * What template.yaml deploys, as far as one machine runs it: functions with their routes, queues
 * and schedules, and the queues, buckets and secrets they use. The rest (network, database, content
 * delivery, alarms) has its place in AWS only and is passed over; what would change how a function
 * runs and is not known here is a {@link TemplateException}.
 */
public final class Template {
  /** The region that everything is in on one machine. */
  public static final String REGION = Intrinsics.REGION;

  /** The account that everything is in on one machine. */
  public static final String ACCOUNT = Intrinsics.ACCOUNT;

  /** A queue; {@code id} is its logical id, {@code name} what SQS calls it. */
  public record Queue(
      String id,
      String name,
      Duration visibilityTimeout,
      Duration delay,
      Duration retention,
      Optional<Redrive> redrive) {}

  /**
   * The queue (its logical id) that a message goes to that was received {@code maxReceiveCount}
   * times without success.
   */
  public record Redrive(String deadLetterQueue, int maxReceiveCount) {}

  /** One function as it is deployed. */
  public record Function(
      String id,
      String handlerClass,
      Duration timeout,
      int memory,
      Optional<Integer> reservedConcurrency,
      Map<String, String> environment,
      List<Route> routes,
      List<QueueSource> queues,
      List<Schedule> schedules) {}

  /** A route of the HTTP API: a method or {@code ANY}, and a path or {@code $default}. */
  public record Route(String method, String path) {
    /** As API Gateway names it: {@code GET /v1/products}, or {@code $default}. */
    public String key() {
      return path.equals("$default") ? path : method + " " + path;
    }
  }

  /** A queue whose messages the function takes in batches. */
  public record QueueSource(
      String queue, int batchSize, boolean reportsItemFailures, int maximumConcurrency) {}

  /**
   * When the function runs by itself.
   *
   * @param input the text that the function gets as its event; without one, EventBridge's own
   */
  public record Schedule(
      String id, ScheduleExpression expression, Optional<String> input, boolean enabled) {}

  /**
   * Something that a function's role may do by the function's own policies.
   *
   * @param resource an ARN, in which {@code *} stands for anything, also for what only AWS knows
   * @param conditions the values that are allowed, by the keys, by the operators
   */
  public record Grant(
      String function,
      String action,
      String resource,
      Map<String, Map<String, List<String>>> conditions) {}

  private static final Set<String> FUNCTION_PROPERTIES_WITHOUT_EFFECT =
      Set.of(
          "Architectures",
          "AutoPublishAlias",
          "AutoPublishAliasAllProperties",
          "CodeUri",
          "DeadLetterQueue",
          "DeploymentPreference",
          "Description",
          "EphemeralStorage",
          "EventInvokeConfig",
          "FunctionName",
          "KmsKeyArn",
          "LoggingConfig",
          "PermissionsBoundary",
          "Policies",
          "PropagateTags",
          "ProvisionedConcurrencyConfig",
          "RecursiveLoop",
          "Role",
          "RolePath",
          "Runtime",
          "RuntimeManagementConfig",
          "SnapStart",
          "Tags",
          "Tracing",
          "VersionDescription",
          "VpcConfig");
  private static final Set<String> QUEUE_PROPERTIES_WITHOUT_EFFECT =
      Set.of(
          "KmsDataKeyReusePeriodSeconds",
          "KmsMasterKeyId",
          "MaximumMessageSize",
          "ReceiveMessageWaitTimeSeconds",
          "RedriveAllowPolicy",
          "SqsManagedSseEnabled",
          "Tags");
  private static final Set<String> RESOURCES_THAT_WOULD_BE_LOST =
      Set.of(
          "AWS::ApiGatewayV2::Route",
          "AWS::Events::Rule",
          "AWS::Lambda::EventSourceMapping",
          "AWS::Lambda::Function",
          "AWS::Scheduler::Schedule",
          "AWS::Serverless::Api",
          "AWS::Serverless::StateMachine");
  private static final int FOUR_DAYS_IN_SECONDS = 345_600;

  private final Intrinsics intrinsics;
  private final Map<String, Node> functions = new LinkedHashMap<>();
  private final Map<String, Map<String, Node>> managedPolicies = new LinkedHashMap<>();
  private final Map<String, Queue> queues = new LinkedHashMap<>();
  private final List<String> buckets = new ArrayList<>();
  private final List<String> secrets = new ArrayList<>();
  private final Map<String, Node> globals;

  private Template(MappingNode root, Map<String, String> parameters) {
    intrinsics = new Intrinsics(root, parameters);
    Node functionGlobals = Intrinsics.section(root, "Globals").get("Function");
    globals = functionGlobals == null ? Map.of() : intrinsics.entries(functionGlobals);
    Map<String, Node> queueNodes = new LinkedHashMap<>();
    Intrinsics.section(root, "Resources")
        .forEach(
            (id, node) -> {
              Map<String, Node> resource = intrinsics.entries(node);
              Node condition = resource.get("Condition");
              if (condition != null
                  && !intrinsics.condition(intrinsics.text(condition).orElseThrow(), condition)) {
                return;
              }
              Node type = resource.get("Type");
              if (type == null) {
                throw new TemplateException(node, id + " has no Type");
              }
              switch (intrinsics.text(type).orElseThrow()) {
                case "AWS::Serverless::Function" -> {
                  functions.put(id, node);
                  intrinsics.define(id, id);
                  intrinsics.define(id + ".Arn", arn("lambda", "function:" + id));
                }
                case "AWS::Serverless::HttpApi" -> {
                  httpApi(properties(node));
                  intrinsics.define(id, "local");
                }
                case "AWS::SQS::Queue" -> {
                  queueNodes.put(id, node);
                  intrinsics.define(id + ".Arn", arn("sqs", queueName(id, node)));
                  intrinsics.define(id + ".QueueName", queueName(id, node));
                }
                case "AWS::S3::Bucket" -> buckets.add(id);
                case "AWS::SecretsManager::Secret" -> secrets.add(id);
                case "AWS::IAM::ManagedPolicy" -> managedPolicies.put(id, properties(node));
                case String other when RESOURCES_THAT_WOULD_BE_LOST.contains(other) ->
                    throw new TemplateException(
                        type, "the local runtime does not know resources of type " + other);
                default -> {}
              }
            });
    queueNodes.forEach((id, node) -> queues.put(id, queue(id, node, queueNodes.keySet())));
  }

  /**
   * Reads a template.
   *
   * @param parameters the values of parameters that are not to have their defaults
   * @throws TemplateException when it holds what the local runtime cannot follow
   */
  public static Template read(Path file, Map<String, String> parameters) throws IOException {
    try (Reader reader = Files.newBufferedReader(file)) {
      LoadSettings settings = LoadSettings.builder().setLabel(file.toString()).build();
      Optional<Node> root = new Compose(settings).composeReader(reader);
      if (root.isPresent() && root.get() instanceof MappingNode mapping) {
        return new Template(mapping, parameters);
      }
      throw new TemplateException(1, "this is not a CloudFormation template");
    } catch (MarkedYamlEngineException malformed) {
      throw new TemplateException(
          malformed.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1),
          String.valueOf(malformed.getProblem()));
    }
  }

  /** The queues by their logical ids. */
  public Map<String, Queue> queues() {
    return queues;
  }

  /** How many functions there are. */
  public int functionCount() {
    return functions.size();
  }

  /** The logical ids of the buckets. */
  public List<String> buckets() {
    return buckets;
  }

  /** The logical ids of the secrets. */
  public List<String> secrets() {
    return secrets;
  }

  /**
   * The functions by their logical ids.
   *
   * @param references what {@code !Ref} gives for each queue (its URL), bucket (its name) and
   *     secret (its ARN); {@code Id.Attribute} for what {@code !GetAtt} gives
   */
  public Map<String, Function> functions(Map<String, String> references) {
    references.forEach(intrinsics::define);
    Map<String, Function> result = new LinkedHashMap<>();
    functions.forEach((id, node) -> result.put(id, function(id, node)));
    return result;
  }

  /**
   * What the functions' policies grant, one by one. What SAM adds to a role by itself (logs,
   * network interfaces, the queue of an event source) is not among it.
   *
   * @param references as for {@link #functions}
   * @throws TemplateException when a policy is none that is written out as statements that allow
   */
  public List<Grant> grants(Map<String, String> references) {
    references.forEach(intrinsics::define);
    Policies policies = new Policies(intrinsics, managedPolicies);
    List<Grant> grants = new ArrayList<>();
    functions.forEach((id, node) -> grants.addAll(policies.grants(id, properties(node))));
    return grants;
  }

  private Function function(String id, Node node) {
    Map<String, Node> properties = new LinkedHashMap<>(globals);
    properties.putAll(properties(node));
    Map<String, String> environment = new LinkedHashMap<>();
    environment.putAll(variables(globals.get("Environment")));
    environment.putAll(variables(properties(node).get("Environment")));
    List<Route> routes = new ArrayList<>();
    List<QueueSource> sources = new ArrayList<>();
    List<Schedule> schedules = new ArrayList<>();
    Map<String, Node> events =
        properties.containsKey("Events") ? intrinsics.entries(properties.get("Events")) : Map.of();
    long scheduleCount =
        events.values().stream().filter(event -> type(event).equals("ScheduleV2")).count();
    events.forEach(
        (name, event) -> {
          switch (type(event)) {
            case "HttpApi" -> routes.add(route(properties(event)));
            case "SQS" -> sources.add(source(properties(event), event));
            case "ScheduleV2" ->
                schedules.add(
                    schedule(scheduleCount == 1 ? id : id + name, properties(event), event));
            default ->
                throw new TemplateException(
                    event, "the local runtime does not know events of type " + type(event));
          }
        });
    properties.forEach(
        (name, value) -> {
          if (!FUNCTION_PROPERTIES_WITHOUT_EFFECT.contains(name)
              && !Set.of(
                      "Environment",
                      "Events",
                      "Handler",
                      "MemorySize",
                      "ReservedConcurrentExecutions",
                      "Timeout")
                  .contains(name)) {
            throw new TemplateException(
                value, "the local runtime does not know the function property " + name);
          }
        });
    Node handler = properties.get("Handler");
    if (handler == null) {
      throw new TemplateException(node, id + " has no Handler");
    }
    String[] handlerParts = intrinsics.text(handler).orElseThrow().split("::", -1);
    if (handlerParts.length > 2
        || (handlerParts.length == 2 && !handlerParts[1].equals("handleRequest"))) {
      throw new TemplateException(handler, "a Handler is package.Class");
    }
    Node reserved = properties.get("ReservedConcurrentExecutions");
    return new Function(
        id,
        handlerParts[0],
        Duration.ofSeconds(number(properties.get("Timeout"), 3)),
        number(properties.get("MemorySize"), 128),
        reserved == null ? Optional.empty() : Optional.of(number(reserved, 0)),
        Map.copyOf(environment),
        routes,
        sources,
        schedules);
  }

  private Map<String, String> variables(@Nullable Node environment) {
    Map<String, String> variables = new LinkedHashMap<>();
    if (environment != null) {
      Node section = intrinsics.entries(environment).get("Variables");
      if (section != null) {
        intrinsics
            .entries(section)
            .forEach(
                (name, value) ->
                    intrinsics.text(value).ifPresent(text -> variables.put(name, text)));
      }
    }
    return variables;
  }

  private Route route(Map<String, Node> properties) {
    Node version = properties.get("PayloadFormatVersion");
    if (version != null && !intrinsics.text(version).equals(Optional.of("2.0"))) {
      throw new TemplateException(version, "only payload format 2.0 is known");
    }
    String path = intrinsics.required(properties, "Path");
    Node pathNode = properties.get("Path");
    if (pathNode != null && path.contains("+}")) {
      throw new TemplateException(pathNode, "the local runtime does not know greedy parameters");
    }
    String method = intrinsics.required(properties, "Method").toUpperCase(Locale.ROOT);
    return new Route(method.equals("X-AMAZON-APIGATEWAY-ANY-METHOD") ? "ANY" : method, path);
  }

  private QueueSource source(Map<String, Node> properties, Node where) {
    String arn = intrinsics.required(properties, "Queue");
    String queue =
        queues.values().stream()
            .filter(candidate -> arn("sqs", candidate.name()).equals(arn))
            .map(Queue::id)
            .findFirst()
            .orElseThrow(() -> new TemplateException(where, "no queue here has the ARN " + arn));
    Node filter = properties.get("FilterCriteria");
    if (filter != null) {
      throw new TemplateException(filter, "the local runtime does not know FilterCriteria");
    }
    Node responses = properties.get("FunctionResponseTypes");
    boolean reports = false;
    if (responses instanceof SequenceNode list) {
      for (Node type : list.getValue()) {
        reports |= intrinsics.text(type).equals(Optional.of("ReportBatchItemFailures"));
      }
    }
    Node scaling = properties.get("ScalingConfig");
    int concurrency =
        scaling == null ? 10 : number(intrinsics.entries(scaling).get("MaximumConcurrency"), 10);
    return new QueueSource(queue, number(properties.get("BatchSize"), 10), reports, concurrency);
  }

  private Schedule schedule(String id, Map<String, Node> properties, Node where) {
    Node zone = properties.get("ScheduleExpressionTimezone");
    if (zone != null && !intrinsics.text(zone).equals(Optional.of("UTC"))) {
      throw new TemplateException(zone, "only UTC is known as a schedule's time zone");
    }
    Node input = properties.get("Input");
    Node state = properties.get("State");
    ScheduleExpression expression;
    try {
      expression = ScheduleExpression.parse(intrinsics.required(properties, "ScheduleExpression"));
    } catch (IllegalArgumentException malformed) {
      throw new TemplateException(where, String.valueOf(malformed.getMessage()));
    }
    return new Schedule(
        id,
        expression,
        input == null ? Optional.empty() : intrinsics.text(input),
        state == null || !intrinsics.text(state).equals(Optional.of("DISABLED")));
  }

  private void httpApi(Map<String, Node> properties) {
    for (String unknown : List.of("CorsConfiguration", "DefinitionBody", "DefinitionUri", "Auth")) {
      Node value = properties.get(unknown);
      if (value != null) {
        throw new TemplateException(
            value, "the local runtime does not know " + unknown + " of an HTTP API");
      }
    }
  }

  private String queueName(String id, Node node) {
    Node name = properties(node).get("QueueName");
    return name == null ? id : intrinsics.text(name).orElse(id);
  }

  private Queue queue(String id, Node node, Set<String> all) {
    Map<String, Node> properties = properties(node);
    Optional<Redrive> redrive = Optional.empty();
    for (Map.Entry<String, Node> property : properties.entrySet()) {
      switch (property.getKey()) {
        case "QueueName", "VisibilityTimeout", "DelaySeconds", "MessageRetentionPeriod" -> {}
        case "RedrivePolicy" -> {
          Map<String, Node> policy = intrinsics.entries(property.getValue());
          String target = intrinsics.required(policy, "deadLetterTargetArn");
          String deadLetterQueue =
              all.stream()
                  .filter(other -> intrinsics.attributeOf(other, "Arn").equals(Optional.of(target)))
                  .findFirst()
                  .orElseThrow(
                      () ->
                          new TemplateException(
                              property.getValue(), "no queue here has the ARN " + target));
          redrive =
              Optional.of(new Redrive(deadLetterQueue, number(policy.get("maxReceiveCount"), 10)));
        }
        case String other when QUEUE_PROPERTIES_WITHOUT_EFFECT.contains(other) -> {}
        default ->
            throw new TemplateException(
                property.getValue(),
                "the local runtime does not know the queue property " + property.getKey());
      }
    }
    return new Queue(
        id,
        queueName(id, node),
        Duration.ofSeconds(number(properties.get("VisibilityTimeout"), 30)),
        Duration.ofSeconds(number(properties.get("DelaySeconds"), 0)),
        Duration.ofSeconds(number(properties.get("MessageRetentionPeriod"), FOUR_DAYS_IN_SECONDS)),
        redrive);
  }

  private Map<String, Node> properties(Node resource) {
    Node properties = intrinsics.entries(resource).get("Properties");
    return properties == null ? Map.of() : intrinsics.entries(properties);
  }

  private String type(Node event) {
    return intrinsics.required(intrinsics.entries(event), "Type");
  }

  private int number(@Nullable Node value, int otherwise) {
    if (value == null) {
      return otherwise;
    }
    String text = intrinsics.text(value).orElse(String.valueOf(otherwise));
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException malformed) {
      throw new TemplateException(value, "a whole number is expected, not '" + text + "'");
    }
  }

  /** The ARN that a resource has on one machine. */
  public static String arn(String service, String resource) {
    return "arn:aws:%s:%s:%s:%s"
        .formatted(service, Intrinsics.REGION, Intrinsics.ACCOUNT, resource);
  }
}
