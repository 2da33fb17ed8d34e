package shelfless.admin;

import java.time.Duration;
import java.util.UUID;
import shelfless.data.Assets;
import shelfless.runtime.Environment;
import shelfless.runtime.QueueHandler;

/**
 * Behind the AssetQueue: reads a file that came in parts, from end to end, and puts it on sale or
 * rejects it. A file that is no longer waiting for this is left as it is.
 */
public final class VerifyAsset extends QueueHandler {
  /** 20 GiB at the 50 MB/s that a function gets from S3 at least. */
  private static final Duration LONGEST = Duration.ofSeconds(430);

  public VerifyAsset() {
    this(Environment.ofProcess());
  }

  public VerifyAsset(Environment environment) {
    super(environment, LONGEST);
  }

  @Override
  protected void handle(UUID id) {
    environment
        .database()
        .read(transaction -> Assets.find(transaction, id))
        .map(Assets.Upload::asset)
        .filter(asset -> asset.status().equals("verifying"))
        .ifPresent(
            asset -> {
              AssetVerification verification = new AssetVerification(environment, "system");
              if (verification.verify(asset) instanceof AssetVerification.Outcome.Absent) {
                verification.reject(asset, "There are no bytes.");
              }
            });
  }
}
