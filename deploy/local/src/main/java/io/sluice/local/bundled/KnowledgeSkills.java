package io.sluice.local.bundled;

import java.util.List;

/** Skills that require knowledge: geography and basic Spanish. */
final class KnowledgeSkills {
  private static final List<Country> COUNTRIES =
      List.of(
          new Country("Argentina", "Buenos Aires", "South America"),
          new Country("Australia", "Canberra", "Oceania"),
          new Country("Austria", "Vienna", "Europe"),
          new Country("Bangladesh", "Dhaka", "Asia"),
          new Country("Belgium", "Brussels", "Europe"),
          new Country("Brazil", "Brasilia", "South America"),
          new Country("Bulgaria", "Sofia", "Europe"),
          new Country("Canada", "Ottawa", "North America"),
          new Country("Chile", "Santiago", "South America"),
          new Country("China", "Beijing", "Asia"),
          new Country("Colombia", "Bogota", "South America"),
          new Country("Croatia", "Zagreb", "Europe"),
          new Country("Cuba", "Havana", "North America"),
          new Country("Denmark", "Copenhagen", "Europe"),
          new Country("Ecuador", "Quito", "South America"),
          new Country("Egypt", "Cairo", "Africa"),
          new Country("Estonia", "Tallinn", "Europe"),
          new Country("Ethiopia", "Addis Ababa", "Africa"),
          new Country("Finland", "Helsinki", "Europe"),
          new Country("France", "Paris", "Europe"),
          new Country("Germany", "Berlin", "Europe"),
          new Country("Ghana", "Accra", "Africa"),
          new Country("Greece", "Athens", "Europe"),
          new Country("Hungary", "Budapest", "Europe"),
          new Country("Iceland", "Reykjavik", "Europe"),
          new Country("India", "New Delhi", "Asia"),
          new Country("Indonesia", "Jakarta", "Asia"),
          new Country("Iran", "Tehran", "Asia"),
          new Country("Iraq", "Baghdad", "Asia"),
          new Country("Ireland", "Dublin", "Europe"),
          new Country("Italy", "Rome", "Europe"),
          new Country("Jamaica", "Kingston", "North America"),
          new Country("Japan", "Tokyo", "Asia"),
          new Country("Jordan", "Amman", "Asia"),
          new Country("Kenya", "Nairobi", "Africa"),
          new Country("Latvia", "Riga", "Europe"),
          new Country("Lithuania", "Vilnius", "Europe"),
          new Country("Mali", "Bamako", "Africa"),
          new Country("Mexico", "Mexico City", "North America"),
          new Country("Mongolia", "Ulaanbaatar", "Asia"),
          new Country("Morocco", "Rabat", "Africa"),
          new Country("Nepal", "Kathmandu", "Asia"),
          new Country("New Zealand", "Wellington", "Oceania"),
          new Country("Nigeria", "Abuja", "Africa"),
          new Country("Norway", "Oslo", "Europe"),
          new Country("Pakistan", "Islamabad", "Asia"),
          new Country("Peru", "Lima", "South America"),
          new Country("Poland", "Warsaw", "Europe"),
          new Country("Portugal", "Lisbon", "Europe"),
          new Country("Romania", "Bucharest", "Europe"),
          new Country("Senegal", "Dakar", "Africa"),
          new Country("Serbia", "Belgrade", "Europe"),
          new Country("Slovakia", "Bratislava", "Europe"),
          new Country("Slovenia", "Ljubljana", "Europe"),
          new Country("South Korea", "Seoul", "Asia"),
          new Country("Spain", "Madrid", "Europe"),
          new Country("Sweden", "Stockholm", "Europe"),
          new Country("Syria", "Damascus", "Asia"),
          new Country("Thailand", "Bangkok", "Asia"),
          new Country("Tunisia", "Tunis", "Africa"),
          new Country("Uganda", "Kampala", "Africa"),
          new Country("Uruguay", "Montevideo", "South America"),
          new Country("Venezuela", "Caracas", "South America"),
          new Country("Vietnam", "Hanoi", "Asia"),
          new Country("Zambia", "Lusaka", "Africa"),
          new Country("Zimbabwe", "Harare", "Africa"));

