package io.sluice.local.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A certificate authority that exists for one test, and a certificate for servers on the loopback
 * interface that it has signed. The JDK's {@code keytool} makes them.
 *
 * @param keyStore PKCS12 file with the servers' key and certificate
 * @param trustStore PKCS12 file with the authority's certificate, which clients trust
 * @param password of both files
 */
record Certificates(Path keyStore, Path trustStore, String password) {
  /** The principal of a broker that shows the servers' certificate. */
  static final String SERVER = "CN=broker";

  /** Makes keys and certificates in a folder, which must exist. */
  static Certificates make(Path folder, String password)
      throws IOException, InterruptedException, GeneralSecurityException {
    Path ca = folder.resolve("ca.p12");
    Path server = folder.resolve("server.p12");
    Path request = folder.resolve("server.csr");
    Path signed = folder.resolve("server.crt");
    // Valid in the past too, for processes whose clocks jump.
    List<String> validity = List.of("-startdate", "-2d", "-validity", "4");
    List<String> key = Stream.concat(Stream.of("-keyalg", "EC"), validity.stream()).toList();
    keytool(ca, password, "ca", "-genkeypair", key, "-dname", "CN=test CA", "-ext", "bc:c");
    keytool(server, password, "server", "-genkeypair", key, "-dname", SERVER);
    keytool(server, password, "server", "-certreq", List.of(), "-file", request.toString());
    keytool(
        ca,
        password,
        "ca",
        "-gencert",
        validity,
        "-ext",
        "eku=serverAuth,clientAuth",
        "-ext",
        "san=ip:127.0.0.1,dns:localhost",
        "-infile",
        request.toString(),
        "-outfile",
        signed.toString());
    Certificate authority = load(ca, password).getCertificate("ca");
    KeyStore servers = load(server, password);
    Key serverKey = servers.getKey("server", password.toCharArray());
    servers.setKeyEntry(
        "server",
        serverKey,
        password.toCharArray(),
        new Certificate[] {certificate(signed), authority});
    store(servers, server, password);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("ca", authority);
    Path trustStore = folder.resolve("trust.p12");
    store(trusted, trustStore, password);
    return new Certificates(server, trustStore, password);
  }

  /** TLS for a server that shows the servers' certificate. */
  SSLContext serverContext() throws IOException, GeneralSecurityException {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(load(keyStore, password), password.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  private static void keytool(
      Path keyStore,
      String password,
      String alias,
      String command,
      List<String> options,
      String... more)
      throws IOException, InterruptedException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    line.addAll(List.of(command, "-alias", alias, "-keystore", keyStore.toString()));
    line.addAll(List.of("-storetype", "PKCS12", "-storepass", password));
    line.addAll(options);
    line.addAll(List.of(more));
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor()).as("keytool %s: %s", command, output).isZero();
  }

  private static Certificate certificate(Path file) throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(file)) {
      return CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private static KeyStore load(Path file, String password)
      throws IOException, GeneralSecurityException {
    return KeyStore.getInstance(file.toFile(), password.toCharArray());
  }

  private static void store(KeyStore keys, Path file, String password)
      throws IOException, GeneralSecurityException {
    try (OutputStream out = Files.newOutputStream(file)) {
      keys.store(out, password.toCharArray());
    }
  }
}
