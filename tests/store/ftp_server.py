"""An FTP server for tests, run as a process: `python ftp_server.py FOLDER PORT`; prints its port.

It hangs up when its standard input ends, so it never outlives the test.
"""

from __future__ import annotations

import os
import sys
import threading
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler
    from pyftpdlib.servers import FTPServer

USER, PASSWORD = "class", "secret-word"


def main(folder: str, port: str) -> None:
    authorizer = DummyAuthorizer()
    authorizer.add_user(USER, PASSWORD, folder, perm="elradfmwMT")
    FTPHandler.authorizer = authorizer
    FTPHandler.auth_failed_timeout = 0
    server = FTPServer(("127.0.0.1", int(port)), FTPHandler)
    print(server.address[1], flush=True)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    server.serve_forever(handle_exit=False)


def _leave_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
