#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <tuple>

#include "config/loaders.h"
#include "config/toml_tree.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

using std::filesystem::path;

constexpr std::array<std::string_view, 8> kSections{"site", "storage", "control",    "accounting",
                                                    "line", "uplink",  "enterprise", "inbound"};

void report_unknown_sections(const TomlNode& document, Reporter& report) {
    const std::vector<std::string> names(kSections.begin(), kSections.end());
    for (const auto& member : document.members) {
        if (std::ranges::find(kSections, member.key) != kSections.end()) continue;
        report.error(
            member.place, member.key,
            {trf("unknown section '{}', nearest is '{}'", "没有“{}”这一段，最接近的是“{}”", member.key,
                 nearest_of(member.key, names)),
             "[site], [storage], [control], [accounting], [[line]], [[uplink]], [[enterprise]], [inbound]"});
    }
}

/// The table of [name]; an empty one when it is left out or is something else.
Record single(FieldSection section, const TomlNode& document, Reporter& report) {
    const std::string name{text_of(section).name};
    const TomlNode* node = document.find(name);
    if (node != nullptr && node->kind != TomlKind::table) {
        report.error(node->place, name,
                     {trf("wrong type: {}", "类型不对：是{}", describe(node->kind)), "[" + name + "]"});
        node = nullptr;
    }
    return read_table(section, node != nullptr ? *node : TomlNode{}, report);
}

/// What the sections of [[uplink]] may hold depends on their kind.
FieldSection section_for(FieldSection section, const TomlNode& node) {
    const TomlNode* kind = section == FieldSection::uplink ? node.find("kind") : nullptr;
    return kind != nullptr && kind->text == "provincial" ? FieldSection::provincial : section;
}

/// The records of [[name]].
std::vector<Record> many(FieldSection section, const TomlNode& document, std::size_t most, Reporter& report) {
    const std::string name{text_of(section).name};
    const TomlNode* node = document.find(name);
    if (node == nullptr) return {};
    const bool list = node->kind == TomlKind::array;
    if (!list ||
        std::ranges::any_of(node->items, [](const TomlNode& n) { return n.kind != TomlKind::table; })) {
        report.error(node->place, name,
                     {trf("wrong type: {}", "类型不对：是{}", describe(node->kind)), "[[" + name + "]]"});
        return {};
    }
    if (node->items.size() > most) {
        report.error(node->items[most].place, name,
                     {trf("too many [[{}]]", "[[{}]] 过多", name), trf("at most {}", "不超过 {} 个", most)},
                     std::to_string(node->items.size()));
        return {};
    }
    std::vector<Record> records;
    for (const TomlNode& item : node->items) {
        records.push_back(read_table(section_for(section, item), item, report));
    }
    return records;
}

void read_site(const Record& record, SiteOptions& site, Reporter& report) {
    site.id = record.get_or<std::string>("id", site.id);
    site.name = record.text("name");
    site.utc_offset =
        std::chrono::minutes{record.get_or<std::int64_t>("utc_offset", site.utc_offset.count())};
    site.boundary = milliseconds{record.get_or<std::int64_t>("boundary", site.boundary.count())};
    if (std::chrono::hours{1} % site.boundary != milliseconds{0}) {
        report.error(
            record.place_of("boundary"), record.field_name("boundary"),
            {std::string(tr("does not divide one hour", "不能整除 1 小时")), "15m, 30m, 60m, 5m, 10s, …"},
            record.text("boundary"));
    }
}

/// Durations kept in whole days.
std::chrono::days days_of(const Record& record, std::string_view key, std::chrono::days standard,
                          Reporter& report) {
    const milliseconds value{record.get_or<std::int64_t>(key, milliseconds{standard}.count())};
    const auto days = std::chrono::floor<std::chrono::days>(value);
    if (days != value) {
        report.error(record.place_of(key), record.field_name(key),
                     {std::string(tr("not in whole days", "不是整天数")), "180d"}, record.text(key));
    }
    return days;
}

void read_storage(const Record& record, const path& directory, StorageOptions& storage, Reporter& report) {
    storage.path = directory / record.get_or<std::string>("path", storage.path.string());
    storage.commit_interval =
        milliseconds{record.get_or<std::int64_t>("commit_interval", storage.commit_interval.count())};
    storage.keep_boundary = days_of(record, "keep_boundary", storage.keep_boundary, report);
    storage.keep_other = days_of(record, "keep_other", storage.keep_other, report);
    storage.budget = static_cast<std::uint64_t>(
        record.get_or<std::int64_t>("budget", static_cast<std::int64_t>(storage.budget)));
    storage.reserve = static_cast<std::uint64_t>(
        record.get_or<std::int64_t>("reserve", static_cast<std::int64_t>(storage.reserve)));
    storage.memory_limit = static_cast<std::size_t>(
        record.get_or<std::int64_t>("memory_limit", static_cast<std::int64_t>(storage.memory_limit)));
}

