package shelfless.downloads;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import shelfless.data.Downloads;
import shelfless.data.Downloads.Download;
import shelfless.data.Entitlements.Entitlement;
import shelfless.domain.DownloadDecision;
import shelfless.http.Body;
import shelfless.http.Caller;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Idempotency;
import shelfless.http.Operation;
import shelfless.http.Problem;
import shelfless.json.Json;
import shelfless.orders.RehearsedSale;
import shelfless.runtime.Environment;

/**
 * {@code POST /v1/entitlements/{download_token}/downloads}: one file's signed address. Counts as a
 * download, unless the same file was asked for within the retry window.
 */
public final class CreateDownload extends HttpHandler {
  private final Links links;

  public CreateDownload() {
    this(Environment.ofProcess());
  }

  public CreateDownload(Environment environment) {
    super(Operation.CREATE_DOWNLOAD, environment);
    this.links = new Links(environment);
  }

  @Override
  protected List<ObjectNode> rehearsal() {
    RehearsedSale.Unit unit = RehearsedSale.unit(environment);
    ObjectNode body = Json.object().put("asset_id", unit.asset().toString());
    return List.of(Links.rehearsal(unit).put("body", Json.text(body)));
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    Body body = request.jsonOrNothing();
    Optional<UUID> asset = body.parsed("asset_id", 100, HttpRequest::uuid, "must be a UUID.");
    body.check();
    Entitlement entitlement = links.find(request);
    return new Idempotency(environment, caller)
        .once(
            request,
            "create_download:" + entitlement.id(),
            body.tree(),
            key ->
                key.resource()
                    .map(made -> again(entitlement, made))
                    .orElseGet(
                        () ->
                            answer(
                                links.grant(
                                    request,
                                    entitlement,
                                    asset,
                                    (transaction, made) -> key.finish(transaction, made, 201)))),
            made -> again(entitlement, made));
  }

  /** The same address with the same end, as long as the entitlement still opens. */
  private HttpResponse again(Entitlement entitlement, UUID made) {
    if (links.state(entitlement) instanceof DownloadDecision.Refused refused
        && !(refused instanceof DownloadDecision.UsedUp)) {
      throw Links.refusal(refused);
    }
    return answer(
        environment
            .database()
            .read(transaction -> Downloads.find(transaction, made))
            .orElseThrow(() -> Problem.notFound("file")));
  }

  private HttpResponse answer(Download download) {
    ObjectNode json =
        Json.object()
            .put("url", links.url(download))
            .put("url_expires_at", Json.time(download.urlExpiresAt()))
            .put("downloads_left", download.downloadsLeft())
            .put("file_name", download.file().fileName())
            .put("file_size", download.file().fileSize());
    return HttpResponse.json(201, json);
  }
}
