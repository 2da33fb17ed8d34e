package shelfless.local.lambda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import shelfless.local.Json;

class HttpEventTest {
  private static JsonNode event(
      String method, String query, List<Map.Entry<String, String>> headers, byte[] body) {
    return HttpEvent.of(
        new HttpEvent.Incoming(method, "/path/value1", query, headers, body, "192.0.2.1"),
        new RouteTable.Match("POST /path/{parameter1}", "Function", Map.of("parameter1", "value1")),
        "id",
        Instant.parse("2020-03-12T19:03:58.390Z"));
  }

  @Test
  void anEventIsTheOneOfApiGatewaysDocumentation() {
    JsonNode event =
        event(
            "POST",
            "parameter1=value1&parameter1=value2&parameter2=value",
            List.of(
                Map.entry("Header1", "value1"),
                Map.entry("Header2", "value1"),
                Map.entry("Cookie", "cookie1=a; cookie2=b"),
                Map.entry("Header2", "value2"),
                Map.entry("User-Agent", "agent"),
                Map.entry("Host", "id.execute-api.us-east-1.amazonaws.com"),
                Map.entry("Content-Type", "text/plain")),
            "Hello from Lambda".getBytes(StandardCharsets.UTF_8));
    assertEquals(
        Json.parse(
            """
            {
              "version": "2.0",
              "routeKey": "POST /path/{parameter1}",
              "rawPath": "/path/value1",
              "rawQueryString": "parameter1=value1&parameter1=value2&parameter2=value",
              "cookies": ["cookie1=a", "cookie2=b"],
              "headers": {
                "header1": "value1",
                "header2": "value1,value2",
                "user-agent": "agent",
                "host": "id.execute-api.us-east-1.amazonaws.com",
                "content-type": "text/plain"
              },
              "queryStringParameters": {"parameter1": "value1,value2", "parameter2": "value"},
              "requestContext": {
                "accountId": "000000000000",
                "apiId": "local",
                "domainName": "id.execute-api.us-east-1.amazonaws.com",
                "domainPrefix": "local",
                "http": {
                  "method": "POST",
                  "path": "/path/value1",
                  "protocol": "HTTP/1.1",
                  "sourceIp": "192.0.2.1",
                  "userAgent": "agent"
                },
                "requestId": "id",
                "routeKey": "POST /path/{parameter1}",
                "stage": "$default",
                "time": "12/Mar/2020:19:03:58 +0000",
                "timeEpoch": 1584039838390
              },
              "pathParameters": {"parameter1": "value1"},
              "body": "Hello from Lambda",
              "isBase64Encoded": false
            }
            """),
        Json.parse(Json.write(event)));
  }

  @Test
  void whatIsNotThereIsLeftOut() {
    JsonNode event = event("GET", "", List.of(), new byte[0]);
    assertFalse(event.has("body"));
    assertFalse(event.has("cookies"));
    assertFalse(event.has("queryStringParameters"));
    assertEquals("", event.path("rawQueryString").asText());
    assertFalse(event.path("isBase64Encoded").asBoolean());
  }

  @Test
  void formsAndBinaryBodiesComeAsBase64() {
    byte[] body = "a=b".getBytes(StandardCharsets.UTF_8);
    JsonNode form =
        event(
            "POST",
            "",
            List.of(Map.entry("content-type", "application/x-www-form-urlencoded")),
            body);
    assertTrue(form.path("isBase64Encoded").asBoolean());
    assertEquals("YT1i", form.path("body").asText());
    JsonNode json =
        event(
            "POST",
            "",
            List.of(Map.entry("content-type", "application/merge-patch+json; charset=utf-8")),
            body);
    assertFalse(json.path("isBase64Encoded").asBoolean());
  }
}
