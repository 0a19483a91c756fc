#pragma once

namespace mg {

/// The calling thread gives way to all others, for the processor (nice 10) and for the disk (the lowest level
/// of the ordinary class). Not the idle class: a thread that starves in the middle of a write would hold up
/// those that wait for the same file. Where the system refuses, the thread stays as it is.
void give_way();

}  // namespace mg
