package shelfless.local.aws;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import shelfless.local.DataFolder;

/** S3's part: objects as files in a folder; refuses what is not signed as S3 does. */
public final class ObjectStorage implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(ObjectStorage.class.getName());
  private static final long LARGEST_PUT = 5L * 1024 * 1024 * 1024;

  private final S3Proxy proxy;

  private ObjectStorage(S3Proxy proxy) {
    this.proxy = proxy;
  }

  /** Starts on a free port. */
  public static ObjectStorage start(Path folder, String accessKey, String secretKey)
      throws IOException {
    DataFolder.folder(folder);
    S3Proxy proxy =
        S3Proxy.builder()
            .blobStore(new FilesystemNio2BlobStore(folder.toAbsolutePath().toString()))
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, accessKey, secretKey)
            .ignoreUnknownHeaders(true)
            .maxSinglePartObjectSize(LARGEST_PUT)
            .v4MaxNonChunkedRequestSize(LARGEST_PUT)
            .build();
    try {
      proxy.start();
    } catch (Exception failed) {
      throw new IOException("The object storage does not start", failed);
    }
    return new ObjectStorage(proxy);
  }

  /** Where it listens. */
  public URI url() {
    return URI.create("http://127.0.0.1:" + proxy.getPort());
  }

  @Override
  public void close() {
    try {
      proxy.stop();
    } catch (Exception failed) {
      LOG.log(Level.WARNING, "The object storage does not stop", failed);
    }
  }
}
