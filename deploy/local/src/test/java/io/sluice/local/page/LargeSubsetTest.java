package io.sluice.local.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.local.endtoend.ApiClient;
import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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

  private PageServices services;

  @BeforeAll
  void start(TestKafka kafka, @TempDir Path directory) throws InterruptedException {
    services = new PageServices(kafka, directory, SHARDS);
    services.put("large", 8, List.of(100, BUDGET));
    for (int part = 0; part < CANDIDATES / AT_ONCE; part++) {
      services.send("c" + part + "-", AT_ONCE);
    }
    services
        .api()
        .await(
            "/api/tasks/large",
            answer -> answer.status() == 200 && answer.json().path("pool").asInt() == CANDIDATES);
  }

  @AfterAll
  void stop() {
    services.close();
  }

  /** Prints how long each kind of request takes, after a first one that has read nothing yet. */
  @Test
  void givenALargeSubset_whenPagesOfItAreRead_thenEachComesAtOnce() {
    assertThat(services.api().get("/api/tasks/large").json().path("nominated").asInt())
        .isEqualTo(CANDIDATES);
    ApiClient api = services.api();
    api.get("/api/forms");
    Duration first = time(api, "/api/tasks/large/selected?offset=0&limit=50");
    List<Duration> pages = new ArrayList<>();
    for (int offset = 50; offset < BUDGET; offset += 50) {
      pages.add(time(api, "/api/tasks/large/selected?offset=%d&limit=50".formatted(offset)));
    }
    Duration search = time(api, "/api/tasks/large/selected?search=nowhere&limit=50");
    List<Duration> searches =
        IntStream.range(0, 50)
            .mapToObj(i -> time(api, "/api/tasks/large/selected?limit=50&search=Ask+c3-" + i))
            .toList();
    System.out.printf(
        "first page %s, later pages %s, first search %s, later searches %s%n",
        millis(first), range(pages), millis(search), range(searches));

    // Many times what is usual, since other programs may run at the same time.
    assertThat(median(pages)).isLessThan(Duration.ofMillis(500));
    assertThat(median(searches)).isLessThan(Duration.ofSeconds(2));
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

  private static Duration median(List<Duration> times) {
    return times.stream().sorted().toList().get(times.size() / 2);
  }

  private static String range(List<Duration> times) {
    List<Duration> sorted = times.stream().sorted().toList();
    return "%s to %s (median %s)"
        .formatted(
            millis(sorted.get(0)), millis(sorted.get(sorted.size() - 1)), millis(median(times)));
  }

  private static String millis(Duration time) {
    return "%.1f ms".formatted(time.toNanos() / 1e6);
  }
}
