package shelfless.deployment;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import shelfless.json.Json;
import shelfless.runtime.Environment;
import shelfless.runtime.Log;

/**
 * The base of what runs once a deployment. To run it again changes nothing. When CloudFormation
 * asks, as for a custom resource, it is answered, too; deleting the resource leaves all as it is.
 *
 * <p>Public, because Lambda calls what it declares by reflection, as a method of this class.
 */
public abstract class DeploymentStep implements RequestStreamHandler {
  protected final Environment environment;

  protected DeploymentStep(Environment environment) {
    this.environment = environment;
  }

  /**
   * Does what the step is for.
   *
   * @param properties what the template gives it; missing when nobody asks for a template's sake
   * @return what the template can read with {@code Fn::GetAtt}
   */
  protected abstract ObjectNode deploy(JsonNode properties);

  /** Which generation of keys the template asks for, from 1. */
  protected static int generation(JsonNode properties) {
    return Math.max(1, properties.path("KeyGeneration").asInt(1));
  }

  @Override
  public final void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    JsonNode event = Json.read(input);
    ObjectNode answer =
        CustomResource.isOne(event)
            ? answerCloudFormation(new CustomResource(event), context)
            : deploy(event.path("ResourceProperties"));
    Log.info(context, getClass().getSimpleName(), Json.text(answer));
    output.write(Json.bytes(answer));
  }

  private ObjectNode answerCloudFormation(CustomResource resource, Context context)
      throws IOException {
    if (resource.isDeletion()) {
      resource.succeed(Json.object());
      return Json.object();
    }
    try {
      ObjectNode done = deploy(resource.properties());
      resource.succeed(done);
      return done;
    } catch (RuntimeException failure) {
      // Not thrown: Lambda would run it again, and CloudFormation has its answer.
      Log.error(context, getClass().getSimpleName(), context.getAwsRequestId(), failure);
      resource.fail(String.valueOf(failure.getMessage()));
      return Json.object().put("failed", true);
    }
  }
}
