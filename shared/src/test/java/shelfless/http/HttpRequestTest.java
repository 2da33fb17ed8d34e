package shelfless.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import shelfless.json.Json;

class HttpRequestTest {
  private static String clientAddress(String viewer) {
    ObjectNode event = Json.object();
    event.putObject("headers").put("cloudfront-viewer-address", viewer);
    return HttpRequest.of(event, "id").clientAddress();
  }

  @ParameterizedTest
  @CsvSource({
    "198.51.100.7:46532, 198.51.100.7",
    "2001:db8:1:2:3:4:5:6:46532, 20010db800010002",
    "2001:db8:1:2::9:443, 20010db800010002",
    "[2001:db8:1:2:ffff::1]:443, 20010db800010002",
    "2001:db8:1:3::9:443, 20010db800010003",
    "::ffff:198.51.100.7:443, 198.51.100.7",
  })
  void aSubscriberIsCountedByTheAddress_andOfIpv6ByItsFirstHalf(String viewer, String counted) {
    assertEquals(counted, clientAddress(viewer));
  }

  @Test
  void whatIsNoAddressIsCountedAsItStands() {
    assertEquals("g::g", clientAddress("g::g:80"));
    assertEquals("1:::::2", clientAddress("1:::::2:80"));
    assertEquals("", clientAddress("nothing"));
  }
}
