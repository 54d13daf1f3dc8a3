package dev.warren.producer.security;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a caller may do. None contains another: a caller has those that it was given. In OAuth2
 * tokens they are the values of {@code scope} or {@code scp}.
 */
public enum Scope {
  /** Post tasks and groups, and post a finished task again. */
  SUBMIT,
  /** Ask for tasks, groups, results and queues. */
  READ,
  /** Cancel tasks and groups. */
  CANCEL,
  /** Look into quarantine, requeue and drop what is there. */
  ADMIN;

  private static final String PREFIX = "SCOPE_";

  /** As it is written in settings and tokens. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** As Spring Security has it. */
  String authority() {
    return PREFIX + this;
  }

  /** The scope that an authority of Spring Security stands for, if it stands for one. */
  public static Optional<Scope> ofAuthority(String authority) {
    return Arrays.stream(values()).filter(s -> s.authority().equals(authority)).findFirst();
  }

  static Optional<Scope> of(String text) {
    return Arrays.stream(values()).filter(s -> s.toString().equals(text)).findFirst();
  }

  /** The names of all, as settings have them. */
  static List<String> names() {
    return Arrays.stream(values()).map(Scope::toString).toList();
  }
}
