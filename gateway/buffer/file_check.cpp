#include "gateway/buffer/file_check.h"

#include <algorithm>
#include <limits>

#include "gateway/base/language.h"
#include "gateway/buffer/disk_use.h"
#include "gateway/buffer/file_reader.h"
#include "gateway/buffer/store_view.h"

namespace mg {
namespace {

constexpr std::size_t kMostProblems = 20;
constexpr std::int64_t kTellEvery = 65'536;  // items

void note(FileFindings& findings, std::string problem) {
    if (findings.problems.size() < kMostProblems) {
        findings.problems.push_back(std::move(problem));
    } else {
        ++findings.more_problems;
    }
}

void check_pages(const std::filesystem::path& path, bool closed, FileFindings& findings) {
    auto file = sqlite::Database::open(path, closed ? sqlite::Access::immutable : sqlite::Access::query);
    auto rows = file ? file->prepare("PRAGMA integrity_check(20)")
                     : Result<sqlite::Statement>{tl::unexpected<Error>(file.error())};
    if (!rows) return note(findings, rows.error().what);
    while (true) {
        const auto row = rows->step();
        if (!row) return note(findings, row.error().what);
        if (!*row) return;
        if (rows->text(0) != "ok") note(findings, std::string(rows->text(0)));
    }
}

struct Counted {
    Sequence first{0};
    Sequence last{0};
    std::int64_t items{0};
};

Result<Counted> check_rows(FileReader& reader, FileFindings& findings, const CheckHooks& hooks) {
    Counted counted;
    auto begun = reader.begin(0, std::numeric_limits<Sequence>::max());
    if (!begun) {
        note(findings, begun.error().what);
        return counted;
    }
    while (reader.next() && !reader.broken()) {
        const Sequence sequence = *reader.next();
        const auto item = reader.take();
        if (!item) {
            note(findings, trf("item {0}: {1}", "第 {0} 条：{1}", sequence, item.error().what));
            if (item.error().kind != Failure::corrupt) break;
            continue;
        }
        if (counted.items++ == 0) counted.first = sequence;
        counted.last = sequence;
        if (counted.items % kTellEvery != 0) continue;
        if (hooks.stop.stop_requested())
            return fail(Failure::transient, std::string(tr("stopped", "已停止")));
        if (hooks.progress) hooks.progress(counted.items);
    }
    reader.end();
    return counted;
}

void check_header(const Counted& counted, FileFindings& findings) {
    const FileSummary& header = findings.summary;
    if (!header.closed) return;  // written behind the rows
    if (header.items != counted.items) {
        note(findings, trf("the header says {0} items, {1} can be read", "文件头记录 {0} 条，可读 {1} 条",
                           header.items, counted.items));
    }
    if (counted.items > 0 && (header.first != counted.first || header.last != counted.last)) {
        note(findings, trf("the header says sequences {0} to {1}, there are {2} to {3}",
                           "文件头记录序号 {0} 至 {1}，实际为 {2} 至 {3}", header.first, header.last,
                           counted.first, counted.last));
    }
}

}  // namespace

Result<FileFindings> check_file(const std::filesystem::path& folder, const FileName& name,
                                LayoutCache& layouts, const CheckHooks& hooks) {
    const auto path = folder / name.text();
    std::error_code gone;
    if (!std::filesystem::exists(path, gone)) {
        return fail(Failure::transient, trf("{}: gone", "{}：已不存在", name.text()));
    }
    FileFindings findings{.name = name, .bytes = bytes_of(folder, name)};
    const auto inspected = inspect_from_outside(path, name);
    if (!inspected) {
        note(findings, inspected.error().what);
        return findings;
    }
    findings.summary = inspected->summary;
    findings.store_id = inspected->store_id;
    check_pages(path, findings.summary.closed, findings);
    auto reader = FileReader::open(folder, FileEntry{name, findings.summary}, layouts);
    if (!reader) {
        note(findings, reader.error().what);
        return findings;
    }
    const auto counted = check_rows(**reader, findings, hooks);
    if (!counted) return tl::unexpected<Error>(counted.error());
    findings.items_read = counted->items;
    check_header(*counted, findings);
    return findings;
}

}  // namespace mg
