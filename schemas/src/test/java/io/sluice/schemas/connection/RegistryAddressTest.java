package io.sluice.schemas.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.apache.kafka.common.config.types.Password;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryAddressTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://registry:8081",
        "https://registry/ccompat/v7",
        "http://[::1]:8081",
        "http://my_host:8081",
        "mock://test"
      })
  void givenAnAddressWithoutUser_whenParsed_thenItStaysAsItIs(String address) {
    RegistryAddress parsed = RegistryAddress.parse(List.of(address));

    assertThat(parsed.url()).isEqualTo(address);
    assertThat(parsed.userInfo()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "http://user:hunter2@registry:8081, http://registry:8081, user:hunter2",
    "https://user:hunter2@my_host/path, https://my_host/path, user:hunter2",
    "http://user:h%40nt%2Fer+2@registry, http://registry, user:h@nt/er+2",
    "http://user:h@nter2@registry, http://registry, user:h@nter2",
    "http://token@registry, http://registry, token"
  })
  void givenUserAndPassword_whenParsed_thenTheyAreApartFromTheAddressAndNeverPrinted(
      String address, String url, String userInfo) {
    RegistryAddress parsed = RegistryAddress.parse(List.of(address));

    assertThat(parsed.url()).isEqualTo(url);
    assertThat(parsed.userInfo().map(Password::value)).contains(userInfo);
    assertThat(parsed.toString()).doesNotContain(userInfo).doesNotContain("hunter2");
  }

  @Test
  void givenSeveralInstances_whenParsed_thenTheirUserIsOne() {
    RegistryAddress parsed =
        RegistryAddress.parse(List.of("http://u:hunter2@a:1", "http://u:hunter2@b:1"));

    assertThat(parsed.urls()).containsExactly("http://a:1", "http://b:1");
    assertThat(parsed.userInfo().map(Password::value)).contains("u:hunter2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "u:hunter2@registry",
        "http://u:hunt/hunter2@registry",
        "http://u:hunt er2@registry ok",
        "http://u:hunter2%zz@registry",
        "registry:8081",
        "ftp://registry",
        "http://",
        ""
      })
  void givenNoAddressOfARegistry_whenParsed_thenRefusedWithoutShowingIt(String address) {
    assertThatThrownBy(() -> RegistryAddress.parse(List.of(address)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasNoCause()
        .hasMessageNotContainingAny("hunt", "zz");
  }

  @Test
  void givenInstancesThatDifferInTheirPassword_whenParsed_thenRefusedWithoutShowingIt() {
    assertThatThrownBy(
            () -> RegistryAddress.parse(List.of("http://u:hunter2@a:1", "http://u:hunter3@b:1")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("basic.auth.user.info")
        .hasMessageNotContainingAny("hunter2", "hunter3");
  }
}
