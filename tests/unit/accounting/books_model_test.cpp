#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/support/temporary_folder.h"
#include "tests/unit/accounting/books_fixture.h"

namespace mg::test {
namespace {

TEST(BooksModel, AgreesWithTheBooksInMapsWhateverHappens) {
    const bool held = rc::check("random life", [](std::uint64_t seed) {
        // In memory: a hundred lives with their commits would wait for fsync.
        const TemporaryFolder folder{"/dev/shm"};
        Inventor invent{seed};
        NaiveBooks naive;
        auto books = open_books_or_fail(folder.path() / "books.db");
        for (std::size_t step = 10 + invent.below(40); step > 0; --step) {
            const auto id = static_cast<DatedId>(invent.below(12));
            const std::string person = invent.one_in(2) ? "li" : "wang";
            switch (invent.below(9)) {
                case 0: {
                    const std::vector<DatedRecord> records{invent.record(), invent.record()};
                    RC_ASSERT(*books->put_all(records) == *naive.put_all(records));
                    break;
                }
                case 1:
                    RC_ASSERT(books->confirm(id, person, kMidnight).has_value() ==
                              naive.confirm(id, person, kMidnight).has_value());
                    break;
                case 2:
                    RC_ASSERT(books->revoke(id, person, "why", kMidnight).has_value() ==
                              naive.revoke(id, person, "why", kMidnight).has_value());
                    break;
                case 6:
                case 7:
                case 8: {
                    const OutboxStep step_of_both = invent_outbox_step(invent);
                    const auto done = step_of_both(*books);
                    const auto expected = step_of_both(naive);
                    RC_ASSERT(done.has_value() == expected.has_value());
                    RC_ASSERT(done.value_or("") == expected.value_or(""));
                    break;
                }
                case 3:
                    if (!invent.one_in(3)) break;
                    books.reset();
                    books = open_books_or_fail(folder.path() / "books.db");
                    break;
                default: {
                    const BooksChange change = invent.change(*naive.to_do());
                    const auto made = books->commit(change);
                    RC_ASSERT(made.has_value());
                    const auto expected = naive.commit(change);
                    RC_ASSERT(made->size() == expected->size());
                    for (std::size_t i = 0; i < made->size(); ++i) {
                        RC_ASSERT(text_of((*made)[i]) == text_of((*expected)[i]));
                    }
                }
            }
            const RecordQuery query{
                .items = invent.one_in(2) ? std::vector<std::string>{"coal_in"} : std::vector<std::string>{},
                .type = {},
                .from = kMidnight + kQuarter * static_cast<int>(invent.below(40)),
                .all_revisions = invent.one_in(2),
                .most = invent.below(30)};
            const auto found = books->records(query);
            const auto expected = naive.records(query);
            RC_ASSERT(found.has_value());
            RC_ASSERT(found->size() == expected->size());
            for (std::size_t i = 0; i < found->size(); ++i) {
                RC_ASSERT(text_of((*found)[i]) == text_of((*expected)[i]));
            }
        }
        RC_ASSERT(contents(*books) == contents(naive));
        RC_ASSERT(strips_of(*books) == strips_of(naive));
        RC_ASSERT(states(*books) == states(naive));
    });
    EXPECT_TRUE(held);
}

}  // namespace
}  // namespace mg::test
