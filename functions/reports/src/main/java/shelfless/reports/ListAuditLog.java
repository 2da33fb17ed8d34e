package shelfless.reports;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import shelfless.data.AuditLog;
import shelfless.data.AuditLog.Entry;
import shelfless.http.Caller;
import shelfless.http.Cursor;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Operation;
import shelfless.http.Problem;
import shelfless.json.Json;
import shelfless.runtime.Environment;

/** {@code GET /v1/admin/audit-log}: what happened, the newest first, a page at a time. */
public final class ListAuditLog extends HttpHandler {
  public ListAuditLog() {
    this(Environment.ofProcess());
  }

  public ListAuditLog(Environment environment) {
    super(Operation.LIST_AUDIT_LOG, environment);
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    request.knowsQuery("subject_type", "subject_id", "action", "from", "to", "limit", "cursor");
    AuditLog.Filter filter =
        new AuditLog.Filter(
            request.query("subject_type", 64),
            request.query("subject_id", 200),
            request.query("action", 64),
            request.queryTime("from"),
            request.queryTime("to"));
    if (filter.subjectId().isPresent() && filter.subjectType().isEmpty()) {
      throw Problem.malformed("subject_id", "needs subject_type.");
    }
    int limit = request.queryInteger("limit", 1, 100, 20);
    String list = "audit_log\0" + filter;
    Optional<Long> before =
        Cursor.read(request, list, Cursor.Key.NUMBER).map(keys -> Long.valueOf(keys.getFirst()));
    List<Entry> rows =
        environment
            .database()
            .read(transaction -> AuditLog.list(transaction, filter, before, limit + 1));
    return HttpResponse.jsonText(
        200,
        Cursor.page(
            list, rows, limit, ListAuditLog::form, row -> List.of(Long.toString(row.seq()))));
  }

  private static ObjectNode form(Entry entry) {
    HexFormat hex = HexFormat.of();
    ObjectNode form =
        Json.object()
            .put("id", entry.id().toString())
            .put("seq", entry.seq())
            .put("at", Json.time(entry.at()))
            .put("actor", entry.actor())
            .put("action", entry.action());
    form.putObject("subject").put("type", entry.subjectType()).put("id", entry.subjectId());
    form.set("details", entry.details());
    return form.put("previous_hash", hex.formatHex(entry.previousHash()))
        .put("hash", hex.formatHex(entry.hash()));
  }
}
