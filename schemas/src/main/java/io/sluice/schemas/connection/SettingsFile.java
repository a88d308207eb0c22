package io.sluice.schemas.connection;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/** Reads settings from a properties file: {@code key=value} lines in UTF-8. */
public final class SettingsFile {
  private SettingsFile() {}

  /**
   * Reads a file.
   *
   * @return the settings by key, in no particular order
   * @throws IOException when it cannot be read; the message names the file and says why
   */
  public static Map<String, String> read(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException(file + " is a folder: give a properties file");
    }
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(reader);
    } catch (NoSuchFileException e) {
      throw new IOException(file + ": there is no such file", e);
    } catch (AccessDeniedException e) {
      throw new IOException(file + ": access denied, check its owner and permissions", e);
    } catch (CharacterCodingException e) {
      throw new IOException(file + " is not a properties file: it is not UTF-8 text", e);
    } catch (IllegalArgumentException e) {
      throw new IOException(
          file + " is not a properties file: a backslash and u need four hexadecimal digits", e);
    }
    Map<String, String> settings = new HashMap<>();
    properties.stringPropertyNames().forEach(key -> settings.put(key, properties.getProperty(key)));
    return settings;
  }

  /**
   * Settings from a file, if there is one, with others over them.
   *
   * @param overrides settings that win over those of the file
   * @throws IOException when the file cannot be read; the message names the file and says why
   */
  public static Map<String, String> merge(Optional<Path> file, Map<String, String> overrides)
      throws IOException {
    Map<String, String> settings = new HashMap<>();
    if (file.isPresent()) {
      settings.putAll(read(file.get()));
    }
    settings.putAll(overrides);
    return settings;
  }
}
