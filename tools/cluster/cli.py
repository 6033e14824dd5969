"""The command line: `./dev cluster VERB`."""

import argparse
import json
import os
import shlex
import signal
import sys
from pathlib import Path

from cluster import config, jars, kerberos, layout as places, lifecycle
from cluster.errors import ClusterError
from cluster.lifecycle import Cluster

_HELP = """\
A small real Hadoop cluster on this machine, every daemon a JVM of its own on 127.0.0.1.

  up       start it (or what of it does not run) and wait until all of it is ready
  down     end every process, remove every file (--keep: stop only, the data stays)
  status   what runs where
  env      exports for a shell: eval "$(./dev cluster env)"
  list     the clusters of this cache
  kill     kill -9 one daemon, e.g. datanode1 (--signal STOP freezes it, CONT thaws it)
  start    start one daemon again and wait until it is ready
  fetch    only download Hadoop's jars (up does it too)
Each has its own --help.

Several clusters run side by side by --name. Each lies in one folder of the cache
(HOWDAH_CACHE, by default ~/.cache/howdah), or in --dir. Ports are free ones.

  ./dev cluster up --name mine --datanodes 3
  eval "$(./dev cluster env --name mine)"
  java -cp "$HADOOP_CONF_DIR:$HADOOP_CLASSPATH" org.apache.hadoop.fs.FsShell -ls /
  ./dev cluster down --name mine
"""


