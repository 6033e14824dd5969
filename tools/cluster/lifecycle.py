"""A whole cluster: made, started, looked at, broken on purpose, taken down."""

import json
import shutil
import signal
from dataclasses import asdict, dataclass

from cluster import config, hdfs_folders, jars, kerberos, layout as places
from cluster.config import Options
from cluster.daemon import PORTS, Daemon, kill_everything
from cluster.errors import ClusterError
from cluster.layout import Layout
from cluster.ports import free_ports
from cluster.readiness import wait_ready

_READY_S = 180
_STOP_S = 10


@dataclass
class Cluster:
    """What cluster.json says. `complete` after the first start that reached readiness."""

    layout: Layout
    options: Options
    daemons: list[Daemon]
    hadoop: str
    complete: bool = False

    def save(self) -> None:
        state = {"name": self.layout.name, "complete": self.complete, "hadoop": self.hadoop,
                 "options": asdict(self.options),
                 "daemons": [daemon.to_json() for daemon in self.daemons]}
        partial = self.layout.state_file.with_suffix(".partial")
        partial.write_text(json.dumps(state, indent=1))
        partial.rename(self.layout.state_file)

    def daemon(self, name: str) -> Daemon:
        for daemon in self.daemons:
            if daemon.name == name:
                return daemon
        raise ClusterError(f"no daemon '{name}' in cluster '{self.layout.name}': there are "
                           + ", ".join(daemon.name for daemon in self.daemons), 2)

    def dead(self) -> list[Daemon]:
        return [daemon for daemon in self.daemons if not daemon.alive()]

    @property
    def state(self) -> str:
        dead = len(self.dead())
        return "up" if dead == 0 else "down" if dead == len(self.daemons) else "degraded"


