"""A receiver that costs little: says 200 to everything at once, but hangs for some seconds on `/hang/…`."""

import asyncio
import sys
from typing import Any

import uvloop

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\nok"
HANG_SECONDS = 6.0


class Sink(asyncio.Protocol):
    """One connection."""

    def connection_made(self, transport: Any) -> None:
        """A client."""
        self.transport = transport
        self.got = bytearray()

    def data_received(self, data: bytes) -> None:
        """Answer every complete request."""
        self.got += data
        while (end := self.got.find(b"\r\n\r\n")) >= 0:
            head = bytes(self.got[:end]).lower()
            _, _, rest = head.partition(b"content-length:")
            length = end + 4 + int(rest.partition(b"\r\n")[0] or 0)
            if len(self.got) < length:
                return
            del self.got[:length]
            if head.startswith(b"post /hang"):
                asyncio.get_running_loop().call_later(HANG_SECONDS, self.transport.close)
            else:
                self.transport.write(ANSWER)


async def main(port: int) -> None:
    """Listen for ever."""
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
