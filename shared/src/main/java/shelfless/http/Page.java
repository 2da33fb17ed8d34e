package shelfless.http;

import gg.jte.html.HtmlTemplateOutput;
import gg.jte.html.OwaspHtmlTemplateOutput;
import gg.jte.output.StringOutput;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Collection;
import java.util.function.Consumer;

/**
 * What stands around the content of every page: the shop's name, and one small style sheet inside
 * the page, which the content security policy names by its hash. Pages need no script, follow the
 * reader's colours and size, and print.
 *
 * <p>The content comes from a template, which escapes what it shows. Classes that it can use:
 * {@code lead} (a first paragraph), {@code note} (a box; with {@code warn} for what needs
 * attention), {@code list} (rows of a {@code ul}, each with {@code what} and an action), {@code
 * small} (a quieter line), {@code facts} (a {@code dl} of short facts), {@code button} (a link that
 * looks like one), {@code key} (a licence key).
 */
public final class Page {
  private static final String STYLE =
      """
      :root{color-scheme:light dark;--ink:#1b1f24;--quiet:#57606a;--line:#d8dee4;--paper:#fff;--ground:#f5f6f8;\
      --accent:#0a5bd3;--on-accent:#fff;--warn:#7a4b00;--warn-ground:#fff4dc}
      @media (prefers-color-scheme:dark){:root{--ink:#e8eaed;--quiet:#a3abb5;--line:#3a414a;--paper:#1d2126;\
      --ground:#14171a;--accent:#7db0ff;--on-accent:#0b1a30;--warn:#ffd78a;--warn-ground:#3a2c0d}}
      *{box-sizing:border-box}
      body{margin:0;background:var(--ground);color:var(--ink);font:1rem/1.55 system-ui,sans-serif}
      header,main,footer{max-width:42rem;margin:0 auto;padding:0 1.25rem}
      header{padding-top:1.5rem;font-weight:600}
      main{margin:1rem auto;padding:1.5rem 1.25rem;background:var(--paper);border:1px solid var(--line);border-radius:.75rem}
      footer{padding-bottom:2rem;color:var(--quiet);font-size:.875rem}
      h1{margin:0 0 .5rem;font-size:1.6rem;line-height:1.25;overflow-wrap:anywhere}
      h2{margin:1.75rem 0 .5rem;font-size:1.1rem}
      p{margin:.5rem 0}
      a{color:var(--accent)}
      .lead{font-size:1.05rem}
      .small{color:var(--quiet);font-size:.875rem;overflow-wrap:anywhere}
      .note{margin:1rem 0;padding:.75rem 1rem;border:1px solid var(--line);border-radius:.5rem}
      .warn{border-color:currentcolor;background:var(--warn-ground);color:var(--warn)}
      .facts{display:flex;flex-wrap:wrap;gap:.25rem 2rem;margin:1rem 0}
      .facts dt{color:var(--quiet);font-size:.875rem}
      .facts dd{margin:0;font-weight:600}
      .list{margin:0;padding:0;list-style:none}
      .list>li{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem 1rem;padding:.75rem 0;border-top:1px solid var(--line)}
      .list .what{flex:1 1 16rem;min-width:0;overflow-wrap:anywhere}
      .list form{margin:0}
      button,.button{display:inline-block;padding:.55rem 1.1rem;border:0;border-radius:.5rem;background:var(--accent);\
      color:var(--on-accent);font:inherit;font-weight:600;text-decoration:none;cursor:pointer}
      button:hover,.button:hover{filter:brightness(1.1)}
      :focus-visible{outline:3px solid var(--accent);outline-offset:2px}
      .key,code{font-family:ui-monospace,monospace;overflow-wrap:anywhere}
      .key{font-size:1.15rem;font-weight:600;user-select:all}
      @media print{body{background:none}main{border:0;padding:0}form,button,.button{display:none}}
      """;

  private static final String STYLE_HASH = hash(STYLE);

  private Page() {}

  /** The whole page. */
  static String document(String shopName, String title, Consumer<HtmlTemplateOutput> content) {
    StringOutput text = new StringOutput();
    OwaspHtmlTemplateOutput page = new OwaspHtmlTemplateOutput(text);
    page.setContext("title", null);
    text.writeContent(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            + "<meta name=\"robots\" content=\"noindex\">\n<title>");
    page.writeUserContent(title + " · " + shopName);
    text.writeContent("</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>");
    text.writeContent(STYLE);
    text.writeContent("</style>\n</head>\n<body>\n<header>");
    page.setContext("header", null);
    page.writeUserContent(shopName);
    text.writeContent("</header>\n<main>\n");
    content.accept(page);
    text.writeContent("\n</main>\n</body>\n</html>\n");
    return text.toString();
  }

  /**
   * The policy of a page: nothing but its own style.
   *
   * @param formTargets origins that its forms lead to besides the shop; browsers hold a redirect
   *     after a form to the policy, too
   */
  static String contentSecurityPolicy(Collection<String> formTargets) {
    return "default-src 'none'; style-src '"
        + STYLE_HASH
        + "'; img-src data:; base-uri 'none'; form-action 'self'"
        + formTargets.stream().map(origin -> " " + origin).reduce("", String::concat)
        + "; frame-ancestors 'none'";
  }

  private static String hash(String style) {
    try {
      return "sha256-"
          + Base64.getEncoder()
              .encodeToString(
                  MessageDigest.getInstance("SHA-256")
                      .digest(style.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("Every JDK has SHA-256", impossible);
    }
  }
}
