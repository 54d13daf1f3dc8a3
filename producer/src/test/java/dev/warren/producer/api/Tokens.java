package dev.warren.producer.api;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;

/** Signs tokens, as an authorization server does and as a forger would. */
final class Tokens {

  static final String AUDIENCE = "warren-test";

  private final KeyPair keys;

  Tokens() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      this.keys = generator.generateKeyPair();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What a good token says; a test changes one thing. */
  static JWTClaimsSet.Builder claims() {
    return new JWTClaimsSet.Builder()
        .subject("alice")
        .audience(AUDIENCE)
        .expirationTime(Date.from(Instant.now().plusSeconds(600)))
        .claim("scope", "read submit");
  }

  String signed(JWTClaimsSet.Builder claims) throws JOSEException {
    return signed(JWSAlgorithm.RS256, new RSASSASigner(keys.getPrivate()), claims);
  }

  /** Not signed at all. */
  static String plain(JWTClaimsSet.Builder claims) {
    return new PlainJWT(claims.build()).serialize();
  }

  /** Signed with the public key as if it were a secret: the classic confusion of algorithms. */
  String signedWithThePublicKey(JWTClaimsSet.Builder claims) throws JOSEException {
    return signed(JWSAlgorithm.HS256, new MACSigner(keys.getPublic().getEncoded()), claims);
  }

  private static String signed(
      JWSAlgorithm algorithm, JWSSigner signer, JWTClaimsSet.Builder claims) throws JOSEException {
    SignedJWT token = new SignedJWT(new JWSHeader(algorithm), claims.build());
    token.sign(signer);
    return token.serialize();
  }

  /** The public key in a file that Spring reads. */
  String publicKeyLocation() {
    try {
      Path file = Files.createTempFile("warren-test", ".pem");
      file.toFile().deleteOnExit();
      String base64 =
          Base64.getMimeEncoder(64, new byte[] {'\n'})
              .encodeToString(keys.getPublic().getEncoded());
      return Files.writeString(
              file, "-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----\n")
          .toUri()
          .toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
