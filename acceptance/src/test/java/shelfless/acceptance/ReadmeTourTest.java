package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README promises a newcomer: its commands are run as they stand there. */
class ReadmeTourTest {
  private static final Pattern COMMANDS = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);

  /** What the tour shows, in this order. */
  private static final List<String> SHOWN =
      List.of(
          "\"slug\":\"shelfless-toolkit\"",
          "\"status\":\"pending\"",
          "\"status\":\"paid\"",
          "Thank you for your order",
          "\"downloads_left\":4",
          "206 Partial Content",
          "\"downloads_left\":4",
          "\"downloads_left\":3",
          "\"downloads_left\":0",
          "All downloads of this purchase have been used.",
          "\"status\":\"succeeded\"",
          "\"status\":\"partially_refunded\"",
          "\"status\":\"revoked\"",
          "410 Gone",
          "\"action\":\"refund.requested\"",
          "On sale: ");

  @Test
  void theTourOfAFirstSaleWorksToTheLetter(@TempDir Path folder)
      throws IOException, InterruptedException {
    Path data = ShopProcess.newFolder("tour");
    try (ShopProcess shop = ShopProcess.start(data, true, 0)) {
      String script =
          tour()
              // First, since the other folders may lie in /tmp themselves.
              .replace("/tmp/", folder + "/")
              .replace("http://localhost:8080", shop.addresses().path("base_url").asText())
              .replace(".shelfless/", data + "/");
      Path output = folder.resolve("output.txt");
      ProcessBuilder builder = new ProcessBuilder("bash", "-c", script);
      builder.environment().put("SHELFLESS_DATA", data.toString());
      builder.directory(ShopProcess.project().toFile());
      builder.redirectErrorStream(true).redirectOutput(output.toFile());
      Process bash = builder.start();
      assertTrue(bash.waitFor(2, TimeUnit.MINUTES), "the tour ends");
      String shown = Files.readString(output);
      assertEquals(0, bash.exitValue(), shown);
      int at = 0;
      for (String text : SHOWN) {
        int next = shown.indexOf(text, at);
        assertTrue(next >= 0, () -> "the tour does not show " + text + " in its place:\n" + shown);
        at = next + text.length();
      }
    }
  }

  private static String tour() throws IOException {
    String readme = Files.readString(ShopProcess.project().resolve("README.md"));
    int end = readme.indexOf("\n## Your own AWS account\n");
    assertTrue(end > 0, "what follows deploys into an account, and is not run");
    StringBuilder script = new StringBuilder();
    Matcher commands = COMMANDS.matcher(readme.substring(0, end));
    while (commands.find()) {
      script.append(commands.group(1));
    }
    return script.toString();
  }
}
