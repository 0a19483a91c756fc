#include "gateway/buffer/retention.h"

#include <algorithm>

namespace mg {

std::vector<FileEntry> overdue(const std::vector<FileEntry>& files, std::chrono::local_days today,
                               RetentionRule rule) {
    std::vector<FileEntry> due;
    for (const FileKind kind : {FileKind::boundary, FileKind::other}) {
        const auto keep = kind == FileKind::boundary ? rule.keep_boundary : rule.keep_other;
        std::vector<FileEntry> of_kind;
        std::ranges::copy_if(files, std::back_inserter(of_kind), [&](const FileEntry& file) {
            return file.name.kind == kind && file.summary.closed && file.name.day + keep < today;
        });
        std::ranges::sort(of_kind, {}, &FileEntry::name);
        if (of_kind.size() > kMostDroppedAtOnce) of_kind.resize(kMostDroppedAtOnce);
        due.insert(due.end(), of_kind.begin(), of_kind.end());
    }
    return due;
}

}  // namespace mg
