#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include <unistd.h>

namespace mg::sim {

/// Owns a file descriptor; -1 is none.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int fd) noexcept : fd_{fd} {}
    Descriptor(Descriptor&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        if (this != &other) reset(std::exchange(other.fd_, -1));
        return *this;
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { reset(); }

    [[nodiscard]] int get() const noexcept { return fd_; }
    void reset(int fd = -1) noexcept {
        if (fd_ >= 0) ::close(fd_);
        fd_ = fd;
    }

private:
    int fd_{-1};
};

struct Listener {
    Descriptor descriptor;
    std::uint16_t port{0};
};
/// A non-blocking listener on loopback; port 0 takes a free one. Throws std::system_error.
Listener listen_on_loopback(std::uint16_t port);
/// The next waiting connection, non-blocking and without delay; -1 when there is none.
Descriptor accept_from(int listener);
/// Closing it afterwards sends RST.
void reset_on_close(int connection);

/// A serial port whose far end is ours. The near end is kept open as well, so that the far end does not
/// report a hang-up whenever nobody has the port open. Throws std::system_error.
struct PseudoSerial {
    Descriptor master;
    Descriptor slave;
};
/// `link` becomes a symbolic link to the port; an older link is replaced.
PseudoSerial open_pseudo_serial(const std::string& link);

}  // namespace mg::sim
