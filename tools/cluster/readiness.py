"""When is a daemon ready? Each answers over its own HTTP interface; a process that has gone fails
the wait at once, with the end of its log."""

import json
import socket
import time

from cluster.daemon import Daemon
from cluster.errors import ClusterError
from cluster.http import NotAnswering, bean, get_json
from cluster.layout import Layout

_POLL_S = 0.1


def wait_ready(waited: list[Daemon], everyone: list[Daemon], layout: Layout,
               timeout_s: float, say=lambda line: None) -> None:
    """Returns when each of `waited` is ready. Daemons of `everyone` that it needs are asked too."""
    end = time.monotonic() + timeout_s
    began = time.monotonic()
    waiting = list(waited)
    why: dict[str, object] = {}
    while waiting:
        for daemon in list(waiting):
            if not daemon.alive():
                raise ClusterError(f"{daemon.name} has gone; the end of {layout.log(daemon.name)}:\n"
                                   f"{daemon.log_tail(layout)}")
            try:
                _CHECKS[daemon.kind](daemon, everyone)
                waiting.remove(daemon)
                say(f"  {daemon.name} is ready after {time.monotonic() - began:.1f} s")
            except NotAnswering as reason:
                why[daemon.name] = reason
            except (KeyError, ValueError) as error:  # an answer that is still being filled in
                why[daemon.name] = f"its answer lacks {error}"
        if waiting and time.monotonic() > end:
            raise ClusterError(
                f"{waiting[0].name} is not ready after {timeout_s:.0f} s ({why[waiting[0].name]}); "
                f"the end of {layout.log(waiting[0].name)}:\n{waiting[0].log_tail(layout)}")
        if waiting:
            time.sleep(_POLL_S)


def _one(kind: str, daemons: list[Daemon]) -> Daemon:
    return next(daemon for daemon in daemons if daemon.kind == kind)


def _namenode(daemon: Daemon, everyone: list[Daemon]) -> None:
    safemode = bean(daemon, "Hadoop:service=NameNode,name=NameNodeInfo")["Safemode"]
    if safemode:
        raise NotAnswering(f"in safe mode: {safemode}")


def _datanode(daemon: Daemon, everyone: list[Daemon]) -> None:
    """Its own actor runs, and the NameNode knows its storage."""
    info = bean(daemon, "Hadoop:service=DataNode,name=DataNodeInfo")
    actors = json.loads(info["BPServiceActorInfo"])
    if not actors or any(actor["ActorState"] != "RUNNING" for actor in actors):
        raise NotAnswering("not registered yet")
    namenode = _one("namenode", everyone)
    nodes = json.loads(
        bean(namenode, "Hadoop:service=NameNode,name=NameNodeInfo")["LiveNodes"])
    own = [node for node in nodes.values()
           if node["xferaddr"].endswith(f":{daemon.ports['transfer']}")]
    if not own or own[0]["capacity"] <= 0:
        raise NotAnswering("the NameNode has not heard of its storage yet")


def _resourcemanager(daemon: Daemon, everyone: list[Daemon]) -> None:
    info = get_json(daemon, "/ws/v1/cluster/info")["clusterInfo"]
    if info["state"] != "STARTED":
        raise NotAnswering(f"state {info['state']}")


def _nodemanager(daemon: Daemon, everyone: list[Daemon]) -> None:
    manager = _one("resourcemanager", everyone)
    answer = get_json(manager, "/ws/v1/cluster/nodes?states=RUNNING")
    nodes = (answer.get("nodes") or {}).get("node", [])
    own = [node for node in nodes if node["id"].endswith(f":{daemon.ports['rpc']}")]
    if not own or own[0]["lastHealthUpdate"] < daemon.started_ms:
        raise NotAnswering("not registered with the ResourceManager yet")
    get_json(daemon, "/ws/v1/node/info")


def _kdc(daemon: Daemon, everyone: list[Daemon]) -> None:
    try:
        socket.create_connection(("127.0.0.1", daemon.ports["kdc"]), 5).close()
    except OSError as error:
        raise NotAnswering(str(error)) from None


def _jobhistory(daemon: Daemon, everyone: list[Daemon]) -> None:
    get_json(daemon, "/ws/v1/history/info")


_CHECKS = {
    "kdc": _kdc,
    "namenode": _namenode,
    "datanode": _datanode,
    "resourcemanager": _resourcemanager,
    "nodemanager": _nodemanager,
    "jobhistory": _jobhistory,
}
