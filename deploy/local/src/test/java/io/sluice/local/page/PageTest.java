package io.sluice.local.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a person does with the page, in a real browser. */
@Tag("broker")
@ExtendWith(PageFixture.class)
@TestInstance(Lifecycle.PER_CLASS)
class PageTest {
  private static final String HOSTILE =
      "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>\"/..%2F";

  /** Browsers open six connections to a host, for all tabs and kept pages together. */
  private static final int MORE_THAN_CONNECTIONS = 8;

  private PageServices services;
  private Browser browser;

  @BeforeAll
  void start(PageServices services, Browser browser) {
    this.services = services;
    this.browser = browser;
    services.put("standing", 4, List.of(5, 20));
    services.send("s", 60);
    services.awaitPool("standing", 60);
  }

  @AfterEach
  void nothingIsFetchedFromElsewhereAndNothingFails() {
    assertThat(browser.requested()).allMatch(url -> url.startsWith(services.page() + "/"));
    assertThat(browser.errors()).isEmpty();
    assertThat(browser.script("return window.hacked")).isNull();
  }

  @Test
  void givenAWrongToken_whenATaskIsPut_thenNothingIsDoneUntilTheTokenIsRight() {
    open("#/put");
    browser.script("sessionStorage.clear()");
    browser.type("Name of the task", "my task!");
    browser.awaitText("main form", "task id 'my task!'");
    browser.type("Name of the task", "typed");
    browser.awaitNoText("main form", "my task!");
    browser.type("Budgets", "3, 9");
    browser.type("Queries", "{\"id\": 1");
    browser.awaitText("main form", "line 1, the last one, is cut off");

    browser.type("Queries", String.join("\n", PageServices.queries("typed", 3)));
    browser.awaitText("main form", "3 queries can be used");
    browser.awaitText("main form", "The task is valid.");
    browser.clickText("Put the task");
    browser.type("Token", "a guess");
    browser.clickText("Use this token");
    browser.awaitText("dialog", "This is not the token");
    assertThat(services.api().get("/api/tasks/typed").status()).isEqualTo(404);

    browser.type("Token", PageServices.TOKEN);
    browser.clickText("Use this token");
    browser.awaitText("main form", "Revision 1 of typed is put");
    assertThat(
            (Boolean) browser.script("return localStorage.length === 0 && document.cookie === ''"))
        .isTrue();
    services.awaitSelected("typed", 9);

    // The page learns of it without being loaded again.
    browser.clickText("Overview");
    browser.awaitText("main table", "typed");
  }

  @Test
  void givenAnOpenTask_whenCandidatesArrive_thenItsSubsetsFillAndAreThoseOfTheApi() {
    services.put("filling", 3, List.of(10, 2000));
    open("#/tasks/filling");
    browser.awaitText("main", "are selected for the 3 queries");
    // Whatever the other tests have sent: a task that is open for more selects all of it.
    int before = services.pool("standing");
    services.awaitSelected("filling", before);

    services.send("f", 40);
    browser.awaitText("main", "%d of 2,000".formatted(before + 40));

    JsonNode selected =
        services.api().get("/api/tasks/filling/selected?budget=10").json().path("selected");
    open("#/tasks/filling");
    browser.choose("Budget", "10");
    browser.awaitText("main", "10 candidates in selection order");
    List<String> rows = browser.texts("tbody th.id a");
    assertThat(rows)
        .isEqualTo(
            Stream.iterate(0, i -> i + 1)
                .limit(10)
                .map(i -> selected.path(i).path("candidate_id").asText())
                .toList());
    browser.type("Search", "f1");
    browser.awaitText("main", "match.");
  }

  @Test
  void givenASelectedCandidate_whenItIsOpenedAndRetracted_thenThePageSaysWhyAndItLeaves() {
    services.put("leaving", 2, List.of(8));
    services.awaitPool("leaving", services.pool("standing"));
    String id =
        services
            .api()
            .get("/api/tasks/leaving/selected")
            .json()
            .path("selected")
            .path(0)
            .path("candidate_id")
            .asText();
    String why =
        services
            .api()
            .get("/api/tasks/leaving/explain?candidate=" + id)
            .json()
            .path("why")
            .asText();

    open("#/tasks/leaving");
    browser.clickText(id);
    browser.awaitText("h1", id);
    browser.awaitText("main", why.substring(1));
    authorize();
    browser.clickText("Retract");
    browser.click("#confirm");
    browser.awaitText("main", "The candidate is retracted");

    services
        .api()
        .await(
            "/api/tasks/leaving/selected",
            answer -> answer.status() == 200 && !answer.text().contains('"' + id + '"'));
  }

