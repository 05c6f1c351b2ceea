#include "service/log/descriptor_writer.h"

#include <array>
#include <fcntl.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

namespace service {
namespace {

using namespace std::chrono_literals;  // NOLINT: a test's vocabulary

enum class Channel { pipe, socket };

/// A pipe or socket pair: the end to read from and the end to write to.
class DescriptorWriterTest : public testing::TestWithParam<Channel> {
 protected:
  void SetUp() override {
    if (GetParam() == Channel::pipe) {
      ASSERT_EQ(::pipe(ends_.data()), 0);
    } else {
      ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()), 0);
    }
  }
  void TearDown() override {
    for (const int end : ends_) ::close(end);
  }
  [[nodiscard]] int reader() const { return ends_[0]; }
  [[nodiscard]] int writer() const { return ends_[1]; }

 private:
  std::array<int, 2> ends_{-1, -1};
};

TEST_P(DescriptorWriterTest, WritesATextLargerThanTheChannelWhileItIsRead) {
  const std::string text(std::size_t{1} << 21, 'x');
  std::string received;
  std::thread reading([&] {
    std::array<char, 65536> buffer{};
    while (received.size() < text.size()) {
      const ssize_t size = ::read(reader(), buffer.data(), buffer.size());
      if (size <= 0) return;
      received.append(buffer.data(), static_cast<std::size_t>(size));
    }
  });
  DescriptorWriter descriptor_writer(writer());
  EXPECT_TRUE(descriptor_writer.write(text));
  reading.join();
  EXPECT_EQ(received, text);
}

TEST_P(DescriptorWriterTest, GivesUpOnAStuckReaderAlsoDuringAWrite) {
  DescriptorWriter descriptor_writer(writer());
  bool written = true;
  std::thread writing(
      [&] { written = descriptor_writer.write(std::string(std::size_t{1} << 21, 'x')); });
  descriptor_writer.give_up_after(10ms);
  writing.join();
  EXPECT_FALSE(written);
  EXPECT_FALSE(descriptor_writer.write("x")) << "and does not wait again";
}

INSTANTIATE_TEST_SUITE_P(Each, DescriptorWriterTest,
                         testing::Values(Channel::pipe, Channel::socket), [](const auto& each) {
                           return each.param == Channel::pipe ? "Pipe" : "Socket";
                         });

}  // namespace
}  // namespace service
