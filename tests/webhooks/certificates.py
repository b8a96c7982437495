"""An authority of our own for servers on loopback: openssl makes its certificates, the tests trust it."""

import ssl
import subprocess
from pathlib import Path


class Authority:
    """Signs certificates; `asked_for` are the names that clients sent in their hello (SNI)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked_for: list[str | None] = []
        self._openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=authority"
            " -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign"
            " -keyout ca.key -out ca.pem"
        )

    def _openssl(self, arguments: str) -> None:
        command = ["openssl", *arguments.split()]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)

    def server(self, name: str, expired: bool = False) -> ssl.SSLContext:
        """What a server for `name` presents."""
        days = "-days -1" if expired else "-days 2"
        (self.folder / "extensions").write_text(f"subjectAltName=DNS:{name}\n")
        self._openssl(
            f"req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN={name} -keyout key -out request"
        )
        self._openssl(
            f"x509 -req -in request -CA ca.pem -CAkey ca.key -CAcreateserial {days} -extfile extensions -out pem"
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "pem", self.folder / "key")
        context.sni_callback = lambda _socket, asked, _context: self.asked_for.append(asked)  # type: ignore[assignment]
        return context

    def trust(self) -> ssl.SSLContext:
        """What a client that knows this authority goes by."""
        return ssl.create_default_context(cafile=str(self.folder / "ca.pem"))