  @Test
  void givenACandidateThatIsNotSelected_whenItIsLookedUp_thenThePageSaysWhy() {
    services.awaitPool("standing", services.pool("standing"));
    String selected = services.api().get("/api/tasks/standing/selected").text();
    List<String> others =
        Stream.iterate(0, i -> i + 1)
            .limit(60)
            .map(i -> "s" + i)
            .filter(id -> !selected.contains('"' + id + '"'))
            .limit(2)
            .toList();

    open("#/tasks/standing");
    browser.awaitText("main", "20 candidates in selection order");
    browser.type("Search", others.get(0));
    browser.clickText("look up the candidate “%s”".formatted(others.get(0)));
    browser.awaitText("h1", others.get(0));
    browser.awaitText("main", "It is in the pool, and others have all slots.");
    browser.awaitText("main", "The slots that it lost, the closest first");

    browser.type("Find a candidate by its id", others.get(1));
    browser.clickText("Find");
    browser.awaitText("h1", others.get(1));
    browser.awaitText("main", "It is in the pool, and others have all slots.");
  }

  @Test
  void givenATaskAndAJobThatAreNotThere_whenOpened_thenThePageSaysSoAndNothingElse() {
    open("#/tasks/missing");
    browser.awaitText("main", "There is no task “missing”.");
    browser.awaitNoText("main", "Loading");
    browser.awaitNoText("main", "Remove");
    services.put("missing", 1, List.of(2));
    browser.awaitText("main", "are selected for the 1 query");
    browser.awaitNoText("main", "There is no task");

    open("#/candidates/missing");
    browser.awaitText("main", "No candidate with the id “missing” was found.");
    browser.awaitNoText("main", "Retract");

    open("#/jobs/missing");
    browser.awaitText("main", "There is no job “missing”.");
    browser.awaitNoText("main", "Loading");
    browser.awaitNoText("main", "Results");
  }

  @Test
  void givenAFullSubset_whenAJobIsFiredAndCancelled_thenBothAreDoneAndShown() {
    services.put("training", 2, List.of(4, 12));
    services.awaitSelected("training", 12);
    open("#/tasks/training");
    authorize();

    browser.click("[data-fire='12']");
    browser.awaitText("main", "is fired");
    String job =
        services
            .api()
            .get("/api/jobs?task=training")
            .json()
            .path("jobs")
            .path(0)
            .path("job")
            .asText();
    browser.clickText(job);
    browser.awaitText("h1", job);
    browser.awaitText("main", "waits for a trainer");
    browser.clickText("Cancel the job");
    browser.click("#confirm");
    browser.awaitText("main", "The job is cancelled");
    browser.awaitText("main .tag", "cancelled");

    assertThat(
            services
                .api()
                .get("/api/jobs?task=training")
                .json()
                .path("jobs")
                .path(0)
                .path("state")
                .asText())
        .isEqualTo("cancelled");
    browser.clickText("Jobs");
    browser.awaitText("main table", job);
  }

  @Test
  void givenHostileText_whenItIsShown_thenItIsTextEverywhere() {
    String text = HOSTILE.replace("\"", "\\\"");
    services.put("hostile", 1, List.of(200));
    services.send(
        "{\"id\": \"%1$s\", \"source\": \"%1$s\", \"licence\": \"%1$s\", \"messages\": [{\"role\": \"user\", \"content\": \"%1$s\"}, {\"role\": \"assistant\", \"content\": \"%1$s\", \"tool_calls\": [{\"type\": \"function\", \"function\": {\"name\": \"%1$s\", \"arguments\": {\"x\": \"%1$s\"}}}]}, {\"role\": \"tool\", \"content\": \"%1$s\"}, {\"role\": \"assistant\", \"content\": \"%1$s\"}]}\n"
            .formatted(text));
    services
        .api()
        .await(
            "/api/tasks/hostile/selected",
            answer -> answer.status() == 200 && answer.text().contains("hacked"));

    open("#/tasks/hostile");
    browser.type("Search", "hacked");
    browser.awaitText("main", " candidates match.");
    browser.awaitText("tbody", HOSTILE);
    browser.clickText("Read");
    browser.awaitText(".messages", HOSTILE);
    open("#/tasks/hostile/composition");
    browser.awaitText("main table", HOSTILE);
    open("#/tasks/hostile/changes");
    browser.awaitText("main", "came in");
    open("#/candidates/" + encoded(HOSTILE));
    browser.awaitText("h1", HOSTILE);
    browser.awaitText(".messages", HOSTILE);
    browser.awaitText("main", "In task hostile");
    open("#/" + encoded(HOSTILE));
    browser.awaitText("main", HOSTILE);

    assertThat(browser.script("return document.querySelectorAll('main script, main img').length"))
        .isEqualTo(0L);
  }

