package shelfless.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import shelfless.local.Json;

/** All that is measured of one case; times in milliseconds, memory in MB. */
final class Row {
  final String name;
  final String function;
  final long jarBytes;
  final boolean snapStart;
  final Samples onDemand = new Samples();
  final Samples onDemandProcessor = new Samples();
  final Samples firstCall = new Samples();
  final Samples restored = new Samples();
  final Samples restoredProcessor = new Samples();
  final Samples beforeCheckpoint = new Samples();
  final Samples memory = new Samples();
  final Samples peak = new Samples();
  final Samples restoredMemory = new Samples();
  final Samples warm = new Samples();
  int classes;
  int failures;
  String outcome = "-";

  /**
   * @param snapStart whether it is deployed with SnapStart, so that its warm calls are those of a
   *     restored environment
   */
  Row(String name, String function, long jarBytes, boolean snapStart) {
    this.name = name;
    this.function = function;
    this.jarBytes = jarBytes;
    this.snapStart = snapStart;
  }

  /** All of it, with each single measurement. */
  ObjectNode json(Row floor) {
    ObjectNode json =
        Json.object()
            .put("name", name)
            .put("function", function)
            .put("outcome", outcome)
            .put("jar_bytes", jarBytes)
            .put("classes", classes)
            .put("snap_start", snapStart)
            .put("on_demand_to_floor", rounded(onDemand.ratioByRound(floor.onDemand)))
            .put("restored_to_floor", rounded(restored.ratioByRound(floor.restored)))
            .put(
                "on_demand_processor_to_floor",
                rounded(onDemandProcessor.ratioByRound(floor.onDemandProcessor)))
            .put(
                "restored_processor_to_floor",
                rounded(restoredProcessor.ratioByRound(floor.restoredProcessor)))
            .put("warm_calls", warm.count())
            .put("warm_failures", failures)
            .put("warm_p50_ms", rounded(warm.percentile(50)))
            .put("warm_p99_ms", rounded(warm.percentile(99)));
    json.set("on_demand_ms", onDemand.json());
    json.set("on_demand_processor_ms", onDemandProcessor.json());
    json.set("first_call_ms", firstCall.json());
    json.set("before_checkpoint_ms", beforeCheckpoint.json());
    json.set("restored_ms", restored.json());
    json.set("restored_processor_ms", restoredProcessor.json());
    json.set("memory_mb", memory.json());
    json.set("peak_memory_mb", peak.json());
    json.set("restored_memory_mb", restoredMemory.json());
    return json;
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
