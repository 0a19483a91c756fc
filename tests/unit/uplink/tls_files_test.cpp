#include "gateway/uplink/mqtt/tls_files.h"

#include <fstream>

#include <gtest/gtest.h>

#include "tests/support/mosquitto_broker.h"

namespace mg {
namespace {

class TlsFiles : public testing::Test {
protected:
    TemporaryFolder folder_;
    TestCertificates certificates_{folder_.path(), "localhost"};
    TlsOptions good_{.ca_file = certificates_.ca,
                     .certificate_file = certificates_.client_certificate,
                     .key_file = certificates_.client_key};
};

TEST_F(TlsFiles, AreLoadedAsAConnectionWould) {
    EXPECT_TRUE(check_tls_files(good_));
    EXPECT_TRUE(check_tls_files({}));
}

TEST_F(TlsFiles, AMissingAuthorityIsNamed) {
    good_.ca_file = folder_.path() / "nobody.pem";
    const auto checked = check_tls_files(good_);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().kind, Failure::invalid_config);
    EXPECT_NE(checked.error().what.find("nobody.pem"), std::string::npos);
}

TEST_F(TlsFiles, AFileThatIsNoCertificateIsNamed) {
    const auto file = folder_.path() / "letter.pem";
    std::ofstream{file} << "Dear auditor\n";
    good_.certificate_file = file;
    const auto checked = check_tls_files(good_);
    ASSERT_FALSE(checked);
    EXPECT_NE(checked.error().what.find("letter.pem"), std::string::npos);
}

TEST_F(TlsFiles, AKeyOfAnotherCertificateIsNamed) {
    good_.key_file = certificates_.server_key;
    const auto checked = check_tls_files(good_);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().kind, Failure::invalid_config);
    EXPECT_NE(checked.error().what.find(certificates_.server_key.filename().string()), std::string::npos);
}

}  // namespace
}  // namespace mg
