package io.sluice.gpuworker.launch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A user's command line with placeholders. It is split into arguments here, without a shell, so
 * that no value of a placeholder can become a command: at spaces, except within single or double
 * quotes; a backslash takes the next character as it is, except within single quotes.
 *
 * @param arguments the program and its arguments, placeholders not yet filled
 */
public record CommandTemplate(List<String> arguments) {
  public CommandTemplate {
    arguments = List.copyOf(arguments);
  }

  /**
   * Splits and checks a command line.
   *
   * @throws IllegalArgumentException when it is empty, a quote is open or a placeholder unknown
   */
  public static CommandTemplate parse(String line) {
    List<String> arguments = new Splitter(line).split();
    if (arguments.isEmpty()) {
      throw new IllegalArgumentException("the command is empty: give a program and its arguments");
    }
    arguments.forEach(Placeholders::check);
    return new CommandTemplate(arguments);
  }

  /** The arguments of a run; each stays one argument, whatever its values hold. */
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
            throw new IllegalArgumentException("the command ends in a backslash: take it away");
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
            "a quote in the command is open: close it with " + quote);
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
