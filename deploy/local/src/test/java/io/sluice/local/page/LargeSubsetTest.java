package io.sluice.local.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Pages through a subset of 10,000 candidates. */
@Tag("slow")
@Tag("broker")
@ExtendWith(KafkaFixture.class)
class LargeSubsetTest {
  private static final int BUDGET = 10_000;

  @Test
  void givenTenThousandRows_whenPagedThrough_thenEachPageHasItsSlots(
      TestKafka kafka, @TempDir Path directory) throws IOException, InterruptedException {
    assumeTrue(Browser.isInstalled(), Browser.MISSING);
    try (PageServices services = new PageServices(kafka, directory);
        Browser browser = Browser.start()) {
      services.put("large", 8, List.of(100, BUDGET));
      services.send("c", BUDGET + 500);
      services.awaitSelected("large", BUDGET);

      browser.open(services.page(), "#/tasks/large");
      browser.awaitText("main", "10,000 candidates in selection order");
      browser.choose("Rows", "200");
      browser.awaitText("nav", "of 50");
      for (int page = 2; page <= 50; page++) {
        browser.clickText("Next");
        String first = "%,d".formatted((page - 1) * 200);
        browser.awaitText("tbody td.number", first);
        assertThat(browser.texts("tbody tr:not([hidden])")).hasSize(200);
      }
      browser.type("Search", "Ask c 10499");
      browser.await("one row", () -> browser.texts("tbody tr:not([hidden])").size() <= 1);
      assertThat(browser.errors()).isEmpty();
    }
  }
}
