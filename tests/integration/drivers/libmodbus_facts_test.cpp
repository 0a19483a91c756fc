#include <array>
#include <cerrno>
#include <memory>

#include <gtest/gtest.h>
#include <modbus/modbus.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/unique_fd.h"
#include "tests/support/raw_peer.h"

/// What the exchange relies on, shown on the libmodbus of this system. When one of these fails after an
/// upgrade, drivers/modbus/exchange.cpp has to be read again.
namespace mg {
namespace {

struct Adopted {
    explicit Adopted(modbus_t* made) : context{made} {
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
        near.reset(ends[0]);
        far.reset(ends[1]);
        modbus_set_socket(context, near.get());
        modbus_set_byte_timeout(context, 0, 0);
        modbus_set_response_timeout(context, 0, 50'000);
    }
    ~Adopted() { modbus_free(context); }
    Adopted(const Adopted&) = delete;
    Adopted& operator=(const Adopted&) = delete;

    int receive(const raw::Bytes& sent) {
        EXPECT_EQ(::write(far.get(), sent.data(), sent.size()), static_cast<ssize_t>(sent.size()));
        return modbus_receive_confirmation(context, answer.data());
    }

    modbus_t* context;
    UniqueFd near;
    UniqueFd far;
    std::array<std::uint8_t, MODBUS_MAX_ADU_LENGTH> answer{};
};

modbus_t* rtu_for_unit(int unit) {
    auto* context = modbus_new_rtu("adopted", 9600, 'N', 8, 1);
    modbus_set_slave(context, unit);
    return context;
}

TEST(LibmodbusFacts, AForeignUnitOnRtuIsReadAndReportedAsZero) {
    Adopted adopted{rtu_for_unit(7)};
    EXPECT_EQ(adopted.receive(raw::rtu(raw::registers_body(9, 3, {1, 2, 3}))), 0);
    EXPECT_EQ(adopted.receive(raw::rtu(raw::registers_body(7, 3, {1, 2, 3}))), 11);
}

TEST(LibmodbusFacts, AnAnswerFromUnitZeroPassesOnRtu) {
    Adopted adopted{rtu_for_unit(7)};
    EXPECT_EQ(adopted.receive(raw::rtu(raw::registers_body(0, 3, {1}))), 7);
}

TEST(LibmodbusFacts, AnyUnitAndTransactionPassOnTcp) {
    Adopted adopted{modbus_new_tcp("127.0.0.1", 502)};
    modbus_set_slave(adopted.context, 7);
    EXPECT_EQ(adopted.receive(raw::mbap(4711, raw::registers_body(9, 3, {1, 2, 3}))), 15);
}

TEST(LibmodbusFacts, ABadChecksumIsAnError) {
    Adopted adopted{rtu_for_unit(7)};
    auto frame = raw::rtu(raw::registers_body(7, 3, {1}));
    frame.back() ^= 1;
    EXPECT_EQ(adopted.receive(frame), -1);
    EXPECT_EQ(errno, EMBBADCRC);
    EXPECT_EQ(adopted.answer[4], 1) << "the bytes are left in the buffer, for the trace";
}

TEST(LibmodbusFacts, AClosedStreamIsAConnectionReset) {
    Adopted adopted{rtu_for_unit(7)};
    adopted.far.reset();
    EXPECT_EQ(modbus_receive_confirmation(adopted.context, adopted.answer.data()), -1);
    EXPECT_EQ(errno, ECONNRESET);
}

TEST(LibmodbusFacts, FreeingAContextLeavesTheDescriptorOpen) {
    Adopted adopted{rtu_for_unit(7)};
    modbus_free(adopted.context);
    adopted.context = modbus_new_tcp("127.0.0.1", 502);
    const std::uint8_t byte = 1;
    EXPECT_EQ(::write(adopted.near.get(), &byte, 1), 1);
}

}  // namespace
}  // namespace mg
