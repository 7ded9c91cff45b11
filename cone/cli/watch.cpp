// cone watch: follows a job's draws and verdicts, proves a draw that left somebody out, executes every segment twice, challenges what is
// wrong when two endpoints agree about it.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <utility>

#include "bridge/adapter/draw_reader.hpp"
#include "bridge/adapter/intent.hpp"
#include "bridge/adapter/terms.hpp"
#include "bridge/adapter/translate.hpp"
#include "bridge/adapter/verdict_reader.hpp"
#include "bridge/adapter/vote_reader.hpp"
#include "cone/base/errors.hpp"
#include "cone/cli/command.hpp"
#include "cone/cli/connection.hpp"
#include "cone/cli/file_notebook.hpp"
#include "cone/cli/job_choice.hpp"
#include "cone/cli/job_files.hpp"
#include "cone/cli/prepare.hpp"
#include "cone/cli/watch_execution.hpp"
#include "cone/hash/records.hpp"
#include "cone/node/draw_watch.hpp"
#include "cone/node/watcher.hpp"
#include "cone/node/witness_watch.hpp"

namespace cone::cli {
namespace {

struct WatchOptions {
    std::uint64_t job = 0;
    std::string log;
    bool once = false;
    std::int64_t plant = -1;  ///< segment in which our own executions are made wrong
};

training::JobContext context_of(const config::Config& config, const node::JobTerms& terms) {
    std::vector<Hash32> roots;
    for (const auto& seller : terms.sellers) {
        roots.push_back(seller.shard_root);
    }
    auto context =
        training::make_context(load_job_spec(job_folder(config, terms.job.value), terms.spec_hash), std::move(roots));
    if (context.job_hash != terms.job_hash) {
        throw DataError("spec and shards give the job hash " + to_hex(context.job_hash) + ", the chain has " +
                        to_hex(terms.job_hash));
    }
    return context;
}

node::WatchedJob watched(const node::JobTerms& terms, const training::JobContext& context) {
    return {.job = terms.job,
            .spec_hash = terms.spec_hash,
            .job_hash = terms.job_hash,
            .data_hash = hash::data_hash(context.shard_roots),
            .segments = terms.segments};
}

std::uint64_t unix_time() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

/// Everything a watcher stands on, in the order in which it is needed.
class Post {
public:
    Post(const config::Config& config, const WatchOptions& options)
        : options_(options),
          poll_(config.chain.poll_ms),
          outage_(std::chrono::seconds(config.chain.outage_s)),
          connection_(config),
          challenger_(config.bridge.mode == "watch" ? nullptr : Account::kept(connection_, config, Role::Challenger)),
          terms_(adapter::read_terms(connection_.client(), connection_.deployment(),
                                     choose_job(connection_, config, options.job))),
          context_(context_of(config, terms_)),
          first_(settings(config, connection_.url())),
          second_(settings(config, config.chain.second_rpc_url.empty() ? connection_.url() : config.chain.second_rpc_url)),
          draws_({.url = connection_.url(),
                  .second_url = config.chain.second_rpc_url,
                  .deployment = connection_.deployment(),
                  .job = terms_.job,
                  .first_block = connection_.views().job(terms_.job).pool_block + 1}),
          memory_(memory_folder(config)),
          tracks_{track(config, 0), track(config, 1)},
          log_(options.log.empty() ? job_folder(config, terms_.job.value) / "decisions.jsonl"
                                   : std::filesystem::path(options.log)) {}

    node::WatchOutcome watch() {
        const bool may_act = challenger_ != nullptr;
        node::Watcher watcher(watched(terms_, context_), ports(), may_act);
        node::WitnessWatch witnesses(terms_.job, terms_.job_seed, witness_ports(), may_act);
        node::DrawWatch draws(terms_, draw_ports(), may_act);
        const auto agreed = [&] { return watcher.outcome().agreed; };
        while (!(watcher.done() && witnesses.done(agreed())) && !interrupted()) {
            const bool drawn =
                draws.step();  // before an execution, which takes long: a proof is of no use once the segment is Final
            const bool judged = watcher.step();
            const bool looked = witnesses.step(opened(agreed()));
            if (!drawn && !judged && !looked && (options_.once || !connection_.pause().wait(poll_))) {
                break;
            }
        }
        false_witnesses_ = witnesses.found();
        wrong_draws_ = draws.found();
        return watcher.outcome();
    }
    [[nodiscard]] JobId job() const { return terms_.job; }
    [[nodiscard]] std::uint32_t segments() const { return terms_.segments; }
    [[nodiscard]] std::size_t false_witnesses() const { return false_witnesses_; }
    [[nodiscard]] std::size_t wrong_draws() const { return wrong_draws_; }

private:
    [[nodiscard]] adapter::VerdictReaderSettings settings(const config::Config& config, const std::string& url) const {
        return {.url = url,
                .chain_id = config.chain.chain_id,
                .deployment = connection_.deployment(),
                .job = terms_.job,
                .challenger = challenger_ ? challenger_->address() : Address{}};
    }
    [[nodiscard]] ExecutionTrack track(const config::Config& config, std::size_t number) const {
        const auto memory = memory_.empty() ? memory_ : memory_ / ("watch-" + std::to_string(number));
        return {context_, terms_.job_seed, config::store_dir(config), number, config.execution.threads, say, memory};
    }

