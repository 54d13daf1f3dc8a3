package dev.warren.worker.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.WritableRaster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageTasksTest {

  private final ImageTasks tasks = new ImageTasks();

  @ParameterizedTest
  @CsvSource({
    "1200, 800, 300, 300, 200",
    "800, 1200, 300, 200, 300",
    "2001, 999, 100, 100, 50",
    "5000, 3, 64, 64, 1",
    "300, 200, 299, 299, 199"
  })
  void scalesTheLongestSideToTheSizeAndKeepsTheAspectRatio(
      int width, int height, int size, int thumbnailWidth, int thumbnailHeight) throws Exception {
    BufferedImage thumbnail = thumbnail(file(plain(width, height, Color.RED), "png"), size);
    assertThat(thumbnail.getWidth()).isEqualTo(thumbnailWidth);
    assertThat(thumbnail.getHeight()).isEqualTo(thumbnailHeight);
    assertThat(color(thumbnail, 0, 0)).isEqualTo(Color.RED);
  }

  @Test
  void theLongestSideIs256PixelsIfNothingElseIsAsked() throws Exception {
    String image = base64(file(plain(1024, 512, Color.BLUE), "jpeg"));
    BufferedImage thumbnail = read(tasks.thumbnail(image, Optional.empty()));
    assertThat(thumbnail.getWidth()).isEqualTo(256);
    assertThat(thumbnail.getHeight()).isEqualTo(128);
  }

  @Test
  void aSmallImageKeepsItsSize() throws Exception {
    BufferedImage thumbnail = thumbnail(file(plain(20, 10, Color.GREEN), "png"), 500);
    assertThat(thumbnail.getWidth()).isEqualTo(20);
    assertThat(thumbnail.getHeight()).isEqualTo(10);
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpeg"})
  void theResultIsAPngFileWhateverTheInput(String format) throws Exception {
    String image = base64(file(plain(600, 600, Color.RED), format));
    byte[] result = Base64.getDecoder().decode(tasks.thumbnail(image, Optional.of(10)));
    assertThat(result).startsWith(0x89, 'P', 'N', 'G');
  }

  @Test
  void everyPixelCountsSoThatFineStripesBecomeTheirMeanColour() throws Exception {
    BufferedImage stripes = plain(1024, 1024, Color.BLACK);
    for (int x = 0; x < 1024; x += 16) {
      for (int y = 0; y < 1024; y++) {
        stripes.setRGB(x, y, Color.WHITE.getRGB());
      }
    }
    BufferedImage thumbnail = thumbnail(file(stripes, "png"), 64);
    assertThat(color(thumbnail, 32, 32).getRed()).isCloseTo(255 / 16, within(3));
  }

  @Test
  void keepsTransparencyAndLetsNoHiddenColourBleedIn() throws Exception {
    BufferedImage image = new BufferedImage(400, 400, BufferedImage.TYPE_INT_ARGB);
    for (int y = 0; y < 400; y++) {
      for (int x = 0; x < 400; x++) {
        image.setRGB(x, y, x < 203 ? 0x0000FF00 : 0xFFFF0000); // green, but invisible; then red
      }
    }
    BufferedImage thumbnail = thumbnail(file(image, "png"), 40);
    assertThat(color(thumbnail, 5, 20).getAlpha()).isZero();
    assertThat(color(thumbnail, 35, 20)).isEqualTo(Color.RED);
    Color edge = color(thumbnail, 20, 20);
    assertThat(edge.getAlpha()).isBetween(100, 254);
    assertThat(edge.getGreen()).isLessThan(5);
  }

  @ParameterizedTest
  @ValueSource(ints = {BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_USHORT_GRAY})
  void greyStaysAsBrightAsItWas(int type) throws Exception {
    BufferedImage grey = new BufferedImage(300, 300, type);
    int[] row = new int[300];
    Arrays.fill(row, type == BufferedImage.TYPE_BYTE_GRAY ? 128 : 128 * 257);
    for (int y = 0; y < 300; y++) {
      grey.getRaster().setPixels(0, y, 300, 1, row);
    }
    assertThat(color(thumbnail(file(grey, "png"), 30), 15, 15).getRed()).isCloseTo(128, within(1));
  }

  @ParameterizedTest
  @ValueSource(ints = {DataBuffer.TYPE_BYTE, DataBuffer.TYPE_USHORT})
  void greyWithTransparencyStaysAsBrightAsItWas(int sampleType) throws Exception {
    ColorModel greyAndAlpha =
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_GRAY),
            true,
            false,
            Transparency.TRANSLUCENT,
            sampleType);
    WritableRaster data = greyAndAlpha.createCompatibleWritableRaster(100, 100);
    int unit = sampleType == DataBuffer.TYPE_BYTE ? 1 : 257;
    for (int y = 0; y < 100; y++) {
      for (int x = 0; x < 100; x++) {
        data.setPixel(x, y, new int[] {128 * unit, 255 * unit});
      }
    }
    BufferedImage grey = new BufferedImage(greyAndAlpha, data, false, null);
    Color color = color(thumbnail(file(grey, "png"), 10), 5, 5);
    assertThat(color.getGreen()).isCloseTo(128, within(1));
    assertThat(color.getAlpha()).isEqualTo(255);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 60, 40, RED", "2, 60, 40, GREEN", "3, 60, 40, WHITE", "4, 60, 40, BLUE",
    "5, 40, 60, RED", "6, 40, 60, BLUE", "7, 40, 60, WHITE", "8, 40, 60, GREEN"
  })
  void turnsAPhotographUprightAsItsExifDataSays(
      int orientation, int width, int height, String topLeft) throws Exception {
    // red green
    // blue  white
    BufferedImage corners = plain(600, 400, Color.RED);
    fill(corners, 300, 0, Color.GREEN);
    fill(corners, 0, 200, Color.BLUE);
    fill(corners, 300, 200, Color.WHITE);
    byte[] photograph = withOrientation(file(corners, "jpeg"), orientation);
    BufferedImage thumbnail = thumbnail(photograph, 60);
    assertThat(thumbnail.getWidth()).isEqualTo(width);
    assertThat(thumbnail.getHeight()).isEqualTo(height);
    Color expected = (Color) Color.class.getField(topLeft).get(null);
    assertThat(nearest(color(thumbnail, 5, 5))).isEqualTo(expected);
  }

  @Test
  void brokenExifDataIsIgnored() throws Exception {
    byte[] photograph = withOrientation(file(plain(60, 40, Color.RED), "jpeg"), 6);
    photograph[2 + 10 + 7] = 0x7F; // the first directory lies far behind the end
    assertThat(thumbnail(photograph, 60).getWidth()).isEqualTo(60);
    assertThat(ExifOrientation.of(new byte[0])).isEqualTo(ExifOrientation.UPRIGHT);
  }

  @Test
  void base64MayHaveLineBreaks() throws Exception {
    String lines = Base64.getMimeEncoder().encodeToString(file(plain(100, 100, Color.RED), "png"));
    assertThat(lines).contains("\r\n");
    assertThat(read(tasks.thumbnail(lines, Optional.of(10))).getWidth()).isEqualTo(10);
  }

  @Test
  void refusesTextThatIsNotBase64() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tasks.thumbnail("holiday.jpg", Optional.empty()))
        .withMessageStartingWith("image is not base64: ");
  }

  @Test
  void refusesBytesThatAreNoImageAndFormatsItDoesNotKnow() throws Exception {
    for (byte[] file : new byte[][] {{}, "hello".getBytes(), file(plain(9, 9, Color.RED), "gif")}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> tasks.thumbnail(base64(file), Optional.empty()))
          .withMessage("image is neither a PNG nor a JPEG file");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 20, 40, 60})
  void saysThatADamagedImageIsDamaged(int length) throws Exception {
    byte[] beginning = Arrays.copyOf(file(plain(99, 99, Color.RED), "png"), length);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tasks.thumbnail(base64(beginning), Optional.empty()))
        .withMessageStartingWith("image is damaged or of a kind that Java cannot read");
  }

  @Test
  void refusesAnImageOfTooManyPixelsFromItsHeaderAlone() throws Exception {
    byte[] bomb = file(plain(10, 10, Color.RED), "png");
    ByteBuffer.wrap(bomb).putInt(16, 50_000).putInt(20, 40_000); // width and height in IHDR
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tasks.thumbnail(base64(bomb), Optional.empty()))
        .withMessage("image has 50000 x 40000 = 2000000000 pixels; at most 25000000 are allowed");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1025})
  void refusesASizeOutOfRange(int size) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tasks.thumbnail("", Optional.of(size)))
        .withMessage("size must be from 1 to 1024: " + size);
  }

  private BufferedImage thumbnail(byte[] file, int size) throws IOException {
    return read(tasks.thumbnail(base64(file), Optional.of(size)));
  }

  private static BufferedImage read(String base64) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(base64)));
  }

  private static String base64(byte[] file) {
    return Base64.getEncoder().encodeToString(file);
  }

  private static byte[] file(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, format, bytes)).isTrue();
    return bytes.toByteArray();
  }

  private static BufferedImage plain(int width, int height, Color color) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    fill(image, 0, 0, color);
    return image;
  }

  /** Fills from a point to the lower right corner. */
  private static void fill(BufferedImage image, int x, int y, Color color) {
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(color);
    graphics.fillRect(x, y, image.getWidth() - x, image.getHeight() - y);
    graphics.dispose();
  }

  private static Color color(BufferedImage image, int x, int y) {
    return new Color(image.getRGB(x, y), true);
  }

  /** JPEG changes colours a little. */
  private static Color nearest(Color color) {
    return new Color(
        color.getRed() > 127 ? 255 : 0,
        color.getGreen() > 127 ? 255 : 0,
        color.getBlue() > 127 ? 255 : 0);
  }

  /** A JPEG file with an EXIF segment that holds one tag, as cameras write it. */
  private static byte[] withOrientation(byte[] jpeg, int orientation) {
    ByteBuffer file = ByteBuffer.allocate(jpeg.length + 36);
    file.put(jpeg, 0, 2).putShort((short) 0xFFE1).putShort((short) 34);
    file.put(new byte[] {'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42}).putInt(8).putShort((short) 1);
    file.putShort((short) 0x0112).putShort((short) 3).putInt(1).putShort((short) orientation);
    file.putShort((short) 0).putInt(0);
    return file.put(jpeg, 2, jpeg.length - 2).array();
  }
}
