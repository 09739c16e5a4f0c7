#include "sources/file/progress.hpp"

namespace engine::sources::file {

/// The shares in one batch; deletes itself once all are gone.
class Progress::Receipt final : public Finalizer {
public:
    Receipt(std::shared_ptr<Progress> progress, std::uint64_t number)
        : progress_(std::move(progress)), number_(number) {}

protected:
    void finished(DeliveryStatus status) override {
        progress_->finish(number_, status);
        delete this;
    }

private:
    const std::shared_ptr<Progress> progress_;
    const std::uint64_t number_;
};

Acknowledgement Progress::begin(std::uint64_t position) {
    std::uint64_t number = 0;
    {
        const std::scoped_lock lock(mutex_);
        number = first_number_ + outstanding_.size();
        outstanding_.push_back({position});
    }
    return Acknowledgement(new Receipt(shared_from_this(), number));
}

void Progress::pass(std::uint64_t position) {
    const std::scoped_lock lock(mutex_);
    if (!abandoned_) {
        checkpoints_->set(file_, position);
    }
}

bool Progress::settled() const {
    const std::scoped_lock lock(mutex_);
    return outstanding_.empty();
}

void Progress::abandon() {
    const std::scoped_lock lock(mutex_);
    abandoned_ = true;
}

void Progress::finish(std::uint64_t number, DeliveryStatus status) {
    const std::scoped_lock lock(mutex_);
    if (status == DeliveryStatus::Errored) {
        return;
    }
    outstanding_[static_cast<std::size_t>(number - first_number_)].done = true;
    std::optional<std::uint64_t> reached;
    while (!outstanding_.empty() && outstanding_.front().done) {
        reached = outstanding_.front().position;
        outstanding_.pop_front();
        ++first_number_;
    }
    if (reached && !abandoned_) {
        checkpoints_->set(file_, *reached);
    }
}

}  // namespace engine::sources::file