Confirm confirm_of(std::string_view text) {
    if (text == "entries") return Confirm::entries;
    return text == "all" ? Confirm::all : Confirm::none;
}

void report_duplicate_ids(const std::vector<Record>& records, Reporter& report) {
    std::map<std::string, Place> first;
    for (const Record& record : records) {
        const std::string id = record.get_or<std::string>("id", {});
        if (id.empty()) continue;
        const auto [known, is_new] = first.emplace(id, record.place_of("id"));
        if (is_new) continue;
        report.error(
            record.place_of("id"), record.field_name("id"),
            {trf("the id was used before, in line {}", "编号重复，第 {} 行已用过", known->second.line), {}},
            id);
    }
}

/// What two lines cannot share: a serial port, a serial wire behind one TCP port. Empty: nothing, or not
/// known.
std::string claimed_by(const LineOptions& line) {
    if (const auto* serial = std::get_if<SerialChannel>(&line.channel)) return serial->device;
    if (std::holds_alternative<ListenChannel>(line.channel)) return {};
    const auto& tcp = std::get<TcpChannel>(line.channel);
    return tcp.host.empty() ? std::string{} : fmt::format("{}:{}", tcp.host, tcp.port);
}

void report_shared_channels(const std::vector<Record>& records, const std::vector<LineOptions>& lines,
                            Reporter& report) {
    std::map<std::string, std::string> owners;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const std::string channel = claimed_by(lines[i]);
        if (channel.empty()) continue;
        const auto [known, is_new] = owners.emplace(channel, lines[i].id.text);
        if (is_new) continue;
        report.error(records[i].place(), "line",
                     {trf("the line '{}' uses the same channel; meters behind it belong to one line",
                          "与线路“{}”是同一个通道；其后的表应属于同一条线路", known->second),
                      {}},
                     channel);
    }
}

}  // namespace

std::vector<WrittenId> load_gateway(std::string_view text, Options& options, Reporter& report) {
    const auto document = parse_toml(text);
    if (!document) {
        report.error(document.error().place, {}, document.error().complaint);
        return {};
    }
    report_unknown_sections(*document, report);
    read_site(single(FieldSection::site, *document, report), options.site, report);
    read_storage(single(FieldSection::storage, *document, report), options.directory, options.storage,
                 report);
    const Record control = single(FieldSection::control, *document, report);
    options.control.socket =
        options.directory / control.get_or<std::string>("socket", options.control.socket.string());
    options.accounting.confirm = confirm_of(
        single(FieldSection::accounting, *document, report).get_or<std::string>("confirm", "none"));
    options.inbound = read_inbound(*document, options.directory, report);

    const auto lines = many(FieldSection::line, *document, kMostLines, report);
    for (const Record& record : lines) options.lines.push_back(read_line(record, report));
    report_duplicate_ids(lines, report);
    report_shared_channels(lines, options.lines, report);
    check_modems(lines, options.lines, report);

    const auto enterprises = many(FieldSection::enterprise, *document, kMostEnterprises, report);
    for (const Record& record : enterprises) {
        options.enterprises.push_back(read_enterprise(record, options.site, report));
    }
    report_duplicate_ids(enterprises, report);

    const auto uplinks = many(FieldSection::uplink, *document, kMostUplinks, report);
    std::vector<WrittenId> references;
    for (const Record& record : uplinks) {
        if (record.section() == FieldSection::provincial) {
            options.provincial.push_back(read_provincial(record, options, report));
            continue;
        }
        options.uplinks.push_back(read_uplink(record, options.directory, options.site, report));
        std::ranges::move(references_of(record), std::back_inserter(references));
    }
    report_duplicate_ids(uplinks, report);
    check_enterprises(options, report);
    if (document->find("uplink") == nullptr) {
        report.warning({}, "uplink",
                       {std::string(tr("none is configured: samples are stored and not sent anywhere",
                                       "没有上传目标：采样只存在本地，不上传")),
                        "[[uplink]]"});
    }
    return references;
}

}  // namespace mg
