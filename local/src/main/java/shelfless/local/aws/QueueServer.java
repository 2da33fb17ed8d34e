package shelfless.local.aws;

import java.net.URI;
import org.elasticmq.NodeAddress;
import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;
import shelfless.local.template.Template;

/** SQS's part: ElasticMQ, which keeps messages in memory. */
public final class QueueServer implements AutoCloseable {
  private final SQSRestServer server;
  private final int port;

  private QueueServer(SQSRestServer server, int port) {
    this.server = server;
    this.port = port;
  }

  /**
   * Starts on a free port.
   *
   * @param publicPort the port on 127.0.0.1 that the queues' URLs name
   */
  public static QueueServer start(int publicPort) {
    SQSRestServer server =
        SQSRestServerBuilder.withInterface("127.0.0.1")
            .withDynamicPort()
            .withServerAddress(new NodeAddress("http", "127.0.0.1", publicPort, ""))
            .withAWSRegion(Template.REGION)
            .withAWSAccountId(Template.ACCOUNT)
            .start();
    int port = server.waitUntilStarted().localAddress().getPort();
    return new QueueServer(server, port);
  }

  /** Where it listens. */
  public URI url() {
    return URI.create("http://127.0.0.1:" + port);
  }

  @Override
  public void close() {
    // Not waited for: it lets long polls run to their end.
    server.stopAndGetFuture();
  }
}
