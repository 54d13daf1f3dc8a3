package com.example.words;

import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Finds the words that matter. Tasks run on several threads at once, so it keeps no state. */
@Component
class Vocabulary {

  private static final Pattern WORD = Pattern.compile("\\p{L}+(['’]\\p{L}+)*");

  private final Set<String> ignored;

  Vocabulary(@Value("${words.ignored}") Set<String> ignored) {
    this.ignored = ignored;
  }

  Stream<String> words(String text) {
    return WORD.matcher(text.toLowerCase(Locale.ROOT))
        .results()
        .map(MatchResult::group)
        .filter(word -> !ignored.contains(word));
  }
}
