package shelfless.runtime;

import com.amazonaws.services.lambda.runtime.LambdaRuntime;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;
import org.crac.Context;
import org.crac.Core;
import org.crac.Resource;
import shelfless.json.Json;

/**
 * What happens to a function that starts from a snapshot (Lambda SnapStart). When a version is
 * published, Lambda starts it once, calls {@link #beforeCheckpoint}, and keeps its memory; each
 * environment then begins as a copy of that. So the function is rehearsed before, which loads and
 * links what its first call needs; and all that copies would share is given up after each time:
 * connections, sessions of TLS, keys and credentials.
 *
 * <p>Random bytes come from the kernel, so that copies differ.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks-java.html">AWS
 *     on runtime hooks</a>
 */
final class Snapshot implements Resource {
  /** After so many, the JVM has compiled what takes longest: connecting, and signing. */
  private static final int TIMES = 20;

  private final Environment environment;
  private Runnable rehearsal = () -> {};

  private Snapshot(Environment environment) {
    this.environment = environment;
  }

  /** Lambda forgets a hook that nobody else holds: whoever calls it keeps what it returns. */
  static Snapshot of(Environment environment) {
    Snapshot snapshot = new Snapshot(environment);
    Core.getGlobalContext().register(snapshot);
    return snapshot;
  }

  void rehearse(Runnable work) {
    rehearsal = work;
  }

  @Override
  public void beforeCheckpoint(Context<? extends Resource> context) {
    try {
      for (int i = 0; i < TIMES; i++) {
        try {
          environment.rehearse(rehearsal);
        } finally {
          forgetSessions();
        }
      }
    } catch (RuntimeException | LinkageError failure) {
      // A function that could not be rehearsed, as without a database, works: it starts slower.
      log("the function was not rehearsed", failure);
    }
  }

  /** Those of HTTPS; PostgreSQL's driver keeps none. */
  private static void forgetSessions() {
    try {
      SSLSessionContext sessions = SSLContext.getDefault().getClientSessionContext();
      for (byte[] id : Collections.list(sessions.getIds())) {
        SSLSession session = sessions.getSession(id);
        // One that came of another is gone with it.
        if (session != null) {
          session.invalidate();
        }
      }
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("Every JDK has TLS", impossible);
    }
  }

  private static void log(String message, Throwable failure) {
    StringWriter trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace));
    LambdaRuntime.getLogger()
        .log(
            (Json.text(
                        Json.object()
                            .put("level", "WARN")
                            .put("where", "Snapshot")
                            .put("message", message)
                            .put("failure", trace.toString()))
                    + "\n")
                .getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void afterRestore(Context<? extends Resource> context) {
    try {
      environment.restored();
    } catch (RuntimeException | LinkageError failure) {
      // A hook that fails ends the environment; the call tries again, and says what is wrong.
      log("nothing was begun before the first call", failure);
    }
  }
}
