package dev.warren.worker.app;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.WritableRaster;

/** Scales images down. */
final class Thumbnail {

  private Thumbnail() {}

  /**
   * The image with its longest side at most {@code longestSide} pixels, never enlarged; opaque or
   * with alpha as the image is.
   */
  static BufferedImage of(BufferedImage image, int longestSide) {
    int longest = Math.max(image.getWidth(), image.getHeight());
    double scale = Math.min(1.0, (double) longestSide / longest);
    int width = scaled(image.getWidth(), scale);
    int height = scaled(image.getHeight(), scale);
    // Bilinear scaling looks at four pixels only: below one half it would skip some.
    BufferedImage smaller = greyAsRgb(image);
    while (smaller.getWidth() > 2 * width || smaller.getHeight() > 2 * height) {
      smaller = draw(smaller, half(smaller.getWidth(), width), half(smaller.getHeight(), height));
    }
    return draw(smaller, width, height);
  }

  /**
   * Grey with alpha as a view of the same data in red, green and blue. Java takes such grey for
   * linear light and would brighten it; for grey without alpha it does not.
   */
  private static BufferedImage greyAsRgb(BufferedImage image) {
    WritableRaster data = image.getRaster();
    if (data.getNumBands() != 2) {
      return image;
    }
    int[] greyThriceAndAlpha = {0, 0, 0, 1};
    WritableRaster view =
        data.createWritableChild(0, 0, data.getWidth(), data.getHeight(), 0, 0, greyThriceAndAlpha);
    ColorModel rgb =
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_sRGB),
            true,
            false,
            Transparency.TRANSLUCENT,
            data.getTransferType());
    return new BufferedImage(rgb, view, false, null);
  }

  private static int scaled(int side, double scale) {
    return (int) Math.max(1, Math.round(side * scale));
  }

  private static int half(int side, int atLeast) {
    return Math.max(atLeast, (side + 1) / 2);
  }

  private static BufferedImage draw(BufferedImage image, int width, int height) {
    // Premultiplied, or else the colour of transparent pixels bleeds into their neighbours.
    boolean alpha = image.getColorModel().hasAlpha();
    int type = alpha ? BufferedImage.TYPE_INT_ARGB_PRE : BufferedImage.TYPE_INT_RGB;
    BufferedImage drawn = new BufferedImage(width, height, type);
    Graphics2D graphics = drawn.createGraphics();
    try {
      graphics.setRenderingHint(
          RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
      graphics.drawImage(image, 0, 0, width, height, null);
    } finally {
      graphics.dispose();
    }
    return drawn;
  }
}
