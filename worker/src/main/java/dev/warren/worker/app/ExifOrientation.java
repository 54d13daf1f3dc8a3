package dev.warren.worker.app;

import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How a camera held its sensor, so that a picture can be turned upright: the orientation tag
 * (0x0112) of EXIF 2.32, in the order of its values 1 to 8.
 */
enum ExifOrientation {
  UPRIGHT,
  MIRRORED,
  UPSIDE_DOWN,
  UPSIDE_DOWN_MIRRORED,
  TRANSPOSED,
  NEEDS_QUARTER_TURN_RIGHT,
  TRANSVERSED,
  NEEDS_QUARTER_TURN_LEFT;

  private static final int START_OF_IMAGE = 0xFFD8;
  private static final int START_OF_SCAN = 0xFFDA;
  private static final int APP1 = 0xFFE1;
  private static final int EXIF = 0x45786966; // "Exif"
  private static final int ORIENTATION_TAG = 0x0112;

  /** What a JPEG file says; {@link #UPRIGHT} if it says nothing, is damaged or is no JPEG file. */
  static ExifOrientation of(byte[] file) {
    try {
      return ofJpeg(ByteBuffer.wrap(file));
    } catch (IndexOutOfBoundsException | IllegalArgumentException endsTooEarly) {
      return UPRIGHT;
    }
  }

  /** Turns and mirrors a picture that was stored with this orientation. */
  BufferedImage upright(BufferedImage stored) {
    if (this == UPRIGHT) {
      return stored;
    }
    int w = stored.getWidth();
    int h = stored.getHeight();
    boolean swapsSides = ordinal() >= TRANSPOSED.ordinal();
    BufferedImage turned =
        new BufferedImage(swapsSides ? h : w, swapsSides ? w : h, stored.getType());
    Graphics2D graphics = turned.createGraphics();
    try {
      graphics.drawImage(stored, transform(w, h), null);
    } finally {
      graphics.dispose();
    }
    return turned;
  }

  private AffineTransform transform(int w, int h) {
    return switch (this) {
      case UPRIGHT -> new AffineTransform();
      case MIRRORED -> new AffineTransform(-1, 0, 0, 1, w, 0);
      case UPSIDE_DOWN -> new AffineTransform(-1, 0, 0, -1, w, h);
      case UPSIDE_DOWN_MIRRORED -> new AffineTransform(1, 0, 0, -1, 0, h);
      case TRANSPOSED -> new AffineTransform(0, 1, 1, 0, 0, 0);
      case NEEDS_QUARTER_TURN_RIGHT -> new AffineTransform(0, 1, -1, 0, h, 0);
      case TRANSVERSED -> new AffineTransform(0, -1, -1, 0, h, w);
      case NEEDS_QUARTER_TURN_LEFT -> new AffineTransform(0, -1, 1, 0, 0, w);
    };
  }

  private static ExifOrientation ofJpeg(ByteBuffer jpeg) {
    if (unsignedShort(jpeg, 0) != START_OF_IMAGE) {
      return UPRIGHT;
    }
    int at = 2;
    while (true) {
      int marker = unsignedShort(jpeg, at);
      if (marker <= 0xFF00 || marker == START_OF_SCAN) {
        return UPRIGHT;
      }
      int length = unsignedShort(jpeg, at + 2);
      if (marker == APP1 && jpeg.getInt(at + 4) == EXIF) {
        int header = 10; // marker, length, "Exif", two zeros
        return ofTiff(jpeg.slice(at + header, length + 2 - header));
      }
      at += 2 + length;
    }
  }

  private static ExifOrientation ofTiff(ByteBuffer tiff) {
    tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int directory = tiff.getInt(4);
    int entries = unsignedShort(tiff, directory);
    for (int entry = directory + 2; entries > 0; entry += 12, entries--) {
      if (unsignedShort(tiff, entry) == ORIENTATION_TAG) {
        int value = unsignedShort(tiff, entry + 8);
        return value >= 1 && value <= values().length ? values()[value - 1] : UPRIGHT;
      }
    }
    return UPRIGHT;
  }

  private static int unsignedShort(ByteBuffer bytes, int at) {
    return Short.toUnsignedInt(bytes.getShort(at));
  }
}
