package shelfless.http;

import gg.jte.html.HtmlTemplateOutput;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import shelfless.runtime.Environment;

/**
 * The base of every handler that answers with a page: the content comes from the module's own
 * templates, what stands around it from {@link Page}, and a refusal is a page, too, with the status
 * that the API would answer.
 *
 * <pre>{@code
 * return page(200, "Your order", output -> JteorderGenerated.render(output, null, order));
 * }</pre>
 */
public abstract class PageHandler extends HttpHandler {
  protected PageHandler(Operation operation, Environment environment) {
    super(operation, environment);
  }

  /** Origins that the page's forms lead to besides the shop itself. */
  protected List<String> formTargets() {
    return List.of();
  }

  /**
   * A page.
   *
   * @param title stands in the browser's tab, before the shop's name
   * @param content writes what stands in {@code <main>}: the {@code render} of a generated template
   */
  protected final HttpResponse page(
      int status, String title, Consumer<HtmlTemplateOutput> content) {
    String shopName = environment.settings().optional("SHOP_NAME").orElse("Shelfless");
    return HttpResponse.html(status, Page.document(shopName, title, content))
        .header("Content-Security-Policy", Page.contentSecurityPolicy(formTargets()));
  }

  @Override
  protected final HttpResponse refuse(HttpRequest request, Problem problem) {
    String title = title(problem);
    HttpResponse response =
        page(
            problem.status(),
            title,
            output -> {
              output.writeContent("<h1>");
              output.setContext("h1", null);
              output.writeUserContent(title);
              output.writeContent("</h1>\n<p class=\"lead\">");
              output.setContext("p", null);
              output.writeUserContent(problem.detail());
              output.writeContent("</p>");
              if (problem.status() >= 500) {
                output.writeContent("\n<p class=\"small\">Request ");
                output.writeUserContent(request.requestId());
                output.writeContent("</p>");
              }
            });
    problem.headers().forEach(response::header);
    return response;
  }

  private static String title(Problem problem) {
    return switch (Optional.ofNullable(problem.code()).orElse("")) {
      case "expired" -> "This link has expired";
      case "revoked" -> "This link no longer works";
      case "used_up" -> "All downloads are used";
      case "suspended" -> "Access is paused";
      case "pending" -> "Not ready yet";
      default ->
          switch (problem.status()) {
            case 404 -> "There is nothing here";
            case 429 -> "One moment, please";
            case 503 -> "Back in a moment";
            case 500 -> "Something went wrong";
            default -> "That did not work";
          };
    };
  }
}
