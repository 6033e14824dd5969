import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from cluster import config
from cluster.daemon import PORTS, Daemon
from cluster.errors import ClusterError
from cluster.jars import Hadoop
from cluster.layout import Layout, layout_of
from cluster.ports import free_ports


def read(path):
    return {row.find("name").text: row.find("value").text
            for row in ElementTree.parse(path).getroot().iter("property")}


class Config(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.layout = Layout("it", Path(folder.name))
        names = ["namenode", "resourcemanager", "datanode1", "datanode2", "nodemanager1",
                 "nodemanager2", "jobhistory"]
        port = iter(range(20000, 21000))
        self.daemons = [Daemon(name, name.rstrip("12"),
                               {use: next(port) for use in PORTS[name.rstrip("12")]})
                        for name in names]

    def write(self, **changes):
        config.write(self.layout, Hadoop(Path("/hadoop")), self.daemons,
                     config.Options(2, 2, **changes))

    def test_gives_each_node_addresses_and_folders_of_its_own(self):
        self.write()
        for file, key in (("hdfs-site.xml", "dfs.datanode.address"),
                          ("hdfs-site.xml", "dfs.datanode.data.dir")):
            one, two = (read(self.layout.daemon_conf(f"datanode{i}") / file)[key] for i in (1, 2))
            self.assertNotEqual(one, two, key)
        for file, key in (("yarn-site.xml", "yarn.nodemanager.address"),
                          ("yarn-site.xml", "yarn.nodemanager.localizer.address"),
                          ("yarn-site.xml", "yarn.nodemanager.local-dirs"),
                          ("yarn-site.xml", "yarn.nodemanager.recovery.dir"),
                          ("mapred-site.xml", "mapreduce.shuffle.port")):
            one, two = (read(self.layout.daemon_conf(f"nodemanager{i}") / file)[key] for i in (1, 2))
            self.assertNotEqual(one, two, key)

    def test_lets_a_setting_of_the_user_win_in_every_folder(self):
        self.write(settings={"dfs.heartbeat.interval": "7", "fs.trash.interval": "5",
                             "yarn.scheduler.capacity.root.small.capacity": "10.0"})
        for folder in (self.layout.conf, self.layout.daemon_conf("datanode2")):
            self.assertEqual(read(folder / "hdfs-site.xml")["dfs.heartbeat.interval"], "7")
            self.assertEqual(read(folder / "core-site.xml")["fs.trash.interval"], "5")
        queues = read(self.layout.daemon_conf("resourcemanager") / "capacity-scheduler.xml")
        self.assertEqual(queues["yarn.scheduler.capacity.root.small.capacity"], "10.0")

    def test_client_configuration_names_the_daemons_addresses(self):
        self.write()
        namenode = self.daemons[0].ports["rpc"]
        self.assertEqual(read(self.layout.conf / "core-site.xml")["fs.defaultFS"],
                         f"hdfs://127.0.0.1:{namenode}")

    def test_short_circuit_is_there_only_when_asked_for(self):
        self.write()
        self.assertNotIn("dfs.domain.socket.path", read(self.layout.conf / "hdfs-site.xml"))
        self.write(short_circuit=True)
        self.assertIn("_PORT", read(self.layout.conf / "hdfs-site.xml")["dfs.domain.socket.path"])

    def test_a_secure_cluster_is_named_as_its_principals_are(self):
        self.write(secure=True)
        client = read(self.layout.conf / "core-site.xml")
        self.assertTrue(client["fs.defaultFS"].startswith("hdfs://localhost:"))
        self.assertEqual(client["hadoop.security.authentication"], "kerberos")
        hdfs = read(self.layout.conf / "hdfs-site.xml")
        self.assertIn("/localhost@", hdfs["dfs.namenode.kerberos.principal"])
        self.assertNotIn("dfs.namenode.keytab.file", hdfs)  # the daemons' own
        self.assertIn("dfs.namenode.keytab.file",
                      read(self.layout.daemon_conf("namenode") / "hdfs-site.xml"))

    def test_refuses_a_setting_without_a_value(self):
        with self.assertRaisesRegex(ClusterError, "key=value"):
            config.parse_settings(["dfs.replication"])


class Places(unittest.TestCase):
    def test_refuses_names_that_are_no_folder_names(self):
        for name in ("", "a b", "../x", "-x", "a/b"):
            with self.assertRaises(ClusterError, msg=name):
                layout_of(name, None)

    def test_refuses_a_folder_that_hadoop_would_misread(self):
        with self.assertRaisesRegex(ClusterError, "cannot live"):
            layout_of("it", "/tmp/with space")

    def test_ports_written_down_by_another_cluster_are_not_given_again(self):
        with tempfile.TemporaryDirectory() as folder:
            first, = free_ports(1, Path(folder))
            (Path(folder) / "it").mkdir()
            (Path(folder) / "it" / "cluster.json").write_text(
                '{"daemons": [{"ports": {"rpc": %d}}]}' % first)
            self.assertNotIn(first, free_ports(2000, Path(folder)))


if __name__ == "__main__":
    unittest.main()
