#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "gateway/accounting/dated_record.h"
#include "gateway/base/result.h"
#include "gateway/commands/running_gateway.h"

namespace mg {

/// What every command that puts something on record takes: --by, --remark, --json, --socket.
struct SigningOptions {
    CLI::Option* by;
    CLI::Option* remark;
    CLI::Option* socket;
    CLI::Option* json;
};
SigningOptions add_signing_options(CLI::App& command);

/// What is put on record, from the options; times are read at the site's offset from UTC.
using BodyMaker = std::function<Result<DatedBody>(RunningGateway& gateway, std::chrono::minutes utc_offset)>;

/// Has the running gateway put it on record and prints its answer; gives the exit code.
int put_on_record(const CLI::App& command, const SigningOptions& options, const BodyMaker& make);

/// Asks for something that changes a record, and prints the answer.
int ask_for_change(RunningGateway& gateway, const std::string& command,
                   const ControlClient::Arguments& arguments, bool as_json);

/// All values of an option that may be given several times.
std::vector<std::string> values_of(const CLI::Option* option);
/// One of the values is wrong: its error.
template <class T>
Result<std::vector<T>> each_as(const std::vector<std::string>& texts, Result<T> (*read)(std::string_view)) {
    std::vector<T> all;
    for (const std::string& text : texts) {
        auto one = read(text);
        if (!one) return pass_on(one.error());
        all.push_back(std::move(*one));
    }
    return all;
}

}  // namespace mg
