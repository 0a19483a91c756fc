#include "gateway/commands/receipt_output.h"

#include <cstdint>
#include <string_view>

#include "gateway/base/clock.h"
#include "gateway/base/language.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/output_file.h"
#include "gateway/commands/platform_uplink_view.h"
#include "gateway/commands/progress_line.h"
#include "gateway/commands/running_gateway.h"
#include "gateway/commands/terminal.h"
#include "gateway/document/csv_text.h"

namespace mg {
namespace {

/// Until there is no more, or `use` gives false.
Result<> each_page(const ReceiptSource& source,
                   const std::function<bool(const std::vector<ReceiptReport>&)>& use) {
    std::string after;
    do {
        const auto page = source(after);
        if (!page) return tl::unexpected<Error>(page.error());
        if (!use(page->receipts)) return {};
        after = page->next;
    } while (!after.empty());
    return {};
}

int show_tables(const ReceiptSource& source, std::chrono::minutes utc_offset) {
    bool any = false;
    const auto read = each_page(source, [&](const std::vector<ReceiptReport>& page) {
        if (!page.empty()) print(record_receipts_view(page, utc_offset));
        any = any || !page.empty();
        return true;
    });
    if (!read) return complain(read.error());
    if (!any) print(tr("no answers to records of this time\n", "此期间的记录没有回执\n"));
    return kExitOk;
}

int show_json(const ReceiptSource& source) {
    std::string_view before = "{\"receipts\":[";
    const auto read = each_page(source, [&](const std::vector<ReceiptReport>& page) {
        for (const ReceiptReport& receipt : page) {
            print(before);
            print(record_receipt_to_json(receipt));
            before = ",";
        }
        return true;
    });
    if (!read) return complain(read.error());
    if (before != ",") print(before);
    print("],\"next\":null}\n");
    return kExitOk;
}

int write_csv(const ReceiptSource& source, const std::string& file, std::chrono::minutes utc_offset) {
    OutputFile output{file};
    bool written = output.is_open() && output.write(kUtf8Mark) && output.write(receipt_csv_heading());
    std::uint64_t lines = 0;
    if (written) {
        SystemClock clock;
        ProgressLine progress{clock};
        const auto read = each_page(source, [&](const std::vector<ReceiptReport>& page) {
            std::string rows;
            for (const ReceiptReport& receipt : page) rows += receipt_csv_row(receipt, utc_offset);
            lines += page.size();
            progress.show([&] { return trf("{} lines", "{} 行", lines); });
            return written = output.write(rows);
        });
        if (!read) return complain(read.error());
    }
    if (!written || !output.finish()) {
        print_error(trf("{}: cannot be written", "{}：无法写入", output.name()));
        return kExitFailed;
    }
    print(trf("{}: {} lines\n", "{}：{} 行\n", file, lines));
    return kExitOk;
}

}  // namespace

int show_receipts(const ReceiptSource& source, const ReceiptForm& form, std::chrono::minutes utc_offset) {
    if (!form.csv.empty()) return write_csv(source, form.csv, utc_offset);
    return form.json ? show_json(source) : show_tables(source, utc_offset);
}

}  // namespace mg
