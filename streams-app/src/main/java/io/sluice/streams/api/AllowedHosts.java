package io.sluice.streams.api;

import io.sluice.streams.config.StreamsAppConfig;
import io.sluice.streams.config.StreamsAppSettings;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The names under which the API is served: a request whose {@code Host} header has another one is
 * rejected.
 *
 * <p>The owner of a web page can let its name resolve to the address of this machine (DNS
 * rebinding). For the browser, page and API then have one origin, but the header still has the name
 * of the page. IP addresses and {@code localhost} are therefore always allowed: nobody can let them
 * resolve to something else.
 *
 * @param names in lower case
 */
record AllowedHosts(Set<String> names) {
  private static final Pattern PORT = Pattern.compile(":\\d*$");
  private static final Pattern ADDRESS =
      Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-f:.]+]");

  /**
   * The names that are configured, and those by which this instance itself is known: where it is
   * bound, and where other instances reach it.
   *
   * @param address host and port of this instance
   */
  static AllowedHosts of(StreamsAppConfig config, String address) {
    return new AllowedHosts(
        Stream.of(
                config.get(StreamsAppSettings.HTTP_ALLOWED_HOSTS).stream(),
                config.applicationServer().stream(),
                Stream.of(config.get(StreamsAppSettings.HTTP_HOST), address, "localhost"))
            .flatMap(names -> names)
            .map(AllowedHosts::name)
            .collect(Collectors.toUnmodifiableSet()));
  }

  /**
   * Whether a request with this header is served. Only the text is compared, and nothing is looked
   * up.
   *
   * @param header the value of {@code Host}, with or without a port
   */
  boolean allow(String header) {
    String name = name(header);
    return names.contains(name) || ADDRESS.matcher(name).matches();
  }

  private static String name(String hostAndPort) {
    return PORT.matcher(hostAndPort).replaceFirst("").toLowerCase(Locale.ROOT);
  }
}
