"""A request through a sender of its own."""

import asyncio
import ssl

from yarl import URL

from webhooks.sender import Answer, Sender, new_event_loop

BODY = b'{"type": "robot.created"}'


def post(url: str, tls: ssl.SSLContext | None = None, times: int = 1, **headers: str) -> Answer:
    """The last answer of so many."""

    async def ask() -> Answer:
        async with Sender(tls) as door:
            for _ in range(times):
                answer = await door.post(URL(url), BODY, list(headers.items()))
            return answer

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(ask())
