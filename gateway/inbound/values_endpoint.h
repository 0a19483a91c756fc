#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"
#include "gateway/base/language.h"
#include "gateway/base/result.h"
#include "gateway/inbound/entry_desk.h"

namespace mg {

/// Of one body; a thousand values with their evidence.
inline constexpr std::size_t kMostBodyBytes = 1024UL * 1024;
inline constexpr std::size_t kMostPostedValues = 1000;

/// A system that may post values, and what it proves itself with.
struct HttpSource {
    std::string name;
    std::string token;
};
/// `name = token` lines of a credentials file. invalid_config: as read_secret_file(), no line, a name twice,
/// a token that is shorter than 16 characters or not unique.
Result<std::vector<HttpSource>> read_http_sources(const std::string& credentials);

/// What matters of a request. Header fields that are not there are empty.
struct HttpRequestHead {
    std::string method;
    std::string target;
    std::string authorization;
    std::string content_type;
    std::string accept_language;
};

struct HttpAnswer {
    unsigned status{200};
    std::string json;
    Language language{Language::en};
};

/// POST /v1/values and GET /v1/health (docs/inbound.md), without the network. Whatever is asked, there is one
/// answer in JSON, in the language that the asker prefers.
class ValuesEndpoint {
public:
    /// `desk` outlives this.
    ValuesEndpoint(EntryDesk& desk, std::vector<HttpSource> sources, std::optional<InputType> input_type);

    /// What can be answered before the body is read: everything but a POST of values by a known source.
    [[nodiscard]] std::optional<HttpAnswer> answer_head(const HttpRequestHead& head) const;
    /// Blocks for the disk. `head` was not answered.
    HttpAnswer take(const HttpRequestHead& head, std::string_view body);
    /// Of a request that is broken: 400, 408, 413, 431, 503.
    static HttpAnswer refuse(unsigned status, const HttpRequestHead& head);

private:
    [[nodiscard]] const HttpSource* source_of(std::string_view authorization) const;

    EntryDesk& desk_;
    std::vector<HttpSource> sources_;
    std::optional<InputType> input_type_;
};

/// By the first of zh and en in an Accept-Language; that of the process where there is neither.
Language language_for(std::string_view accept_language);

}  // namespace mg
