package shelfless.local.stripe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shelfless.local.Json;

class StoreTest {
  @TempDir Path folder;

  private Store open() throws IOException {
    return Store.open(folder.resolve("store.jsonl"), record -> !record.has("old"));
  }

  private static ObjectNode charge(String id, long amount) {
    return Json.object()
        .put("id", id)
        .put("object", "charge")
        .put("payment_intent", "pi_1")
        .put("amount", amount);
  }

  private static void put(Store store, ObjectNode... objects) {
    store.transact(
        transaction -> {
          List.of(objects).forEach(transaction::put);
          return true;
        });
  }

  private static long amount(Store store, String id) {
    return store.find(id).orElseThrow().path("amount").asLong();
  }

  @Test
  void theLatestVersionOfEachObjectIsThereAfterReopening() throws Exception {
    try (Store store = open()) {
      put(store, charge("ch_1", 1), charge("ch_2", 2));
      put(store, charge("ch_1", 3));
    }
    try (Store store = open()) {
      assertEquals(3, amount(store, "ch_1"));
      assertEquals(2, amount(store, "ch_2"));
      assertEquals(List.of("ch_1", "ch_2"), store.ids("charge"));
      assertEquals(List.of("ch_1", "ch_2"), store.ids("charge", "payment_intent", "pi_1"));
    }
  }

  @Test
  void anExceptionLeavesEverythingAsItWas() throws Exception {
    try (Store store = open()) {
      put(store, charge("ch_1", 1));
      assertThrows(
          IllegalStateException.class,
          () ->
              store.transact(
                  transaction -> {
                    transaction.put(charge("ch_1", 2));
                    throw new IllegalStateException("stop");
                  }));
      assertEquals(1, amount(store, "ch_1"));
    }
  }

  @Test
  void aTransactionThatACrashCutOffIsNotThere() throws Exception {
    Path file = folder.resolve("store.jsonl");
    try (Store store = open()) {
      put(store, charge("ch_1", 1));
    }
    Files.writeString(
        file,
        Json.write(charge("ch_1", 5)) + "\n" + "{\"id\": \"ch_2\", \"ob",
        StandardOpenOption.APPEND);
    try (Store store = open()) {
      assertEquals(1, amount(store, "ch_1"));
      put(store, charge("ch_3", 3));
    }
    try (Store store = open()) {
      assertEquals(1, amount(store, "ch_1"));
      assertEquals(3, amount(store, "ch_3"));
    }
  }

  @Test
  void aFileThatIsMostlyOutdatedIsRewritten() throws Exception {
    Path file = folder.resolve("store.jsonl");
    ObjectNode large = charge("ch_1", 1).put("text", "x".repeat(1 << 20));
    try (Store store = open()) {
      for (int version = 0; version < 10; version++) {
        put(store, large.put("amount", version));
      }
      put(store, charge("ch_2", 2), charge("ch_3", 3).put("old", true));
    }
    try (Store store = open()) {
      assertTrue(Files.size(file) < 2 << 20);
      assertEquals(9, amount(store, "ch_1"));
      assertEquals(2, amount(store, "ch_2"));
      assertTrue(store.find("ch_3").isEmpty());
      put(store, charge("ch_2", 4));
    }
    try (Store store = open()) {
      assertEquals(4, amount(store, "ch_2"));
    }
  }
}
