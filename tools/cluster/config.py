"""Writes Hadoop's configuration: the client's folder, and one folder per daemon on top of it."""

import getpass
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

from cluster import kerberos
from cluster.daemon import OPENS, Daemon
from cluster.errors import ClusterError
from cluster.jars import Hadoop
from cluster.layout import Layout

_LOCAL = "127.0.0.1"
_FILES = ("core-site.xml", "hdfs-site.xml", "yarn-site.xml", "mapred-site.xml")
Site = dict[str, dict[str, object]]  # file -> key -> value


@dataclass(frozen=True)
class Options:
    """What the user of `up` chose. `settings` override everything, in every file."""

    datanodes: int
    nodemanagers: int
    short_circuit: bool = False
    settings: dict[str, str] = field(default_factory=dict)
    secure: bool = False

    @property
    def host(self) -> str:
        """As clients name the daemons. Kerberos knows names only."""
        return kerberos.HOST if self.secure else _LOCAL


def write(layout: Layout, hadoop: Hadoop, daemons: list[Daemon], options: Options) -> None:
    by_name = {daemon.name: daemon for daemon in daemons}
    client = _client(layout, hadoop, by_name, options)
    if options.secure:
        _merge(client, kerberos.client_site(current_user()))
    _write_folder(layout, layout.conf, client, _LOG4J_CLIENT, options)
    for daemon in daemons:
        if daemon.kind not in _OWN:
            continue
        site = {name: dict(values) for name, values in client.items()}
        _merge(site, _server(layout, by_name))
        _merge(site, _OWN[daemon.kind](daemon, layout))
        if options.secure:
            _merge(site, kerberos.server_site(layout))
        _write_folder(layout, layout.daemon_conf(daemon.name), site, _LOG4J_DAEMON, options)
        if daemon.kind == "resourcemanager":
            (layout.daemon_conf(daemon.name) / "capacity-scheduler.xml").write_text(
                _xml(_QUEUES | _settings_of(options, "yarn.scheduler.capacity.")))
    if options.short_circuit:
        layout.sockets.mkdir(mode=0o755, parents=True, exist_ok=True)


def current_user() -> str:
    return getpass.getuser()


def file_of(key: str) -> str:
    """The file that Hadoop keeps a key in."""
    if key.startswith("dfs."):
        return "hdfs-site.xml"
    if key.startswith(("mapreduce.", "mapred.", "yarn.app.mapreduce.")):
        return "mapred-site.xml"
    if key.startswith("yarn."):
        return "yarn-site.xml"
    return "core-site.xml"


def parse_settings(pairs: list[str]) -> dict[str, str]:
    settings = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or "." not in key:
            raise ClusterError(f"--set {pair}: write it as --set key=value, with a key of Hadoop's",
                               2)
        settings[key] = value
    return settings


def _client(layout: Layout, hadoop: Hadoop, by_name: dict[str, Daemon], options: Options) -> Site:
    namenode, manager = by_name["namenode"].ports, by_name["resourcemanager"].ports
    history = by_name["jobhistory"].ports
    host = options.host
    opens = " ".join((*OPENS, kerberos.java_option(layout)) if options.secure else OPENS)
    site: Site = {
        "core-site.xml": {
            "fs.defaultFS": f"hdfs://{host}:{namenode['rpc']}",
            "hadoop.tmp.dir": layout.root / "tmp",
            "hadoop.http.staticuser.user": current_user(),
        },
        "hdfs-site.xml": {
            "dfs.replication": min(2, options.datanodes),
            "dfs.namenode.rpc-address": f"{host}:{namenode['rpc']}",
            f"dfs.namenode.{'https' if options.secure else 'http'}-address":
                f"{host}:{namenode['web']}",
        },
        "yarn-site.xml": {
            "yarn.resourcemanager.hostname": host,
            "yarn.resourcemanager.address": f"{host}:{manager['rpc']}",
            "yarn.resourcemanager.scheduler.address": f"{host}:{manager['scheduler']}",
            "yarn.resourcemanager.resource-tracker.address": f"{host}:{manager['tracker']}",
            "yarn.resourcemanager.admin.address": f"{host}:{manager['admin']}",
            "yarn.resourcemanager.webapp.address": f"{host}:{manager['web']}",
            "yarn.application.classpath": f"{layout.conf},{hadoop.classpath}",
            "yarn.log-aggregation-enable": "true",
            "yarn.log.server.url": f"http://{host}:{history['web']}/jobhistory/logs",
            "yarn.log.server.web-service.url": f"http://{host}:{history['web']}/ws/v1/history",
            "yarn.nodemanager.remote-app-log-dir": "/tmp/logs",
        },
        "mapred-site.xml": {
            "mapreduce.framework.name": "yarn",
            "mapreduce.application.classpath": f"{layout.conf},{hadoop.classpath}",
            "mapreduce.jobhistory.address": f"{host}:{history['rpc']}",
            "mapreduce.jobhistory.webapp.address": f"{host}:{history['web']}",
            "mapreduce.jobhistory.intermediate-done-dir": "/mr-history/tmp",
            "mapreduce.jobhistory.done-dir": "/mr-history/done",
            "yarn.app.mapreduce.am.staging-dir": "/user",
            "yarn.app.mapreduce.am.resource.mb": 512,
            "yarn.app.mapreduce.am.command-opts": f"-Xmx256m -XX:TieredStopAtLevel=1 {opens}",
            "yarn.app.mapreduce.am.scheduler.heartbeat.interval-ms": 100,
            "mapreduce.map.memory.mb": 384,
            "mapreduce.reduce.memory.mb": 384,
            "mapreduce.map.java.opts": f"-Xmx200m -XX:TieredStopAtLevel=1 {opens}",
            "mapreduce.reduce.java.opts": f"-Xmx200m -XX:TieredStopAtLevel=1 {opens}",
            "mapreduce.task.io.sort.mb": 32,
        },
    }
    if options.short_circuit:
        site["hdfs-site.xml"] |= {"dfs.client.read.shortcircuit": "true",
                                  "dfs.domain.socket.path": layout.sockets / "dn__PORT"}
        if len(str(layout.sockets / "dn_65535")) > 100:
            raise ClusterError(f"{layout.sockets}: too long for a Unix socket: choose a shorter "
                               "--dir, or leave --short-circuit", 2)
    return site


