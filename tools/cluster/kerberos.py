"""A Kerberos realm for one cluster: its KDC on 127.0.0.1, keytabs, a ticket, and what Hadoop must know.

MIT Kerberos from Debian. Everything lies in <cluster>/kerberos; nothing of /etc is read or written.
"""

import os
import secrets
import shutil
import subprocess
from pathlib import Path

from cluster.errors import ClusterError
from cluster.layout import Layout

REALM = "HOWDAH.TEST"
HOST = "localhost"
SERVICES = ("nn", "dn", "rm", "nm", "jhs", "HTTP")
# People, besides whoever starts the cluster.
USERS = ("alice", "bob")
_DEBIAN = "krb5-kdc krb5-admin-server krb5-user"


def folder(layout: Layout) -> Path:
    return layout.root / "kerberos"


def krb5_conf(layout: Layout) -> Path:
    return folder(layout) / "krb5.conf"


def keytab(layout: Layout, name: str) -> Path:
    return folder(layout) / f"{name}.keytab"


def ticket_cache(layout: Layout) -> Path:
    """Of whoever started the cluster, HDFS's superuser."""
    return folder(layout) / "tickets"


def principal(service: str) -> str:
    return f"{service}/{HOST}@{REALM}"


def environment(layout: Layout) -> dict[str, str]:
    """What a client needs besides HADOOP_CONF_DIR."""
    return {"KRB5_CONFIG": str(krb5_conf(layout)), "KRB5CCNAME": str(ticket_cache(layout)),
            "JDK_JAVA_OPTIONS": java_option(layout)}


def java_option(layout: Layout) -> str:
    return f"-Djava.security.krb5.conf={krb5_conf(layout)}"


def kdc_environment(layout: Layout) -> dict[str, str]:
    return {"KRB5_CONFIG": str(krb5_conf(layout)),
            "KRB5_KDC_PROFILE": str(folder(layout) / "kdc.conf")}


def kdc_command() -> list[str]:
    return [_tool("krb5kdc"), "-n"]


def make_realm(layout: Layout, port: int, user: str) -> None:
    """The KDC's database, every keytab, and the certificate of the HTTPS servers."""
    for name in ("krb5kdc", "kdb5_util", "kadmin.local", "kinit", "keytool"):
        _tool(name)
    folder(layout).mkdir(mode=0o700, parents=True)
    krb5_conf(layout).write_text(_KRB5_CONF.format(realm=REALM, host=HOST, port=port))
    (folder(layout) / "kdc.conf").write_text(
        _KDC_CONF.format(realm=REALM, folder=folder(layout), port=port))
    _run([_tool("kdb5_util"), "-r", REALM, "create", "-s", "-P", secrets.token_hex(16)],
         kdc_environment(layout))
    requests = ""
    for name in [principal(service) for service in SERVICES] + sorted({user, *USERS}):
        file = keytab(layout, name.partition("/")[0])
        requests += f"addprinc -randkey {name}\nktadd -norandkey -k {file} {name}\n"
    _run([_tool("kadmin.local"), "-r", REALM], kdc_environment(layout), requests)
    lacking = [name for name in (*SERVICES, *USERS, user) if not keytab(layout, name).exists()]
    if lacking:
        raise ClusterError(f"kadmin.local made no keytab for {', '.join(lacking)}")
    _run([_tool("keytool"), "-genkeypair", "-alias", HOST, "-keyalg", "RSA", "-keysize", "2048",
          "-dname", f"CN={HOST}", "-ext", "san=dns:localhost,ip:127.0.0.1", "-validity", "3650",
          "-storetype", "PKCS12", "-keystore", str(_keystore(layout)), "-storepass", _PASSWORD], {})


def take_ticket(layout: Layout, user: str) -> None:
    _run([_tool("kinit"), "-k", "-t", str(keytab(layout, user)), f"{user}@{REALM}"],
         environment(layout))


