package shelfless.admin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import shelfless.data.Orders;
import shelfless.domain.OrderStatus;
import shelfless.http.Caller;
import shelfless.http.Cursor;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Operation;
import shelfless.http.Problem;
import shelfless.http.views.OrderView;
import shelfless.runtime.Environment;

/** {@code GET /v1/admin/orders}: the orders, the newest first, narrowed by filters. */
public final class AdminListOrders extends HttpHandler {
  private record Shown(Orders.Order order, ObjectNode form) {
    List<String> keys() {
      return List.of(order.createdAt().toString(), order.id().toString());
    }
  }

  public AdminListOrders() {
    this(Environment.ofProcess());
  }

  public AdminListOrders(Environment environment) {
    super(Operation.ADMIN_LIST_ORDERS, environment);
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    request.knowsQuery("status", "email", "number", "from", "to", "limit", "cursor");
    Orders.Filter filter =
        new Orders.Filter(
            request.query("status").map(AdminListOrders::status),
            request.query("email", 320),
            request.query("number", 32),
            request.queryTime("from"),
            request.queryTime("to"));
    int limit = request.queryInteger("limit", 1, 100, 20);
    String list = "orders\0" + filter;
    Optional<Orders.Place> after =
        Cursor.read(request, list, Cursor.Key.TIME, Cursor.Key.ID)
            .map(
                keys ->
                    new Orders.Place(
                        Instant.parse(keys.getFirst()), UUID.fromString(keys.getLast())));
    List<Shown> rows =
        environment
            .database()
            .read(
                transaction -> {
                  List<Shown> found = new ArrayList<>();
                  for (Orders.Order order : Orders.list(transaction, filter, after, limit + 1)) {
                    found.add(new Shown(order, OrderView.form(transaction, order, null)));
                  }
                  return found;
                });
    return HttpResponse.jsonText(200, Cursor.page(list, rows, limit, Shown::form, Shown::keys));
  }

  private static OrderStatus status(String name) {
    return OrderStatus.of(name)
        .orElseThrow(() -> Problem.malformed("status", "is not the status of an order."));
  }
}
