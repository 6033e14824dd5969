"""The cluster tool against the real daemons: about a minute and a half.

Its daemons lie in a folder of their own below the cache's clusters.
"""

import json
import os
import subprocess
import sys
import unittest

from cluster.daemon import birth_of

NAME = f"test-{os.getpid()}"


def cluster(verb, *arguments):
    return subprocess.run([sys.executable, "-m", "cluster", verb, "--name", NAME, *arguments],
                          capture_output=True, text=True)


class Real(unittest.TestCase):
    def tearDown(self):
        cluster("down")

    def status(self):
        return json.loads(cluster("status", "--json").stdout)

    def test_lives_loses_a_daemon_heals_and_leaves_nothing(self):
        up = cluster("up", "--datanodes", "1", "--nodemanagers", "1")
        self.assertEqual(up.returncode, 0, up.stderr)
        facts = self.status()
        self.assertEqual(facts["state"], "up")
        pids = {daemon["name"]: daemon["pid"] for daemon in facts["daemons"]}
        self.assertEqual(set(pids), {"namenode", "datanode1", "resourcemanager", "nodemanager1",
                                     "jobhistory"})
        self.assertIn("already up", cluster("up").stdout)

        # A process that a NodeManager would leave behind.
        stray = subprocess.Popen(["sleep", "1000"], env=os.environ | {
            "LOCAL_DIRS": f"{facts['dir']}/data/nodemanager1/local"})
        self.addCleanup(stray.wait)

        self.assertEqual(cluster("kill", "datanode1").returncode, 0)
        self.assertEqual(cluster("status").returncode, 1)
        self.assertEqual(self.status()["state"], "degraded")
        again = cluster("up")
        self.assertIn("not running: datanode1", again.stdout)
        after = self.status()
        self.assertEqual(after["state"], "up")
        self.assertEqual({daemon["name"] for daemon in after["daemons"]
                          if daemon["pid"] != pids[daemon["name"]]}, {"datanode1"})

        self.assertEqual(cluster("down").returncode, 0)
        self.assertFalse(os.path.exists(facts["dir"]))
        for daemon in after["daemons"]:
            self.assertEqual(birth_of(daemon["pid"]), 0, daemon["name"])
        self.assertIsNotNone(stray.poll())
        self.assertEqual(cluster("status").returncode, 3)

    def test_a_secure_cluster_serves_who_has_a_ticket_and_nobody_else(self):
        up = cluster("up", "--datanodes", "1", "--nodemanagers", "1", "--secure")
        self.assertEqual(up.returncode, 0, up.stderr)
        exports = json.loads(cluster("env", "--json").stdout)
        listing = ["java", "-cp", f"{exports['HADOOP_CONF_DIR']}:{exports['HADOOP_CLASSPATH']}",
                   "org.apache.hadoop.fs.FsShell", "-ls", "/user"]
        known = subprocess.run(listing, env=os.environ | exports, capture_output=True, text=True)
        self.assertIn("/user/alice", known.stdout, known.stderr)
        stranger = subprocess.run(
            listing, env=os.environ | exports | {"KRB5CCNAME": "/nonexistent"},
            capture_output=True, text=True)
        self.assertNotEqual(stranger.returncode, 0)
        self.assertIn("AccessControlException", stranger.stderr)

    def test_says_at_once_which_daemon_died_and_shows_its_log(self):
        up = cluster("up", "--datanodes", "1", "--nodemanagers", "1",
                     "--set", "dfs.datanode.address=nowhere.invalid:1")
        self.assertEqual(up.returncode, 1)
        self.assertIn("datanode1 has gone", up.stderr)
        self.assertIn("nowhere.invalid", up.stderr)


if __name__ == "__main__":
    unittest.main()
