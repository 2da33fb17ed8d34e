package shelfless.reports;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Collectors;
import shelfless.data.Sales;
import shelfless.data.Sales.Grouping;
import shelfless.data.Sales.Sums;
import shelfless.http.Caller;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Operation;
import shelfless.http.Problem;
import shelfless.json.Json;
import shelfless.runtime.Environment;

/** {@code GET /v1/admin/reports/sales}: sums of sales and refunds, as JSON or CSV. */
public final class SalesReport extends HttpHandler {
  private static final int DAYS = 30;
  private static final int MOST_DAYS = 3660;

  public SalesReport() {
    this(Environment.ofProcess());
  }

  public SalesReport(Environment environment) {
    super(Operation.SALES_REPORT, environment);
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    request.knowsQuery("from", "to", "group_by", "format");
    LocalDate to =
        request
            .queryDate("to")
            .orElseGet(
                () ->
                    LocalDate.ofInstant(environment.clock().instant(), ZoneOffset.UTC).plusDays(1));
    LocalDate from = request.queryDate("from").orElseGet(() -> to.minusDays(DAYS));
    if (!from.isBefore(to) || from.plusDays(MOST_DAYS).isBefore(to)) {
      throw Problem.malformed(
          "to",
          "must be later than from, by at most "
              + MOST_DAYS
              + " days: it is the day after the last.");
    }
    Grouping grouping = Grouping.of(request.queryChoice("group_by", Grouping.NAMES, "day"));
    boolean csv =
        request.queryChoice("format", List.of("json", "csv"), preferred(request)).equals("csv");
    List<Sums> rows =
        environment
            .database()
            .read(
                transaction ->
                    Sales.report(
                        transaction,
                        grouping,
                        from.atStartOfDay(ZoneOffset.UTC).toInstant(),
                        to.atStartOfDay(ZoneOffset.UTC).toInstant()));
    return csv ? csv(from, to, rows) : json(from, to, grouping, rows);
  }

  /** What {@code Accept} asks for, where the query says nothing. */
  private static String preferred(HttpRequest request) {
    return request.header("accept").orElse("").startsWith("text/csv") ? "csv" : "json";
  }

  private static HttpResponse json(
      LocalDate from, LocalDate to, Grouping grouping, List<Sums> rows) {
    ObjectNode report =
        Json.object()
            .put("from", from.toString())
            .put("to", to.toString())
            .put("group_by", grouping.wireName());
    report.set("rows", Json.array(rows, SalesReport::row));
    return HttpResponse.json(200, report);
  }

  private static ObjectNode row(Sums sums) {
    String currency = sums.currency();
    ObjectNode row =
        Json.object()
            .put("key", sums.key())
            .put("currency", currency)
            .put("orders", sums.orders())
            .put("units", sums.units());
    row.set("gross", Json.money(sums.gross().amount(), currency));
    row.set("discount", Json.money(sums.discount().amount(), currency));
    row.set("tax", Json.money(sums.tax().amount(), currency));
    row.set("refunded", Json.money(sums.refunded().amount(), currency));
    row.set("net", Json.money(sums.net().amount(), currency));
    return row;
  }

  private static HttpResponse csv(LocalDate from, LocalDate to, List<Sums> rows) {
    String table =
        rows.stream()
            .map(
                sums ->
                    Csv.line(
                        sums.key(),
                        sums.currency(),
                        sums.orders(),
                        sums.units(),
                        sums.gross().amount(),
                        sums.discount().amount(),
                        sums.tax().amount(),
                        sums.refunded().amount(),
                        sums.net().amount()))
            .collect(
                Collectors.joining(
                    "",
                    Csv.line(
                        "key",
                        "currency",
                        "orders",
                        "units",
                        "gross",
                        "discount",
                        "tax",
                        "refunded",
                        "net"),
                    ""));
    return HttpResponse.of(200, "text/csv; charset=utf-8; header=present", table)
        .header(
            "Content-Disposition", "attachment; filename=\"sales-" + from + "-" + to + ".csv\"");
  }
}
