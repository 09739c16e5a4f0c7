#include "engine/vrl/target.hpp"

namespace engine::vrl {

Target target_of(const Batch& batch, std::size_t index, Access access, Arena& arena,
                 TagValues tags) {
    Target target;
    target.metric = batch.kind() == EventKind::Metric;
    target.event =
        target.metric ? metric_object(batch.metric(index), tags, arena) : batch.root(index);
    target.metadata = batch.metadata(index);
    target.secrets = batch.secrets(index);
    if (access == Access::ReadRequest) {
        target.envelope = batch.envelope(index);
    }
    return target;
}

}  // namespace engine::vrl
