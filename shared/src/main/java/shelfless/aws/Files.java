package shelfless.aws;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The bucket of the products' files. Uploads go to it directly, by requests that are signed here
 * and that fix the key, the size, the type and the SHA-256; what arrived is read again before it is
 * sold, since a store need not have checked anything, and an object that came in parts has no
 * SHA-256 of its own.
 *
 * <p>{@link shelfless.runtime.Unavailable} when the store is out of reach.
 */
public interface Files extends AutoCloseable {
  /** The largest file, in bytes, that is uploaded in one piece. */
  long LARGEST_PIECE = 100_000_000;

  /** How long the address for one piece can be used. */
  Duration PIECE_EXPIRY = Duration.ofHours(1);

  /** How long the addresses for parts can be used. */
  Duration PARTS_EXPIRY = Duration.ofHours(12);

  /**
   * A request that whoever holds it can make.
   *
   * @param headers all that the signature covers, to be sent as they are
   */
  record SignedRequest(String method, String url, Map<String, String> headers) {}

  /** The slice of a file that one part holds; numbers begin at 1. */
  record Slice(int number, long offset, long size) {}

  /** A part that was uploaded, with the entity tag that its upload answered. */
  record Part(int number, String etag) {}

  /** What is stored under a key; the SHA-256 is in hexadecimal. */
  record Content(long size, String sha256) {}

  /** The parts of a large file: all of one size but the last, which holds the rest. */
  static List<Slice> slices(long fileSize) {
    long smallestPart = 16L * 1024 * 1024;
    // So many that their signed addresses, and later their entity tags, fit into one answer.
    long mostParts = 500;
    long smallestCount = Math.ceilDiv(fileSize, smallestPart);
    long size = Math.ceilDiv(fileSize, Math.min(smallestCount, mostParts));
    List<Slice> slices = new ArrayList<>();
    for (long offset = 0; offset < fileSize; offset += size) {
      slices.add(new Slice(slices.size() + 1, offset, Math.min(size, fileSize - offset)));
    }
    return slices;
  }

  /** The upload of a file in one piece. */
  SignedRequest signUpload(String key, String contentType, long size, String sha256);

  /** Begins an upload in parts; the id that its further calls name. */
  String beginParts(String key, String contentType);

  /** The upload of one part. */
  SignedRequest signPart(String key, String uploadId, Slice slice);

  /**
   * Joins the parts. A repetition is harmless.
   *
   * @return false when a part has not arrived, or is another than its entity tag says
   */
  boolean joinParts(String key, String uploadId, List<Part> parts);

  /** Gives up an upload in parts; one that is over already stays as it is. */
  void abandonParts(String key, String uploadId);

  /** Reads what is stored under the key, as a stream; nothing when there is no such object. */
  Optional<Content> read(String key);

  /** Deletes the object; one that is not there stays so. */
  void delete(String key);

  @Override
  void close();
}
