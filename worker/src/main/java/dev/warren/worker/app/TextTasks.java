package dev.warren.worker.app;

import dev.warren.worker.Task;
import org.springframework.stereotype.Component;

/** Tasks on texts. */
@Component
final class TextTasks {

  /**
   * {@code text.word_count}: the number of words in a text, as {@code wc -w} of GNU coreutils
   * counts them in a UTF-8 locale. A word is a longest run of characters that are not white space;
   * white space is what glibc's {@code iswspace} says, and the no-break spaces.
   *
   * <p>Up to coreutils 9.4 {@code wc} overlooked what cannot be printed: control characters, U+2028
   * and U+2029, and outside ASCII everything in the C locale.
   *
   * @param text any text
   * @return 0 or more
   */
  @Task("text.word_count")
  public int wordCount(String text) {
    int words = 0;
    boolean inWord = false;
    for (int i = 0; i < text.length(); i++) {
      boolean wordGoesOn = !isSpace(text.charAt(i));
      if (wordGoesOn && !inWord) {
        words++;
      }
      inWord = wordGoesOn;
    }
    return words;
  }

  /**
   * Not {@link Character#isWhitespace}: that takes U+001C to U+001F for space, and not the no-break
   * ones.
   */
  private static boolean isSpace(char c) {
    return switch (c) {
      case ' ', '\t', '\n', 0x0B, '\f', '\r' -> true;
      case 0x1680, 0x2028, 0x2029, 0x205F, 0x3000 -> true;
      case 0x00A0, 0x202F, 0x2060 -> true; // no-break; U+2007 is one too
      default -> c >= 0x2000 && c <= 0x200A;
    };
  }
}