def main(arguments: list[str]) -> int:
    parser = _parser()
    chosen = parser.parse_args(arguments)
    if not hasattr(chosen, "run"):
        parser.error("which verb? up, down, status, env, list, kill, start, fetch")
    # As Ctrl-C, a script's TERM and a closed terminal unwind: nothing half-started stays behind.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        return chosen.run(chosen)
    except ClusterError as error:
        print(f"cluster: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("cluster: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message):
        self.exit(2, f"cluster: {message}: see {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    which = argparse.ArgumentParser(add_help=False)
    which.add_argument("--name", default="default", help="which cluster (default: default)")
    which.add_argument("--dir", help="its folder (default: clusters/NAME in the cache)")
    parser = _Parser(
        prog="./dev cluster", usage="./dev cluster VERB [--name NAME] [options]", description=_HELP, allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(prog="./dev cluster", metavar="VERB", help=argparse.SUPPRESS)

    def verb(name, run, text):
        added = verbs.add_parser(name, parents=[which], description=text, allow_abbrev=False)
        added.set_defaults(run=run)
        return added

    up = verb("up", _up, "Start the cluster and wait until it is ready.")
    up.add_argument("--datanodes", type=_count, metavar="N", help="default 2")
    up.add_argument("--nodemanagers", type=_count, metavar="N",
                    help="default 2, of 8 GiB and 8 cores each, whatever the machine has")
    up.add_argument("--short-circuit", action="store_true", default=None,
                    help="clients on this machine read blocks through a Unix socket")
    up.add_argument("--set", action="append", metavar="KEY=VALUE", dest="settings",
                    help="any setting of Hadoop, for clients and daemons; repeatable")
    up.add_argument("--secure", action="store_true", default=None,
                    help="with Kerberos: a KDC of its own, tickets for you, keytabs for alice and bob")
    down = verb("down", _down, "End the cluster's processes and remove its folder.")
    down.add_argument("--keep", action="store_true", help="stop only: up goes on with its data")
    down.add_argument("--all", action="store_true", help="every cluster of this cache")
    status = verb("status", _status, "What runs where. Exit code 0 only when all of it is up.")
    status.add_argument("--json", action="store_true")
    env = verb("env", _env, "Exports for a shell, so that Hadoop's own tools and Howdah find it.")
    env.add_argument("--json", action="store_true")
    verb("list", _list, "The clusters of this cache.").add_argument("--json", action="store_true")
    kill = verb("kill", _kill, "Send a signal to one daemon.")
    kill.add_argument("daemon", help="namenode, datanode1, nodemanager2 ... as status names it")
    kill.add_argument("--signal", default="KILL", choices=["KILL", "TERM", "STOP", "CONT"])
    start = verb("start", _start, "Start one daemon again and wait until it is ready.")
    start.add_argument("daemon", help="as status names it")
    fetch = verbs.add_parser("fetch", allow_abbrev=False, description="Download Hadoop's jars.")
    fetch.add_argument("--write-lock", metavar="SCRATCH",
                       help="resolve the POM anew in this empty folder and write jars.sha256")
    fetch.set_defaults(run=_fetch)
    return parser


def _count(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 9:
        raise argparse.ArgumentTypeError(f"'{text}': a number from 1 to 9")
    return int(text)


def _place(chosen):
    return places.layout_of(chosen.name, chosen.dir)


def _tell(line: str) -> None:
    print(line, flush=True)


def _up(chosen) -> int:
    layout = _place(chosen)
    existing = lifecycle.load(layout)
    if existing is not None and existing.complete:
        _refuse_other_options(chosen, existing)
        options = existing.options
    else:
        options = config.Options(chosen.datanodes or 2, chosen.nodemanagers or 2,
                                 bool(chosen.short_circuit),
                                 config.parse_settings(chosen.settings or []),
                                 bool(chosen.secure))
    _print(lifecycle.up(layout, options, _tell))
    return 0


def _refuse_other_options(chosen, existing: Cluster) -> None:
    settings = None if chosen.settings is None else config.parse_settings(chosen.settings)
    for option, asked, has in (
            ("--datanodes", chosen.datanodes, existing.options.datanodes),
            ("--nodemanagers", chosen.nodemanagers, existing.options.nodemanagers),
            ("--secure", chosen.secure, existing.options.secure),
            ("--short-circuit", chosen.short_circuit, existing.options.short_circuit),
            ("--set", settings, existing.options.settings)):
        if asked is not None and asked != has:
            raise ClusterError(
                f"cluster '{existing.layout.name}' was made with another {option} ({has}): "
                f"./dev cluster down --name {existing.layout.name} first, or choose another --name",
                2)


def _down(chosen) -> int:
    for layout in lifecycle.everyone() if chosen.all else [_place(chosen)]:
        lifecycle.down(layout, chosen.keep, _tell)
    return 0


def _status(chosen) -> int:
    cluster = lifecycle.loaded(_place(chosen))
    if chosen.json:
        print(json.dumps(_facts(cluster), indent=2))
    else:
        _print(cluster)
    return 0 if cluster.state == "up" else 1


def _list(chosen) -> int:
    facts = []
    for layout in lifecycle.everyone():
        try:
            facts.append(_facts(lifecycle.loaded(layout)))
        except ClusterError as error:  # one that is broken hides no other
            print(f"cluster: {error}", file=sys.stderr)
    if chosen.json:
        print(json.dumps(facts, indent=2))
    else:
        for fact in facts:
            print(f"{fact['name']:20} {fact['state']:9} {len(fact['daemons'])} daemons  {fact['dir']}")
    return 0


def _env(chosen) -> int:
    cluster = lifecycle.loaded(_place(chosen))
    exports = {"HADOOP_CONF_DIR": str(cluster.layout.conf),
               "HADOOP_CLASSPATH": jars.ensure(lambda line: None).classpath,
               "HOWDAH_CLUSTER_NAME": cluster.layout.name}
    if cluster.options.secure:
        exports |= kerberos.environment(cluster.layout)
    if chosen.json:
        print(json.dumps(exports, indent=2))
    else:
        for key, value in exports.items():
            print(f"export {key}={shlex.quote(value)}")
    return 0


def _kill(chosen) -> int:
    daemon = lifecycle.kill(_place(chosen), chosen.daemon,
                            signal.Signals[f"SIG{chosen.signal}"])
    _tell(f"{daemon.name} (pid {daemon.pid}): SIG{chosen.signal} sent")
    return 0


def _start(chosen) -> int:
    lifecycle.start(_place(chosen), chosen.daemon, _tell)
    return 0


def _fetch(chosen) -> int:
    if chosen.write_lock:
        jars.write_lock(Path(chosen.write_lock).absolute())
    else:
        jars.ensure(_tell)
    return 0


def _facts(cluster: Cluster) -> dict:
    """The stable keys of status --json."""
    return {
        "name": cluster.layout.name,
        "state": cluster.state,
        "hadoop": cluster.hadoop,
        "dir": str(cluster.layout.root),
        "conf_dir": str(cluster.layout.conf),
        "default_fs": f"hdfs://{cluster.options.host}:{cluster.daemon('namenode').ports['rpc']}",
        "resourcemanager": f"{cluster.options.host}:{cluster.daemon('resourcemanager').ports['rpc']}",
        "daemons": [{
            "name": daemon.name, "kind": daemon.kind, "pid": daemon.pid,
            "state": "up" if daemon.alive() else "down", "ports": daemon.ports,
            "web": daemon.web, "log": str(cluster.layout.log(daemon.name)),
            "data": str(cluster.layout.data(daemon.name)),
        } for daemon in cluster.daemons],
    }


def _print(cluster: Cluster) -> None:
    facts = _facts(cluster)
    print(f"cluster '{facts['name']}' is {facts['state']}: Hadoop {facts['hadoop']}, "
          f"{facts['default_fs']}, {facts['dir']}")
    for daemon in facts["daemons"]:
        others = " ".join(f"{use}:{port}" for use, port in daemon["ports"].items() if use != "web")
        where = f"pid {daemon['pid']}" if daemon["state"] == "up" else "DOWN"
        print(f"  {daemon['name']:16} {where:12} {daemon['web']:24} {others}")
    suffix = "" if facts["name"] == "default" else f" --name {facts['name']}"
    if cluster.state == "up":
        print(f'next: eval "$(./dev cluster env{suffix})"')
    else:
        print(f"logs: {cluster.layout.root / 'logs'}; ./dev cluster up{suffix} starts what is down")
