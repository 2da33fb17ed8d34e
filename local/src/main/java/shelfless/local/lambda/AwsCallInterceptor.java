package shelfless.local.lambda;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import shelfless.local.Json;
import software.amazon.awssdk.auth.signer.AwsSignerExecutionAttribute;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;

/**
 * Notes each call of AWS. Every client and presigner of the SDK in this JVM has it, because the
 * class path names it (software/amazon/awssdk/global/handlers/execution.interceptors).
 *
 * <p>A request that is only signed is a call, too: IAM asks whether the signer's role allows it
 * when somebody sends it.
 */
public final class AwsCallInterceptor implements ExecutionInterceptor {
  /** The parameters that say what a call is done to; the others may be secret. */
  private static final List<String> OBJECTS =
      List.of("Bucket", "Key", "CopySource", "QueueUrl", "SecretId", "FromEmailAddress");

  private static final int NOT_FOUND = 404;

  @Override
  public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
    AwsCalls.note(call(context.request(), attributes));
  }

  /** What is not there may be told only to those who may list: that is a grant of its own. */
  @Override
  public void onExecutionFailure(Context.FailedExecution context, ExecutionAttributes attributes) {
    if (context.exception() instanceof AwsServiceException refused
        && refused.statusCode() == NOT_FOUND) {
      AwsCalls.note(call(context.request(), attributes).put("status", NOT_FOUND));
    }
  }

  private static ObjectNode call(SdkRequest request, ExecutionAttributes attributes) {
    ObjectNode call = Json.object();
    String service = attributes.getAttribute(SdkExecutionAttribute.SERVICE_NAME);
    call.put("service", service.toLowerCase(Locale.ROOT));
    call.put("operation", attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME));
    if (attributes.getAttribute(AwsSignerExecutionAttribute.PRESIGNER_EXPIRATION) != null) {
      call.put("signed_only", true);
    }
    ObjectNode objects = call.putObject("on");
    for (String name : OBJECTS) {
      request.getValueForField(name, String.class).ifPresent(value -> objects.put(name, value));
    }
    return call;
  }
}
