"""HDFS's first folders, as users find them on a shared cluster."""

import os
import subprocess
from urllib.parse import quote

from cluster import config, http, jars, kerberos
from cluster.daemon import OPENS, SMALL_JVM, Daemon
from cluster.errors import ClusterError
from cluster.layout import Layout

_OPEN = ("/tmp", "/tmp/logs", "/mr-history/tmp", "/mr-history/done")
_CLOSED = ("/user", "/datasets", "/mr-history")


def make(layout: Layout, hadoop: jars.Hadoop, namenode: Daemon, secure: bool) -> None:
    """_OPEN with mode 1777, _CLOSED and a home for each user with 755."""
    user = config.current_user()
    if secure:
        _by_client(layout, hadoop, user)
    else:
        _by_webhdfs(namenode, user)


def _by_webhdfs(namenode: Daemon, user: str) -> None:
    """No JVM is needed for it."""
    for path, mode in ([(path, 755) for path in (*_CLOSED, f"/user/{user}")]
                       + [(path, 1777) for path in _OPEN]):
        try:
            http.put(namenode, f"/webhdfs/v1{quote(path)}?op=MKDIRS&permission={mode}"
                               f"&user.name={quote(user)}")
        except http.NotAnswering as error:
            raise ClusterError(f"the NameNode did not make {path}: {error}") from None


def _by_client(layout: Layout, hadoop: jars.Hadoop, user: str) -> None:
    """WebHDFS wants SPNEGO here: Hadoop's own client has it."""
    homes = {name: f"/user/{name}" for name in (user, *kerberos.USERS)}
    _shell(layout, hadoop, "-mkdir", "-p", *_CLOSED, *_OPEN, *homes.values())
    _shell(layout, hadoop, "-chmod", "1777", *_OPEN)
    for name in kerberos.USERS:
        _shell(layout, hadoop, "-chown", name, homes[name])


def _shell(layout: Layout, hadoop: jars.Hadoop, *arguments: str) -> None:
    done = subprocess.run(
        [str(jars.java()[0]), *SMALL_JVM, *OPENS, "-cp", f"{layout.conf}:{hadoop.classpath}",
         "org.apache.hadoop.fs.FsShell", *arguments],
        env=os.environ | kerberos.environment(layout), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise ClusterError(f"hadoop fs {' '.join(arguments)}: "
                           f"{(done.stdout.strip().splitlines() or ['failed'])[-1][:300]}")