  private static final List<Noun> NOUNS =
      List.of(
          new Noun("house", "la", "casa"),
          new Noun("dog", "el", "perro"),
          new Noun("cat", "el", "gato"),
          new Noun("table", "la", "mesa"),
          new Noun("book", "el", "libro"),
          new Noun("chair", "la", "silla"),
          new Noun("car", "el", "coche"),
          new Noun("shirt", "la", "camisa"),
          new Noun("hat", "el", "sombrero"),
          new Noun("flower", "la", "flor"),
          new Noun("tree", "el", "árbol"),
          new Noun("door", "la", "puerta"),
          new Noun("boat", "el", "barco"),
          new Noun("key", "la", "llave"),
          new Noun("horse", "el", "caballo"),
          new Noun("cup", "la", "taza"),
          new Noun("shoe", "el", "zapato"),
          new Noun("moon", "la", "luna"),
          new Noun("bird", "el", "pájaro"),
          new Noun("street", "la", "calle"));
  private static final List<Adjective> ADJECTIVES =
      List.of(
          new Adjective("red", "rojo", "roja"),
          new Adjective("white", "blanco", "blanca"),
          new Adjective("black", "negro", "negra"),
          new Adjective("yellow", "amarillo", "amarilla"),
          new Adjective("green", "verde", "verde"),
          new Adjective("small", "pequeño", "pequeña"),
          new Adjective("new", "nuevo", "nueva"),
          new Adjective("beautiful", "hermoso", "hermosa"),
          new Adjective("expensive", "caro", "cara"),
          new Adjective("big", "grande", "grande"));

  private KnowledgeSkills() {}

  private record Country(String name, String capital, String continent) {}

  private record Noun(String english, String article, String spanish) {}

  private record Adjective(String english, String masculine, String feminine) {
    String agreeing(Noun noun) {
      return noun.article.equals("la") ? feminine : masculine;
    }
  }

  static Exchange capitals(Dice dice) {
    Country country = dice.pick(COUNTRIES);
    return switch (dice.between(1, 3)) {
      case 1 ->
          new Exchange(
              dice.pick("What is the capital of ", "Name the capital city of ")
                  + country.name
                  + "?",
              "The capital city of " + country.name + " is " + country.capital + ".");
      case 2 ->
          new Exchange(
              dice.pick(
                      "Which country has this capital: ", "Of which country is this the capital: ")
                  + country.capital
                  + "?",
              country.capital + " is the capital city of " + country.name + ".");
      default ->
          new Exchange(
              dice.pick("On which continent is ", "On which continent do you find ")
                  + country.name
                  + "?",
              "The country " + country.name + " is in " + country.continent + ".");
    };
  }

  static Exchange translation(Dice dice) {
    Noun noun = dice.pick(NOUNS);
    Adjective adjective = dice.pick(ADJECTIVES);
    String english = "the " + adjective.english + " " + noun.english;
    String spanish = noun.article + " " + noun.spanish + " " + adjective.agreeing(noun);
    Exchange phrase =
        switch (dice.between(1, 4)) {
          case 1 -> new Exchange(english, spanish);
          case 2 -> new Exchange("where is " + english + "?", "¿dónde está " + spanish + "?");
          case 3 -> new Exchange("I want to buy " + english, "quiero comprar " + spanish);
          default ->
              new Exchange(
                  "the " + noun.english + " is " + adjective.english,
                  noun.article + " " + noun.spanish + " es " + adjective.agreeing(noun));
        };
    return new Exchange(
        dice.pick("Translate into Spanish: ", "Say in Spanish: ", "In Spanish, please: ")
            + phrase.prompt(),
        "En español: " + phrase.answer());
  }
}
