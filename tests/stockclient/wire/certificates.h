#pragma once
/// A certificate authority created in memory for one test.

#include <filesystem>
#include <memory>
#include <openssl/ssl.h>
#include <string>

namespace stockclient::testing {

struct KeyDeleter {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
struct CertificateDeleter {
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
};
struct ContextDeleter {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
};
using Context = std::unique_ptr<SSL_CTX, ContextDeleter>;

/// The contents of a certificate: its subject, and its validity in seconds from now.
struct CertificateTerms {
  std::string address = "127.0.0.1";
  long valid_from = -3600;
  long valid_until = 3600;
};

class Authority {
 public:
  Authority();

  /// A TLS server context with a certificate signed by this authority.
  [[nodiscard]] Context issue(const CertificateTerms& terms) const;
  /// A TLS server context with a self-signed certificate.
  [[nodiscard]] static Context self_signed(const CertificateTerms& terms);

  /// Writes the authority's own certificate as PEM.
  void write_to(const std::filesystem::path& file) const;

 private:
  std::unique_ptr<EVP_PKEY, KeyDeleter> key_;
  std::unique_ptr<X509, CertificateDeleter> certificate_;
};

}  // namespace stockclient::testing
