package dev.warren.worker.app;

import dev.warren.worker.Task;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.springframework.stereotype.Component;

/**
 * Tasks on images. Nothing touches the disk: image streams are kept in memory, not in ImageIO's
 * cache.
 */
@Component
final class ImageTasks {

  static final int DEFAULT_SIZE = 256;
  static final int LARGEST_SIZE = 1024;

  /** A photograph of 24 megapixels passes; decoded, with alpha, it takes 100 MB. */
  static final long MOST_PIXELS = 25_000_000;

  private static final Set<String> FORMATS = Set.of("png", "jpeg");

  /**
   * {@code image.thumbnail}: a small version of an image, with the same aspect ratio and
   * transparency, turned upright as its EXIF data says. An image that is small enough keeps its
   * size.
   *
   * @param image a PNG or JPEG file of at most 25 million pixels, as base64; line breaks are
   *     ignored
   * @param size the longest side of the thumbnail in pixels, from 1 to 1024. Default: 256
   * @return a PNG file, as base64 without line breaks
   * @throws IllegalArgumentException if the image is not base64, not an intact PNG or JPEG file, or
   *     has too many pixels (checked before it is decoded), or if {@code size} is out of range
   */
  @Task("image.thumbnail")
  public String thumbnail(String image, Optional<Integer> size) throws IOException {
    int longestSide = size.orElse(DEFAULT_SIZE);
    if (longestSide < 1 || longestSide > LARGEST_SIZE) {
      throw new IllegalArgumentException(
          "size must be from 1 to " + LARGEST_SIZE + ": " + longestSide);
    }
    byte[] file = fromBase64(image);
    BufferedImage small = Thumbnail.of(decode(file), longestSide);
    return Base64.getEncoder().encodeToString(toPng(ExifOrientation.of(file).upright(small)));
  }

  private static byte[] fromBase64(String text) {
    try {
      return Base64.getDecoder().decode(text.replaceAll("\\s+", ""));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("image is not base64: " + e.getMessage(), e);
    }
  }

  private static BufferedImage decode(byte[] file) throws IOException {
    try (ImageInputStream input = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      ImageReader reader = readerFor(input);
      try {
        reader.setInput(input, true, true);
        return decode(reader);
      } finally {
        reader.dispose();
      }
    }
  }

  private static BufferedImage decode(ImageReader reader) {
    long width;
    long height;
    try {
      width = reader.getWidth(0);
      height = reader.getHeight(0);
    } catch (IOException | RuntimeException e) {
      throw damaged(e);
    }
    if (width * height > MOST_PIXELS) {
      throw new IllegalArgumentException(
          "image has %d x %d = %d pixels; at most %d are allowed"
              .formatted(width, height, width * height, MOST_PIXELS));
    }
    try {
      return reader.read(0);
    } catch (IOException | RuntimeException e) { // the JDK's readers throw either
      throw damaged(e);
    }
  }

  private static ImageReader readerFor(ImageInputStream input) throws IOException {
    for (Iterator<ImageReader> readers = ImageIO.getImageReaders(input); readers.hasNext(); ) {
      ImageReader reader = readers.next();
      if (FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
        return reader;
      }
    }
    throw new IllegalArgumentException("image is neither a PNG nor a JPEG file");
  }

  private static IllegalArgumentException damaged(Exception cause) {
    return new IllegalArgumentException(
        "image is damaged or of a kind that Java cannot read: " + cause.getMessage(), cause);
  }

  private static byte[] toPng(BufferedImage image) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream output = new MemoryCacheImageOutputStream(bytes)) {
      ImageIO.write(image, "png", output);
    }
    return bytes.toByteArray();
  }
}
