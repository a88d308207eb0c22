package io.sluice.local.page;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Utils;
import org.openqa.selenium.By;
import org.openqa.selenium.ElementNotInteractableException;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * A headless Chromium with a profile of its own, as Debian's packages {@code chromium} and {@code
 * chromium-driver} install it. What a test asks for may take its time to appear: every method waits
 * until it does.
 */
final class Browser implements AutoCloseable {
  /** What to do where a test cannot run. */
  static final String MISSING =
      "no chromium and chromedriver on the path: install Debian's packages chromium and"
          + " chromium-driver";

  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final long POLL_MILLIS = 50;
  private static final int HEIGHT = 900;

  private final ChromeDriver driver;
  private final Path profile;

  private Browser(ChromeDriver driver, Path profile) {
    this.driver = driver;
    this.profile = profile;
  }

  /** Whether this machine has what {@link #start} needs. */
  static boolean isInstalled() {
    return program("chromium").isPresent() && program("chromedriver").isPresent();
  }

  static Browser start() throws IOException {
    Path profile = Files.createTempDirectory("sluice-browser");
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(program("chromium").orElseThrow().toFile());
    options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
    options.setExperimentalOption(
        "prefs", Map.of("download.default_directory", downloads(profile).toString()));
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--user-data-dir=" + profile);
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(program("chromedriver").orElseThrow().toFile())
            .usingAnyFreePort()
            .build();
    return new Browser(new ChromeDriver(service, options), profile);
  }

  /** Opens a view; the fragment begins with {@code #/}. */
  void open(URI page, String fragment) {
    driver.get("about:blank");
    driver.get(page + "/" + fragment);
  }

