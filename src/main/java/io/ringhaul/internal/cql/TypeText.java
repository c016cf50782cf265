package io.ringhaul.internal.cql;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A parsed CQL type: its name and the parameters in its angle brackets. {@code frozen} is omitted.
 *
 * @param name the name, in double quotes if the text has them
 * @param parts the types, or the dimension of a vector, in the angle brackets
 */
public record TypeText(String name, List<TypeText> parts) {

  /** Parses a type; empty if the text is not a type. */
  public static Optional<TypeText> parse(String text) {
    Parser parser = new Parser(text);
    try {
      TypeText type = parser.type();
      return parser.at == text.length() ? Optional.of(type) : Optional.empty();
    } catch (IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  /** Returns whether the type has this name and number of parts. */
  public boolean is(String other, int size) {
    return name.equals(other) && parts.size() == size;
  }

  private static final class Parser {
    private final String text;
    private int at;

    private Parser(String text) {
      this.text = text;
    }

    private TypeText type() {
      String name = name();
      List<TypeText> parts = new ArrayList<>();
      if (at < text.length() && text.charAt(at) == '<') {
        do {
          at++;
          skipSpaces();
          parts.add(type());
          skipSpaces();
        } while (text.charAt(at) == ',');
        if (text.charAt(at) != '>') {
          throw new IndexOutOfBoundsException(at);
        }
        at++;
      }
      return name.equals("frozen") && parts.size() == 1
          ? parts.get(0)
          : new TypeText(name, List.copyOf(parts));
    }

    private String name() {
      int start = at;
      if (text.charAt(at) == '"') {
        do {
          at = text.indexOf('"', at + 1);
          if (at < 0) {
            throw new IndexOutOfBoundsException(start);
          }
          at++;
        } while (at < text.length() && text.charAt(at) == '"'); // doubled
      } else {
        while (at < text.length() && isPlain(text.charAt(at))) {
          at++;
        }
      }
      if (at == start) {
        throw new IndexOutOfBoundsException(at);
      }
      return text.substring(start, at);
    }

    private static boolean isPlain(char c) {
      return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private void skipSpaces() {
      while (text.charAt(at) == ' ') {
        at++;
      }
    }
  }
}
