"""Why there is no answer, as the end of a sentence, and what to check then."""

from __future__ import annotations

import socket
import ssl
from enum import StrEnum

import httpx


class Peer(StrEnum):
    """Who is spoken to, as it stands in a sentence."""

    SERVER = "the server"
    PROXY = "the proxy"
    NONE = ""


CHECK = {
    Peer.SERVER: "Check the connection and the store's base URL.",
    Peer.PROXY: "Check the connection and this computer's proxy settings.",
    Peer.NONE: "Check the environment variables HTTPS_PROXY, ALL_PROXY and SSL_CERT_FILE.",
}


def reason(error: httpx.HTTPError, peer: Peer) -> str:
    """What went wrong as the end of a sentence; the innermost cause knows best."""
    cause: BaseException = error
    while (below := cause.__cause__ or cause.__context__) is not None:
        cause = below
    match cause:
        case socket.gaierror():
            return f"the name of {peer} could not be found"
        case ssl.SSLCertVerificationError():
            return f"{peer}'s certificate can't be trusted"
        case ConnectionRefusedError():
            return f"{peer} refused the connection"
        case ConnectionError():
            return "the connection was lost"
        case ssl.SSLError():
            return "no secure connection could be made"
    match error:
        case httpx.ConnectTimeout():
            return f"{peer} could not be reached in time"
        case httpx.ReadTimeout() | httpx.WriteTimeout():
            return f"{peer} was silent for too long"
        case httpx.ProxyError():
            return "the proxy refused"
        case httpx.RemoteProtocolError() if "illegal" in str(error).lower():
            return "something came back that is not HTTP"
        case httpx.ConnectError():
            return f"there is no way to {peer}"
    return "the connection was lost"
