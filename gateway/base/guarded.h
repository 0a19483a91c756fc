#pragma once

#include <mutex>
#include <utility>

namespace mg {

/// Data and the lock that guards it in one: the only way in is `with`, so nobody forgets the lock.
/// Do nothing inside but touch the data: no wire, no log, no callback.
template <class T>
class Guarded {
public:
    Guarded() = default;
    explicit Guarded(T value) : value_{std::move(value)} {}

    template <class Function>
    decltype(auto) with(Function&& function) {
        const std::scoped_lock lock{mutex_};
        return std::forward<Function>(function)(value_);
    }
    template <class Function>
    decltype(auto) with(Function&& function) const {
        const std::scoped_lock lock{mutex_};
        return std::forward<Function>(function)(value_);
    }
    T copy() const {
        const std::scoped_lock lock{mutex_};
        return value_;
    }

private:
    mutable std::mutex mutex_;
    T value_{};
};

}  // namespace mg
