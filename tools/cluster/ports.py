"""Free ports of 127.0.0.1 that stay free until a daemon binds them.

They are taken below the kernel's ephemeral range, so that no outgoing connection can sit on one while
its daemon is down, and never among Hadoop's default ports or those that another cluster has written
down.
"""

import json
import random
import socket
from pathlib import Path

from cluster.errors import ClusterError

_FIRST = 10100
# Default ports of Hadoop 2 and 3 in that range, which something else on the machine may expect.
_HADOOP_DEFAULTS = {10020, 10033, 10200, 13562, 14000, 16000, 16010, 16020, 16030, 18080, 19888,
                    19890}


def free_ports(count: int, clusters: Path) -> list[int]:
    taken = _HADOOP_DEFAULTS | _written_down(clusters)
    first, last = _range()
    ports: list[int] = []
    for port in random.sample(range(first, last), last - first):
        if len(ports) == count:
            return ports
        if port not in taken and _is_free(port):
            ports.append(port)
    raise ClusterError(f"no {count} free ports between {first} and {last} on 127.0.0.1: "
                       "stop other servers or clusters")


def _range() -> tuple[int, int]:
    try:
        low = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except OSError:
        low = 32768
    return (_FIRST, low) if low >= _FIRST + 2000 else (_FIRST, 65536)


def _is_free(port: int) -> bool:
    # Every interface: MapReduce's shuffle listens on all of them.
    with socket.socket() as probe:
        try:
            probe.bind(("0.0.0.0", port))
        except OSError:
            return False
    return True


def _written_down(clusters: Path) -> set[int]:
    ports: set[int] = set()
    for state in clusters.glob("*/cluster.json"):
        try:
            daemons = json.loads(state.read_text())["daemons"]
            ports |= {port for daemon in daemons for port in daemon["ports"].values()}
        except (OSError, ValueError, KeyError, TypeError):
            continue  # half-written or going away
    return ports
