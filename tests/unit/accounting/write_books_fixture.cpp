#include <cstdio>

#include "tests/unit/accounting/books_fixture.h"

// Makes a fixture of the present format: books with something of everything in them at the path given, and
// what they contain on standard output. See tests/fixtures/books/README.md.
int main(int argc, char** argv) {
    using namespace mg;
    if (argc != 2) return 64;
    const auto books = test::open_books_or_fail(argv[1]);
    test::Inventor invent{20261122};
    for (int step = 0; step < 12; ++step) {
        const auto put = books->put_all({invent.record(), invent.record()});
        const auto kept = books->commit(invent.change(books->to_do().value()));
        if (!put || !kept) return 1;
        static_cast<void>(books->revoke(put->front(), "wang", "why", test::kMidnight));
        static_cast<void>(books->confirm(put->back(), "wang", test::kMidnight));
    }
    // A change that waits for its period to be opened.
    ItemRecord figure = invent.item_record();
    figure.period = {StatType::real_time, test::kMidnight, test::kMidnight + test::kQuarter};
    figure.value = Decimal{1, 0};
    const auto stands = books->commit({.records = {figure}});
    DatedRecord lock = invent.record();
    lock.body = PeriodLock{{StatType::day, test::kMidnight, test::kMidnight + std::chrono::days{1}}};
    lock.needs_confirmation = false;
    const auto locked = books->put(lock);
    figure.value = Decimal{2, 0};
    if (!stands || !locked || !books->commit({.records = {figure}})) return 1;
    std::puts(test::contents(*books).c_str());
    return 0;
}
