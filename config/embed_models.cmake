# Writes OUTPUT, a C++ source that holds the texts of all FILES: `cmake -DOUTPUT=… -DFILES=a.toml;b.toml -P …`
set(list "")
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME)
  file(READ "${file}" text)
  string(APPEND list "    ShippedFile{\"${name}\", R\"toml(${text})toml\"},\n")
endforeach()
file(WRITE "${OUTPUT}" "#include <array>

#include \"config/shipped_files.h\"

namespace mg {
namespace {

constexpr std::array kFiles{
${list}};

}  // namespace

std::span<const ShippedFile> shipped_model_files() { return kFiles; }

}  // namespace mg
")
