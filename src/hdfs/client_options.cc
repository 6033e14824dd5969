#include "hdfs/client_options.h"

#include <algorithm>

namespace howdah::hdfs {
namespace {

constexpr uint16_t kDefaultPort = 8020;
constexpr int64_t kMaxPacketDataBytes = 8 << 20;

Status bad_value(const char* key, const std::string& value, const char* why) {
  return Status(Code::kInvalidArgument, std::string(key) + " = '" + value + "': " + why);
}

bool is_nameservice(const std::string& authority, const hadoop::Configuration& configuration) {
  const auto names = configuration.get_list("dfs.nameservices");
  return std::find(names.begin(), names.end(), authority) != names.end() ||
         configuration.get("dfs.ha.namenodes." + authority).has_value();
}

Result<std::vector<net::Address>> namenodes_of(const std::string& service,
                                               const hadoop::Configuration& configuration) {
  std::vector<net::Address> namenodes;
  const auto add = [&](const std::string& key) -> Status {
    const auto address = configuration.get(key);
    if (!address)
      return Status(Code::kInvalidArgument, "the nameservice '" + service + "' lacks " + key)
          .with_advice("is HADOOP_CONF_DIR the folder with the cluster's hdfs-site.xml?");
    namenodes.push_back(HOWDAH_TRY(net::Address::parse(*address, kDefaultPort)));
    return Status::ok();
  };
  const auto ids = configuration.get_list("dfs.ha.namenodes." + service);
  for (const std::string& id : ids)
    HOWDAH_TRY(add("dfs.namenode.rpc-address." + service + "." + id));
  if (ids.empty()) HOWDAH_TRY(add("dfs.namenode.rpc-address." + service));
  return namenodes;
}

// Java's clients write a token under "ip:port" or "ha-hdfs:NAME".
std::optional<hadoop::Token> token_for(const std::string& authority,
                                       const std::vector<net::Address>& namenodes,
                                       const hadoop::Credentials& credentials) {
  constexpr std::string_view kKind = "HDFS_DELEGATION_TOKEN";
  const hadoop::Token* token = credentials.find_token(kKind, "ha-hdfs:" + authority);
  for (const net::Address& namenode : namenodes)
    if (!token) token = credentials.find_token(kKind, namenode.to_string());
  const auto kinds = std::count_if(credentials.tokens().begin(), credentials.tokens().end(),
                                   [&](const auto& entry) { return entry.second.kind == kKind; });
  // The only one is meant, whatever name its NameNode goes by.
  if (!token && kinds == 1) token = credentials.find_token(kKind);
  if (!token) return std::nullopt;
  return *token;
}

Status read_writing(const hadoop::Configuration& configuration, ClientOptions& options) {
  options.replication = static_cast<int>(HOWDAH_TRY(configuration.get_int("dfs.replication", 0)));
  options.block_size_bytes = HOWDAH_TRY(configuration.get_size_bytes("dfs.blocksize", 0));
  const std::string type = configuration.get("dfs.checksum.type", "CRC32C");
  if (type == "CRC32C") {
    options.checksum.type = ChecksumType::kCrc32c;
  } else if (type == "CRC32") {
    options.checksum.type = ChecksumType::kCrc32;
  } else if (type == "NULL") {
    options.checksum.type = ChecksumType::kNull;
  } else {
    return bad_value("dfs.checksum.type", type, "it is none of CRC32C, CRC32 and NULL");
  }
  const int64_t chunk = HOWDAH_TRY(configuration.get_int("dfs.bytes-per-checksum", 512));
  if (chunk <= 0 || chunk > kMaxPacketDataBytes)
    return bad_value("dfs.bytes-per-checksum", std::to_string(chunk), "it is out of range");
  options.checksum.bytes_per_chunk = static_cast<uint32_t>(chunk);
  const int64_t packet =
      HOWDAH_TRY(configuration.get_size_bytes("dfs.client-write-packet-size", 64 << 10));
  options.packet_bytes = static_cast<size_t>(std::clamp(packet, chunk, kMaxPacketDataBytes));
  const int64_t in_flight =
      HOWDAH_TRY(configuration.get_int("dfs.client.write.max-packets-in-flight", 80));
  options.max_packets_in_flight = static_cast<size_t>(std::max<int64_t>(in_flight, 1));
  return Status::ok();
}

}  // namespace

Result<ClientOptions> ClientOptions::from_configuration(const std::string& authority,
                                                        const hadoop::Configuration& configuration,
                                                        const hadoop::User& user,
                                                        const hadoop::Credentials& credentials) {
  ClientOptions options;
  if (is_nameservice(authority, configuration)) {
    options.namenodes = HOWDAH_TRY(namenodes_of(authority, configuration));
  } else {
    options.namenodes = {HOWDAH_TRY(net::Address::parse(authority, kDefaultPort))};
  }
  if (options.namenodes.size() == 1)
    options.rpc_retries = static_cast<int>(
        HOWDAH_TRY(configuration.get_int("howdah.rpc.retries", options.rpc_retries)));
  options.user = user;
  options.token = token_for(authority, options.namenodes, credentials);
  HOWDAH_TRY(read_writing(configuration, options));

  using std::chrono::milliseconds;
  const milliseconds silence = HOWDAH_TRY(
      configuration.get_duration("dfs.client.socket-timeout", milliseconds(0), milliseconds(1)));
  if (silence > milliseconds(0)) options.read_silence = options.write_silence = silence;
  options.use_host_names =
      HOWDAH_TRY(configuration.get_bool("dfs.client.use.datanode.hostname", false));
  options.protected_transfer =
      configuration.get("dfs.data.transfer.protection").has_value() ||
      HOWDAH_TRY(configuration.get_bool("dfs.encrypt.data.transfer", false));
  return options;
}

}  // namespace howdah::hdfs