def client_site(user: str) -> dict[str, dict[str, object]]:
    return {
        "core-site.xml": {
            "hadoop.security.authentication": "kerberos",
            "hadoop.security.authorization": "true",
            # The daemons are whoever started them. (No parenthesis, no slash may stand inside.)
            "hadoop.security.auth_to_local":
                f"RULE:[2:$1@$0]([a-z]*@{REALM.replace('.', '[.]')})s/.*/{user}/\nDEFAULT",
        },
        "hdfs-site.xml": {
            "dfs.namenode.kerberos.principal": principal("nn"),
            "dfs.datanode.kerberos.principal": principal("dn"),
            "dfs.block.access.token.enable": "true",
            "dfs.data.transfer.protection": "authentication",
            "dfs.http.policy": "HTTPS_ONLY",
        },
        "yarn-site.xml": {
            "yarn.resourcemanager.principal": principal("rm"),
            "yarn.nodemanager.principal": principal("nm"),
        },
        "mapred-site.xml": {"mapreduce.jobhistory.principal": principal("jhs")},
    }


def server_site(layout: Layout) -> dict[str, dict[str, object]]:
    return {
        "hdfs-site.xml": {
            "dfs.namenode.keytab.file": keytab(layout, "nn"),
            "dfs.datanode.keytab.file": keytab(layout, "dn"),
            "dfs.web.authentication.kerberos.principal": principal("HTTP"),
            "dfs.web.authentication.kerberos.keytab": keytab(layout, "HTTP"),
        },
        "yarn-site.xml": {
            "yarn.resourcemanager.keytab": keytab(layout, "rm"),
            "yarn.nodemanager.keytab": keytab(layout, "nm"),
        },
        "mapred-site.xml": {"mapreduce.jobhistory.keytab": keytab(layout, "jhs")},
    }


def ssl_files(layout: Layout) -> dict[str, dict[str, object]]:
    """ssl-server.xml and ssl-client.xml, for every configuration folder."""
    store = {"location": _keystore(layout), "type": "PKCS12", "password": _PASSWORD}
    server = {f"ssl.server.keystore.{key}": value for key, value in store.items()}
    server["ssl.server.keystore.keypassword"] = _PASSWORD
    return {
        "ssl-server.xml": server | {f"ssl.server.truststore.{key}": value
                                    for key, value in store.items()},
        "ssl-client.xml": {f"ssl.client.truststore.{key}": value for key, value in store.items()},
    }


# Guards nothing: the folder is its owner's only.
_PASSWORD = "changeit"

_KRB5_CONF = """\
[libdefaults]
  default_realm = {realm}
  dns_lookup_realm = false
  dns_lookup_kdc = false
  dns_canonicalize_hostname = false
  rdns = false
  udp_preference_limit = 1
  ticket_lifetime = 24h
  renew_lifetime = 7d
  forwardable = true
  permitted_enctypes = aes256-cts-hmac-sha1-96 aes128-cts-hmac-sha1-96
[realms]
  {realm} = {{
    kdc = 127.0.0.1:{port}
  }}
[domain_realm]
  {host} = {realm}
"""
_KDC_CONF = """\
[kdcdefaults]
  kdc_listen = 127.0.0.1:{port}
  kdc_tcp_listen = 127.0.0.1:{port}
[realms]
  {realm} = {{
    database_name = {folder}/principals
    key_stash_file = {folder}/stash
    max_life = 24h
    max_renewable_life = 7d
    supported_enctypes = aes256-cts-hmac-sha1-96:normal aes128-cts-hmac-sha1-96:normal
  }}
[logging]
  kdc = STDERR
  admin_server = STDERR
  default = STDERR
"""


def _keystore(layout: Layout) -> Path:
    return folder(layout) / "keystore.p12"


def _tool(name: str) -> str:
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if found is None:
        raise ClusterError(f"--secure: {name} is not installed: run ./dev setup (as root: "
                           f"apt-get install -y {_DEBIAN})")
    return found


def _run(command: list[str], environment_: dict[str, str], text: str = "") -> None:
    done = subprocess.run(command, input=text, text=True, env=os.environ | environment_,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        last = done.stdout.strip().splitlines()[-1:] or [f"exit {done.returncode}"]
        raise ClusterError(f"{Path(command[0]).name}: {last[0][:300]}")