def _server(layout: Layout, by_name: dict[str, Daemon]) -> Site:
    """What every daemon shares and a client need not know."""
    return {
        "core-site.xml": {
            # Daemons start together: whoever is early asks again soon.
            "ipc.client.connect.retry.interval": 200,
            "ipc.client.connect.max.retries": 50,
            "hadoop.http.max.threads": 24,
        },
        "hdfs-site.xml": {
            "dfs.namenode.name.dir": f"file://{layout.data('namenode')}/name",
            "dfs.namenode.handler.count": 10,
            "dfs.namenode.safemode.extension": 0,
            "dfs.namenode.fs-limits.min-block-size": 512,
            "dfs.namenode.datanode.registration.ip-hostname-check": "false",
            # A DataNode is lost 2 x 5 s + 10 x 1 s after its last heartbeat, not after 10 minutes.
            "dfs.heartbeat.interval": 1,
            "dfs.namenode.heartbeat.recheck-interval": 5000,
            "dfs.datanode.handler.count": 5,
            "dfs.datanode.hostname": "localhost",
        },
        "yarn-site.xml": {
            "yarn.resourcemanager.nodemanagers.heartbeat-interval-ms": 200,
            "yarn.resourcemanager.connect.retry-interval.ms": 500,
            "yarn.resourcemanager.recovery.enabled": "true",
            "yarn.resourcemanager.store.class":
                "org.apache.hadoop.yarn.server.resourcemanager.recovery.FileSystemRMStateStore",
            "yarn.resourcemanager.fs.state-store.uri":
                f"file://{layout.data('resourcemanager')}/state",
            "yarn.scheduler.minimum-allocation-mb": 128,
            "yarn.scheduler.maximum-allocation-mb": 6144,
            "yarn.scheduler.maximum-allocation-vcores": 8,
            "yarn.nm.liveness-monitor.expiry-interval-ms": 20000,
            "yarn.nodemanager.resource.memory-mb": 8192,
            "yarn.nodemanager.resource.cpu-vcores": 8,
            # The memory monitor kills (exit -104) what outgrows its container; cgroups do not.
            "yarn.nodemanager.resource.memory.enforced": "false",
            "yarn.nodemanager.pmem-check-enabled": "true",
            "yarn.nodemanager.vmem-check-enabled": "false",
            "yarn.nodemanager.container-monitor.interval-ms": 1000,
            "yarn.nodemanager.sleep-delay-before-sigkill.ms": 100,
            "yarn.nodemanager.disk-health-checker."
            "max-disk-utilization-per-disk-percentage": 99,
            "yarn.nodemanager.aux-services": "mapreduce_shuffle",
            "yarn.nodemanager.aux-services.mapreduce_shuffle.class":
                "org.apache.hadoop.mapred.ShuffleHandler",
            # Containers outlive a killed NodeManager.
            "yarn.nodemanager.recovery.enabled": "true",
            "yarn.nodemanager.recovery.supervised": "true",
        },
        "mapred-site.xml": {
            "mapreduce.jobhistory.admin.address":
                f"{_LOCAL}:{by_name['jobhistory'].ports['admin']}",
        },
    }


