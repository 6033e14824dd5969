"""The daemons' own HTTP interfaces, straight to 127.0.0.1 whatever proxy the environment names."""

import http.client
import json
import ssl

from cluster.daemon import Daemon

# A question is asked again; a change waits for a machine that is busy starting everything at once.
_ASK_S = 5
_CHANGE_S = 90


class NotAnswering(Exception):
    """Nobody listens yet, or the answer was not the one that a ready daemon gives."""


def get_json(daemon: Daemon, path: str) -> dict:
    status, body = _request("GET", daemon, path, _ASK_S)
    if status != 200:
        raise NotAnswering(f"{path}: HTTP {status}")
    try:
        return json.loads(body)
    except ValueError:
        raise NotAnswering(f"{path}: not JSON") from None


def bean(daemon: Daemon, name: str) -> dict:
    """One MBean of a Hadoop daemon's /jmx."""
    beans = get_json(daemon, f"/jmx?qry={name}").get("beans", [])
    if not beans:
        raise NotAnswering(f"{name}: not there yet")
    return beans[0]


def put(daemon: Daemon, path: str) -> None:
    status, body = _request("PUT", daemon, path, _CHANGE_S)
    if status != 200:
        raise NotAnswering(f"{path}: HTTP {status}: {body[:200]!r}")


def _request(method: str, daemon: Daemon, path: str, timeout_s: float) -> tuple[int, bytes]:
    port = daemon.ports["web"]
    if daemon.https:  # its certificate is its own
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=timeout_s,
                                                 context=ssl._create_unverified_context())
    else:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        connection.request(method, path, headers={"Accept": "application/json"})
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException) as error:
        raise NotAnswering(f"{daemon.web}{path}: {error}") from None
    finally:
        connection.close()
