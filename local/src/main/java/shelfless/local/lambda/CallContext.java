package shelfless.local.lambda;

import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import shelfless.local.template.Template;

/** What Lambda tells a function about the call. */
final class CallContext implements Context {
  private final Template.Function function;
  private final String requestId;
  private final long deadlineNanos;
  private final LambdaLogger logger;

  CallContext(Template.Function function, String requestId, LambdaLogger logger) {
    this.function = function;
    this.requestId = requestId;
    this.deadlineNanos = System.nanoTime() + function.timeout().toNanos();
    this.logger = logger;
  }

  @Override
  public String getAwsRequestId() {
    return requestId;
  }

  @Override
  public String getLogGroupName() {
    return "/aws/lambda/" + function.id();
  }

  @Override
  public String getLogStreamName() {
    return "local";
  }

  @Override
  public String getFunctionName() {
    return function.id();
  }

  @Override
  public String getFunctionVersion() {
    return "$LATEST";
  }

  @Override
  public String getInvokedFunctionArn() {
    return Template.arn("lambda", "function:" + function.id());
  }

  @Override
  public @Nullable CognitoIdentity getIdentity() {
    return null;
  }

  @Override
  public @Nullable ClientContext getClientContext() {
    return null;
  }

  @Override
  public int getRemainingTimeInMillis() {
    return (int) Math.max(0, Duration.ofNanos(deadlineNanos - System.nanoTime()).toMillis());
  }

  @Override
  public int getMemoryLimitInMB() {
    return function.memory();
  }

  @Override
  public LambdaLogger getLogger() {
    return logger;
  }
}
