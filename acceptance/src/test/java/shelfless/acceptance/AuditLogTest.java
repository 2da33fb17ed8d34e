package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Rule 13: what happened can't be changed without anybody noticing. A shop of its own, since its
 * history is forged.
 */
final class AuditLogTest {
  private static Shop shop;
  private long end;

  @BeforeAll
  static void start() {
    shop = Shop.start("audit-log");
  }

  @AfterAll
  static void stop() {
    shop.close();
  }

  @BeforeEach
  void sellAndAnchor() {
    shop.order(shop.newProduct("Recorded", 500)).pay().delivered();
    // The first run compares with what the test before had anchored.
    run();
    end = expect(0).path("anchored").asLong();
  }

  private static JsonNode run() {
    return shop.runSchedule("AnchorAuditLog");
  }

  private static JsonNode expect(long breaks) {
    JsonNode done = run();
    assertEquals(breaks, done.path("breaks").asLong(), done::toString);
    assertEquals(0, done.path("unverified").asLong(), done::toString);
    return done;
  }

  /** As somebody would who may do everything: past the triggers. */
  private static void forge(String sql) {
    shop.sql("set session_replication_role = replica; " + sql);
  }

  private void forgeTheActor(String actor) {
    forge("update audit_log set actor = '" + actor + "' where seq = " + (end - 2));
  }

  private static void hashAnew() {
    forge(
        """
        do $$
        declare
          row_ audit_log;
          previous bytea := sha256('shelfless'::bytea);
        begin
          for row_ in select * from audit_log order by seq loop
            row_.previous_hash := previous;
            previous := audit_row_hash(row_);
            update audit_log set previous_hash = row_.previous_hash, hash = previous where seq = row_.seq;
          end loop;
          update audit_head set hash = previous;
        end $$
        """);
  }

  @Test
  void itsEndIsKeptOutsideTheDatabase() {
    assertEquals(
        String.valueOf(end), shop.query("select seq from audit_head").getFirst(), "anchored");
    shop.order(shop.newProduct("Recorded too", 500)).pay().delivered();
    assertEquals(
        shop.query("select seq from audit_head").getFirst(), expect(0).path("anchored").asText());
  }

  @Test
  void aRowThatWasChangedShows_untilItIsWhatItWas() {
    String actor = shop.query("select actor from audit_log where seq = " + (end - 2)).getFirst();
    forgeTheActor("somebody");
    expect(1);
    assertTrue(shop.brokenInvariants().contains("audit_chain_holds: 1"));
    forgeTheActor(actor);
    expect(0);
    assertFalse(shop.brokenInvariants().contains("audit_chain_holds: 1"));
  }

  @Test
  void aLogThatWasWrittenAnewHoldsInItself_butIsNotWhatWasAnchored() {
    forgeTheActor("somebody else");
    hashAnew();
    assertEquals(List.of(), shop.query("select seq from audit_log_break"));
    expect(1);
    // Told once; the log is held to its new end from now on.
    expect(0);
  }

  @Test
  void aLogThatWasSetBackLacksItsAnchor() {
    forge(
        """
        delete from audit_log where seq > 3;
        update audit_head set seq = 3, hash = (select hash from audit_log where seq = 3)
        """);
    assertEquals(List.of(), shop.query("select seq from audit_log_break"));
    expect(1);
    assertEquals(3, expect(0).path("anchored").asLong());
  }
}