def load(layout: Layout) -> Cluster | None:
    try:
        state = json.loads(layout.state_file.read_text())
        return Cluster(layout, Options(**state["options"]),
                       [Daemon(**daemon) for daemon in state["daemons"]],
                       state["hadoop"], state["complete"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        raise ClusterError(f"{layout.state_file} is damaged: run ./dev cluster down "
                           f"--name {layout.name}") from None


def loaded(layout: Layout) -> Cluster:
    cluster = load(layout)
    if cluster is None:
        raise ClusterError(f"there is no cluster '{layout.name}' ({layout.root}): "
                           f"run ./dev cluster up --name {layout.name}", 3)
    return cluster


def up(layout: Layout, options: Options, say) -> Cluster:
    """Starts what does not run yet and returns when all of it is ready."""
    hadoop = jars.ensure(say)
    jars.java()
    with places.locked(layout.root):
        cluster = load(layout)
        if cluster is not None and not cluster.complete:
            say(f"an earlier start of '{layout.name}' never became ready: beginning anew")
            cluster = None
        try:
            if cluster is None:
                _empty(layout)  # also of processes whose folder somebody removed
                cluster = _make(layout, hadoop, options)
                _start_dead(cluster, hadoop, say, new=True)
            elif cluster.dead():
                say(f"cluster '{layout.name}': not running: "
                    + ", ".join(daemon.name for daemon in cluster.dead()))
                _start_dead(cluster, hadoop, say)
            else:
                say(f"cluster '{layout.name}' is already up")
                if cluster.options.secure:  # the ticket of the first start may have run out
                    kerberos.take_ticket(layout, config.current_user())
                return cluster
        except BaseException:
            if cluster is not None and not cluster.complete:
                kill_everything(layout)  # the logs stay, for whoever looks why
            raise
        cluster.complete = True
        cluster.save()
        return cluster


def down(layout: Layout, keep: bool, say) -> None:
    if not layout.root.is_dir():
        if kill_everything(layout):  # somebody removed the folder under its processes
            raise ClusterError(f"processes of cluster '{layout.name}' do not die")
        say(f"cluster '{layout.name}' is not there: nothing to do")
        return
    if layout.root.parent != places.clusters() and not layout.state_file.exists():
        raise ClusterError(f"{layout.root} holds no cluster: not touched", 2)
    with places.locked(layout.root):
        if keep:
            _stop(loaded(layout))
            say(f"cluster '{layout.name}' is down; its data stays in {layout.root}")
        else:
            _empty(layout)
            layout.root.rmdir()
            say(f"cluster '{layout.name}' is down and removed")


def kill(layout: Layout, name: str, number: int) -> Daemon:
    """Sends a signal to one daemon; after a deadly one it has gone on return."""
    daemon = loaded(layout).daemon(name)
    if not daemon.alive():
        raise ClusterError(f"{name} does not run: ./dev cluster start {name} --name {layout.name}")
    daemon.signal(number)
    if number in (signal.SIGKILL, signal.SIGTERM) and not daemon.wait_gone(_STOP_S):
        raise ClusterError(f"{name} (pid {daemon.pid}) is still there {_STOP_S} s after "
                           f"{signal.Signals(number).name}: try --signal KILL")
    return daemon


def start(layout: Layout, name: str, say) -> None:
    """Starts one daemon again and waits until it is ready."""
    hadoop = jars.ensure(say)
    with places.locked(layout.root):
        cluster = loaded(layout)
        daemon = cluster.daemon(name)
        if daemon.alive():
            say(f"{name} is already up")
            return
        daemon.start(layout, hadoop)
        cluster.save()
        wait_ready([daemon], cluster.daemons, layout, _READY_S, say)


def everyone() -> list[Layout]:
    """The clusters in the usual place."""
    return [Layout(state.parent.name, state.parent)
            for state in sorted(places.clusters().glob("*/cluster.json"))]


def _make(layout: Layout, hadoop: jars.Hadoop, options: Options) -> Cluster:
    kinds = ([("kdc", "kdc")] * options.secure
             + [("namenode", "namenode"), ("resourcemanager", "resourcemanager")]
             + [(f"datanode{i + 1}", "datanode") for i in range(options.datanodes)]
             + [(f"nodemanager{i + 1}", "nodemanager") for i in range(options.nodemanagers)]
             + [("jobhistory", "jobhistory")])
    ports = free_ports(sum(len(PORTS[kind]) for _, kind in kinds), places.clusters())
    daemons = [Daemon(name, kind, {use: ports.pop() for use in PORTS[kind]},
                      https=options.secure and kind in ("namenode", "datanode"))
               for name, kind in kinds]
    cluster = Cluster(layout, options, daemons, jars.version())
    cluster.save()  # the ports are ours from here on
    config.write(layout, hadoop, daemons, options)
    if options.secure:
        kerberos.make_realm(layout, cluster.daemon("kdc").ports["kdc"], config.current_user())
    return cluster


def _start_dead(cluster: Cluster, hadoop: jars.Hadoop, say, new: bool = False) -> None:
    """Starts what does not run: all at once, but the KDC first, and the JobHistoryServer last: it
    wants HDFS and its folders to be there."""
    dead = cluster.dead()
    say("starting " + ", ".join(daemon.name for daemon in dead))

    def start_and_wait(kinds: set[str], wait_for: set[str]) -> None:
        for daemon in dead:
            if daemon.kind in kinds:
                daemon.start(cluster.layout, hadoop, new and daemon.kind == "namenode")
                cluster.save()
        wait_ready([daemon for daemon in cluster.daemons if daemon.kind in wait_for],
                   cluster.daemons, cluster.layout, _READY_S)

    start_and_wait({"kdc"}, {"kdc"})
    if cluster.options.secure:
        kerberos.take_ticket(cluster.layout, config.current_user())
    start_and_wait({"namenode", "datanode", "resourcemanager", "nodemanager"}, {"namenode"})
    if new:
        hdfs_folders.make(cluster.layout, hadoop, cluster.daemon("namenode"), cluster.options.secure)
    start_and_wait({"jobhistory"}, {daemon.kind for daemon in dead})


def _stop(cluster: Cluster) -> None:
    """In good order, so that the data can be gone on with."""
    for daemon in cluster.daemons:
        daemon.signal(signal.SIGCONT)
        daemon.signal(signal.SIGTERM)
    for daemon in cluster.daemons:
        daemon.wait_gone(_STOP_S)
    kill_everything(cluster.layout)


def _empty(layout: Layout) -> None:
    """Ends every process of the cluster and removes what is in its folder."""
    try:
        cluster = load(layout)
    except ClusterError:
        cluster = None  # damaged: the processes are found all the same
    for daemon in cluster.daemons if cluster else []:
        daemon.signal(signal.SIGKILL)
    left = kill_everything(layout)
    if left:
        raise ClusterError(f"processes of cluster '{layout.name}' do not die: "
                           + " ".join(str(pid) for pid in left))
    for path in layout.root.iterdir():
        try:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        except OSError as error:
            raise ClusterError(f"{error.filename}: {error.strerror}: remove it by hand") from None
