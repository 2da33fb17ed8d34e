package shelfless.local.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * CloudFormation's functions ({@code !Ref}, {@code Fn::Sub}, ...), worked out for one machine.
 *
 * <p>Nothing is worked out before it is asked for, so what the local runtime does not need may hold
 * what only AWS knows.
 */
final class Intrinsics {
  static final String REGION = "eu-central-1";
  static final String ACCOUNT = "000000000000";
  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}]*)}");
  private static final String NO_VALUE = "AWS::NoValue";

  private final Map<String, Node> parameters;
  private final Map<String, Node> conditions;
  private final Map<String, Node> mappings;
  private final Map<String, String> overrides;
  private final Map<String, String> references;
  private final Optional<String> instead;

  Intrinsics(MappingNode template, Map<String, String> overrides) {
    this.parameters = section(template, "Parameters");
    this.conditions = section(template, "Conditions");
    this.mappings = section(template, "Mappings");
    this.overrides = Map.copyOf(overrides);
    this.references = new HashMap<>();
    this.instead = Optional.empty();
    references.put("AWS::Region", REGION);
    references.put("AWS::AccountId", ACCOUNT);
    references.put("AWS::Partition", "aws");
    references.put("AWS::StackName", "shelfless");
    references.put("AWS::StackId", "arn:aws:cloudformation:local:stack/shelfless");
    references.put("AWS::URLSuffix", "amazonaws.com");
  }

  private Intrinsics(Intrinsics other, String instead) {
    this.parameters = other.parameters;
    this.conditions = other.conditions;
    this.mappings = other.mappings;
    this.overrides = other.overrides;
    this.references = other.references;
    this.instead = Optional.of(instead);
  }

  /** The same, where a part of a text that only AWS knows is replaced. */
  Intrinsics replacingWhatOnlyAwsKnows(String by) {
    return new Intrinsics(this, by);
  }

  /** Makes known what {@code !Ref Id} or {@code !GetAtt Id.Attribute} is. */
  void define(String reference, String value) {
    references.put(reference, value);
  }

  /** What {@code !GetAtt id.name} is, when it was made known. */
  Optional<String> attributeOf(String id, String name) {
    return Optional.ofNullable(references.get(id + "." + name));
  }

  /** The node's text; nothing when it is {@code AWS::NoValue}. */
  Optional<String> text(Node node) {
    Node value = choose(node);
    Call call = call(value);
    if (call == null) {
      if (value instanceof ScalarNode scalar) {
        return Optional.of(scalar.getValue());
      }
      throw new TemplateException(value, "text is expected here");
    }
    return switch (call.name) {
      case "Ref" -> isNoValue(call) ? Optional.empty() : Optional.of(ref(call.argument));
      case "Fn::GetAtt" -> Optional.of(attribute(call.argument));
      case "Fn::Sub" -> Optional.of(substitute(call.argument));
      case "Fn::Join" -> Optional.of(join(call.argument));
      case "Fn::Select" -> Optional.of(select(call.argument));
      case "Fn::FindInMap" -> Optional.of(find(call.argument));
      default ->
          throw new TemplateException(
              value, "the local runtime does not know " + call.name + " in this place");
    };
  }

  /** The text of the property, which must be there. */
  String required(Map<String, Node> properties, String name) {
    Node value = properties.get(name);
    if (value == null) {
      int line =
          properties.values().stream()
              .findFirst()
              .flatMap(Node::getStartMark)
              .map(mark -> mark.getLine() + 1)
              .orElse(1);
      throw new TemplateException(line, name + " is missing");
    }
    return text(value).orElseThrow(() -> new TemplateException(value, name + " is missing"));
  }

  /** The node that remains when all {@code Fn::If} around it are decided. */
  Node choose(Node node) {
    Call call = call(node);
    if (call == null || !call.name.equals("Fn::If")) {
      return node;
    }
    List<Node> arguments = list(call.argument, 3);
    boolean chosen = condition(scalar(arguments.get(0)), node);
    return choose(arguments.get(chosen ? 1 : 2));
  }

  /** Whether the node is {@code !Ref AWS::NoValue}, and so as if it were not there. */
  boolean isAbsent(Node node) {
    Call call = call(choose(node));
    return call != null && isNoValue(call);
  }

  /** Whether the condition of this name holds. */
  boolean condition(String name, Node where) {
    Node condition = conditions.get(name);
    if (condition == null) {
      throw new TemplateException(where, "there is no condition " + name);
    }
    return holds(condition);
  }

  /** The elements of a list, or the one that stands for it, without those that are NoValue. */
  List<Node> elements(Node node) {
    Node chosen = choose(node);
    List<Node> all =
        chosen instanceof SequenceNode sequence && call(chosen) == null
            ? sequence.getValue()
            : List.of(chosen);
    return all.stream().map(this::choose).filter(element -> !isAbsent(element)).toList();
  }

  /** What the node refers to by {@code !Ref}, if that is what it is. */
  Optional<String> referred(Node node) {
    Call call = call(node);
    return call != null && call.name.equals("Ref")
        ? Optional.of(scalar(call.argument))
        : Optional.empty();
  }

  /** The entries of a mapping, without those that are {@code AWS::NoValue}. */
  Map<String, Node> entries(Node node) {
    Node chosen = choose(node);
    if (!(chosen instanceof MappingNode mapping) || call(chosen) != null) {
      throw new TemplateException(chosen, "names with values are expected here");
    }
    Map<String, Node> entries = plain(mapping);
    entries.values().removeIf(this::isAbsent);
    return entries;
  }

  private static Map<String, Node> plain(MappingNode mapping) {
    Map<String, Node> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      entries.put(scalar(tuple.getKeyNode()), tuple.getValueNode());
    }
    return entries;
  }

  /** A section of the template; empty when it has none. */
  static Map<String, Node> section(MappingNode template, String name) {
    Node section = plain(template).get(name);
    return section instanceof MappingNode mapping ? plain(mapping) : Map.of();
  }

  private record Call(String name, Node argument) {}

  /** The function that a node calls, in its short or its long form; null when it calls none. */
  private static @Nullable Call call(Node node) {
    String tag = node.getTag().getValue();
    if (tag.startsWith("!")) {
      String name = tag.substring(1);
      boolean bare = name.equals("Ref") || name.equals("Condition");
      return new Call(bare ? name : "Fn::" + name, node);
    }
    if (node instanceof MappingNode mapping && mapping.getValue().size() == 1) {
      NodeTuple only = mapping.getValue().getFirst();
      if (only.getKeyNode() instanceof ScalarNode key
          && (key.getValue().equals("Ref")
              || key.getValue().equals("Condition")
              || key.getValue().startsWith("Fn::"))) {
        return new Call(key.getValue(), only.getValueNode());
      }
    }
    return null;
  }

  private static boolean isNoValue(Call call) {
    return call.name.equals("Ref") && scalar(call.argument).equals(NO_VALUE);
  }

  private String ref(Node argument) {
    String name = scalar(argument);
    Optional<String> parameter = parameter(name);
    if (parameter.isPresent()) {
      return parameter.get();
    }
    return reference(name, argument);
  }

  private Optional<String> parameter(String name) {
    Node parameter = parameters.get(name);
    if (parameter == null) {
      return Optional.empty();
    }
    String override = overrides.get(name);
    if (override != null) {
      return Optional.of(override);
    }
    Node value = plain((MappingNode) parameter).get("Default");
    if (value == null) {
      throw new TemplateException(
          parameter, "the parameter " + name + " has no default and no value on one machine");
    }
    return Optional.of(scalar(value));
  }

  private String attribute(Node argument) {
    if (argument instanceof SequenceNode) {
      List<String> parts = new ArrayList<>();
      for (Node part : list(argument, 2)) {
        parts.add(text(part).orElseThrow());
      }
      return reference(String.join(".", parts), argument);
    }
    return reference(scalar(argument), argument);
  }

  private String reference(String name, Node where) {
    String value = references.get(name);
    if (value == null) {
      throw new TemplateException(where, "on one machine there is no value for " + name);
    }
    return value;
  }

  private String substitute(Node argument) {
    Map<String, Node> own = Map.of();
    Node text = argument;
    if (argument instanceof SequenceNode) {
      List<Node> parts = list(argument, 2);
      text = parts.get(0);
      own = plain((MappingNode) parts.get(1));
    }
    Matcher matcher = PLACEHOLDER.matcher(scalar(text));
    StringBuilder result = new StringBuilder();
    while (matcher.find()) {
      String name = matcher.group(1).strip();
      String value;
      if (name.startsWith("!")) {
        value = "${" + name.substring(1) + "}";
      } else {
        value = part(name, own, text);
      }
      matcher.appendReplacement(result, Matcher.quoteReplacement(value));
    }
    return matcher.appendTail(result).toString();
  }

  private String part(String name, Map<String, Node> own, Node where) {
    try {
      if (own.containsKey(name)) {
        return text(own.get(name)).orElse("");
      }
      Optional<String> parameter = parameter(name);
      return parameter.isPresent() ? parameter.get() : reference(name, where);
    } catch (TemplateException onlyAwsKnows) {
      return instead.orElseThrow(() -> onlyAwsKnows);
    }
  }

  private String join(Node argument) {
    List<Node> parts = list(argument, 2);
    List<String> values = new ArrayList<>();
    for (Node value : list(choose(parts.get(1)), -1)) {
      text(value).ifPresent(values::add);
    }
    return String.join(scalar(parts.get(0)), values);
  }

  private String select(Node argument) {
    List<Node> parts = list(argument, 2);
    int index = Integer.parseInt(text(parts.get(0)).orElseThrow());
    List<Node> values = list(choose(parts.get(1)), -1);
    if (index < 0 || index >= values.size()) {
      throw new TemplateException(argument, "there is no element " + index);
    }
    return text(values.get(index)).orElse("");
  }

  private String find(Node argument) {
    List<Node> path = list(argument, 3);
    Node value = mappings.get(text(path.get(0)).orElseThrow());
    for (Node key : path.subList(1, 3)) {
      value =
          value instanceof MappingNode mapping ? plain(mapping).get(text(key).orElseThrow()) : null;
    }
    if (value == null) {
      throw new TemplateException(argument, "the mapping has no such value");
    }
    return scalar(value);
  }

  private boolean holds(Node node) {
    Call call = call(node);
    if (call == null) {
      throw new TemplateException(node, "a condition is expected here");
    }
    return switch (call.name) {
      case "Condition" -> condition(scalar(call.argument), node);
      case "Fn::Equals" -> {
        List<Node> sides = list(call.argument, 2);
        yield text(sides.get(0)).equals(text(sides.get(1)));
      }
      case "Fn::Not" -> !holds(list(call.argument, 1).getFirst());
      case "Fn::And" -> list(call.argument, -1).stream().allMatch(this::holds);
      case "Fn::Or" -> list(call.argument, -1).stream().anyMatch(this::holds);
      default -> throw new TemplateException(node, call.name + " is not a condition");
    };
  }

  private static String scalar(Node node) {
    if (node instanceof ScalarNode scalar) {
      return scalar.getValue();
    }
    throw new TemplateException(node, "plain text is expected here");
  }

  private static List<Node> list(Node node, int size) {
    if (node instanceof SequenceNode sequence && (size < 0 || sequence.getValue().size() == size)) {
      return sequence.getValue();
    }
    throw new TemplateException(
        node, size < 0 ? "a list is expected here" : "a list of " + size + " is expected here");
  }
}
