package shelfless.downloads;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.data.DatabaseFailure;
import shelfless.data.DatabaseUnavailable;
import shelfless.data.Downloads;
import shelfless.data.Downloads.Download;
import shelfless.data.Entitlements;
import shelfless.data.Entitlements.ByToken;
import shelfless.data.Entitlements.Entitlement;
import shelfless.data.Transaction;
import shelfless.domain.Access;
import shelfless.domain.DownloadDecision;
import shelfless.http.HttpRequest;
import shelfless.http.Problem;
import shelfless.json.Json;
import shelfless.orders.RehearsedSale;
import shelfless.runtime.Environment;
import shelfless.runtime.ShopAddress;
import shelfless.security.DownloadSigner;
import shelfless.security.RateLimiter;
import shelfless.security.Tokens;

/**
 * What the operations behind a download link share: finding what the link opens, getting a file,
 * and saying why not.
 */
final class Links {
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("d MMMM uuuu", Locale.ENGLISH).withZone(ZoneOffset.UTC);

  private final Environment environment;
  private @Nullable Signer signer;

  Links(Environment environment) {
    this.environment = environment;
  }

  private record Signer(String secret, DownloadSigner signer) {}

  /** A request of the unit's buyer, for a rehearsal. */
  static ObjectNode rehearsal(RehearsedSale.Unit unit) {
    ObjectNode event = Json.object();
    event.putObject("pathParameters").put("download_token", unit.downloadToken());
    return event;
  }

  /** Work in the transaction that grants a download. */
  @FunctionalInterface
  interface WithGrant {
    void run(Transaction transaction, UUID downloadId) throws SQLException;
  }

  /**
   * The entitlement of the token in the path, in whatever state it is; 404 for a wrong token, of
   * which an address has 60 a minute, and 410 for one that was replaced.
   */
  Entitlement find(HttpRequest request) {
    Optional<UUID> token = HttpRequest.uuid(request.pathParameter("download_token"));
    ByToken found =
        token.isEmpty()
            ? new ByToken.Unknown()
            : environment
                .database()
                .read(
                    transaction ->
                        Entitlements.findByToken(transaction, Tokens.hash(token.get().toString())));
    return switch (found) {
      case ByToken.Current current -> current.entitlement();
      case ByToken.Replaced replaced -> throw replaced();
      case ByToken.Unknown unknown -> {
        limit("wrong_tokens", request.clientAddress(), 60);
        throw Problem.notFound("download link");
      }
    };
  }

  /** The same, refused with 410 when it is over for good: expired, or revoked. */
  Entitlement findOpen(HttpRequest request) {
    Entitlement entitlement = find(request);
    switch (state(entitlement)) {
      case DownloadDecision.Expired expired -> throw refusal(expired);
      case DownloadDecision.Revoked revoked -> throw refusal(revoked);
      default -> {}
    }
    return entitlement;
  }

  /** What asking for a file outside of every retry window would come to now. */
  DownloadDecision state(Entitlement entitlement) {
    return DownloadDecision.of(
        entitlement.access(),
        entitlement.expiresAt(),
        entitlement.downloadsLeft(),
        null,
        environment.clock().instant());
  }

  /** Grants a file, or throws why not. */
  Download grant(
      HttpRequest request, Entitlement entitlement, Optional<UUID> asset, WithGrant withGrant) {
    limit("downloads", entitlement.id().toString(), 120);
    byte[] client = environment.tokens().keyed("client", request.clientAddress());
    UUID id = environment.ids().next();
    Downloads.Outcome outcome =
        environment
            .database()
            .repeatable(
                transaction -> {
                  Downloads.Outcome decided =
                      Downloads.grant(transaction, id, entitlement, asset, client);
                  if (decided instanceof Downloads.Outcome.Granted granted) {
                    withGrant.run(transaction, granted.download().id());
                  }
                  return decided;
                });
    return switch (outcome) {
      case Downloads.Outcome.Granted granted -> granted.download();
      case Downloads.Outcome.Refused refused -> throw refusal(refused.why());
      case Downloads.Outcome.LinkReplaced replaced -> throw replaced();
      case Downloads.Outcome.NoSuchFile none when asset.isEmpty() && none.files() > 1 ->
          throw Problem.invalid("/asset_id", "is required where there are several files.");
      case Downloads.Outcome.NoSuchFile none -> throw Problem.notFound("file");
    };
  }

  /** The address that serves the file. */
  String url(Download download) {
    return signer()
        .sign(
            download.file().storagePath(),
            download.file().fileName(),
            download.file().mimeType(),
            download.urlExpiresAt());
  }

  private DownloadSigner signer() {
    String secret = environment.secrets().read("DOWNLOAD_SIGNING_SECRET");
    Signer ready = signer;
    if (ready == null || !ready.secret.equals(secret)) {
      ready = new Signer(secret, DownloadSigner.of(secret, ShopAddress.files(environment)));
      signer = ready;
    }
    return ready.signer;
  }

  /** Takes one of so many a minute. It fails open: no download is lost because counting failed. */
  private void limit(String scope, String identity, int perMinute) {
    try {
      new RateLimiter(environment.database(), environment.tokens())
          .take(new RateLimiter.Limit(scope, identity, perMinute, 60));
    } catch (DatabaseUnavailable | DatabaseFailure uncounted) {
      // What comes next needs the database as well, and says so when it is really away.
    }
  }

  private static Problem replaced() {
    return Problem.gone(
        "revoked", "This link was replaced by a newer one. Please use the one mailed last.");
  }

  /** Why a file can't be had: 410 when that is for good, 409 when it may pass. */
  static Problem refusal(DownloadDecision.Refused why) {
    return switch (why) {
      case DownloadDecision.Expired expired ->
          Problem.gone(
              expired.code(), "The time for downloading ended on " + day(expired.at()) + ".");
      case DownloadDecision.Revoked revoked ->
          Problem.gone(revoked.code(), revocation(revoked.reason()));
      case DownloadDecision.UsedUp usedUp ->
          Problem.gone(usedUp.code(), "All downloads of this purchase have been used.");
      case DownloadDecision.Suspended suspended ->
          Problem.conflict(
              suspended.code(),
              "Access is paused while the bank looks into a dispute about the payment.");
      case DownloadDecision.Pending pending ->
          Problem.conflict(
              pending.code(),
              "The licence key is still on its way. It will be mailed when it is there.");
    };
  }

  private static String revocation(Access.Reason reason) {
    return switch (reason) {
      case REFUNDED -> "This purchase was refunded, which ended access to it.";
      case DISPUTE_LOST -> "The bank returned the payment, which ended access to this purchase.";
      default -> "The seller ended access to this purchase.";
    };
  }

  /** A day as people write it: 3 March 2026, in UTC. */
  static String day(Instant instant) {
    return DAY.format(instant);
  }
}
