"""A mail server (aiosmtpd) that takes mail only over TLS and after a login, reads each as a mail reader would, and prints
what it read as a line of JSON. Usage: server.py starttls|tls CERTIFICATE KEY"""

import asyncio
import email
import email.policy
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

HEADERS = [
    "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Reply-To", "Auto-Submitted",
    "X-Punctual-Incident", "Bcc", "Cc",
]


class Reader:
    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = {kind: mail.get_body(preferencelist=(kind,)) for kind in ("plain", "html")}
        defects = [str(defect) for part in mail.walk() for defect in part.defects]
        defects += [str(defect) for name in mail.keys() for defect in mail[name].defects]
        print(json.dumps({
            "headers": {name: str(mail[name]) for name in HEADERS if mail[name] is not None},
            "names": len(mail.keys()),
            "date": mail["Date"].datetime.isoformat(),
            "kinds": [part.get_content_type() for part in mail.walk()],
            "text": parts["plain"].get_content().replace("\r\n", "\n"),
            "html": parts["html"].get_content().replace("\r\n", "\n"),
            "defects": defects,
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "user": session.auth_data,
            "tls": server.transport.get_extra_info("ssl_object").version(),
        }), flush=True)
        return "250 2.0.0 Ok: queued as 1"


def authenticator(server, session, envelope, mechanism, data):
    good = data.login == b"punctual" and data.password == b"s3cret"
    return AuthResult(success=good, handled=False, auth_data=data.login.decode() if good else None)


async def main(mode, certificate, key):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    own = {"tls_context": context, "require_starttls": True} if mode == "starttls" else {"auth_require_tls": False}
    factory = lambda: SMTP(Reader(), authenticator=authenticator, auth_required=True, **own)
    outer = context if mode == "tls" else None
    server = await asyncio.get_running_loop().create_server(factory, "127.0.0.1", 0, ssl=outer)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main(*sys.argv[1:]))
