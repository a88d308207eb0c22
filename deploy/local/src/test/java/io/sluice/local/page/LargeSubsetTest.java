package io.sluice.local.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.local.endtoend.ApiClient;
import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A subset of 10,000 candidates out of 90,000 nominations, over HTTP and in the browser. */
@Tag("slow")
@Tag("broker")
@ExtendWith(KafkaFixture.class)
@TestInstance(Lifecycle.PER_CLASS)
class LargeSubsetTest {
  private static final int BUDGET = 10_000;

  /** Each shard nominates as many candidates as the budget, so it nominates all that it has. */
  private static final int SHARDS = 10;

  private static final int CANDIDATES = 90_000;
  private static final int AT_ONCE = 10_000;
  private static final int ROWS = 200;

  /** What may pass without a further candidate in the pool: builds may run beside the test. */
  private static final Duration WITHOUT_PROGRESS = Duration.ofMinutes(10);

  private static final long POLL_MILLIS = 1_000;

  private PageServices services;

  @BeforeAll
  void start(TestKafka kafka, @TempDir Path directory) throws InterruptedException {
    services = new PageServices(kafka, directory, SHARDS);
    services.put("large", 8, List.of(100, BUDGET), "\"controls\": [\"none\", \"random\"],");
    long begin = System.nanoTime();
    for (int part = 0; part < CANDIDATES / AT_ONCE; part++) {
      services.send("c" + part + "-", AT_ONCE);
    }
    awaitPool(begin);
  }

  /** Asks for the counts alone, as the subset takes its time while it fills. */
  private void awaitPool(long begin) throws InterruptedException {
    int pool = 0;
    long changed = System.nanoTime();
    while (pool < CANDIDATES) {
      Thread.sleep(POLL_MILLIS);
      ApiClient.Answer tasks = services.api().get("/api/tasks");
      int counted = tasks.json().path("tasks").path(0).path("pool").asInt();
      if (counted != pool) {
        pool = counted;
        changed = System.nanoTime();
        System.out.printf("%,d candidates in the pool after %s%n", pool, seconds(begin));
      }
      if (System.nanoTime() - changed > WITHOUT_PROGRESS.toNanos()) {
        throw new AssertionError("no candidate has been added to the pool lately: " + tasks);
      }
    }
  }

  @AfterAll
  void stop() {
    services.close();
  }

  /** Prints how long each kind of request takes, at first and later. */
  @Test
  void givenALargeSubset_whenPartsOfItAreRead_thenEachComesAtOnce() {
    ApiClient api = services.api();
    JsonNode tasks = api.get("/api/tasks").json().path("tasks");
    assertThat(tasks.path(0).path("nominated").asInt()).isEqualTo(CANDIDATES);
    String task = "/api/tasks/large";

    System.out.printf("%-28s %10s %10s %10s%n", "milliseconds", "first", "median", "longest");
    Duration pages =
        measure(
            api,
            "a page",
            IntStream.range(0, BUDGET / 50).map(i -> 50 * i),
            task + "/selected?limit=50&offset=%d");
    measure(
        api,
        "a page of 500",
        IntStream.range(0, 20).map(i -> 500 * i),
        task + "/selected?limit=500&offset=%d");
    Duration searches =
        measure(api, "a search", IntStream.range(0, 100), task + "/selected?search=ask+c3-%d");
    measure(
        api, "a search without a match", IntStream.range(0, 50), task + "/selected?search=no%d");
    Duration filters =
        measure(
            api, "a filter", IntStream.range(0, 50), task + "/selected?source=source-1&offset=%d");
    measure(api, "the task", IntStream.range(0, 20), task);
    measure(api, "shares", IntStream.range(0, 20), task + "/shares?budget=5000");
    measure(api, "scores", IntStream.range(0, 20), task + "/scores");
    measure(api, "why a candidate", IntStream.range(0, 20), task + "/explain?candidate=c3-%d");
    measure(api, "the whole subset", IntStream.range(0, 5), task + "/selected");

    // Ten times what is asked for, since other programs may run at the same time.
    assertThat(pages).isLessThan(Duration.ofMillis(500));
    assertThat(searches).isLessThan(Duration.ofMillis(500));
    assertThat(filters).isLessThan(Duration.ofMillis(500));
  }

  /** Prints how long a kind of request takes, and returns the median. */
  private static Duration measure(ApiClient api, String what, IntStream numbers, String path) {
    List<Duration> times = numbers.mapToObj(number -> time(api, path.formatted(number))).toList();
    List<Duration> sorted = times.stream().sorted().toList();
    Duration median = sorted.get(sorted.size() / 2);
    System.out.printf(
        "%-28s %10.1f %10.1f %10.1f%n",
        what, millis(times.get(0)), millis(median), millis(sorted.get(sorted.size() - 1)));
    return median;
  }

  @Test
  void givenALargeSubset_whenPagedThroughInTheBrowser_thenEachPageHasItsSlots() throws IOException {
    assumeTrue(Browser.isInstalled(), Browser.MISSING);
    try (Browser browser = Browser.start()) {
      browser.width(1200);
      browser.open(services.page(), "#/tasks/large");
      browser.awaitText("main", "10,000 candidates in selection order");
      browser.choose("Rows", Integer.toString(ROWS));
      browser.awaitText("main", "of 50");
      String caption = "Selected candidates of task large, in selection order";
      for (int page = 0; page < BUDGET / ROWS; page++) {
        String first = "%,d".formatted(page * ROWS);
        browser.await(
            "slot " + first,
            () -> {
              List<List<String>> rows = browser.rows(caption);
              return rows.size() == ROWS && rows.get(0).get(0).equals(first);
            });
        if (page < BUDGET / ROWS - 1) {
          browser.click("[data-key='next']");
        }
      }
      browser.type("Search", "nowhere");
      browser.awaitText("main", "0 of 10,000 candidates match.");
      assertThat(browser.errors()).isEmpty();
    }
  }

  private static Duration time(ApiClient api, String path) {
    long begin = System.nanoTime();
    ApiClient.Answer answer = api.get(path);
    Duration taken = Duration.ofNanos(System.nanoTime() - begin);
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    return taken;
  }

  private static double millis(Duration time) {
    return time.toNanos() / 1e6;
  }

  private static String seconds(long begin) {
    return "%d s".formatted(Duration.ofNanos(System.nanoTime() - begin).toSeconds());
  }
}
