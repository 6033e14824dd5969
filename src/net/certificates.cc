#include "net/certificates.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <memory>

namespace howdah::net {
namespace {

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Memory = std::unique_ptr<BIO, Freed<BIO_free>>;

constexpr long kValidSeconds = 366L * 24 * 3600;
constexpr long kClockSkewSeconds = 24 * 3600;

Status refused(const char* what) {
  return Status(Code::kInternal, std::string("OpenSSL refused to make a ") + what);
}

std::string text_of(BIO* memory) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(memory, &data);
  return std::string(data, static_cast<size_t>(length));
}

bool add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

// Unsigned: a version 3 certificate with a random serial number for the key and the name.
Certificate blank(const Key& key, const std::string& common_name) {
  Certificate certificate(X509_new());
  if (!certificate) return nullptr;
  X509_set_version(certificate.get(), X509_VERSION_3);
  const std::string serial = random_bytes(8);
  int64_t number = 1;
  for (const char byte : serial)
    number = (number * 131 + static_cast<unsigned char>(byte)) & INT64_MAX;
  ASN1_INTEGER_set_int64(X509_get_serialNumber(certificate.get()), number);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kClockSkewSeconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kValidSeconds);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1,
                             0);
  X509_set_pubkey(certificate.get(), key.get());
  return certificate;
}

Result<Identity> to_pem(const Key& key, const Certificate& certificate) {
  Memory key_text(BIO_new(BIO_s_mem())), certificate_text(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PKCS8PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                    nullptr) != 1 ||
      PEM_write_bio_X509(certificate_text.get(), certificate.get()) != 1)
    return refused("PEM text");
  return Identity{text_of(certificate_text.get()), text_of(key_text.get())};
}

}  // namespace

std::string random_bytes(size_t count) {
  std::string bytes(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1)
    abort();
  return bytes;
}

Result<CertificateAuthority> CertificateAuthority::create(const std::string& common_name) {
  const Key key(EVP_EC_gen("P-256"));
  if (!key) return refused("key");
  const Certificate certificate = blank(key, common_name);
  if (!certificate) return refused("certificate");
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  if (!add_extension(certificate.get(), certificate.get(), NID_basic_constraints,
                     "critical,CA:TRUE") ||
      !add_extension(certificate.get(), certificate.get(), NID_key_usage, "critical,keyCertSign") ||
      X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0)
    return refused("certificate");
  CertificateAuthority authority;
  authority.own_ = HOWDAH_TRY(to_pem(key, certificate));
  return authority;
}

Result<Identity> CertificateAuthority::issue(const std::string& common_name) const {
  const Memory key_text(BIO_new_mem_buf(own_.key.data(), static_cast<int>(own_.key.size())));
  const Memory text(
      BIO_new_mem_buf(own_.certificate.data(), static_cast<int>(own_.certificate.size())));
  const Key authority_key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  const Certificate authority(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr));
  const Key key(EVP_EC_gen("P-256"));
  if (!authority_key || !authority || !key) return refused("key");
  const Certificate certificate = blank(key, common_name);
  if (!certificate) return refused("certificate");
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(authority.get()));
  if (!add_extension(certificate.get(), authority.get(), NID_basic_constraints,
                     "critical,CA:FALSE") ||
      !add_extension(certificate.get(), authority.get(), NID_ext_key_usage,
                     "serverAuth,clientAuth") ||
      !add_extension(certificate.get(), authority.get(), NID_subject_alt_name,
                     "DNS:" + common_name) ||
      X509_sign(certificate.get(), authority_key.get(), EVP_sha256()) == 0)
    return refused("certificate");
  return to_pem(key, certificate);
}

}  // namespace howdah::net
