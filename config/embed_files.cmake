# Writes OUTPUT, a C++ source that defines FUNCTION, which gives the texts of all FILES:
# `cmake -DOUTPUT=… -DFUNCTION=… -DFILES=a.toml;b.toml -P …`
set(list "")
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME)
  file(READ "${file}" text)
  string(APPEND list "    ShippedFile{\"${name}\", R\"file(${text})file\"},\n")
endforeach()
file(WRITE "${OUTPUT}" "#include <array>

#include \"config/shipped_files.h\"

namespace mg {
namespace {

constexpr std::array kFiles{
${list}};

}  // namespace

std::span<const ShippedFile> ${FUNCTION}() { return kFiles; }

}  // namespace mg
")
