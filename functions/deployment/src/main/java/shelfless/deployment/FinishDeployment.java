package shelfless.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import shelfless.json.Json;
import shelfless.runtime.Environment;

/**
 * Runs last in a deployment: writes down by which name the shop is reached, which CloudFront makes
 * once the functions are there, and takes the newer of the two download keys into use, which
 * CloudFront knows by then.
 */
public final class FinishDeployment extends DeploymentStep {
  public FinishDeployment() {
    this(Environment.ofProcess());
  }

  public FinishDeployment(Environment environment) {
    super(environment);
  }

  @Override
  protected ObjectNode deploy(JsonNode properties) {
    SecretsMaker secrets = new SecretsMaker(environment, generation(properties));
    String url = required(properties, "Url");
    secrets.publish(url);
    secrets.useDownloadKey(slot -> required(properties, "KeyPairId" + slot));
    return Json.object().put("Url", url);
  }

  private static String required(JsonNode properties, String name) {
    String value = properties.path(name).asText();
    if (value.isEmpty()) {
      throw new IllegalStateException("The property " + name + " is not given.");
    }
    return value;
  }
}
