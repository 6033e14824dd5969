// A certificate authority of a job's own, and the certificates that it signs: mutual TLS between
// the master, its workers and its user. EC P-256, valid for a year; nothing is kept on disk.
#pragma once

#include <string>

#include "base/result.h"

namespace howdah::net {

struct Identity {
  std::string certificate;  // PEM
  std::string key;          // PEM, PKCS#8, unencrypted
};

class CertificateAuthority {
 public:
  // A new key and a self-signed certificate with this common name.
  static Result<CertificateAuthority> create(const std::string& common_name);
  // A new key with a certificate for this common name, which is its DNS name too.
  Result<Identity> issue(const std::string& common_name) const;
  const std::string& certificate() const { return own_.certificate; }

 private:
  Identity own_;
};

// Random bytes from the operating system, for secrets and ids.
std::string random_bytes(size_t count);

}  // namespace howdah::net
