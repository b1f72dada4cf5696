"""scim2-server (https://github.com/python-scim/scim2-server), a SCIM library for Python, with its own store in memory
and its own ASGI application under uvicorn (uvloop, httptools): there is nothing left for a user of it to write.

Its store has an index of user names; it sorts all users by id for each page.
"""

import socket

import uvicorn
from scim2_server.applications.asgi import ASGIApplication
from scim2_server.memory import AsyncInMemoryStorage
from scim2_server.utils import load_default_provider

app = ASGIApplication(AsyncInMemoryStorage(), load_default_provider())
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(128)  # connections wait here until uvicorn takes them
print(f"base URL  http://127.0.0.1:{listener.getsockname()[1]}/v2\nready", flush=True)
config = uvicorn.Config(
    app,
    log_level="warning",
    access_log=False,
    loop="uvloop",
    http="httptools",
    timeout_keep_alive=120,  # the clients keep their connections
)
uvicorn.Server(config).run(sockets=[listener])
