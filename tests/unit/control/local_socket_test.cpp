#include "gateway/control/local_socket.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/temporary_folder.h"

namespace mg {
namespace {

struct LocalSocket : testing::Test {
    const TemporaryFolder own;
    const std::filesystem::path folder{own.path()};
    const std::filesystem::path path{folder / "control.sock"};
};

TEST_F(LocalSocket, IsForUserAndGroupOnly) {
    const mode_t before = ::umask(0077);
    const auto listening = listen_at(path);
    ::umask(before);

    ASSERT_TRUE(listening) << listening.error().what;
    EXPECT_EQ(listening->file.st_mode & 0777U, 0660U);
}

TEST_F(LocalSocket, AFileLeftByADeadProcessIsReplaced) {
    {
        const auto crashed = listen_at(path);
    }  // closing the socket leaves the file, like SIGKILL
    ASSERT_TRUE(std::filesystem::exists(path));

    EXPECT_TRUE(listen_at(path));
}

TEST_F(LocalSocket, ALiveOneIsRefusedAndKept) {
    const auto first = listen_at(path);
    ASSERT_TRUE(first);

    const auto second = listen_at(path);

    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, Failure::invalid_config);
    EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(LocalSocket, AnythingThatIsNoSocketIsNeverRemoved) {
    std::ofstream(path) << "precious";

    const auto listening = listen_at(path);

    ASSERT_FALSE(listening);
    EXPECT_EQ(listening.error().kind, Failure::invalid_config);
    EXPECT_EQ(std::filesystem::file_size(path), 8U);
}

TEST_F(LocalSocket, AFolderThatIsNotThereIsNamed) {
    const auto listening = listen_at(folder / "absent" / "control.sock");

    ASSERT_FALSE(listening);
    EXPECT_EQ(listening.error().kind, Failure::invalid_config);
    EXPECT_NE(listening.error().what.find("absent"), std::string::npos);
}

TEST_F(LocalSocket, APathBeyondTheSystemsLimitIsNamedWithTheLimit) {
    const auto listening = listen_at(folder / std::string(200, 'x'));

    ASSERT_FALSE(listening);
    EXPECT_NE(listening.error().what.find("107"), std::string::npos) << listening.error().what;
}

TEST_F(LocalSocket, TheFileOfASuccessorIsNotRemoved) {
    const auto first = listen_at(path);
    ASSERT_TRUE(first);
    std::filesystem::remove(path);
    const auto second = listen_at(path);
    ASSERT_TRUE(second);

    remove_if_same(path, first->file);
    EXPECT_TRUE(std::filesystem::exists(path));

    remove_if_same(path, second->file);
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(PeerOf, TheOtherEndOfOurOwnPairIsUs) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    const UniqueFd one{ends[0]};
    const UniqueFd other{ends[1]};

    const auto peer = peer_of(one.get());

    ASSERT_TRUE(peer);
    EXPECT_EQ(peer->user, ::geteuid());
    EXPECT_EQ(peer->groups.at(0), ::getegid());
}

TEST(IsTrusted, RootOurUserAndOurGroupAreOthersAreNot) {
    const uid_t us = 990;
    const gid_t our_group = 991;

    EXPECT_TRUE(is_trusted({.user = 0, .groups = {0}}, us, our_group));
    EXPECT_TRUE(is_trusted({.user = us, .groups = {100}}, us, our_group));
    EXPECT_TRUE(is_trusted({.user = 1000, .groups = {1000, 27, our_group}}, us, our_group));
    EXPECT_FALSE(is_trusted({.user = 1000, .groups = {1000, 27}}, us, our_group));
    EXPECT_FALSE(is_trusted({.user = 1000, .groups = {}}, us, our_group));
}

}  // namespace
}  // namespace mg
