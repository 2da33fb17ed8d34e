package shelfless.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * How long another process had a processor core: POSIX's {@code clock_getcpuclockid}. The files of
 * {@code /proc} have it for the threads that still run alone, or in hundredths of a second.
 */
final class ProcessorClock {
  private static final MethodHandle CLOCK_OF =
      function("clock_getcpuclockid", ValueLayout.JAVA_INT, ValueLayout.ADDRESS);
  private static final MethodHandle TIME_OF =
      function("clock_gettime", ValueLayout.JAVA_INT, ValueLayout.ADDRESS);

  private ProcessorClock() {}

  private static MethodHandle function(String name, MemoryLayout... parameters) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(ValueLayout.JAVA_INT, parameters));
  }

  static double milliseconds(long processId) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment clock = arena.allocate(ValueLayout.JAVA_INT);
      // struct timespec: seconds and nanoseconds.
      MemorySegment time = arena.allocate(ValueLayout.JAVA_LONG, 2);
      int failed = (int) CLOCK_OF.invokeExact((int) processId, clock);
      if (failed == 0) {
        failed = (int) TIME_OF.invokeExact(clock.get(ValueLayout.JAVA_INT, 0), time);
      }
      if (failed != 0) {
        throw new BenchException("Process " + processId + " has no clock of its own any more");
      }
      return time.getAtIndex(ValueLayout.JAVA_LONG, 0) * 1e3
          + time.getAtIndex(ValueLayout.JAVA_LONG, 1) / 1e6;
    } catch (BenchException failed) {
      throw failed;
    } catch (Throwable impossible) {
      throw new IllegalStateException("The C library is not called as it must be", impossible);
    }
  }
}
