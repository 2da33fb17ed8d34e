package shelfless.downloads;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import shelfless.data.Downloads;
import shelfless.data.Entitlements.Entitlement;
import shelfless.downloads.templates.JtedownloadGenerated;
import shelfless.http.Caller;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Operation;
import shelfless.http.PageHandler;
import shelfless.orders.RehearsedSale;
import shelfless.runtime.Environment;
import shelfless.runtime.ShopAddress;

/**
 * {@code GET /downloads/{download_token}}: the page that mails link to. It changes nothing, so that
 * a mail scanner's visit costs nothing; each file has a button that sends a form.
 */
public final class ShowDownload extends PageHandler {
  private final Links links;

  public ShowDownload() {
    this(Environment.ofProcess());
  }

  public ShowDownload(Environment environment) {
    super(Operation.SHOW_DOWNLOAD, environment);
    this.links = new Links(environment);
  }

  /** The buttons' forms end at the files, after a redirect. */
  @Override
  protected List<String> formTargets() {
    URI files = URI.create(ShopAddress.files(environment));
    return List.of(files.getScheme() + "://" + files.getRawAuthority());
  }

  @Override
  protected List<ObjectNode> rehearsal() {
    return List.of(Links.rehearsal(RehearsedSale.unit(environment)));
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    Entitlement entitlement = links.findOpen(request);
    Map<UUID, Instant> freeUntil =
        environment
            .database()
            .read(transaction -> Downloads.openWindows(transaction, entitlement.id()));
    DownloadPage page = DownloadPage.of(entitlement, links.state(entitlement), freeUntil);
    return page(
        200, entitlement.title(), output -> JtedownloadGenerated.render(output, null, page));
  }
}
