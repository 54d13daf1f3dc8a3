package dev.warren.producer.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;

class CursorTest {

  @Test
  void aCursorLeadsBackToItsEntry() {
    UUID id = UUID.randomUUID();

    assertThat(Cursor.read(Cursor.behind(id))).isEqualTo(id);
    assertThat(Cursor.read(null)).isNull();
  }
}