    /// Where executions are kept for the next start; nowhere while another watcher of this folder keeps its own there.
    [[nodiscard]] std::filesystem::path memory_folder(const config::Config& config) {
        const auto folder = notebook_path(job_folder(config, terms_.job.value), terms_.job_seed, "watch").parent_path();
        try {
            std::filesystem::create_directories(folder);
            memory_lease_ = std::make_unique<sender::Lease>(folder / "watch.lease", clock_, connection_.pause());
            return folder;
        } catch (const sender::LeaseHeld&) {
            say("another process watches this job from this folder: what is executed here is not kept");
        } catch (const std::filesystem::filesystem_error& error) {
            say(std::string("what is executed is not kept: ") + error.what());
        }
        return {};
    }

    [[nodiscard]] node::WatchPorts ports() {
        return {.execute = [this](auto track, auto segment, const auto& previous) { return execute(track, segment, previous); },
                .look = [this](auto segment) { return look(segment); },
                .look_twice =
                    [this](auto segment) {
                        auto seen = adapter::look_twice(first_, second_, segment);
                        disputed_ = seen[0];
                        return seen;
                    },
                .challenge = [this](auto segment, auto bond) { return challenge(segment, bond); },
                .record = [this](const auto& line) { log_.append(line); },
                .say = say,
                .unix_time = unix_time};
    }

    [[nodiscard]] node::WitnessPorts witness_ports() {
        return {.look_twice = [this](auto segment) { return adapter::look_twice(first_, second_, segment); },
                .votes =
                    [this](auto segment, const auto& digest) {
                        return adapter::cast_votes(connection_.client(), connection_.deployment(), terms_, segment, digest);
                    },
                .prove = [this](const auto& proof) { return prove(proof); },
                .record = [this](const auto& line) { log_.append(line); },
                .say = say,
                .unix_time = unix_time};
    }

    [[nodiscard]] node::DrawPorts draw_ports() {
        return {.look = [this] { return draws_.look(); },
                .prove = [this](const auto& proof, auto until) { return prove(proof, until); },
                .record = [this](const auto& line) { log_.append(line); },
                .say = say,
                .unix_time = unix_time};
    }

    /// What the first execution left of the first `agreed` segments: the second gave the same digests.
    [[nodiscard]] std::vector<hash::DigestOpening> opened(std::uint32_t agreed) const {
        const auto& all = tracks_[0].openings();
        return {all.begin(), all.begin() + agreed};
    }

    std::string prove(const node::ProveFalseWitness& proof) {
        return to_hex(challenger_->send(adapter::translate(proof).call).transaction);
    }

    std::string prove(const node::ProveOmission& proof, std::uint64_t until) {
        const sender::Term term{until == 0 ? 0 : rpc::block_number(connection_.client()), until};
        return to_hex(
            challenger_->send(adapter::translate(proof).call, term, adapter::to_text(adapter::intent_of(proof))).transaction);
    }

    node::ExecutionReport execute(std::size_t track, SegmentIndex segment, const Hash32& previous) {
        auto report = tracks_[track].execute(segment, previous);
        const Hash32 first = std::exchange(first_digest_, report.digest);
        if (track == 1 && report.failure.empty() && first == report.digest) {
            std::for_each(tracks_.begin(), tracks_.end(), [](auto& each) { each.keep(); });
        }
        if (options_.plant == segment.value) {
            report.digest.bytes[0] ^= 1;
        }
        return report;
    }

