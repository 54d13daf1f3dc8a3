package com.example.words;

import dev.warren.worker.Task;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.stereotype.Component;

/** Tasks are methods of beans; arguments and results are whatever Jackson can read and write. */
@Component
class WordTasks {

  record Document(String title, String text) {}

  record WordCount(String word, int count) {}

  record Similarity(String first, String second, double cosine) {}

  private final Vocabulary vocabulary;

  WordTasks(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
  }

  /** The most frequent words of a text, the most frequent first; ten of them if n is left out. */
  @Task("words.top")
  public List<WordCount> top(String text, Optional<Integer> n) {
    return counts(text).entrySet().stream()
        .map(entry -> new WordCount(entry.getKey(), entry.getValue()))
        .sorted(Comparator.comparing(WordCount::count).reversed())
        .limit(n.orElse(10))
        .toList();
  }

  /** How alike two documents are, from 0 (no word in common) to 1 (the same words as often). */
  @Task("words.similarity")
  public Similarity similarity(Document first, Document second) {
    Map<String, Integer> a = counts(first.text());
    Map<String, Integer> b = counts(second.text());
    double lengths = Math.sqrt(product(a, a)) * Math.sqrt(product(b, b));
    double cosine = lengths == 0 ? 0 : Math.min(1, product(a, b) / lengths);
    return new Similarity(first.title(), second.title(), cosine);
  }

  private Map<String, Integer> counts(String text) {
    Map<String, Integer> counts = new TreeMap<>();
    vocabulary.words(text).forEach(word -> counts.merge(word, 1, Integer::sum));
    return counts;
  }

  private static double product(Map<String, Integer> a, Map<String, Integer> b) {
    return a.entrySet().stream()
        .mapToDouble(entry -> (double) entry.getValue() * b.getOrDefault(entry.getKey(), 0))
        .sum();
  }
}
