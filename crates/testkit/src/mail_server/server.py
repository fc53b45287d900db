"""A mail server that is as bad as they come: it answers by the first part of the reader's address.

    python3 server.py CERTIFICATE KEY

It asks for STARTTLS and for AUTH (`usher`, `right`), prints the port it listens on, and then a line of JSON for each mail
that was handed over whole, whatever it answers.
"""

import asyncio
import collections
import json
import signal
import ssl
import sys
from email.parser import BytesHeaderParser

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

USER, PASSWORD = b"usher", b"right"
# How often what is refused for now is refused.
REFUSALS = 2
# Between two octets of an answer that drips.
DRIP_SECONDS = 1.0


class Hostile:
    def __init__(self):
        self.seen = collections.Counter()

    def first_times(self, address, times):
        self.seen[address] += 1
        return self.seen[address] <= times

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("gone"):
            return "550 5.1.1 there is no such user"
        if address.startswith("greylisted") and self.first_times(address, REFUSALS):
            return "451 4.7.1 come back later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        address = envelope.rcpt_tos[0]
        message_id = BytesHeaderParser().parsebytes(envelope.content)["Message-ID"]
        say({"to": address, "message_id": message_id})
        if address.startswith("spam"):
            return "554 5.7.1 this looks like spam"
        if address.startswith("busy") and self.first_times(address, REFUSALS):
            return "451 4.3.0 try again later"
        if address.startswith("hang") and self.first_times(address, 1):
            await asyncio.Event().wait()
        if address.startswith("drop") and self.first_times(address, 1):
            server.transport.abort()
        if address.startswith("slow"):
            for octet in b"250 o":
                server._writer.write(bytes([octet]))
                await server._writer.drain()
                await asyncio.sleep(DRIP_SECONDS)
            return "k"
        return "250 2.0.0 taken"


def authenticate(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER, PASSWORD)
    return AuthResult(success=right)


def say(line):
    print(json.dumps(line), flush=True)


async def main(certificate, key):
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, key)
    hostile = Hostile()

    def conversation():
        return SMTP(
            hostile,
            tls_context=tls,
            require_starttls=True,
            auth_required=True,
            authenticator=authenticate,
            enable_SMTPUTF8=True,
        )

    loop = asyncio.get_running_loop()
    listening = await loop.create_server(conversation, "127.0.0.1", 0)
    say({"port": listening.sockets[0].getsockname()[1]})
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()


asyncio.run(main(*sys.argv[1:]))
