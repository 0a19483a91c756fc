#pragma once

namespace CLI {
class App;
}

/// Each adds its subcommand to `app`; when the user chose it, it runs during parsing and leaves its exit code
/// in `exit_code`, which must outlive the parse.
namespace mg {

void add_run(CLI::App& app, int& exit_code);
void add_check(CLI::App& app, int& exit_code);
void add_read(CLI::App& app, int& exit_code);
void add_raw(CLI::App& app, int& exit_code);
void add_scan(CLI::App& app, int& exit_code);
void add_trace(CLI::App& app, int& exit_code);
void add_status(CLI::App& app, int& exit_code);
void add_clock(CLI::App& app, int& exit_code);
void add_uplink(CLI::App& app, int& exit_code);
void add_platform(CLI::App& app, int& exit_code);
void add_acceptance(CLI::App& app, int& exit_code);
void add_items(CLI::App& app, int& exit_code);
void add_completeness(CLI::App& app, int& exit_code);
void add_records(CLI::App& app, int& exit_code);
void add_enter(CLI::App& app, int& exit_code);
void add_balance(CLI::App& app, int& exit_code);
void add_explain(CLI::App& app, int& exit_code);
void add_doctor(CLI::App& app, int& exit_code);
void add_replace_meter(CLI::App& app, int& exit_code);
void add_set_multiplier(CLI::App& app, int& exit_code);
void add_coefficient(CLI::App& app, int& exit_code);
void add_factors(CLI::App& app, int& exit_code);
void add_rule(CLI::App& app, int& exit_code);
void add_period(CLI::App& app, int& exit_code);
void add_dated(CLI::App& app, int& exit_code);
void add_models(CLI::App& app, int& exit_code);
void add_buffer(CLI::App& app, int& exit_code);
void add_backup(CLI::App& app, int& exit_code);
void add_restore(CLI::App& app, int& exit_code);

}  // namespace mg
