package io.sluice.gpuworker.launch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A user's command line with placeholders. It is split into arguments without a shell, so that no
 * value of a placeholder can become a command: at white space, except within single or double
 * quotes. A backslash quotes the next character, except within single quotes.
 *
 * @param arguments the program and its arguments, with placeholders that are not filled in yet
 */
public record CommandTemplate(List<String> arguments) {
  public CommandTemplate {
    arguments = List.copyOf(arguments);
  }

  /**
   * Splits and checks a command line.
   *
   * @throws IllegalArgumentException when it is empty, a quote is not closed or a placeholder is
   *     unknown
   */
  public static CommandTemplate parse(String line) {
    List<String> arguments = new Splitter(line).split();
    if (arguments.isEmpty()) {
      throw new IllegalArgumentException("the command is empty: give a program and its arguments");
    }
    arguments.forEach(Placeholders::check);
    return new CommandTemplate(arguments);
  }

  /**
   * The arguments of a run. Each stays one argument, also with spaces or quotes in the values.
   *
   * @param values of all placeholders, by name
   */
  List<String> fill(Map<String, String> values) {
    return arguments.stream().map(argument -> Placeholders.fill(argument, values)).toList();
  }

  private static final class Splitter {
    private final String line;
    private final List<String> arguments = new ArrayList<>();
    private final StringBuilder argument = new StringBuilder();
    private boolean begun;
    private char quote;

    Splitter(String line) {
      this.line = line;
    }

    List<String> split() {
      for (int i = 0; i < line.length(); i++) {
        char c = line.charAt(i);
        if (c == '\\' && quote != '\'') {
          i++;
          if (i == line.length()) {
            throw new IllegalArgumentException("the command ends in a backslash: remove it");
          }
          add(line.charAt(i));
        } else if (quote != 0) {
          quoted(c);
        } else if (c == '\'' || c == '"') {
          quote = c;
          begun = true;
        } else if (Character.isWhitespace(c)) {
          end();
        } else {
          add(c);
        }
      }
      if (quote != 0) {
        throw new IllegalArgumentException(
            "a quote in the command is not closed: close it with " + quote);
      }
      end();
      return arguments;
    }

    private void quoted(char c) {
      if (c == quote) {
        quote = 0;
      } else {
        add(c);
      }
    }

    private void add(char c) {
      argument.append(c);
      begun = true;
    }

    private void end() {
      if (begun) {
        arguments.add(argument.toString());
        argument.setLength(0);
        begun = false;
      }
    }
  }
}