  @Test
  void givenTheWorkerOrTheStreamsAppIsAway_whenItIsBack_thenThePageSaysBoth() {
    open("#/");
    browser.awaitText("#tools", "Live");

    services.stopWorker();
    browser.awaitText("#banner", "The worker");
    services.startWorker();
    browser.awaitNoText("#banner", "The worker");

    services.stopApp();
    browser.awaitText("#banner", "No connection to the streams-app since");
    browser.awaitText("#tools", "Not connected");
    services.startApp();
    browser.awaitText("#tools", "Live");
    browser.awaitNoText("#banner", "No connection");
    browser.awaitText("main table", "standing");
    // What failed while it was away is no fault of the page.
    browser.errors();
  }

  @Test
  void givenMoreTabsAndLeftPagesThanABrowserHasConnections_whenOneIsSeen_thenItIsAnswered() {
    for (int i = 0; i < MORE_THAN_CONNECTIONS; i++) {
      open("#/tasks/standing");
      browser.awaitText("#tools", "Live");
      browser.awaitText("main", "20 candidates in selection order");
    }
    try (Browser.Tabs tabs = browser.tabs()) {
      for (int i = 0; i < MORE_THAN_CONNECTIONS; i++) {
        tabs.open();
        open("#/tasks/standing");
        browser.awaitText("#tools", "Live");
        browser.awaitText("main", "20 candidates in selection order");
      }
    }
    // A page that was not seen for a while is as new as any other one.
    browser.awaitText("#tools", "Live");
    services.put("later", 1, List.of(3));
    browser.clickText("Overview");
    browser.awaitText("main table", "later");
  }

  @Test
  void givenEachView_whenExaminedInLightAndDark_thenAxeFindsNothingSeriousAndNothingIsTooWide() {
    String candidate =
        services
            .api()
            .get("/api/tasks/standing/selected")
            .json()
            .path("selected")
            .path(0)
            .path("candidate_id")
            .asText();
    String job = services.fire("standing", 5);
    List<List<String>> views =
        List.of(
            List.of("#/", "standing"),
            List.of("#/tasks/standing", "20 candidates in selection order"),
            List.of("#/tasks/standing/composition", "standing-q0"),
            List.of("#/tasks/standing/changes", "came in"),
            List.of("#/tasks/standing/jobs", job),
            List.of("#/candidates/" + candidate + "/standing", "Slot"),
            List.of("#/jobs", job),
            List.of("#/jobs/" + job, "Seeds"),
            List.of("#/dead-letters", "By reason"),
            List.of("#/put", "What you type is checked"));
    for (List<String> view : views) {
      browser.scheme("light");
      open(view.get(0));
      browser.awaitText("main", view.get(1));
      assertThat(browser.seriousFaults()).as(view.get(0) + " in light").isEmpty();
      browser.scheme("dark");
      assertThat(browser.faultsOfColour()).as(view.get(0) + " in dark").isEmpty();
      browser.width(360);
      assertThat(browser.script("return document.documentElement.scrollWidth - innerWidth"))
          .as("pixels that %s is too wide on a narrow screen", view.get(0))
          .satisfies(pixels -> assertThat((Long) pixels).isLessThanOrEqualTo(0));
      browser.width(1200);
    }
    browser.scheme("light");
  }

  private void open(String fragment) {
    browser.open(services.page(), fragment);
  }

  /** Enters the token as the dialog does. */
  private void authorize() {
    browser.script("sessionStorage.setItem('sluice.token', arguments[0])", PageServices.TOKEN);
  }

  private static String encoded(String id) {
    return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
