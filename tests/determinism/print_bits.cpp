// What the engine computes, as bits: reads a JSON request a line and prints a JSON answer a line. The other side of
// check_second_implementation.py. A double is its 16 hexadecimal digits, a float its 8.
//   {"exp": [x..]} {"log": [x..]} {"loss": {"logits": [z..], "labels": [..], "classes": n, "divisor": n}}
//   {"osmd": {"p": [..], "feedback": [..], "eta": x, "alpha": x}} {"shapes": {model}}
//   {"train": {"model": .., "job": .., "implementation": ".."}}
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cstdio>
#include <exception>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cone/model/exact_trainer.hpp"
#include "cone/model/weights.hpp"
#include "cone/training/custodial.hpp"
#include "cone_kernels/classification.hpp"
#include "cone_kernels/elementary.hpp"
#include "cone_kernels/osmd.hpp"

namespace {

using namespace cone;
using Json = nlohmann::json;

double double_of(const Json& json) {
    return std::bit_cast<double>(std::uint64_t{std::stoull(json.get<std::string>(), nullptr, 16)});
}

std::vector<double> doubles_of(const Json& json) {
    std::vector<double> values;
    std::transform(json.begin(), json.end(), std::back_inserter(values), double_of);
    return values;
}

std::string hex(double value) {
    char text[17];
    (void)std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(std::bit_cast<std::uint64_t>(value)));
    return text;
}

std::string hex(float value) {
    char text[9];
    (void)std::snprintf(text, sizeof text, "%08x", static_cast<unsigned>(std::bit_cast<std::uint32_t>(value)));
    return text;
}

template <class Values>
Json hex_all(const Values& values) {
    Json json = Json::array();
    for (const auto value : values) {
        json.push_back(hex(value));
    }
    return json;
}

Json map_all(const Json& request, double (*function)(double)) {
    auto values = doubles_of(request);
    std::transform(values.begin(), values.end(), values.begin(), function);
    return hex_all(values);
}

Json loss_of(const Json& request) {
    std::vector<float> logits;
    for (const Json& word : request.at("logits")) {
        logits.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(std::stoul(word.get<std::string>(), nullptr, 16))));
    }
    const auto labels = request.at("labels").get<std::vector<std::uint8_t>>();
    const auto classes = request.at("classes").get<std::size_t>();
    std::vector<float> gradient(logits.size());
    kernels::cross_entropy_gradient(logits, labels, classes, request.at("divisor").get<std::uint32_t>(), gradient);
    return {hex(kernels::cross_entropy_sum(logits, labels, classes)), hex_all(gradient)};
}

Json osmd_of(const Json& request) {
    auto p = doubles_of(request.at("p"));
    const auto status =
        kernels::osmd_step(p, doubles_of(request.at("feedback")), double_of(request.at("eta")), double_of(request.at("alpha")));
    return status == kernels::Status::Ok ? hex_all(p) : Json("not finite");
}

job::ModelSpec model_of(const Json& json) {
    return {.layers = json.at("layers").get<std::vector<std::string>>(),
            .channels = json.at("channels").get<std::uint32_t>(),
            .height = json.at("height").get<std::uint32_t>(),
            .width = json.at("width").get<std::uint32_t>(),
            .classes = json.at("classes").get<std::uint32_t>(),
            .init_seed = json.at("init_seed").get<std::uint64_t>()};
}

job::LocalTraining local_of(const Json& json) {
    const auto optimiser = json.at("optimiser").get<std::string>();
    return {.epochs = json.at("epochs").get<std::uint32_t>(),
            .batch = json.at("batch").get<std::uint32_t>(),
            .learning_rate = json.at("learning_rate").get<double>(),
            .momentum = json.at("momentum").get<double>(),
            .weight_decay = json.at("weight_decay").get<double>(),
            .learning_rate_decay = json.at("learning_rate_decay").get<double>(),
            .optimiser = optimiser == "sgd"    ? job::OptimiserKind::Sgd
                         : optimiser == "adam" ? job::OptimiserKind::Adam
                                               : job::OptimiserKind::AdamW,
            .max_gradient_norm = json.at("max_gradient_norm").get<double>(),
            .virtual_shards = json.at("virtual_shards").get<std::uint32_t>()};
}

/// What each layer makes: channels, height, width.
Json shapes_of(const Json& request) {
    const auto network = model::make_network(model_of(request));
    Json shapes = Json::array();
    for (const auto& layer : network.graph.layers) {
        shapes.push_back({layer.out.channels, layer.out.height, layer.out.width});
    }
    return shapes;
}

data::Shard shard_of(const job::ModelSpec& model, const Json& job) {
    data::Shard shard{.images = 0,
                      .channels = model.channels,
                      .height = model.height,
                      .width = model.width,
                      .pixels = {},
                      .labels = job.at("labels").get<Bytes>()};
    for (const Json& image : job.at("images")) {
        const auto bytes = image.get<Bytes>();
        shard.pixels.insert(shard.pixels.end(), bytes.begin(), bytes.end());
        ++shard.images;
    }
    return shard;
}

/// The initial weights, and those after every step.
Json train(const Json& request) {
    const auto model = model_of(request.at("model"));
    const Json& job = request.at("job");
    const auto local = local_of(job);
    const RoundIndex round(job.at("round").get<std::uint32_t>());
    const auto reference = request.at("implementation") == "reference";
    const auto trainer = model::make_exact_trainer(model, job::ExecutionProfile{}.block, 1,
                                                   reference ? model::Implementation::Reference : model::Implementation::Best);
    const auto start = model::initial_weights(trainer->network(), model.init_seed);
    Json history = {hex_all(start)};
    (void)trainer->train(start, shard_of(model, job),
                         {.local = local,
                          .learning_rate = training::learning_rate_of(local, round),
                          .training_seed = job.at("training_seed").get<std::uint64_t>(),
                          .round = round,
                          .seller = SellerIndex(job.at("seller").get<std::uint32_t>())},
                         [&](std::uint32_t, std::span<const float> weights) { history.push_back(hex_all(weights)); });
    return history;
}

Json answer(const Json& request) {
    const auto& [name, body] = *request.items().begin();
    return name == "exp"      ? map_all(body, kernels::exp_exact)
           : name == "log"    ? map_all(body, kernels::log_exact)
           : name == "loss"   ? loss_of(body)
           : name == "osmd"   ? osmd_of(body)
           : name == "shapes" ? shapes_of(body)
                              : train(body);
}

}  // namespace

int main() try {
    for (std::string line; std::getline(std::cin, line);) {
        std::cout << answer(Json::parse(line)).dump() << "\n";
    }
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "print_bits: %s\n", error.what());
    return 2;
}
