package shelfless.http;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Every operation behind HTTP with its routes, and who may call it: the one table that the code
 * reads, and that a test holds against {@code template.yaml} and {@code openapi.yaml}.
 *
 * <p>An operation that names a scope is for API keys that carry it. {@code ANYONE} needs nothing
 * shown; where the path holds a download token, or the body a signature, the operation itself
 * checks it.
 */
public enum Operation {
  LIST_PRODUCTS(Who.ANYONE, null, "GET /v1/products"),
  GET_PRODUCT(Who.ANYONE, null, "GET /v1/products/{slug}"),
  QUOTE_ORDER(Who.ANYONE, null, "POST /v1/quotes"),
  CREATE_ORDER(Who.ANYONE, null, "POST /v1/orders"),
  GET_ORDER(Who.ORDER_HOLDER, "orders:read", "GET /v1/orders/{order_id}"),
  CANCEL_ORDER(Who.ORDER_HOLDER, "orders:write", "POST /v1/orders/{order_id}/cancel"),
  RECONCILE_ORDER(Who.ORDER_HOLDER, "orders:read", "POST /v1/orders/{order_id}/reconcile"),
  HANDLE_STRIPE_WEBHOOK(Who.ANYONE, null, "POST /webhooks/stripe"),
  SHOW_CHECKOUT_RETURN(Who.ANYONE, null, "GET /checkout/return", "HEAD /checkout/return"),
  GET_ENTITLEMENT(Who.ANYONE, null, "GET /v1/entitlements/{download_token}"),
  CREATE_DOWNLOAD(Who.ANYONE, null, "POST /v1/entitlements/{download_token}/downloads"),
  SHOW_DOWNLOAD(
      Who.ANYONE, null, "GET /downloads/{download_token}", "HEAD /downloads/{download_token}"),
  START_DOWNLOAD(Who.ANYONE, null, "POST /downloads/{download_token}"),
  RESEND_LINKS(Who.ANYONE, null, "POST /v1/orders/lookup"),
  CREATE_PRODUCT(Who.KEY_HOLDER, "products:write", "POST /v1/admin/products"),
  UPDATE_PRODUCT(Who.KEY_HOLDER, "products:write", "PATCH /v1/admin/products/{product_id}"),
  DELETE_PRODUCT(Who.KEY_HOLDER, "products:write", "DELETE /v1/admin/products/{product_id}"),
  ADMIN_LIST_PRODUCTS(Who.KEY_HOLDER, "products:read", "GET /v1/admin/products"),
  ADMIN_GET_PRODUCT(Who.KEY_HOLDER, "products:read", "GET /v1/admin/products/{product_id}"),
  BEGIN_ASSET_UPLOAD(
      Who.KEY_HOLDER, "products:write", "POST /v1/admin/products/{product_id}/assets"),
  COMPLETE_ASSET_UPLOAD(
      Who.KEY_HOLDER, "products:write", "POST /v1/admin/assets/{asset_id}/complete"),
  DELETE_ASSET(Who.KEY_HOLDER, "products:write", "DELETE /v1/admin/assets/{asset_id}"),
  ADMIN_LIST_ORDERS(Who.KEY_HOLDER, "orders:read", "GET /v1/admin/orders"),
  ISSUE_REFUND(Who.KEY_HOLDER, "refunds:write", "POST /v1/admin/orders/{order_id}/refunds"),
  REISSUE_ENTITLEMENT(
      Who.KEY_HOLDER, "entitlements:write", "POST /v1/admin/entitlements/{entitlement_id}/reissue"),
  REVOKE_ENTITLEMENT(
      Who.KEY_HOLDER, "entitlements:write", "POST /v1/admin/entitlements/{entitlement_id}/revoke"),
  REDRIVE_FULFILLMENT(Who.KEY_HOLDER, "orders:write", "POST /v1/admin/orders/{order_id}/fulfill"),
  SALES_REPORT(Who.KEY_HOLDER, "reports:read", "GET /v1/admin/reports/sales"),
  LIST_AUDIT_LOG(Who.KEY_HOLDER, "audit:read", "GET /v1/admin/audit-log"),
  LIST_PROVIDER_EVENTS(Who.KEY_HOLDER, "events:read", "GET /v1/admin/provider-events"),
  RETRY_PROVIDER_EVENT(
      Who.KEY_HOLDER, "events:write", "POST /v1/admin/provider-events/{event_id}/retry"),
  CREATE_API_KEY(Who.KEY_HOLDER, "api_keys:write", "POST /v1/admin/api-keys"),
  REVOKE_API_KEY(Who.KEY_HOLDER, "api_keys:write", "DELETE /v1/admin/api-keys/{key_id}"),
  GET_HEALTH(Who.ANYONE, null, "GET /health"),
  UNKNOWN_ROUTE(Who.ANYONE, null, "$default");

  /** The least that a caller must show. */
  public enum Who {
    ANYONE,
    /** The access token of the order in the path, or an API key with the operation's scope. */
    ORDER_HOLDER,
    /** An API key with the operation's scope. */
    KEY_HOLDER
  }

  private final Who who;
  private final @Nullable String scope;
  private final List<String> routes;

  Operation(Who who, @Nullable String scope, String... routes) {
    this.who = who;
    this.scope = scope;
    this.routes = List.of(routes);
  }

  /**
   * The name that the handler class, the function and {@code openapi.yaml} have: {@code
   * ListProducts}.
   */
  public String id() {
    return Arrays.stream(name().split("_"))
        .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
        .collect(Collectors.joining());
  }

  public Who who() {
    return who;
  }

  /** What an API key must carry; nothing where no key is asked for. */
  public Optional<String> scope() {
    return Optional.ofNullable(scope);
  }

  /** API Gateway's route keys: method, blank, path. */
  public List<String> routes() {
    return routes;
  }

  /** Every scope that some operation asks for, and {@code *} for all of them. */
  public static List<String> scopes() {
    return Stream.concat(
            Stream.of("*"),
            Arrays.stream(values())
                .flatMap(operation -> operation.scope().stream())
                .distinct()
                .sorted())
        .toList();
  }
}
