#include <string>

#include <CLI/CLI.hpp>

#include "gateway/base/clock.h"
#include "gateway/base/language.h"
#include "gateway/buffer/store_backup.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/data_options.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/labels.h"
#include "gateway/commands/progress_line.h"
#include "gateway/commands/terminal.h"

namespace mg {
namespace {

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

int complain(const Error& error) {
    print_error(error.what);
    return error.kind == Failure::invalid_config ? kExitConfiguration : kExitFailed;
}

OnCopy shown_on(ProgressLine& line) {
    return [&line](const CopyProgress& at) {
        line.show([&] {
            return trf("{0}/{1} files  {2} of {3}  {4}", "{0}/{1} 个文件  {2}/{3}  {4}", at.files,
                       at.of_files, bytes_text(at.bytes), bytes_text(at.of_bytes), at.file);
        });
    };
}

int make_backup(const DataPlace& place, const std::string& to) {
    SystemClock clock;
    const auto made = [&] {
        ProgressLine line{clock};
        return back_up(place.storage.path, to, clock.utc(), shown_on(line));
    }();
    if (!made) return complain(made.error());
    print(trf("{0} files, {1}, up to sequence {2}\n", "{0} 个文件，{1}，至序号 {2}\n", made->files,
              bytes_text(made->bytes), made->newest));
    for (const std::string& file : made->left_out) {
        print_error(trf("left out: {}", "未能备份：{}", file));
    }
    return made->left_out.empty() ? kExitOk : kExitFailed;
}

int restore_backup(const DataPlace& place, const std::string& from, bool force) {
    SystemClock clock;
    const auto restored = [&] {
        ProgressLine line{clock};
        return restore(from, place.storage, clock.utc(), {.force = force}, shown_on(line));
    }();
    if (!restored) return complain(restored.error());
    print(trf("{0} files, {1}, up to sequence {2}\n", "{0} 个文件，{1}，至序号 {2}\n", restored->files,
              bytes_text(restored->bytes), restored->newest));
    print(trf("new samples begin at sequence {0}, so that no number comes twice\n",
              "新采样从序号 {0} 开始，保证序号不重复\n", restored->goes_on_at));
    if (!restored->moved_to.empty()) {
        print(trf("what was there lies in {0}\n", "原有数据已移至 {0}\n", restored->moved_to));
    }
    return kExitOk;
}

}  // namespace

void add_backup(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand(
        "backup", text("Copy the local store into an empty folder; works while the gateway runs",
                       "把本地存储备份到空目录；网关运行时也可用"));
    add_data_options(*command);
    CLI::Option* to =
        add_option(*command, "to", "DIR", text("An empty or new folder", "空目录或新目录"))->required();
    command->callback([=, &exit_code] {
        const auto place = data_place(*command);
        exit_code = place ? make_backup(*place, to->as<std::string>()) : kExitConfiguration;
    });
}

void add_restore(CLI::App& app, int& exit_code) {
    CLI::App* command =
        app.add_subcommand("restore", text("Put a backup into the data folder; the gateway must be stopped",
                                           "把备份恢复到数据目录；须先停止网关"));
    add_data_options(*command);
    CLI::Option* from =
        add_option(*command, "from", "DIR", text("The folder of a backup", "备份目录"))->required();
    CLI::Option* force =
        add_flag(*command, "--force",
                 text("Move aside what lies in the data folder", "先把数据目录中已有的数据移到一旁"));
    command->callback([=, &exit_code] {
        const auto place = data_place(*command);
        exit_code =
            place ? restore_backup(*place, from->as<std::string>(), force->count() > 0) : kExitConfiguration;
    });
}

}  // namespace mg
