package io.sluice.local.bundled;

import java.util.List;

/** Skills whose answers are in a formal language: Python and JSON. */
final class FormalSkills {
  private static final List<String> LISTS =
      List.of("xs", "items", "values", "rows", "scores", "prices", "temps", "counts");
  private static final List<String> PEOPLE =
      List.of("Maria", "Omar", "Lena", "Kenji", "Aisha", "Paulo", "Ingrid", "Ravi", "Chloe", "Tom");
  private static final List<String> CITIES =
      List.of("Lyon", "Porto", "Leeds", "Turin", "Bergen", "Krakow", "Seville", "Boston");
  private static final List<String> JOBS =
      List.of("nurse", "baker", "pilot", "painter", "lawyer", "farmer", "dentist", "plumber");

  private FormalSkills() {}

  static Exchange python(Dice dice) {
    String list = dice.pick(LISTS);
    int n = dice.between(2, 20);
    Exchange core =
        switch (dice.between(1, 8)) {
          case 1 ->
              new Exchange(
                  "keeps the elements of " + list + " greater than " + n,
                  "[x for x in " + list + " if x > " + n + "]");
          case 2 ->
              new Exchange(
                  "multiplies every element of " + list + " by " + n,
                  "[x * " + n + " for x in " + list + "]");
          case 3 ->
              new Exchange("takes the last " + n + " elements of " + list, list + "[-" + n + ":]");
          case 4 ->
              new Exchange(
                  "adds up the elements of " + list + " divisible by " + n,
                  "sum(x for x in " + list + " if x % " + n + " == 0)");
          case 5 ->
              new Exchange(
                  "counts the elements of " + list + " equal to " + n, list + ".count(" + n + ")");
          case 6 ->
              new Exchange(
                  "sorts " + list + " by the distance to " + n,
                  "sorted(" + list + ", key=lambda x: abs(x - " + n + "))");
          case 7 ->
              new Exchange(
                  "tells whether any element of " + list + " is below " + n,
                  "any(x < " + n + " for x in " + list + ")");
          default ->
              new Exchange(
                  "maps each element of " + list + " to its remainder modulo " + n,
                  "{x: x % " + n + " for x in " + list + "}");
        };
    return new Exchange(
        dice.pick(
            "Write a Python expression that " + core.prompt() + ".",
            "Give Python code that " + core.prompt() + ".",
            "Which Python line " + core.prompt() + "?"),
        "```python\nresult = " + core.answer() + "\n```");
  }

  static Exchange json(Dice dice) {
    String name = dice.pick(PEOPLE);
    String city = dice.pick(CITIES);
    String job = dice.pick(JOBS);
    int age = dice.between(19, 79);
    String text =
        dice.pick(
            name + ", " + age + ", lives in " + city + " and works as a " + job + ".",
            "The " + job + " " + name + " moved to " + city + " at the age of " + age + ".",
            "Meet " + name + " from " + city + ", a " + job + " aged " + age + ".");
    return switch (dice.between(1, 3)) {
      case 1 ->
          new Exchange(
              "Extract name and city as JSON: " + text,
              "{\"name\": \"" + name + "\", \"city\": \"" + city + "\"}");
      case 2 ->
          new Exchange(
              "Extract name, age and job as JSON: " + text,
              "{\"name\": \"" + name + "\", \"age\": " + age + ", \"job\": \"" + job + "\"}");
      default ->
          new Exchange(
              "Turn this into a JSON object with name, city and job: " + text,
              "{\"name\": \"" + name + "\", \"city\": \"" + city + "\", \"job\": \"" + job + "\"}");
    };
  }
}