  /** Waits until a condition holds. */
  void await(String what, BooleanSupplier condition) {
    Instant deadline = Instant.now().plus(PATIENCE);
    while (!condition.getAsBoolean()) {
      if (Instant.now().isAfter(deadline)) {
        throw new AssertionError(
            "not seen: %s; the page says: %s; errors: %s".formatted(what, texts("body"), errors()));
      }
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted", e);
      }
    }
  }

  /** Waits until the visible text of an element contains a text. */
  void awaitText(String selector, String text) {
    await(
        "'%s' in %s".formatted(text, selector),
        () -> texts(selector).stream().anyMatch(shown -> shown.contains(text)));
  }

  /** Waits until no element with this selector shows a text. */
  void awaitNoText(String selector, String text) {
    await(
        "the end of '%s' in %s".formatted(text, selector),
        () -> texts(selector).stream().noneMatch(shown -> shown.contains(text)));
  }

  /** The visible texts of all elements with a selector, in the order of the page. */
  @SuppressWarnings("unchecked")
  List<String> texts(String selector) {
    return (List<String>)
        script(
            "return [...document.querySelectorAll(arguments[0])].map((e) => e.innerText)",
            selector);
  }

  /** The visible texts of the rows of a table, cell by cell; empty while there is no such table. */
  @SuppressWarnings("unchecked")
  List<List<String>> rows(String caption) {
    return (List<List<String>>)
        script(
            """
            const table = [...document.querySelectorAll('table')].find((one) => one.caption?.textContent === arguments[0]);
            return [...(table?.tBodies[0].rows ?? [])].filter((row) => !row.hidden)
              .map((row) => [...row.cells].map((cell) => cell.innerText.trim()));
            """,
            caption);
  }

  /** Clicks an element as soon as it can be clicked. */
  void click(String selector) {
    act(By.cssSelector(selector), WebElement::click);
  }

  /** Clicks the button or link whose text begins so. */
  void clickText(String text) {
    act(
        By.xpath(
            "//*[self::button or self::a or self::summary][starts-with(normalize-space(.), '%s')]"
                .formatted(text)),
        WebElement::click);
  }

  /** Replaces what is in a field. */
  void type(String label, String text) {
    act(
        By.xpath("//*[@id = //label[normalize-space(.) = '%s']/@for]".formatted(label)),
        field -> {
          field.clear();
          field.sendKeys(text);
        });
  }

  /** Chooses a value of a list. */
  void choose(String label, String value) {
    act(
        By.xpath(
            "//*[@id = //label[normalize-space(.) = '%s']/@for]/option[@value = '%s']"
                .formatted(label, value)),
        WebElement::click);
  }

  private void act(By which, Consumer<WebElement> action) {
    await(
        which.toString(),
        () -> {
          try {
            Optional<WebElement> found =
                driver.findElements(which).stream()
                    .filter(WebElement::isDisplayed)
                    .filter(WebElement::isEnabled)
                    .findFirst();
            found.ifPresent(action);
            return found.isPresent();
          } catch (StaleElementReferenceException | ElementNotInteractableException moved) {
            return false;
          }
        });
  }

  /** Opens tabs beside the present one, to which it returns in the end. */
  Tabs tabs() {
    return new Tabs(driver.getWindowHandle());
  }

  /** Tabs that are open at the same time, of which the last one is seen. */
  final class Tabs implements AutoCloseable {
    private final String first;

    private Tabs(String first) {
      this.first = first;
    }

    /** Opens another tab, and goes there. */
    void open() {
      driver.switchTo().newWindow(WindowType.TAB);
    }

    @Override
    public void close() {
      for (String handle : driver.getWindowHandles()) {
        if (!handle.equals(first)) {
          driver.switchTo().window(handle).close();
        }
      }
      driver.switchTo().window(first);
    }
  }

  /** Waits until something is downloaded, and returns the file. */
  Path downloaded() {
    Path folder = downloads(profile);
    await("a complete download in " + folder, () -> complete(folder).findAny().isPresent());
    return complete(folder).findAny().orElseThrow();
  }

  private static Stream<Path> complete(Path folder) {
    File[] files =
        folder
            .toFile()
            .listFiles((dir, name) -> !name.endsWith(".crdownload") && !name.startsWith("."));
    return Stream.ofNullable(files).flatMap(Stream::of).map(File::toPath);
  }

  private static Path downloads(Path profile) {
    return profile.resolve("downloads");
  }

  Object script(String javascript, Object... arguments) {
    return driver.executeScript(javascript, arguments);
  }

  /** What the rules of axe-core say against the page, those of serious and critical impact. */
  List<String> seriousFaults() {
    return faults(Map.of());
  }

  /** What they say against its colours, which a scheme changes. */
  List<String> faultsOfColour() {
    return faults(Map.of("runOnly", List.of("color-contrast")));
  }

  @SuppressWarnings("unchecked")
  private List<String> faults(Map<String, Object> rules) {
    script(axe());
    return (List<String>)
        driver.executeAsyncScript(
            """
            const done = arguments[arguments.length - 1];
            axe.run({ ...arguments[0], resultTypes: ['violations'] }).then((found) => done(found.violations
              .filter((one) => one.impact === 'serious' || one.impact === 'critical')
              .flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html} ${node.failureSummary}`))),
              (failure) => done([String(failure)]));
            """,
            rules);
  }

  private static String axe() {
    try (InputStream source = Browser.class.getResourceAsStream("/axe.min.js")) {
      return new String(source.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Light or dark. */
  void scheme(String scheme) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  /** The width of the window, in CSS pixels. */
  void width(int pixels) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", pixels, "height", HEIGHT, "deviceScaleFactor", 1, "mobile", false));
  }

  /** The addresses of everything that the page has loaded or asked for. */
  @SuppressWarnings("unchecked")
  List<String> requested() {
    return (List<String>)
        script("return performance.getEntriesByType('resource').map((entry) => entry.name)");
  }

  /**
   * Errors in the browser's console since the last call, but for answers of the API that are errors
   * and connections that break, which the browser reports too.
   */
  List<String> errors() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
        .map(LogEntry::getMessage)
        .filter(message -> !message.contains("Failed to load resource"))
        .filter(message -> !message.contains("net::ERR_"))
        .toList();
  }

  @Override
  public void close() {
    driver.quit();
    try {
      Utils.delete(profile.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<Path> program(String name) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
