package dev.warren.wire;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Which workers a command is for, by a pattern of their names, as kombu's matchers have it: {@code
 * glob} is Python's {@code fnmatch}, {@code pcre} a regular expression that the name begins with.
 *
 * @param pattern the pattern
 * @param matcher {@code glob} or {@code pcre}; anything else matches no worker
 */
public record NamePattern(String pattern, String matcher) {

  /** Kombu's default. */
  static final String GLOB = "glob";

  private static final int LONGEST = 1_000;

  /** A pattern may be such that a match takes years; anybody can send one. */
  private static final int MOST_LOOKS = 100_000;

  /** Whether a name matches. A pattern that is wrong, or takes too long, matches none. */
  public boolean matches(String name) {
    if (pattern.length() > LONGEST) {
      return false;
    }
    try {
      CharSequence looks = new CountedLooks(name, new int[1]);
      return switch (matcher) {
        case GLOB -> Pattern.compile(expression(pattern), Pattern.DOTALL).matcher(looks).matches();
        case "pcre" -> Pattern.compile(pattern).matcher(looks).lookingAt();
        default -> false;
      };
    } catch (PatternSyntaxException | TooLongException | StackOverflowError e) {
      return false;
    }
  }

  /** Python's fnmatch.translate. */
  private static String expression(String glob) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < glob.length(); i++) {
      char c = glob.charAt(i);
      int end = c == '[' ? endOfSet(glob, i) : -1;
      if (c == '*') {
        out.append(".*");
      } else if (c == '?') {
        out.append('.');
      } else if (end > 0) {
        out.append(set(glob.substring(i + 1, end)));
        i = end;
      } else {
        out.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return out.toString();
  }

  /** A bracket that comes first in its set is one of its characters. */
  private static int endOfSet(String glob, int begin) {
    int first = begin + 1;
    if (first < glob.length() && glob.charAt(first) == '!') {
      first++;
    }
    return glob.indexOf(']', first + 1);
  }

  private static String set(String inside) {
    boolean isNegated = inside.startsWith("!");
    String characters = isNegated ? inside.substring(1) : inside;
    return (isNegated ? "[^" : "[") + characters.replaceAll("[\\\\\\[\\]^&]", "\\\\$0") + "]";
  }

  private static final class TooLongException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** The name, for so many looks at its characters. */
  private record CountedLooks(String text, int[] count) implements CharSequence {
    @Override
    public int length() {
      return text.length();
    }

    @Override
    public char charAt(int index) {
      if (++count[0] > MOST_LOOKS) {
        throw new TooLongException();
      }
      return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new CountedLooks(text.substring(start, end), count);
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
