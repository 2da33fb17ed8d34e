package shelfless.downloads;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import shelfless.data.Downloads.Download;
import shelfless.http.Caller;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Operation;
import shelfless.http.PageHandler;
import shelfless.http.Problem;
import shelfless.orders.RehearsedSale;
import shelfless.runtime.Environment;

/**
 * {@code POST /downloads/{download_token}}: what the page's buttons send. Counts as {@link
 * CreateDownload} does, and sends the browser on to the file.
 */
public final class StartDownload extends PageHandler {
  /** What browsers say of a form that was sent from the shop's own page, or by hand. */
  private static final Set<String> OWN = Set.of("same-origin", "none");

  private final Links links;

  public StartDownload() {
    this(Environment.ofProcess());
  }

  public StartDownload(Environment environment) {
    super(Operation.START_DOWNLOAD, environment);
    this.links = new Links(environment);
  }

  @Override
  protected List<ObjectNode> rehearsal() {
    RehearsedSale.Unit unit = RehearsedSale.unit(environment);
    ObjectNode event = Links.rehearsal(unit).put("body", "asset_id=" + unit.asset());
    event.putObject("headers").put("content-type", "application/x-www-form-urlencoded");
    return List.of(event);
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    if (request.header("sec-fetch-site").filter(site -> !OWN.contains(site)).isPresent()) {
      throw Problem.forbidden("Downloads start from the shop's own page.");
    }
    Optional<UUID> asset = asset(request);
    Download download =
        links.grant(request, links.find(request), asset, (transaction, downloadId) -> {});
    return HttpResponse.seeOther(links.url(download));
  }

  private static Optional<UUID> asset(HttpRequest request) {
    if (request.bodyBytes().length == 0) {
      return Optional.empty();
    }
    Map<String, String> form = request.form();
    List<Problem.FieldError> errors = new ArrayList<>();
    form.keySet().stream()
        .filter(field -> !field.equals("asset_id"))
        .forEach(
            field ->
                errors.add(
                    new Problem.FieldError(
                        "/" + field, "is not known here; known are: asset_id.")));
    Optional<UUID> asset = Optional.ofNullable(form.get("asset_id")).flatMap(HttpRequest::uuid);
    if (form.containsKey("asset_id") && asset.isEmpty()) {
      errors.add(new Problem.FieldError("/asset_id", "must be a UUID."));
    }
    if (!errors.isEmpty()) {
      throw Problem.invalid(errors);
    }
    return asset;
  }
}
