#include "gateway/buffer/store_reader.h"

#include <algorithm>
#include <array>
#include <limits>

namespace mg {
namespace {

// A query that matches little must not hold a reader for minutes: tens of milliseconds of reading.
constexpr std::size_t kMostLooks = 20'000;

}  // namespace

Result<Peeked> StoreReader::peek(Sequence after, std::size_t most) {
    return walk({.query = nullptr,
                 .after = after,
                 .through = catalogue_.watermark(),
                 .most = most,
                 .looks = std::numeric_limits<std::size_t>::max()});
}

Result<Peeked> StoreReader::read(const HistoryQuery& query, Sequence after, std::size_t most) {
    return walk({.query = &query,
                 .after = after,
                 .through = catalogue_.watermark(),
                 .most = most,
                 .looks = kMostLooks});
}

std::optional<FileEntry> StoreReader::next_file(FileKind kind, Sequence after, const Walk& walk) const {
    if (walk.query == nullptr) return catalogue_.first_beyond(kind, after);
    return catalogue_.first_beyond(kind, after, walk.query->from, walk.query->to);
}

Result<std::optional<StoreReader::Stream>> StoreReader::open_stream(FileKind kind, Sequence after,
                                                                    const Walk& walk) {
    while (const auto file = next_file(kind, after, walk)) {
        if (file->summary.first > walk.through) return std::nullopt;
        auto reader = readers_.take(*file);
        const auto begun = reader ? (*reader)->begin(after, walk.through) : Result<>{pass_on(reader.error())};
        if (begun && (*reader)->next()) return Stream{*file, std::move(*reader)};
        if (begun) {
            // Nothing left in this file for us, only holes: on to the next.
            if (file->summary.last >= walk.through) return std::nullopt;
            after = file->summary.last;
            continue;
        }
        if (begun.error().kind == Failure::corrupt) {
            report_damaged(file->name);
            continue;
        }
        // Retention may have taken the file between the look into the catalogue and the opening.
        const auto again = next_file(kind, after, walk);
        if (again && again->name == file->name) return pass_on(begun.error());
    }
    return std::nullopt;
}

Result<Peeked> StoreReader::walk(const Walk& walk) {
    Peeked peeked{.items = {}, .through = walk.after};
    if (walk.most == 0) return peeked;
    std::array<std::optional<Stream>, kFileKinds> streams;
    const bool boundary_only = walk.query != nullptr && walk.query->boundary_only;
    for (const FileKind kind : {FileKind::boundary, FileKind::other}) {
        if (boundary_only && kind == FileKind::other) continue;
        auto stream = open_stream(kind, walk.after, walk);
        if (!stream) return pass_on(stream.error());
        streams[static_cast<std::size_t>(kind)] = std::move(*stream);
    }
    const auto span = static_cast<std::size_t>(std::max<Sequence>(walk.through - walk.after, 0));
    if (walk.query == nullptr) peeked.items.reserve(std::min(walk.most, span));
    for (std::size_t looks = 0; peeked.items.size() < walk.most && looks < walk.looks; ++looks) {
        std::optional<Stream>* next = nullptr;
        for (auto& stream : streams) {
            if (stream && (next == nullptr || *stream->reader->next() < *(*next)->reader->next()))
                next = &stream;
        }
        if (next == nullptr) {
            peeked.through = std::max(walk.after, walk.through);
            break;
        }
        FileReader& reader = *(*next)->reader;
        const Sequence sequence = *reader.next();
        auto item = reader.take();
        if (item) {
            if (walk.query == nullptr || walk.query->matches(*item)) peeked.items.push_back(std::move(*item));
        } else if (item.error().kind != Failure::corrupt) {
            return pass_on(item.error());
        } else if (reader.broken()) {
            report_damaged((*next)->file.name);
        } else if (damaged_rows_.note((*next)->file.name, reader.damaged())) {
            damage_();
        }
        peeked.through = sequence;
        if (!reader.broken() && reader.next()) continue;
        const FileName done = (*next)->file.name;
        next->reset();
        auto following = open_stream(done.kind, sequence, walk);
        if (!following) return pass_on(following.error());
        *next = std::move(*following);
    }
    return peeked;
}

void StoreReader::report_damaged(const FileName& file) {
    if (catalogue_.report_damaged(file)) damage_();
}

}  // namespace mg