def _datanode(daemon: Daemon, layout: Layout) -> Site:
    ports = daemon.ports
    return {"hdfs-site.xml": {
        "dfs.datanode.address": f"{_LOCAL}:{ports['transfer']}",
        "dfs.datanode.ipc.address": f"{_LOCAL}:{ports['rpc']}",
        # The one that dfs.http.policy asks for is opened.
        "dfs.datanode.http.address": f"{_LOCAL}:{ports['web']}",
        "dfs.datanode.https.address": f"{_LOCAL}:{ports['web']}",
        "dfs.datanode.data.dir": f"file://{layout.data(daemon.name)}/blocks",
    }}


def _nodemanager(daemon: Daemon, layout: Layout) -> Site:
    ports, data = daemon.ports, layout.data(daemon.name)
    return {
        "yarn-site.xml": {
            "yarn.nodemanager.hostname": _LOCAL,
            "yarn.nodemanager.address": f"{_LOCAL}:{ports['rpc']}",
            "yarn.nodemanager.localizer.address": f"{_LOCAL}:{ports['localizer']}",
            "yarn.nodemanager.collector-service.address": f"{_LOCAL}:{ports['collector']}",
            "yarn.nodemanager.webapp.address": f"{_LOCAL}:{ports['web']}",
            "yarn.nodemanager.local-dirs": data / "local",
            "yarn.nodemanager.log-dirs": data / "logs",
            "yarn.nodemanager.recovery.dir": data / "recovery",
        },
        "mapred-site.xml": {"mapreduce.shuffle.port": ports["shuffle"]},
    }


_OWN = {
    "namenode": lambda daemon, layout: {},
    "datanode": _datanode,
    "resourcemanager": lambda daemon, layout: {},
    "nodemanager": _nodemanager,
    "jobhistory": lambda daemon, layout: {},
}

# `small` grants less memory to one container than the cluster does.
_QUEUES = {
    "yarn.scheduler.capacity.root.queues": "default,small",
    "yarn.scheduler.capacity.root.default.capacity": 90,
    "yarn.scheduler.capacity.root.default.maximum-capacity": 100,
    "yarn.scheduler.capacity.root.default.user-limit-factor": 10,
    "yarn.scheduler.capacity.root.small.capacity": 10,
    "yarn.scheduler.capacity.root.small.maximum-capacity": 20,
    "yarn.scheduler.capacity.root.small.user-limit-factor": 10,
    "yarn.scheduler.capacity.root.small.maximum-allocation-mb": 1024,
    "yarn.scheduler.capacity.root.small.maximum-allocation-vcores": 2,
    "yarn.scheduler.capacity.maximum-am-resource-percent": 0.5,
    "yarn.scheduler.capacity.node-locality-delay": 0,
}

_LOG4J = """\
log4j.rootLogger={level},stream
log4j.appender.stream=org.apache.log4j.ConsoleAppender
log4j.appender.stream.target={target}
log4j.appender.stream.layout=org.apache.log4j.PatternLayout
log4j.appender.stream.layout.ConversionPattern=%d{{ISO8601}} %p %c{{1}}: %m%n
"""
_LOG4J_CLIENT = _LOG4J.format(level="WARN", target="System.err")
_LOG4J_DAEMON = _LOG4J.format(level="INFO", target="System.out")


def _merge(site: Site, other: Site) -> None:
    for name, values in other.items():
        site[name] |= values


def _settings_of(options: Options, prefix: str) -> dict[str, str]:
    return {key: value for key, value in options.settings.items() if key.startswith(prefix)}


def _write_folder(layout: Layout, folder: Path, site: Site, log4j: str, options: Options) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in _FILES:
        chosen = {key: value for key, value in options.settings.items() if file_of(key) == name}
        (folder / name).write_text(_xml(site[name] | chosen))
    (folder / "log4j.properties").write_text(log4j)
    if options.secure:
        for name, values in kerberos.ssl_files(layout).items():
            (folder / name).write_text(_xml(values))


def _xml(values: dict[str, object]) -> str:
    rows = [f"  <property><name>{escape(key)}</name><value>{escape(str(value))}</value></property>\n"
            for key, value in values.items()]
    return '<?xml version="1.0"?>\n<configuration>\n' + "".join(rows) + "</configuration>\n"
