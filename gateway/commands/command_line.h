#pragma once

namespace mg {

/// Chooses the language, finds the subcommand and runs it. The result is the exit code of the program.
int run_command_line(int argc, const char* const* argv);

}  // namespace mg
