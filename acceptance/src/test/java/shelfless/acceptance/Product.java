package shelfless.acceptance;

import java.util.List;

/** A product that a test has put on sale. */
record Product(String id, String slug, String sku, String title, long price, List<Upload> files) {
  /** A file of it, as it was uploaded. */
  record Upload(String assetId, String fileName, byte[] bytes) {}

  Upload file() {
    return files.getFirst();
  }
}
