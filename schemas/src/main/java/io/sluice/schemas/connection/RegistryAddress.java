package io.sluice.schemas.connection;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.types.Password;

/**
 * Where a schema registry is. A user and a password in its address are taken out of it, so that the
 * address can be printed and logged, and so that the registry's client cannot log them either.
 *
 * @param urls the addresses of its instances, without user and password; at least one
 * @param userInfo the user and the password, separated by a colon, as the registry expects them
 */
public record RegistryAddress(List<String> urls, Optional<Password> userInfo) {
  private static final Pattern URL =
      Pattern.compile("(?<scheme>(?i:https?|mock))://((?<user>[^/?#]*)@)?(?<rest>[^@\\s]+)");

  /** Copies the addresses. */
  public RegistryAddress {
    urls = List.copyOf(urls);
  }

  /**
   * Takes user and password out of addresses.
   *
   * @param addresses of one registry, each {@code http://}, {@code https://} or {@code mock://}
   * @throws IllegalArgumentException when one is no such address, or they differ in user and
   *     password; the message shows no address, which may contain a password
   */
  static RegistryAddress parse(List<String> addresses) {
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("give the address of a schema registry");
    }
    Set<String> urls = new LinkedHashSet<>();
    Set<Optional<String>> users = new LinkedHashSet<>();
    for (String address : addresses) {
      Matcher url = URL.matcher(address.trim());
      if (!url.matches()) {
        throw new IllegalArgumentException(
            "give the address of a schema registry as http://HOST:PORT or https://HOST:PORT; in"
                + " USER:PASSWORD@ before the host, write special characters percent-encoded");
      }
      urls.add(url.group("scheme").toLowerCase(Locale.ROOT) + "://" + url.group("rest"));
      users.add(Optional.ofNullable(url.group("user")));
    }
    if (users.size() > 1) {
      throw new IllegalArgumentException(
          "the addresses of one schema registry need the same user and password: give them in each"
              + " address, or set basic.auth.credentials.source=USER_INFO and"
              + " basic.auth.user.info");
    }
    return new RegistryAddress(
        List.copyOf(urls),
        users.iterator().next().map(RegistryAddress::decoded).map(Password::new));
  }

  /** The addresses as the registry's client takes them, separated by commas. */
  public String url() {
    return String.join(",", urls);
  }

  private static String decoded(String userInfo) {
    try {
      // A plus sign stands for itself here, other than in a form.
      return URLDecoder.decode(userInfo.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      // The cause quotes a part of the password.
      throw new IllegalArgumentException(
          "a percent sign in user or password must be written as %25");
    }
  }
}
