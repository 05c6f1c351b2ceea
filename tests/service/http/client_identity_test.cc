#include "service/http/client_identity.h"

#include <gtest/gtest.h>

namespace service {
namespace {

NetworkList networks(std::string_view text) {
  auto list = NetworkList::parse(text);
  EXPECT_TRUE(list) << text << ": " << (list ? "" : list.error());
  return list.value_or(NetworkList());
}

TEST(IpAddress, ReadsBothFamiliesAndWritesTheirCanonicalForm) {
  EXPECT_EQ(IpAddress::parse("192.0.2.1")->text(), "192.0.2.1");
  EXPECT_EQ(IpAddress::parse("2001:DB8:0:0::1")->text(), "2001:db8::1");
  EXPECT_EQ(IpAddress::parse("[2001:db8::1]")->text(), "2001:db8::1");
  EXPECT_EQ(IpAddress::parse("::ffff:192.0.2.1")->text(), "192.0.2.1");
}

TEST(IpAddress, RefusesEverythingElse) {
  for (const char* text : {"", "localhost", "192.0.2", "192.0.2.256", "192.0.2.1:80", "[192.0.2.1]",
                           "fe80::1%lo", "2001:db8::1]", "[]", "1.2.3.4 ", "::1::", "0x7f.0.0.1",
                           "2001:db8:0000:0000:0000:0000:0000:0001:ffff:ffff:ffff:ffff"}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
}

TEST(NetworkList, ContainsTheAddressesOfItsNetworksAndNoOthers) {
  const NetworkList list = networks("10.0.0.0/8, 192.0.2.7 ,2001:db8::/33,::1");
  for (const char* text :
       {"10.0.0.0", "10.255.255.255", "192.0.2.7", "2001:db8:7fff::1", "::1", "::ffff:10.1.2.3"}) {
    EXPECT_TRUE(list.contains(*IpAddress::parse(text))) << text;
  }
  for (const char* text : {"11.0.0.0", "9.255.255.255", "192.0.2.6", "2001:db8:8000::", "::2"}) {
    EXPECT_FALSE(list.contains(*IpAddress::parse(text))) << text;
  }
}

TEST(NetworkList, APrefixOfZeroContainsItsWholeFamily) {
  EXPECT_TRUE(networks("0.0.0.0/0").contains(*IpAddress::parse("198.51.100.1")));
  EXPECT_FALSE(networks("0.0.0.0/0").contains(*IpAddress::parse("2001:db8::1")));
  EXPECT_TRUE(networks("::/0").contains(*IpAddress::parse("2001:db8::1")));
}

TEST(NetworkList, HasACanonicalForm) {
  EXPECT_EQ(networks("10.0.0.0/8 ,::ffff:192.0.2.7,2001:DB8::/33,0.0.0.0/0").text(),
            "10.0.0.0/8, 192.0.2.7, 2001:db8::/33, 0.0.0.0/0");
}

TEST(NetworkList, AnEmptyTextIsAnEmptyList) {
  EXPECT_TRUE(networks("").empty());
}

TEST(NetworkList, NamesTheItemThatItCannotRead) {
  for (const auto& [text, item] : std::vector<std::pair<const char*, const char*>>{
           {"10.0.0.0/8,proxy.example", "'proxy.example'"},
           {"10.0.0.0/33", "'10.0.0.0/33'"},
           {"10.0.0.0/", "'10.0.0.0/'"},
           {"10.0.0.0/+8", "'10.0.0.0/+8'"},
           {"::1/129", "'::1/129'"},
           {"10.0.0.1/8", "'10.0.0.1/8'"},
           {"::1,,::2", "''"}}) {
    const auto list = NetworkList::parse(text);
    ASSERT_FALSE(list) << text;
    EXPECT_NE(list.error().find(item), std::string::npos) << list.error();
  }
}

TEST(ClientIdentity, IsThePeerWhenNoProxyIsTrusted) {
  EXPECT_EQ(client_identity("192.0.2.1", "198.51.100.9", NetworkList()), "192.0.2.1");
}

TEST(ClientIdentity, IgnoresTheFieldFromAPeerThatIsNotTrusted) {
  EXPECT_EQ(client_identity("192.0.2.1", "198.51.100.9", networks("10.0.0.0/8")), "192.0.2.1");
}

TEST(ClientIdentity, IsTheAddressThatTheNearestTrustedProxySaw) {
  EXPECT_EQ(client_identity("10.0.0.1", "198.51.100.9", networks("10.0.0.0/8")), "198.51.100.9");
  EXPECT_EQ(client_identity("10.0.0.1", "198.51.100.9, 10.0.0.2", networks("10.0.0.0/8")),
            "198.51.100.9");
}

TEST(ClientIdentity, CannotBeChosenByTheClient) {
  EXPECT_EQ(
      client_identity("10.0.0.1", "203.0.113.5, 10.9.9.9, 198.51.100.9", networks("10.0.0.0/8")),
      "198.51.100.9");
}

TEST(ClientIdentity, IsTheProxyWhenTheProxyNamesNoAddress) {
  for (const char* field : {"", " ", "unknown", "203.0.113.5, unknown", "_hidden", ",", "a b"}) {
    EXPECT_EQ(client_identity("10.0.0.1", field, networks("10.0.0.1")), "10.0.0.1") << field;
  }
}

TEST(ClientIdentity, IsTheLeftmostProxyWhenAllAreTrusted) {
  EXPECT_EQ(client_identity("10.0.0.1", "10.0.0.3,10.0.0.2", networks("10.0.0.0/8")), "10.0.0.3");
}

TEST(ClientIdentity, DropsPortsAndMapsIpv4SoThatAClientHasOneIdentity) {
  const NetworkList trusted = networks("::1");
  EXPECT_EQ(client_identity("::1", "198.51.100.9:4711", trusted), "198.51.100.9");
  EXPECT_EQ(client_identity("::1", "[2001:db8::1]:4711", trusted), "2001:db8::1");
  EXPECT_EQ(client_identity("::1", "2001:DB8::1", trusted), "2001:db8::1");
  EXPECT_EQ(client_identity("::1", "::ffff:198.51.100.9", trusted), "198.51.100.9");
}

}  // namespace
}  // namespace service
