package dev.netproof.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.deque.html.axecore.results.Results;
import com.deque.html.axecore.selenium.AxeBuilder;
import dev.netproof.model.Report;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** The HTML page as a person meets it. Needs a browser, and no cluster. */
class HtmlReportBrowserTest {
    @TempDir
    private static Path folder;

    private static ChromeDriver browser;

    @BeforeAll
    static void open() throws IOException {
        Optional<Path> chromium = installed("chromium", "chromium-browser", "google-chrome");
        Optional<Path> driver = installed("chromedriver");
        assumeTrue(
                chromium.isPresent() && driver.isPresent(),
                "chromium or chromedriver is not installed: the HTML page is not tested in a browser");
        for (Map.Entry<String, Report> recorded : RecordedReports.all().entrySet()) {
            write(recorded.getKey(), recorded.getValue());
        }
        write("thousand", RecordedReports.thousand());
        RecordedEnforcement.all().forEach((name, report) -> write("enforcement-" + name, report));
        write("red-unenforced", RecordedEnforcement.with(RecordedReports.red(), RecordedEnforcement.partial()));
        // Both programs are named, so that Selenium looks for nothing and downloads nothing.
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.orElseThrow().toFile());
        options.addArguments(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--user-data-dir=" + Files.createDirectories(folder.resolve("profile")));
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, java.util.logging.Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        browser = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(driver.orElseThrow().toFile())
                        .usingAnyFreePort()
                        .build(),
                options);
        browser.manage().timeouts().pageLoadTimeout(Duration.ofSeconds(30));
    }

    @AfterAll
    static void close() {
        if (browser != null) {
            browser.quit();
        }
    }

    @BeforeEach
    void wide() {
        browser.manage().window().setSize(new Dimension(1400, 1000));
        theme("light");
    }

    @ParameterizedTest
    @CsvSource({
        "green, light, 1400",
        "red, light, 1400",
        "red, dark, 1400",
        "red, light, 500",
        "inconclusive, light, 1400",
        "inconclusive, dark, 500",
        "hostile, light, 1400",
        "breakage, dark, 1400",
        "broken-halfway, light, 1400",
        "enforcement-not-enforced, light, 1400",
        "enforcement-partial, dark, 1400",
        "enforcement-enforced, light, 500",
        "red-unenforced, light, 1400"
    })
    void is_accessible(String report, String theme, int width) {
        browser.manage().window().setSize(new Dimension(width, 1000));
        theme(theme);
        load(report);
        assertThat(violations()).isEmpty();
        List<WebElement> cells = browser.findElements(By.cssSelector(".grid td a"));
        if (!cells.isEmpty()) {
            cells.get(0).click();
            assertThat(violations()).isEmpty();
        }
        assertThat(complaints()).isEmpty();
    }

    @Test
    void a_cell_opens_its_evidence_and_the_keyboard_alone_is_enough() {
        load("red");
        WebElement first = browser.findElement(By.cssSelector(".grid a[tabindex='0']"));
        assertThat(first.getText()).contains("OPEN", "expected deny");
        focus(first);
        press(Keys.ARROW_LEFT);
        assertThat(browser.switchTo().activeElement().getText()).contains("allow");
        press(Keys.ARROW_RIGHT, Keys.ENTER);
        WebElement drawer = browser.findElement(By.id("drawer"));
        assertThat(drawer.isDisplayed()).isTrue();
        assertThat(drawer.getText())
                .contains(
                        "storefront → postgres:5432 is denied",
                        "the front end never talks to the database",
                        "REACHED: the check itself",
                        "postgres-0 on node-b",
                        "matrices/bookstore/matrix.yaml:21",
                        "netproof run --context lab matrices/bookstore/matrix.yaml:21");
        assertThat(browser.getCurrentUrl()).endsWith(first.getDomAttribute("href"));
        press(Keys.ARROW_RIGHT);
        assertThat(drawer.getText()).contains("storefront → rabbitmq:5672 is denied");
        press(Keys.ESCAPE);
        assertThat(drawer.isDisplayed()).isFalse();
        assertThat(browser.switchTo().activeElement().getText()).contains("deny");
        assertThat(browser.getCurrentUrl()).doesNotContain("#");
    }

    @Test
    void the_filter_leaves_the_failures() {
        load("red");
        browser.findElement(By.xpath("//label[contains(., '6 violations')]")).click();
        assertThat(visible(".grid tbody tr")).isEqualTo(3);
        assertThat(visible(".grid td a:not(.dim)")).isEqualTo(6);
        assertThat(visible(".rest")).isZero();
        browser.findElement(By.xpath("//label[contains(., 'All 22 checks')]")).click();
        assertThat(visible(".grid td a")).isEqualTo(22);
    }

    @Test
    void a_link_to_a_check_opens_it() {
        browser.get("about:blank");
        browser.get(address("red") + "#c6");
        assertThat(browser.findElement(By.id("drawer")).getText()).contains("storefront → postgres:5432 is denied");
    }

    @Test
    void nothing_hostile_runs() {
        load("hostile");
        browser.findElement(By.cssSelector(".grid td a")).click();
        assertThat(browser.findElements(By.cssSelector("img, main script, dialog script")))
                .isEmpty();
        assertThat(browser.findElement(By.id("drawer")).getText()).contains("</script><script>alert(2)</script>");
        assertThat(complaints()).isEmpty();
    }

    @Test
    void a_thousand_checks_stay_quick() {
        long begun = System.nanoTime();
        load("thousand");
        WebElement cell = browser.findElement(By.cssSelector("a[href='#c2']"));
        Object millis = browser.executeScript(
                "const t = performance.now(); arguments[0].click(); document.body.offsetHeight;"
                        + " document.querySelector('[data-close]').click();"
                        + " document.querySelector('input[value=violation]').click(); document.body.offsetHeight;"
                        + " return Math.round(performance.now() - t);",
                cell);
        assertThat(((Number) millis).longValue()).isLessThan(1_000);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(15));
    }

    @Test
    void enforcement_stands_on_top() {
        load("red-unenforced");
        List<WebElement> sections = browser.findElements(By.cssSelector("main > section"));
        assertThat(sections.get(0).getAttribute("class")).contains("enforcement", "bad");
        assertThat(sections.get(0).findElements(By.cssSelector(".cell.bad"))).isNotEmpty();
    }

    @Test
    void what_stood_around_the_checks_is_there() {
        load("red");
        browser.findElement(By.cssSelector(".around > summary")).click();
        assertThat(browser.findElement(By.cssSelector(".around")).getText())
                .contains(
                        "NetworkPolicy bookstore/ingress-postgres-from-catalog",
                        "AdminNetworkPolicy platform",
                        "1188",
                        "containerd");
        assertThat(browser.findElement(By.cssSelector(".exceptions")).getText())
                .contains("orders-team", "PAY-1", "2026-10-31");
        assertThat(violations()).isEmpty();
    }

    private static void write(String name, Report report) {
        try {
            Files.writeString(folder.resolve(name + ".html"), Goldens.rendered(Reports.html(), report));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Path> installed(String... programs) {
        return Stream.of(programs)
                .flatMap(program -> Stream.of(
                                System.getenv().getOrDefault("PATH", "").split(java.io.File.pathSeparator))
                        .map(directory -> Path.of(directory, program)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static String address(String report) {
        return folder.resolve(report + ".html").toUri().toString();
    }

    private static void load(String report) {
        browser.get(address(report));
    }

    private static void theme(String scheme) {
        browser.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    private static List<String> violations() {
        Results results = new AxeBuilder().disableIframeTesting().analyze(browser);
        assertThat(results.getPasses()).as("rules that axe could apply").hasSizeGreaterThan(10);
        return results.getViolations().stream()
                .map(rule -> rule.getId() + ": "
                        + rule.getNodes().stream().map(node -> node.getHtml()).toList())
                .toList();
    }

    private static List<String> complaints() {
        return browser.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(LogEntry::getMessage)
                .toList();
    }

    private static void focus(WebElement element) {
        browser.executeScript("arguments[0].focus()", element);
    }

    private static void press(CharSequence... keys) {
        for (CharSequence key : keys) {
            browser.switchTo().activeElement().sendKeys(key);
        }
    }

    private static long visible(String selector) {
        return browser.findElements(By.cssSelector(selector)).stream()
                .filter(WebElement::isDisplayed)
                .count();
    }
}
