package io.sluice.local.bundled;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.util.List;
import java.util.Locale;

/** Skills that calculate: arithmetic, units, dates and Roman numerals. */
final class NumberSkills {
  private static final List<String> NAMES =
      List.of("Anna", "Ben", "Clara", "David", "Emma", "Felix", "Grace", "Henry", "Ivy", "Jack");
  private static final List<String> THINGS =
      List.of("apples", "marbles", "stickers", "pencils", "shells", "coins", "cookies", "stamps");
  private static final List<Unit> UNITS =
      List.of(
          new Unit("kilometre", "kilometres", "metres", 1000),
          new Unit("metre", "metres", "centimetres", 100),
          new Unit("centimetre", "centimetres", "millimetres", 10),
          new Unit("kilogram", "kilograms", "grams", 1000),
          new Unit("litre", "litres", "millilitres", 1000),
          new Unit("tonne", "tonnes", "kilograms", 1000),
          new Unit("foot", "feet", "inches", 12),
          new Unit("yard", "yards", "feet", 3),
          new Unit("pound", "pounds", "ounces", 16),
          new Unit("gallon", "gallons", "pints", 8));
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("d MMMM yyyy", Locale.ENGLISH);
  private static final LocalDate FIRST_DATE = LocalDate.of(1995, 1, 1);
  private static final int[] ROMAN_VALUES = {1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1};
  private static final String[] ROMAN_SIGNS = {
    "M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"
  };

  private NumberSkills() {}

  private record Unit(String one, String from, String to, int factor) {}

  static Exchange arithmetic(Dice dice) {
    String who = dice.pick(NAMES);
    String what = dice.pick(THINGS);
    int a = dice.between(4, 60);
    int b = dice.between(2, 12);
    int c = dice.between(1, 3);
    return switch (dice.between(1, 5)) {
      case 1 ->
          new Exchange(
              who
                  + " has "
                  + a
                  + " "
                  + what
                  + " and buys "
                  + b
                  + " more. How many "
                  + what
                  + " does "
                  + who
                  + " have now?",
              a + " + " + b + " = " + (a + b) + ". " + who + " has " + (a + b) + " " + what + ".");
      case 2 ->
          new Exchange(
              who
                  + " had "
                  + (a + b)
                  + " "
                  + what
                  + " and gave "
                  + b
                  + " away. How many "
                  + what
                  + " are left?",
              (a + b) + " - " + b + " = " + a + ". " + who + " has " + a + " " + what + " left.");
      case 3 ->
          new Exchange(
              who
                  + " fills "
                  + b
                  + " boxes with "
                  + a
                  + " "
                  + what
                  + " each. How many "
                  + what
                  + " are there altogether?",
              b
                  + " * "
                  + a
                  + " = "
                  + (a * b)
                  + ". There are "
                  + (a * b)
                  + " "
                  + what
                  + " altogether.");
      case 4 ->
          new Exchange(
              who
                  + " shares "
                  + (a * b)
                  + " "
                  + what
                  + " equally among "
                  + b
                  + " friends. How many does each friend get?",
              (a * b) + " / " + b + " = " + a + ". Each friend gets " + a + " " + what + ".");
      default ->
          new Exchange(
              who
                  + " buys "
                  + b
                  + " bags of "
                  + a
                  + " "
                  + what
                  + " and loses "
                  + c
                  + ". How many "
                  + what
                  + " remain?",
              b
                  + " * "
                  + a
                  + " = "
                  + (a * b)
                  + ". "
                  + (a * b)
                  + " - "
                  + c
                  + " = "
                  + (a * b - c)
                  + ". "
                  + who
                  + " has "
                  + (a * b - c)
                  + " "
                  + what
                  + " left.");
    };
  }

  static Exchange unitConversion(Dice dice) {
    Unit unit = dice.pick(UNITS);
    int amount = dice.between(2, 95);
    String prompt =
        dice.pick(
            "Convert " + amount + " " + unit.from + " to " + unit.to + ".",
            "How many " + unit.to + " make " + amount + " " + unit.from + "?",
            "Express " + amount + " " + unit.from + " in " + unit.to + ".");
    return new Exchange(
        prompt,
        "One "
            + unit.one
            + " equals "
            + unit.factor
            + " "
            + unit.to
            + ", so "
            + amount
            + " "
            + unit.from
            + " equal "
            + amount * unit.factor
            + " "
            + unit.to
            + ".");
  }

  static Exchange dates(Dice dice) {
    int days = dice.between(2, 45);
    LocalDate start = FIRST_DATE.plusDays(dice.between(0, 12_000));
    return switch (dice.between(1, 3)) {
      case 1 ->
          new Exchange(
              "Which date comes " + days + " days after " + DATE.format(start) + "?",
              "The calendar shows " + DATE.format(start.plusDays(days)) + ".");
      case 2 ->
          new Exchange(
              "Which date was " + days + " days before " + DATE.format(start) + "?",
              "The calendar shows " + DATE.format(start.minusDays(days)) + ".");
      default ->
          new Exchange(
              "On which day of the week fell " + DATE.format(start) + "?",
              "The calendar shows a " + name(start.getDayOfWeek()) + ".");
    };
  }

  private static String name(DayOfWeek day) {
    return day.getDisplayName(TextStyle.FULL, Locale.ENGLISH);
  }

  static Exchange romanNumerals(Dice dice) {
    int number = dice.between(4, 1999);
    return dice.between(0, 1) == 0
        ? new Exchange(
            "Write " + number + " as a Roman numeral.", "Roman numeral: " + roman(number))
        : new Exchange(
            "Which number is the Roman numeral " + roman(number) + "?",
            "Roman numeral: " + roman(number) + " means " + number);
  }

  private static String roman(int number) {
    StringBuilder roman = new StringBuilder();
    int rest = number;
    for (int i = 0; i < ROMAN_VALUES.length; i++) {
      roman.append(ROMAN_SIGNS[i].repeat(rest / ROMAN_VALUES[i]));
      rest %= ROMAN_VALUES[i];
    }
    return roman.toString();
  }
}
