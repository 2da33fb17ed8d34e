package shelfless.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import shelfless.local.template.Template;
import shelfless.local.template.Template.Grant;

/** What the functions' policies allow, against what the functions do. */
record Grants(List<Grant> all) {
  /**
   * Who owns the schema has a password, which RDS makes. On one machine the database asks nobody
   * for one, so that this secret is read in AWS only.
   */
  private static final String DATABASE_PASSWORD = "Database.MasterUserSecret.SecretArn";

  /** Those of a template.yaml. */
  static Grants of(Path file) {
    try {
      Template template = Template.read(file, Map.of("MailFrom", "shop@shelfless.example"));
      Map<String, String> references = new HashMap<>();
      references.put(DATABASE_PASSWORD, DATABASE_PASSWORD);
      for (String id : template.secrets()) {
        references.put(id, AwsCall.secretArn(id));
      }
      for (String id : template.buckets()) {
        String name = id.toLowerCase(Locale.ROOT);
        references.put(id, name);
        references.put(id + ".Arn", AwsCall.bucketArn(name));
      }
      return new Grants(template.grants(references));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Without what can only be made use of in AWS. */
  Grants usableHere() {
    return new Grants(
        all.stream().filter(grant -> !grant.resource().equals(DATABASE_PASSWORD)).toList());
  }

  Grants without(Grant grant) {
    return new Grants(all.stream().filter(each -> each != grant).toList());
  }

  /** What functions did and may not do. */
  SortedSet<String> missing(Collection<AwsCall> calls) {
    TreeSet<String> missing = new TreeSet<>();
    for (AwsCall call : calls) {
      for (AwsCall.Need need : call.needs()) {
        if (all.stream().noneMatch(grant -> allows(grant, need))) {
          missing.add(
              "%s may not %s %s".formatted(need.function(), need.action(), need.resource()));
        }
      }
    }
    return missing;
  }

  /** What functions may do and did not do. */
  SortedSet<String> unused(Collection<AwsCall> calls) {
    List<AwsCall.Need> needs = calls.stream().flatMap(call -> call.needs().stream()).toList();
    return all.stream()
        .filter(grant -> needs.stream().noneMatch(need -> allows(grant, need)))
        .map(
            grant ->
                "%s does not %s %s".formatted(grant.function(), grant.action(), grant.resource()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static boolean allows(Grant grant, AwsCall.Need need) {
    return grant.function().equals(need.function())
        && matches(grant.action(), need.action())
        && matches(grant.resource(), need.resource())
        && grant.conditions().entrySet().stream()
            .allMatch(condition -> holds(condition.getKey(), condition.getValue(), need.context()));
  }

  private static boolean holds(
      String operator, Map<String, List<String>> keys, Map<String, String> context) {
    return keys.entrySet().stream()
        .allMatch(
            key -> {
              String actual = context.get(key.getKey());
              return actual != null
                  && switch (operator) {
                    case "StringEquals" -> key.getValue().contains(actual);
                    case "StringLike" ->
                        key.getValue().stream().anyMatch(value -> matches(value, actual));
                    default -> false;
                  };
            });
  }

  /** By IAM's wildcards. */
  private static boolean matches(String pattern, String text) {
    String regex = Pattern.quote(pattern).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q");
    return Pattern.matches(regex, text);
  }

  /** Functions × grants × calls, a line each. */
  String table(Collection<String> functions, Collection<AwsCall> calls) {
    StringBuilder table = new StringBuilder();
    String line = "%-22s %-31s %-36s %s%n";
    table.append(line.formatted("function", "is granted", "on", "and did"));
    for (String function : new TreeSet<>(functions)) {
      List<Grant> granted =
          all.stream().filter(grant -> grant.function().equals(function)).toList();
      String name = function;
      for (Grant grant : granted) {
        table.append(
            line.formatted(
                name,
                grant.action(),
                shortened(grant.resource()),
                describe(
                    calls, call -> call.needs().stream().anyMatch(need -> allows(grant, need)))));
        name = "";
      }
      if (granted.isEmpty()) {
        table.append(line.formatted(name, "-", "-", "-"));
      }
    }
    return table
        .append("Left out, since SAM writes them: logs, network interfaces, and for a function ")
        .append("behind a queue to receive and delete its messages.\n")
        .append("Not used here: the secret with the password of the schema's owner, since the ")
        .append("database of one machine asks for none.\n")
        .toString();
  }

  private static String shortened(String arn) {
    return arn.replaceFirst("^arn:aws:([a-z0-9-]+):[^:]*:[^:]*:", "");
  }

  private static String describe(Collection<AwsCall> calls, Predicate<AwsCall> isAllowed) {
    return calls.stream()
        .filter(isAllowed)
        .map(
            call ->
                call.operation()
                    + (call.isSignedOnly() ? " (signed for others)" : "")
                    + (call.status() == 404 ? " (not there)" : ""))
        .distinct()
        .sorted()
        .collect(Collectors.joining(", "));
  }
}
