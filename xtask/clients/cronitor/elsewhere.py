"""Makes names of other servers lead to ours: a proxy of HTTPS that a client finds by HTTPS_PROXY, and that is them to it.

The client is unchanged: it asks the proxy for a connection to the name that is built into it, speaks TLS over it with a
certificate of an authority that REQUESTS_CA_BUNDLE names, and what it says is passed on in the clear. Any other name is
refused, so that nothing leaves this machine.
"""

import os
import socket
import ssl
import subprocess
import tempfile
import threading
import urllib.parse


class Elsewhere:
    def __init__(self, names, url):
        self.names = set(names)
        address = urllib.parse.urlsplit(url)
        self.address = (address.hostname, address.port or 80)
        self.home = tempfile.mkdtemp(prefix="punctual-elsewhere-")
        self.bundle, key = os.path.join(self.home, "cert.pem"), os.path.join(self.home, "key.pem")
        names = ",".join(f"DNS:{name}" for name in sorted(self.names))
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=elsewhere"]
        command += ["-addext", f"subjectAltName={names}", "-keyout", key, "-out", self.bundle]
        subprocess.run(command, check=True, capture_output=True)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(self.bundle, key)
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.serve, daemon=True).start()

    def lead(self):
        """From now on, for this process."""
        os.environ["HTTPS_PROXY"] = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        os.environ["REQUESTS_CA_BUNDLE"] = self.bundle

    def serve(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.pass_on, args=(connection,), daemon=True).start()

    def pass_on(self, connection):
        asked = b""
        while b"\r\n\r\n" not in asked and len(asked) < 10_000:
            more = connection.recv(4096)
            if not more:
                return
            asked += more
        name = asked.split()[1].decode().rsplit(":", 1)[0]
        if name not in self.names:
            connection.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")
            connection.close()
            return
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        with self.tls.wrap_socket(connection, server_side=True) as client, socket.create_connection(self.address) as server:
            back = threading.Thread(target=copy, args=(server, client), daemon=True)
            back.start()
            copy(client, server)
            back.join()


def copy(source, target):
    try:
        while chunk := source.recv(65536):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass
