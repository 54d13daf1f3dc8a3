package dev.warren.worker.process;

import dev.warren.process.ProcessOrders;
import dev.warren.worker.process.Frame.Type;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Orders as frames. Not as JSON, which would be most of the first tenths of a child's start. */
final class OrderFrames {

  private OrderFrames() {}

  static Frame frame(ProcessOrders orders) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(content)) {
      write(out, orders.properties());
      write(out, orders.systemProperties());
      write(out, orders.sources());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Frame(Type.ORDERS, content.toByteArray());
  }

  private static void write(DataOutputStream out, Map<String, String> map) throws IOException {
    write(out, List.copyOf(map.keySet()));
    write(out, List.copyOf(map.values()));
  }

  private static void write(DataOutputStream out, List<String> texts) throws IOException {
    out.writeInt(texts.size());
    for (String text : texts) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      out.writeInt(bytes.length);
      out.write(bytes);
    }
  }

  static ProcessOrders orders(Frame frame) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(frame.content()));
    return new ProcessOrders(map(in), map(in), texts(in));
  }

  private static Map<String, String> map(DataInputStream in) throws IOException {
    List<String> names = texts(in);
    List<String> values = texts(in);
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      map.put(names.get(i), values.get(i));
    }
    return map;
  }

  private static List<String> texts(DataInputStream in) throws IOException {
    List<String> texts = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      texts.add(new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8));
    }
    return texts;
  }
}
