"""TLS at both edges: protocol versions, identities, names, and certificates that change while the process runs."""

import socket
import ssl
import threading
import unittest
from pathlib import Path

from certificates import Authority, Identity
from scenario import EndToEndTest, Engine, HttpClient, free_port, wait_until

SERVER = """\
data_dir = "@DIR@/data"
[sources.in]
type = "http_server"
address = "127.0.0.1:{port}"
[sources.in.tls]
enabled = true
crt_file = "{folder}/server.crt"
key_file = "{folder}/server.key"
{tls}
[sinks.out]
type = "file"
inputs = ["in"]
path = "@DIR@/out.txt"
encoding.codec = "text"
"""
CLIENT = """\
data_dir = "@DIR@/data"
[sources.in]
type = "http_server"
address = "127.0.0.1:{port}"
[sinks.out]
type = "http"
inputs = ["in"]
uri = "https://{host}:{target}"
encoding.codec = "text"
batch.timeout_secs = 0.05
request = {{ retry_initial_backoff_secs = 1, retry_max_duration_secs = 1 }}
[sinks.out.tls]
{tls}
"""


def replace(folder: Path, identity: Identity) -> None:
    """Puts another identity where the configuration looks, as a renewal does: key and certificate in turn."""
    for suffix, file in (("key", identity.key), ("crt", identity.certificate)):
        new = folder / f"server.{suffix}.new"
        new.write_bytes(file.read_bytes())
        new.rename(folder / f"server.{suffix}")