    node::EndpointReport look(SegmentIndex segment) {
        if (challenger_) {
            challenger_->show_life();
        }
        auto report = first_.look(segment);
        if (report.failure.empty()) {
            seen_at_ = clock_.now();
        } else if (clock_.now() - seen_at_ > outage_) {
            throw RpcError("node away for more than chain.outage_s: " + report.failure, "start again when it is back",
                           ExitCode::TryAgain);
        }
        return report;
    }

    std::string challenge(SegmentIndex segment, Wei bond) {
        const auto& record = disputed_.record;
        const std::string intent = "job " + std::to_string(terms_.job.value) + "/segment " + std::to_string(segment.value) +
                                   "/challenge " + to_hex(record.accepted);
        const sender::Term term{disputed_.head, record.final_from_block - 1};
        return to_hex(challenger_->send(contracts::challenge(terms_.job, segment, bond), term, intent).transaction);
    }

    const WatchOptions& options_;
    Millis poll_;
    Millis outage_;
    SteadyClock clock_;
    Millis seen_at_ = clock_.now();
    Connection connection_;
    std::unique_ptr<Account> challenger_;  ///< nobody when bridge.mode is "watch": then no key is needed
    node::JobTerms terms_;
    training::JobContext context_;
    adapter::VerdictReader first_;
    adapter::VerdictReader second_;
    adapter::DrawReader draws_;
    node::EndpointReport disputed_;  ///< the first endpoint's, of the last look at both
    std::unique_ptr<sender::Lease> memory_lease_;
    std::filesystem::path memory_;
    std::array<ExecutionTrack, 2> tracks_;
    Hash32 first_digest_;  ///< of the execution before
    node::DecisionLog log_;
    std::size_t false_witnesses_ = 0;
    std::size_t wrong_draws_ = 0;
};

nlohmann::json json_of(const node::WatchOutcome& outcome, const Post& post) {
    nlohmann::json body{{"job_id", post.job().value},
                        {"segments", post.segments()},
                        {"false_witnesses", post.false_witnesses()},
                        {"wrong_draws", post.wrong_draws()},
                        {"agreed", outcome.agreed},
                        {"challenged", outcome.challenged},
                        {"open", nullptr}};
    if (outcome.open) {
        body["open"] = {{"segment", outcome.open->first.value}, {"reason", node::to_string(outcome.open->second)}};
    }
    return body;
}

std::string text_of(const node::WatchOutcome& outcome, const Post& post) {
    std::string text = "job " + std::to_string(post.job().value) + ": " + std::to_string(outcome.agreed) + " of " +
                       std::to_string(post.segments()) + " segments agree, " + std::to_string(outcome.challenged) +
                       " challenged, " + std::to_string(post.false_witnesses()) + " false witnesses, " +
                       std::to_string(post.wrong_draws()) + " wrong draws";
    if (outcome.open) {
        text += "; segment " + std::to_string(outcome.open->first.value) +
                " does not: " + std::string(node::to_string(outcome.open->second));
    }
    return text;
}

ExitCode run_watch(const Common& common, const WatchOptions& options) {
    const auto config = load(common);
    if (options.plant >= 0 && !config::is_development_chain(config.chain.chain_id)) {
        throw ConfigError("faults can be planted on chain ids 31337 and 1337 only", "leave --plant-wrong-execution out");
    }
    Post post(config, options);
    const auto outcome = post.watch();
    print_result(common, "watch", json_of(outcome, post), text_of(outcome, post));
    if (interrupted()) {
        return ExitCode::Interrupted;
    }
    return !outcome.open || outcome.open->second == node::Reason::NoVerdict ? ExitCode::Ok : ExitCode::Mismatch;
}

}  // namespace

void add_watch(CLI::App& app, Runner& chosen) {
    auto common = std::make_shared<Common>();
    auto options = std::make_shared<WatchOptions>();
    auto* command = app.add_subcommand(
        "watch", "Check a job's draws, execute its segments again as they are accepted; prove or challenge what is wrong");
    add_common(*command, *common, true);
    command->add_option("--job", options->job, "Job number (default: the newest)");
    command->add_option("--log", options->log, "Decision log (default: decisions.jsonl in the job's folder)");
    command->add_flag("--once", options->once, "Judge what is accepted now, then leave");
    command->add_option("--plant-wrong-execution", options->plant, "For tests: our own executions of this segment are wrong");
    command->callback([=, &chosen] { chosen = [=] { return run_watch(*common, *options); }; });
}

}  // namespace cone::cli
