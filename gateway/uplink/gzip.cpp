#include "gateway/uplink/gzip.h"

#include <zlib.h>

namespace mg {
namespace {

// Measured on batches of 64 KiB (tests/bench/uplink_bench): level 1 makes 10.9 % of them in 0.15 µs a
// reading, 6 makes 8.8 % in 0.48 µs, 9 makes 8.0 % in 1.6 µs.
constexpr int kLevel = 6;
constexpr int kGzipFormat = 16;  // added to the window bits: a gzip header instead of a zlib one
constexpr int kMemoryLevel = 8;

struct Deflater {
    Deflater() {
        // NOLINTNEXTLINE: the macro casts a C string
        ready = ::deflateInit2(&stream, kLevel, Z_DEFLATED, MAX_WBITS + kGzipFormat, kMemoryLevel,
                               Z_DEFAULT_STRATEGY) == Z_OK;
    }
    Deflater(const Deflater&) = delete;
    Deflater& operator=(const Deflater&) = delete;
    ~Deflater() {
        if (ready) ::deflateEnd(&stream);
    }
    z_stream stream{};
    bool ready{false};
};

}  // namespace

Result<std::string> gzip(std::string_view text) {
    Deflater deflater;
    if (!deflater.ready) return fail(Failure::transient, "zlib");
    z_stream& stream = deflater.stream;
    std::string packed(::deflateBound(&stream, text.size()), '\0');
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast,cppcoreguidelines-pro-type-reinterpret-cast)
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes to zlib, characters to us
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    if (::deflate(&stream, Z_FINISH) != Z_STREAM_END) return fail(Failure::transient, "zlib");
    packed.resize(stream.total_out);
    return packed;
}

}  // namespace mg
