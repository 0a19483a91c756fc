#include "config/text_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include <iconv.h>

#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";

/// Length of the well-formed UTF-8 sequence at the start of `text`; 0 when there is none.
std::size_t sequence_length(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto follows = [&](std::size_t i, unsigned least = 0x80, unsigned most = 0xBF) {
        return byte(i) >= least && byte(i) <= most;
    };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const unsigned least = first == 0xE0 ? 0xA0 : 0x80;  // no overlong forms
        const unsigned most = first == 0xED ? 0x9F : 0xBF;   // no surrogates
        return follows(1, least, most) && follows(2) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const unsigned least = first == 0xF0 ? 0x90 : 0x80;
        const unsigned most = first == 0xF4 ? 0x8F : 0xBF;  // nothing beyond U+10FFFF
        return follows(1, least, most) && follows(2) && follows(3) ? 4 : 0;
    }
    return 0;
}

Place place_of(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, offset);
    const auto line_start = before.rfind('\n');
    const std::string_view line = before.substr(line_start == std::string_view::npos ? 0 : line_start + 1);
    return {static_cast<int>(std::ranges::count(before, '\n')) + 1,
            static_cast<int>(std::ranges::count_if(
                line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; })) +
                1};
}

/// Chinese in GB18030 hardly ever forms three-byte UTF-8 sequences, Chinese in UTF-8 consists of them: a file
/// with many of them and few broken places is damaged UTF-8, and reading it as GB18030 would turn all of it
/// to nonsense.
bool is_damaged_utf8(std::string_view text) {
    std::size_t long_sequences = 0;
    std::size_t broken_runs = 0;
    bool in_broken_run = false;
    while (!text.empty()) {
        const auto length = sequence_length(text);
        if (length >= 3) ++long_sequences;
        if (length == 0 && !in_broken_run) ++broken_runs;
        in_broken_run = length == 0;
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return long_sequences > 4 * broken_runs;
}

std::optional<std::string> from_gb18030(std::string& bytes) {
    const iconv_t converter = iconv_open("UTF-8", "GB18030");
    if (converter == reinterpret_cast<iconv_t>(-1)) return std::nullopt;
    std::string text(bytes.size() * 2 + 16, '\0');  // two bytes become three, four become at most four
    char* in = bytes.data();
    std::size_t in_left = bytes.size();
    char* out = text.data();
    std::size_t out_left = text.size();
    const bool converted = iconv(converter, &in, &in_left, &out, &out_left) != static_cast<std::size_t>(-1);
    iconv_close(converter);
    if (!converted || in_left != 0) return std::nullopt;
    text.resize(text.size() - out_left);
    return text;
}

bool looks_like_utf16(std::string_view bytes) {
    if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) return true;
    const auto head = bytes.substr(0, 256);
    const auto zeros = static_cast<std::size_t>(std::ranges::count(head, '\0'));
    return head.size() >= 4 && zeros * 4 >= head.size();
}

std::string save_as_utf8() {
    return std::string(tr("UTF-8 or GB18030: in Excel or WPS save as “CSV UTF-8”, in an editor as UTF-8",
                          "UTF-8 或 GB18030：在 Excel/WPS 中另存为“CSV UTF-8”，在记事本中另存为 UTF-8 编码"));
}

std::string reason(int error) {
    return std::error_code{error, std::generic_category()}.message();
}

}  // namespace

std::size_t first_invalid_utf8(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        const auto length = sequence_length(text.substr(at));
        if (length == 0) return at;
        at += length;
    }
    return std::string_view::npos;
}

std::optional<std::string> decode_text(std::string bytes, Reporter& report) {
    if (looks_like_utf16(bytes)) {
        report.error(
            {}, {},
            {std::string(tr("the file is UTF-16 text, or no text", "文件是 UTF-16 编码(或不是文本)")),
             save_as_utf8()});
        return std::nullopt;
    }
    const bool marked = bytes.starts_with(kUtf8Mark);
    if (marked) bytes.erase(0, kUtf8Mark.size());
    if (const auto zero = bytes.find('\0'); zero != std::string::npos) {
        report.error(place_of(bytes, zero), {},
                     {std::string(tr("a zero byte: this is no text file", "含有零字节：不是文本文件")),
                      save_as_utf8()});
        return std::nullopt;
    }
    const auto invalid = first_invalid_utf8(bytes);
    if (invalid == std::string::npos) return bytes;
    if (!marked && !is_damaged_utf8(bytes)) {
        if (auto text = from_gb18030(bytes)) return text;
    }
    const auto byte = static_cast<unsigned>(static_cast<unsigned char>(bytes[invalid]));
    report.error(
        place_of(bytes, invalid), {},
        {std::string(tr("bytes that are no character in the file's encoding", "有字节不是合法的文字编码")),
         save_as_utf8()},
        trf("byte 0x{:02X}", "字节 0x{:02X}", byte));
    return std::nullopt;
}

std::optional<std::string> read_text_file(const std::filesystem::path& path, Reporter& report) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (status.type() == std::filesystem::file_type::not_found) {
        report.error({}, {}, {std::string(tr("the file does not exist", "文件不存在")), {}});
        return std::nullopt;
    }
    if (error) {
        report.error({}, {}, {trf("cannot be read: {}", "无法读取：{}", error.message()), {}});
        return std::nullopt;
    }
    if (status.type() != std::filesystem::file_type::regular) {
        report.error({}, {},
                     {std::string(tr("is a directory or a device", "是目录或设备")),
                      std::string(tr("a regular file", "普通文件"))});
        return std::nullopt;
    }
    const auto size = std::filesystem::file_size(path, error);
    if (!error && size > kMostFileBytes) {
        report.error({}, {},
                     {std::string(tr("the file is too large", "文件过大")),
                      trf("at most {} MiB", "不超过 {} MiB", kMostFileBytes / (1024UL * 1024))},
                     trf("{} bytes", "{} 字节", size));
        return std::nullopt;
    }
    errno = 0;
    std::ifstream stream{path, std::ios::binary};
    if (!stream) {
        report.error({}, {}, {trf("cannot be opened: {}", "无法打开：{}", reason(errno)), {}});
        return std::nullopt;
    }
    std::string bytes(static_cast<std::size_t>(error ? 0 : size), '\0');
    stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(stream.gcount()));
    if (stream.bad()) {
        report.error({}, {}, {trf("cannot be read: {}", "无法读取：{}", reason(errno)), {}});
        return std::nullopt;
    }
    return decode_text(std::move(bytes), report);
}

}  // namespace mg
