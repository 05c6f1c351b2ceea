#include "tests/stockclient/wire/certificates.h"

#include <cstdio>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdexcept>

namespace stockclient::testing {
namespace {

using Key = std::unique_ptr<EVP_PKEY, KeyDeleter>;
using Certificate = std::unique_ptr<X509, CertificateDeleter>;

void require(bool done) {
  if (!done) throw std::runtime_error("OpenSSL cannot make a certificate");
}

Key make_key() {
  Key key(EVP_EC_gen("P-256"));
  require(key != nullptr);
  return key;
}

void extend(X509* certificate, int extension, const std::string& value) {
  X509_EXTENSION* made = X509V3_EXT_conf_nid(nullptr, nullptr, extension, value.c_str());
  require(made != nullptr && X509_add_ext(certificate, made, -1) == 1);
  X509_EXTENSION_free(made);
}

/// An unsigned certificate for `key`.
Certificate make_certificate(EVP_PKEY* key, const std::string& name, long from, long until) {
  Certificate certificate(X509_new());
  require(certificate != nullptr && X509_set_version(certificate.get(), 2) == 1);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), from);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), until);
  require(X509_set_pubkey(certificate.get(), key) == 1);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return certificate;
}

void sign(X509* certificate, X509* issuer, EVP_PKEY* key) {
  require(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 &&
          X509_sign(certificate, key, EVP_sha256()) > 0);
}

Certificate make_leaf(EVP_PKEY* key, const CertificateTerms& terms) {
  Certificate leaf = make_certificate(key, "server", terms.valid_from, terms.valid_until);
  extend(leaf.get(), NID_subject_alt_name, "IP:" + terms.address);
  return leaf;
}

Context make_context(X509* certificate, EVP_PKEY* key) {
  Context context(SSL_CTX_new(TLS_server_method()));
  require(context != nullptr && SSL_CTX_use_certificate(context.get(), certificate) == 1 &&
          SSL_CTX_use_PrivateKey(context.get(), key) == 1);
  return context;
}

}  // namespace

Authority::Authority()
    : key_(make_key()), certificate_(make_certificate(key_.get(), "authority", -7200, 7200)) {
  extend(certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
  sign(certificate_.get(), certificate_.get(), key_.get());
}

Context Authority::issue(const CertificateTerms& terms) const {
  const Key key = make_key();
  const Certificate leaf = make_leaf(key.get(), terms);
  sign(leaf.get(), certificate_.get(), key_.get());
  return make_context(leaf.get(), key.get());
}

Context Authority::self_signed(const CertificateTerms& terms) {
  const Key key = make_key();
  const Certificate leaf = make_leaf(key.get(), terms);
  sign(leaf.get(), leaf.get(), key.get());
  return make_context(leaf.get(), key.get());
}

void Authority::write_to(const std::filesystem::path& file) const {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> out(std::fopen(file.c_str(), "w"),
                                                            &std::fclose);
  require(out != nullptr && PEM_write_X509(out.get(), certificate_.get()) == 1);
}

}  // namespace stockclient::testing
