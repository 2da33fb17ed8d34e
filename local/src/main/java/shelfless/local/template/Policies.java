package shelfless.local.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import shelfless.local.template.Template.Grant;

/** What the policies of functions grant: their own, and those that several share. */
final class Policies {
  private final Intrinsics intrinsics;
  private final Intrinsics patterns;
  private final Map<String, Map<String, Node>> managed;

  /**
   * @param managed the properties of the policies that several share, by their logical ids
   */
  Policies(Intrinsics intrinsics, Map<String, Map<String, Node>> managed) {
    this.intrinsics = intrinsics;
    this.patterns = intrinsics.replacingWhatOnlyAwsKnows("*");
    this.managed = managed;
  }

  /**
   * The grants of a function.
   *
   * @param properties the function's
   * @throws TemplateException when a policy is none that is written out as statements that allow
   */
  List<Grant> grants(String function, Map<String, Node> properties) {
    Node role = properties.get("Role");
    if (role != null) {
      throw new TemplateException(role, function + " has a role that is not its own");
    }
    List<Grant> grants = new ArrayList<>();
    Node policies = properties.get("Policies");
    if (policies != null) {
      for (Node policy : intrinsics.elements(policies)) {
        for (Node statement : intrinsics.elements(statements(policy))) {
          addGrants(function, statement, grants);
        }
      }
    }
    return grants;
  }

  private Node statements(Node policy) {
    Map<String, Node> shared = intrinsics.referred(policy).map(managed::get).orElse(null);
    Node document = shared == null ? policy : shared.get("PolicyDocument");
    Node statements = document == null ? null : intrinsics.entries(document).get("Statement");
    if (statements == null) {
      throw new TemplateException(policy, "a policy with a Statement is expected here");
    }
    return statements;
  }

  private void addGrants(String function, Node statement, List<Grant> grants) {
    Map<String, Node> parts = intrinsics.entries(statement);
    Node actions = parts.get("Action");
    Node resources = parts.get("Resource");
    if (!intrinsics.required(parts, "Effect").equals("Allow")
        || actions == null
        || resources == null) {
      throw new TemplateException(
          statement, "a statement that allows an Action on a Resource is expected here");
    }
    Map<String, Map<String, List<String>>> conditions = conditions(parts.get("Condition"));
    for (String action : patterns(actions)) {
      for (String resource : patterns(resources)) {
        grants.add(new Grant(function, action, resource, conditions));
      }
    }
  }

  private Map<String, Map<String, List<String>>> conditions(@Nullable Node conditions) {
    Map<String, Map<String, List<String>>> result = new LinkedHashMap<>();
    if (conditions != null) {
      intrinsics
          .entries(conditions)
          .forEach(
              (operator, keys) -> {
                Map<String, List<String>> values = new LinkedHashMap<>();
                intrinsics.entries(keys).forEach((key, value) -> values.put(key, patterns(value)));
                result.put(operator, values);
              });
    }
    return result;
  }

  private List<String> patterns(Node node) {
    return patterns.elements(node).stream()
        .flatMap(element -> patterns.text(element).stream())
        .toList();
  }
}
