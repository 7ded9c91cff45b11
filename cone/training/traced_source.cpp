// The traced step is executed apart: the engine that trains is not touched.
// SPDX-License-Identifier: Apache-2.0
#include "cone/training/traced_source.hpp"

#include <utility>

#include "cone/training/custodial.hpp"
#include "cone/training/step_replay.hpp"

namespace cone::training {
namespace {

class TracedSource final : public UpdateSource {
public:
    TracedSource(JobContext context, const trace::StepName& name, OnStepTrace on_trace, const JobData& data,
                 model::Trainer& trainer)
        : context_(std::move(context)),
          name_(name),
          on_trace_(std::move(on_trace)),
          data_(data),
          source_(context_.spec, data, trainer) {
        require_step(context_, data, name);
    }

    [[nodiscard]] Update update(const UpdateTask& task) override {
        if (task.round.value == name_.round && task.seller.value == name_.seller) {
            on_trace_(trace_of(context_, data_, name_, task.weights));
        }
        return source_.update(task);
    }

private:
    JobContext context_;
    trace::StepName name_;
    OnStepTrace on_trace_;
    const JobData& data_;
    CustodialUpdateSource source_;
};

}  // namespace

TrainingEngine::MakeSource with_step_trace(const JobContext& context, const trace::StepName& name, OnStepTrace on_trace) {
    return [context, name, on_trace = std::move(on_trace)](const JobData& data, model::Trainer& trainer) {
        return std::make_unique<TracedSource>(context, name, on_trace, data, trainer);
    };
}

}  // namespace cone::training
