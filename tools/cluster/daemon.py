"""One daemon: what it is, where it listens, its process."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from cluster import jars, kerberos
from cluster.layout import Layout

# Ports by kind, in the order in which they are reported.
PORTS = {
    "kdc": ("kdc",),
    "namenode": ("rpc", "web"),
    "datanode": ("transfer", "rpc", "web"),
    "resourcemanager": ("rpc", "scheduler", "tracker", "admin", "web"),
    "nodemanager": ("rpc", "localizer", "collector", "shuffle", "web"),
    "jobhistory": ("rpc", "admin", "web"),
}
_CLASSES = {
    "namenode": "org.apache.hadoop.hdfs.server.namenode.NameNode",
    "datanode": "org.apache.hadoop.hdfs.server.datanode.DataNode",
    "resourcemanager": "org.apache.hadoop.yarn.server.resourcemanager.ResourceManager",
    "nodemanager": "org.apache.hadoop.yarn.server.nodemanager.NodeManager",
    "jobhistory": "org.apache.hadoop.mapreduce.v2.hs.JobHistoryServer",
}
# In the environment of every daemon: the cluster's folder.
MARK = "HOWDAH_CLUSTER_ROOT"
# Hadoop 3.4 on Java 17.
OPENS = ("--add-opens=java.base/java.lang=ALL-UNNAMED", "--add-opens=java.base/java.util=ALL-UNNAMED")
# Small and quick to start rather than quick after an hour. The jars' digests were checked: their byte
# code need not be.
SMALL_JVM = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xss512k",
             "-XX:+UnlockDiagnosticVMOptions", "-XX:-BytecodeVerificationRemote")


@dataclass
class Daemon:
    """`pid` and `birth` (the kernel's start time, in ticks) name its process: 0 when never started."""

    name: str
    kind: str
    ports: dict[str, int]
    pid: int = 0
    birth: int = 0
    started_ms: int = 0
    https: bool = False
    # Only while this program is its parent.
    process: subprocess.Popen | None = field(default=None, repr=False, compare=False)

    def to_json(self) -> dict:
        return {key: getattr(self, key)
                for key in ("name", "kind", "ports", "pid", "birth", "started_ms", "https")}

    @property
    def web(self) -> str:
        """The address of its web page; empty when it has none."""
        if "web" not in self.ports:
            return ""
        return f"http{'s' if self.https else ''}://127.0.0.1:{self.ports['web']}"

    def alive(self) -> bool:
        if self.process is not None and self.process.poll() is not None:
            return False
        return self.pid != 0 and birth_of(self.pid) == self.birth

    def start(self, layout: Layout, hadoop: jars.Hadoop, format_first: bool = False) -> None:
        """Starts its process, in a session of its own, with standard output and error to its log."""
        log = layout.log(self.name)
        log.parent.mkdir(parents=True, exist_ok=True)
        layout.data(self.name).mkdir(parents=True, exist_ok=True)
        environment = {key: value for key, value in os.environ.items()
                       if not key.startswith(("HADOOP_", "YARN_", "HDFS_", "MAPRED_", "KRB5", "JDK_"))}
        if self.kind == "kdc":
            command = kerberos.kdc_command()
            environment |= kerberos.kdc_environment(layout)
        else:
            command = self._java_command(layout, hadoop)
            environment |= {"JAVA_HOME": str(jars.java()[1]),
                            "HADOOP_CONF_DIR": str(layout.daemon_conf(self.name))}
        if format_first:
            command = ["/bin/sh", "-c", '"$@" -format -nonInteractive && exec "$@"', "sh", *command]
        with open(log, "ab") as output:
            self.started_ms = int(time.time() * 1000)
            self.process = subprocess.Popen(
                command, cwd=layout.data(self.name), env=environment | {MARK: str(layout.root)},
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                start_new_session=True)
        self.pid = self.process.pid
        self.birth = birth_of(self.pid)

    def _java_command(self, layout: Layout, hadoop: jars.Hadoop) -> list[str]:
        security = [kerberos.java_option(layout)] if kerberos.krb5_conf(layout).exists() else []
        # The first two are for whoever reads a list of processes.
        return [str(jars.java()[0]), f"-Dhowdah.cluster={layout.root}",
                f"-Dhowdah.daemon={self.name}", *SMALL_JVM, "-Xmx256m", *OPENS, *security,
                "-Djava.net.preferIPv4Stack=true",
                f"-Djava.library.path={hadoop.native}",
                f"-Dhadoop.log.dir={layout.log(self.name).parent}",
                "-cp", f"{layout.daemon_conf(self.name)}:{hadoop.daemon_classpath}",
                _CLASSES[self.kind]]

    def signal(self, number: int) -> None:
        if self.alive():
            try:
                os.killpg(self.pid, number)  # it leads its session: a shell around it goes too
            except ProcessLookupError:
                pass

    def wait_gone(self, timeout_s: float) -> bool:
        end = time.monotonic() + timeout_s
        while self.alive():
            if time.monotonic() > end:
                return False
            time.sleep(0.02)
        return True

    def log_tail(self, layout: Layout, lines: int = 12) -> str:
        try:
            text = layout.log(self.name).read_text(errors="replace").splitlines()
        except OSError:
            return ""
        return "\n".join("    " + line[:300] for line in text[-lines:])


def birth_of(pid: int) -> int:
    """The start time of a process in ticks since boot; 0 when it has gone or is a zombie."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    fields = text.rpartition(")")[2].split()
    return 0 if fields[0] in "ZX" else int(fields[19])


def processes_of(layout: Layout) -> list[int]:
    """Every process of this cluster, whatever its state file says. The environment tells: the daemons
    carry a mark; YARN's containers, which a NodeManager leaves when it goes, have LOCAL_DIRS. Children
    inherit both."""
    daemon = f"{MARK}={layout.root}".encode()
    container = f"LOCAL_DIRS={layout.root}/".encode()
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and birth_of(int(folder.name)):
            try:
                variables = (folder / "environ").read_bytes().split(b"\0")
            except OSError:
                continue  # gone, or somebody else's
            if any(variable == daemon or variable.startswith(container) for variable in variables):
                found.append(int(folder.name))
    return found


def kill_everything(layout: Layout, timeout_s: float = 10) -> list[int]:
    """Kills them all, those that they start meanwhile too. Returns those that did not die."""
    end = time.monotonic() + timeout_s
    while (running := processes_of(layout)) and time.monotonic() < end:
        for pid in running:
            try:
                os.kill(pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass
        time.sleep(0.02)
    return running
