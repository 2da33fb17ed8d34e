package shelfless.local.demo;

import java.io.IOException;
import java.io.OutputStream;
import java.time.LocalDateTime;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes archives that are the same whenever they are made of the same. */
final class ZipWriter implements AutoCloseable {
  private static final LocalDateTime TIME = LocalDateTime.of(2026, 1, 1, 0, 0);

  private final ZipOutputStream zip;

  ZipWriter(OutputStream out) {
    zip = new ZipOutputStream(out);
  }

  /** Adds an entry. */
  ZipWriter add(String name, byte[] content) throws IOException {
    return add(new ZipEntry(name), content);
  }

  /** Adds an entry that is not compressed. */
  ZipWriter addStored(String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    CRC32 checksum = new CRC32();
    checksum.update(content);
    entry.setCrc(checksum.getValue());
    return add(entry, content);
  }

  private ZipWriter add(ZipEntry entry, byte[] content) throws IOException {
    entry.setTimeLocal(TIME);
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
    return this;
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
