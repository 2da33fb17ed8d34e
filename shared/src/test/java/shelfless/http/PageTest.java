package shelfless.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

class PageTest {
  @Test
  void thePolicyNamesTheStyleThatThePageHolds() throws Exception {
    String page = Page.document("Shop", "Title", output -> output.writeContent("<p>Hello</p>"));
    String style =
        page.substring(page.indexOf("<style>") + "<style>".length(), page.indexOf("</style>"));
    String hash =
        Base64.getEncoder()
            .encodeToString(
                MessageDigest.getInstance("SHA-256")
                    .digest(style.getBytes(StandardCharsets.UTF_8)));

    String policy = Page.contentSecurityPolicy(List.of("https://files.example.com"));

    assertTrue(policy.contains("style-src 'sha256-" + hash + "'"), policy);
    assertTrue(policy.contains("form-action 'self' https://files.example.com;"), policy);
    assertFalse(policy.contains("unsafe"), policy);
  }

  @Test
  void whatThePageIsToldIsEscaped() {
    String page =
        Page.document(
            "<Shop>",
            "</title><script>alert(1)</script>",
            output -> output.writeUserContent("<b>&"));

    assertFalse(page.contains("<script"), page);
    assertTrue(page.contains("&lt;Shop&gt;</header>"), page);
    assertTrue(page.contains("&lt;b&gt;&amp;"), page);
    assertEquals(page.indexOf("<style>"), page.lastIndexOf("<style>"));
  }
}
