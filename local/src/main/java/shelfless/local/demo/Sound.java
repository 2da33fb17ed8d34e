package shelfless.local.demo;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Quiet chords as a WAV file, 16 bits stereo at 44.1 kHz: about 10 MB a minute, the same bytes each
 * time.
 */
final class Sound {
  private static final int RATE = 44_100;
  private static final int FRAME_BYTES = 4;
  private static final int HEADER_BYTES = 44;

  /** Four chords; whole hertz, so that a second can be repeated without a click. */
  private static final int[][] CHORDS = {
    {220, 262, 330, 392}, {175, 220, 262, 330}, {196, 247, 294, 370}, {165, 208, 247, 294}
  };

  private Sound() {}

  /** Writes a file of so many seconds; each chord sounds for eight. */
  static void write(int seconds, OutputStream out) throws IOException {
    int bytes = seconds * RATE * FRAME_BYTES;
    out.write(
        ByteBuffer.allocate(HEADER_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(ascii("RIFF"))
            .putInt(HEADER_BYTES - 8 + bytes)
            .put(ascii("WAVEfmt "))
            .putInt(16)
            .putShort((short) 1)
            .putShort((short) 2)
            .putInt(RATE)
            .putInt(RATE * FRAME_BYTES)
            .putShort((short) FRAME_BYTES)
            .putShort((short) 16)
            .put(ascii("data"))
            .putInt(bytes)
            .array());
    byte[][] chords = new byte[CHORDS.length][];
    for (int i = 0; i < chords.length; i++) {
      chords[i] = second(CHORDS[i]);
    }
    for (int second = 0; second < seconds; second++) {
      out.write(chords[second / 8 % chords.length]);
    }
  }

  private static byte[] second(int[] frequencies) {
    ByteBuffer samples = ByteBuffer.allocate(RATE * FRAME_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int frame = 0; frame < RATE; frame++) {
      double left = 0;
      double right = 0;
      for (int voice = 0; voice < frequencies.length; voice++) {
        double wave = StrictMath.sin(2 * StrictMath.PI * frequencies[voice] * frame / RATE);
        left += wave * (frequencies.length - voice);
        right += wave * (voice + 1);
      }
      samples.putShort((short) (left * 600)).putShort((short) (right * 600));
    }
    return samples.array();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