class TlsBackend:
    """An HTTPS server that answers 200 and keeps bodies; its certificate can be replaced."""

    def __init__(self, identity: Identity, client_ca: Path | None = None) -> None:
        self.bodies: list[bytes] = []
        self.names: list[str | None] = []
        self.protocols: list[str | None] = []
        self.client_ca = client_ca
        self.use(identity)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def use(self, identity: Identity) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(identity.certificate, identity.key)
        context.set_alpn_protocols(["http/1.1"])
        if self.client_ca is not None:
            context.load_verify_locations(self.client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
        context.sni_callback = lambda _, name, __: self.names.append(name)
        self.context = context

    def stop(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.settimeout(20)
            with self.context.wrap_socket(connection, server_side=True) as secured, secured.makefile("rb") as stream:
                self.protocols.append(secured.selected_alpn_protocol())
                while stream.readline():
                    length = 0
                    while (line := stream.readline().strip().lower()):
                        if line.startswith(b"content-length:"):
                            length = int(line.split(b":")[1])
                    self.bodies.append(stream.read(length))
                    secured.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        except OSError:
            pass


class TlsTest(EndToEndTest):
    def setUp(self) -> None:
        self.port = free_port()

    def server(self, tls: str = "", make=None) -> tuple[Engine, Authority]:
        """An engine whose source has the identity that `make` issues; `@CA@` in `tls` is the authority's file."""
        engine = self.engine("")
        authority = Authority(engine.folder)
        replace(engine.folder, (make or (lambda ca: ca.issue("server")))(authority))
        engine.write_config(SERVER.format(port=self.port, folder=engine.folder,
                                          tls=tls.replace("@CA@", str(authority.certificate))))
        return engine.start([self.port]), authority

    def connect(self, context: ssl.SSLContext, host: str = "localhost") -> ssl.SSLSocket:
        plain = socket.create_connection(("127.0.0.1", self.port), 10)
        try:
            secured = context.wrap_socket(plain, server_hostname=host)
        except OSError:
            plain.close()
            raise
        self.addCleanup(secured.close)
        return secured

    def post(self, connection: ssl.SSLSocket, body: bytes = b"x") -> bytes:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        return connection.recv(4096)

    def assert_refused(self, context: ssl.SSLContext) -> None:
        # With TLS 1.3 the client is done before the server has looked at its certificate.
        with self.assertRaises(OSError):
            answer = self.post(self.connect(context))
            raise ConnectionError("closed") if answer == b"" else AssertionError(answer)

    def trusting(self, authority: Authority) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(authority.certificate))

    def test_old_protocols_and_weak_ciphers_are_refused(self) -> None:
        engine, authority = self.server()
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = self.trusting(authority)
            context.minimum_version = context.maximum_version = version
            self.assertTrue(self.post(self.connect(context)).startswith(b"HTTP/1.1 200"))
        weak = {"TLSv1": "ALL:@SECLEVEL=0", "TLSv1_1": "ALL:@SECLEVEL=0"}
        for version, ciphers in weak.items():
            context = self.trusting(authority)
            context.set_ciphers(ciphers)
            context.minimum_version = context.maximum_version = getattr(ssl.TLSVersion, version)
            self.assert_refused(context)
        for ciphers in ("ECDHE+AES:!AESGCM:!AESCCM:@SECLEVEL=0", "kRSA:@SECLEVEL=0", "aNULL:@SECLEVEL=0"):
            context = self.trusting(authority)
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.set_ciphers(ciphers)
            self.assert_refused(context)
        self.assertTrue(self.post(self.connect(self.trusting(authority))).startswith(b"HTTP/1.1 200"))
        self.assertFalse(engine.exited())

    def test_a_renewed_certificate_is_used_while_open_connections_go_on(self) -> None:
        engine, authority = self.server()
        old = self.connect(self.trusting(authority))
        serial = old.getpeercert()["serialNumber"]
        self.assertTrue(self.post(old).startswith(b"HTTP/1.1 200"))
        replace(engine.folder, authority.issue("renewed"))
        wait_until(lambda: self.connect(self.trusting(authority)).getpeercert()["serialNumber"] != serial, 20,
                   engine.log())
        self.assertTrue(self.post(old).startswith(b"HTTP/1.1 200"))

    def test_a_broken_renewal_is_reported_and_the_last_good_certificate_stays(self) -> None:
        engine, authority = self.server()
        (engine.folder / "server.key").write_text("no key")

        def reported() -> bool:
            self.connect(self.trusting(authority))
            return "Changed TLS files cannot be used" in engine.log()
        wait_until(reported, 20, engine.log())
        self.assertTrue(self.post(self.connect(self.trusting(authority))).startswith(b"HTTP/1.1 200"))
        replace(engine.folder, authority.issue("repaired"))
        wait_until(lambda: dict(x[0] for x in self.connect(self.trusting(authority)).getpeercert()["subject"])
                   == {"commonName": "repaired"}, 20, engine.log())

    def test_clients_must_show_a_certificate_that_the_authority_vouches_for(self) -> None:
        engine, authority = self.server('verify_certificate = true\nca_file = "@CA@"')
        stranger = Authority(engine.folder, "stranger").issue("client")
        expired = authority.issue("expired", days=-1)
        good = authority.issue("client")
        self.assert_refused(self.trusting(authority))
        for identity in (stranger, expired):
            context = self.trusting(authority)
            context.load_cert_chain(identity.certificate, identity.key)
            self.assert_refused(context)
        context = self.trusting(authority)
        context.load_cert_chain(good.certificate, good.key)
        first = self.connect(context)
        self.assertTrue(self.post(first).startswith(b"HTTP/1.1 200"))
        again = context.wrap_socket(socket.create_connection(("127.0.0.1", self.port), 10),
                                    server_hostname="localhost", session=first.session)
        self.addCleanup(again.close)
        self.assertTrue(self.post(again).startswith(b"HTTP/1.1 200"), "a resumed session")

    def test_a_replaced_client_authority_counts_for_new_connections(self) -> None:
        engine = self.engine("")
        first, second = Authority(engine.folder, "first"), Authority(engine.folder, "second")
        replace(engine.folder, first.issue("server"))
        trusted = engine.folder / "trusted.crt"
        trusted.write_bytes(first.certificate.read_bytes())
        engine.write_config(SERVER.format(port=self.port, folder=engine.folder,
                                          tls=f'verify_certificate = true\nca_file = "{trusted}"'))
        engine.start([self.port])
        identity = second.issue("client")
        context = self.trusting(first)
        context.load_cert_chain(identity.certificate, identity.key)
        self.assert_refused(context)
        trusted.write_bytes(second.certificate.read_bytes())

        def accepted() -> bool:
            try:
                return self.post(self.connect(context)).startswith(b"HTTP/1.1 200")
            except OSError:
                return False
        wait_until(accepted, 20, engine.log())

    def test_alpn_chooses_a_protocol_or_refuses(self) -> None:
        _, authority = self.server('alpn_protocols = ["http/1.1"]')
        context = self.trusting(authority)
        context.set_alpn_protocols(["h2", "http/1.1"])
        self.assertEqual(self.connect(context).selected_alpn_protocol(), "http/1.1")
        context.set_alpn_protocols(["h2"])
        self.assert_refused(context)

    def test_plain_bytes_on_the_tls_port_and_a_stalled_handshake_harm_nobody(self) -> None:
        _, authority = self.server()
        with socket.create_connection(("127.0.0.1", self.port), 10) as plain, \
                socket.create_connection(("127.0.0.1", self.port), 10):
            plain.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
            self.assertNotIn(b"HTTP/1.1 200", plain.recv(4096))
            self.assertTrue(self.post(self.connect(self.trusting(authority))).startswith(b"HTTP/1.1 200"))

    def sink(self, identity, tls: str, host: str = "127.0.0.1", client_ca: bool = False) -> tuple[Engine, TlsBackend]:
        """An engine that sends to a backend with the identity that `identity(authority)` makes."""
        engine = self.engine("")
        self.authority = Authority(engine.folder)
        backend = TlsBackend(identity(self.authority), self.authority.certificate if client_ca else None)
        self.addCleanup(backend.stop)
        mine = self.authority.issue("mine")
        replace(engine.folder, mine)
        engine.write_config(CLIENT.format(port=self.port, target=backend.port, host=host, tls=tls.replace(
            "@CA@", str(self.authority.certificate)).replace("@DIR@", str(engine.folder))))
        return engine.start([self.port]), backend

    def submit(self, body: bytes) -> None:
        with HttpClient(self.port) as client:
            self.assertEqual(client.send(body=body).status, 200)

    def assert_delivers_after(self, engine: Engine, backend: TlsBackend, reason: str, good: Identity) -> None:
        """The first events are refused with `reason`; with a good certificate later ones arrive, without restart."""
        self.submit(b"refused")
        wait_until(lambda: reason in engine.log(), 20, engine.log())
        self.assertEqual(backend.bodies, [])
        backend.use(good)
        self.submit(b"taken")
        wait_until(lambda: any(b"taken" in body for body in backend.bodies), 30, engine.log())

    def test_an_expired_certificate_is_refused_until_it_is_renewed(self) -> None:
        engine, backend = self.sink(lambda ca: ca.issue("old", days=-1), 'ca_file = "@CA@"')
        self.assert_delivers_after(engine, backend, "certificate has expired", self.authority.issue("new"))

    def test_a_certificate_for_another_host_is_refused(self) -> None:
        engine, backend = self.sink(lambda ca: ca.issue("other", "DNS:elsewhere.example"), 'ca_file = "@CA@"')
        self.assert_delivers_after(engine, backend, "mismatch", self.authority.issue("right"))

    def test_a_certificate_of_an_unknown_authority_is_refused_until_the_file_names_it(self) -> None:
        engine, backend = self.sink_with_own_authority_file()
        self.submit(b"refused")
        wait_until(lambda: "certificate was refused" in engine.log(), 20, engine.log())
        self.assertEqual(backend.bodies, [])
        (engine.folder / "trusted.crt").write_bytes(self.authority.certificate.read_bytes())

        def arrived() -> bool:
            self.submit(b"taken")
            return any(b"taken" in body for body in backend.bodies)
        wait_until(arrived, 30, engine.log())

    def sink_with_own_authority_file(self) -> tuple[Engine, TlsBackend]:
        engine = self.engine("")
        self.authority = Authority(engine.folder)
        trusted = engine.folder / "trusted.crt"
        trusted.write_bytes(Authority(engine.folder, "other").certificate.read_bytes())
        backend = TlsBackend(self.authority.issue("backend"))
        self.addCleanup(backend.stop)
        engine.write_config(CLIENT.format(port=self.port, target=backend.port, host="127.0.0.1",
                                          tls=f'ca_file = "{trusted}"'))
        return engine.start([self.port]), backend

    def test_names_are_asked_for_and_can_be_left_unchecked(self) -> None:
        engine, backend = self.sink(lambda ca: ca.issue("other", "DNS:elsewhere.example"),
                                    'ca_file = "@CA@"\nserver_name = "elsewhere.example"\nalpn_protocols = ["http/1.1"]')
        self.submit(b"named")
        wait_until(lambda: backend.bodies, 20, engine.log())
        self.assertEqual((backend.names[0], backend.protocols[0]), ("elsewhere.example", "http/1.1"))
        engine.stop()
        for unchecked in ('ca_file = "@CA@"\nverify_hostname = false', "verify_certificate = false"):
            self.port = free_port()
            engine, backend = self.sink(lambda ca: ca.issue("other", "DNS:elsewhere.example"), unchecked)
            self.submit(b"unchecked")
            wait_until(lambda: backend.bodies, 20, engine.log())

    def test_the_sink_shows_its_identity(self) -> None:
        engine, backend = self.sink(lambda ca: ca.issue("backend"), 'ca_file = "@CA@"\n'
                                    'crt_file = "@DIR@/server.crt"\nkey_file = "@DIR@/server.key"', client_ca=True)
        self.submit(b"known")
        wait_until(lambda: backend.bodies, 20, engine.log())


if __name__ == "__main__":
    unittest.main()
